//! API keys: `api_key` has what a key may do, `api_key_budget` and `api_key_spend` what it has spent, and
//! `task.api_key_id` names the key that submitted a task.
//!
//! Not additive: an older program that releases a hold would not give the credits back to the key.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, date, json_binary, string, text,
    timestamp_with_time_zone, timestamp_with_time_zone_null,
};
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [keys(), budgets(), spend()] {
            manager.create_table(table).await?;
        }
        for (name, columns) in [
            ("api_key_user", &["user_id", "id"][..]),
            ("api_key_parent", &["parent_id"]),
        ] {
            let mut index = Index::create();
            index.name(name).table("api_key");
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        execute(manager, &guards(manager.get_database_backend())).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DatabaseBackend::Postgres {
            execute(manager, &["DROP INDEX task_api_key".to_owned()]).await?;
        }
        let mut task = Table::alter();
        task.table("task").drop_column("api_key_id");
        manager.alter_table(task).await?;
        for table in ["api_key_spend", "api_key_budget", "api_key"] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            execute(
                manager,
                &["DROP FUNCTION refuse_api_key_change()".to_owned()],
            )
            .await?;
        }
        Ok(())
    }
}

async fn execute(manager: &SchemaManager<'_>, statements: &[String]) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    for sql in statements {
        connection.execute_unprepared(sql).await?;
    }
    Ok(())
}

/// Never deleted, because tasks and spending refer to them. Only the label, the last use and the revocation change.
fn keys() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("api_key")
        .col(big_pk_auto("id"))
        .col(big_integer("user_id"))
        // The key that made this one; null if its user did.
        .col(big_integer_null("parent_id"))
        .col(text("label"))
        // The start and the end of the key, for lists.
        .col(string("hint"))
        // SHA-256 of the key, in hexadecimal.
        .col(string("hash").unique_key())
        .col(json_binary("scopes"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("expires_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        // In whole minutes.
        .col(timestamp_with_time_zone_null("last_used_at"));
    for cap in ["cap_day", "cap_week", "cap_month", "cap_total"] {
        table.col(big_integer_null(cap).check(Expr::col(cap).gte(1)));
    }
    table
        .foreign_key(&mut reference(
            "api_key_user",
            "api_key",
            "user_id",
            "users",
        ))
        .foreign_key(&mut reference(
            "api_key_parent",
            "api_key",
            "parent_id",
            "api_key",
        ))
        .to_owned()
}

/// A row per key, which a submit locks. It is separate from `api_key`, so that noting the last use locks nothing that a
/// submit needs.
fn budgets() -> TableCreateStatement {
    Table::create()
        .table("api_key_budget")
        .col(big_integer("api_key_id").primary_key())
        // The credits of all days.
        .col(
            big_integer("spent")
                .default(0)
                .check(Expr::col("spent").gte(0)),
        )
        // Grows with each change of the key's spending, so that a statement can tell whether it has read the latest.
        .col(big_integer("version").default(0))
        .foreign_key(&mut reference(
            "api_key_budget_key",
            "api_key_budget",
            "api_key_id",
            "api_key",
        ))
        .to_owned()
}

/// The credits of a key's open and succeeded tasks, by day of submission in UTC and by model.
fn spend() -> TableCreateStatement {
    Table::create()
        .table("api_key_spend")
        .col(big_integer("api_key_id"))
        .col(date("day"))
        .col(big_integer("model_id"))
        .col(big_integer("credits").check(Expr::col("credits").gte(0)))
        .col(big_integer("predictions").check(Expr::col("predictions").gte(0)))
        .primary_key(Index::create().col("api_key_id").col("day").col("model_id"))
        .foreign_key(&mut reference(
            "api_key_spend_key",
            "api_key_spend",
            "api_key_id",
            "api_key",
        ))
        .foreign_key(&mut reference(
            "api_key_spend_model",
            "api_key_spend",
            "model_id",
            "model",
        ))
        .to_owned()
}

fn reference(
    name: &'static str,
    table: &'static str,
    column: &'static str,
    to: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(name)
        .from(table, column)
        .to(to, "id")
        .to_owned()
}

/// The column of `task`, and the triggers that keep keys as they are.
fn guards(backend: DatabaseBackend) -> Vec<String> {
    let is_distinct = |column| format!("OLD.{column} IS DISTINCT FROM NEW.{column}");
    let fixed = [
        "id",
        "user_id",
        "parent_id",
        "hint",
        "hash",
        "scopes",
        "created_at",
        "expires_at",
        "cap_day",
        "cap_week",
        "cap_month",
        "cap_total",
    ];
    let changed = fixed.map(is_distinct).join(" OR ");
    let changed = format!(
        "{changed} OR (OLD.revoked_at IS NOT NULL AND {})",
        is_distinct("revoked_at")
    );
    match backend {
        DatabaseBackend::Postgres => vec![
            "ALTER TABLE task ADD COLUMN api_key_id bigint".to_owned(),
            // All existing rows are null, so the table need not be read.
            "ALTER TABLE task ADD CONSTRAINT task_api_key FOREIGN KEY (api_key_id) REFERENCES api_key (id) NOT VALID"
                .to_owned(),
            // Leaves room on each page for the next version of a row, as in `balance`.
            "ALTER TABLE api_key_budget SET (fillfactor = 50)".to_owned(),
            "CREATE FUNCTION refuse_api_key_change() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'API keys are kept as they are'; END $$"
                .to_owned(),
            format!(
                "CREATE TRIGGER api_key_fixed BEFORE UPDATE ON api_key FOR EACH ROW WHEN ({changed}) \
                 EXECUTE FUNCTION refuse_api_key_change()"
            ),
            "CREATE TRIGGER api_key_kept BEFORE DELETE OR TRUNCATE ON api_key FOR EACH STATEMENT \
             EXECUTE FUNCTION refuse_api_key_change()"
                .to_owned(),
        ],
        _ => vec![
            "ALTER TABLE task ADD COLUMN api_key_id bigint REFERENCES api_key (id)".to_owned(),
            // SQLite looks for tasks of each key that is inserted. Tasks without a key have no entry.
            "CREATE INDEX task_api_key ON task (api_key_id) WHERE api_key_id IS NOT NULL".to_owned(),
            format!(
                "CREATE TRIGGER api_key_fixed BEFORE UPDATE ON api_key WHEN {changed} \
                 BEGIN SELECT RAISE(ABORT, 'API keys are kept as they are'); END"
            ),
            // INSERT OR REPLACE deletes rows without firing delete triggers.
            "CREATE TRIGGER api_key_no_replace BEFORE INSERT ON api_key \
             WHEN EXISTS (SELECT 1 FROM api_key WHERE id = NEW.id OR hash = NEW.hash) \
             BEGIN SELECT RAISE(ABORT, 'API keys are kept as they are'); END"
                .to_owned(),
            "CREATE TRIGGER api_key_kept BEFORE DELETE ON api_key \
             BEGIN SELECT RAISE(ABORT, 'API keys are kept as they are'); END"
                .to_owned(),
        ],
    }
}
