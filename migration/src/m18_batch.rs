//! Batches: `batch` has the files of campaigns that are predicted together, `batch_line` the campaigns of those that are
//! not bought yet, and `task.batch_id` with `task.batch_line` say which line of which batch a task is.
//!
//! Not additive: an older program that settles the last task of a batch would not finish the batch.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, integer, integer_null, json_binary, string_null,
    text_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
};
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(batches()).await?;
        manager.create_table(lines()).await?;
        let mut statements = vec![
            "CREATE INDEX batch_history ON batch (user_id, id)".to_owned(),
            "CREATE UNIQUE INDEX batch_idempotency ON batch (user_id, idempotency_key)".to_owned(),
            // Those that are deleted with age.
            "CREATE INDEX batch_draft ON batch (created_at) WHERE started_at IS NULL".to_owned(),
        ];
        statements.extend(task_columns(manager.get_database_backend()));
        // Also keeps a line from being queued twice. Tasks outside of batches have no entry.
        statements.push(
            "CREATE UNIQUE INDEX task_batch ON task (batch_id, batch_line) WHERE batch_id IS NOT NULL"
                .to_owned(),
        );
        statements.extend(guards(manager.get_database_backend()));
        execute(manager, &statements).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, &["DROP INDEX task_batch".to_owned()]).await?;
        for column in ["batch_line", "batch_id"] {
            let mut task = Table::alter();
            task.table("task").drop_column(column);
            manager.alter_table(task).await?;
        }
        for table in ["batch_line", "batch"] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            let function = "DROP FUNCTION refuse_batch_change()".to_owned();
            execute(manager, &[function]).await?;
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

/// A draft until it is started, which is when its credits are held. The last three columns count its tasks once all of
/// them are final.
fn batches() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("batch")
        .col(big_pk_auto("id"))
        .col(big_integer("user_id"))
        // The key that started it.
        .col(big_integer_null("api_key_id"))
        .col(big_integer("model_id"))
        // Of one prediction: when the file was uploaded, then when the batch was started.
        .col(big_integer("price").check(Expr::col("price").gte(0)))
        .col(text_null("file_name"))
        .col(integer("lines").check(Expr::col("lines").gte(1)))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("started_at"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .col(string_null("idempotency_key"))
        .col(string_null("request_hash"));
    for count in ["succeeded", "failed", "canceled"] {
        table.col(integer_null(count).check(Expr::col(count).gte(0)));
    }
    table
        .check(Expr::cust(
            "(started_at IS NULL) = (idempotency_key IS NULL) AND (started_at IS NULL) = (request_hash IS NULL)",
        ))
        .check(Expr::cust(
            "finished_at IS NULL OR (started_at IS NOT NULL AND succeeded + failed + canceled = lines)",
        ));
    for (name, column, to) in [
        ("batch_user", "user_id", "users"),
        ("batch_api_key", "api_key_id", "api_key"),
        ("batch_model", "model_id", "model"),
    ] {
        table.foreign_key(
            ForeignKey::create()
                .name(name)
                .from("batch", column)
                .to(to, "id"),
        );
    }
    table
}

/// The campaigns of drafts, by the line of the file. They become tasks when the batch is started.
fn lines() -> TableCreateStatement {
    Table::create()
        .table("batch_line")
        .col(big_integer("batch_id"))
        .col(big_integer("line"))
        .col(json_binary("input"))
        .primary_key(Index::create().col("batch_id").col("line"))
        .foreign_key(
            ForeignKey::create()
                .name("batch_line_batch")
                .from("batch_line", "batch_id")
                .to("batch", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn task_columns(backend: DatabaseBackend) -> Vec<String> {
    match backend {
        DatabaseBackend::Postgres => vec![
            "ALTER TABLE task ADD COLUMN batch_id bigint".to_owned(),
            "ALTER TABLE task ADD COLUMN batch_line bigint".to_owned(),
            // All existing rows are null, so the table need not be read.
            "ALTER TABLE task ADD CONSTRAINT task_batch_id FOREIGN KEY (batch_id) REFERENCES batch (id) NOT VALID"
                .to_owned(),
        ],
        _ => vec![
            "ALTER TABLE task ADD COLUMN batch_id bigint REFERENCES batch (id)".to_owned(),
            "ALTER TABLE task ADD COLUMN batch_line bigint".to_owned(),
            // SQLite looks for batches of each key that is inserted. Batches without a key have no entry.
            "CREATE INDEX batch_api_key ON batch (api_key_id) WHERE api_key_id IS NOT NULL".to_owned(),
        ],
    }
}

/// A batch that was started is never deleted. Nothing of it changes but its end, once.
fn guards(backend: DatabaseBackend) -> Vec<String> {
    let is_distinct = |column: &str| format!("OLD.{column} IS DISTINCT FROM NEW.{column}");
    let fixed = [
        "id",
        "user_id",
        "api_key_id",
        "model_id",
        "price",
        "file_name",
        "lines",
        "created_at",
        "started_at",
        "idempotency_key",
        "request_hash",
    ];
    let changed = fixed.map(is_distinct).join(" OR ");
    let changed =
        format!("OLD.started_at IS NOT NULL AND (OLD.finished_at IS NOT NULL OR {changed})");
    match backend {
        DatabaseBackend::Postgres => vec![
            "CREATE FUNCTION refuse_batch_change() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'batches are kept as they were started'; END $$"
                .to_owned(),
            format!(
                "CREATE TRIGGER batch_fixed BEFORE UPDATE ON batch FOR EACH ROW WHEN ({changed}) \
                 EXECUTE FUNCTION refuse_batch_change()"
            ),
            "CREATE TRIGGER batch_kept BEFORE DELETE ON batch FOR EACH ROW WHEN (OLD.started_at IS NOT NULL) \
             EXECUTE FUNCTION refuse_batch_change()"
                .to_owned(),
            "CREATE TRIGGER batch_not_truncated BEFORE TRUNCATE ON batch FOR EACH STATEMENT \
             EXECUTE FUNCTION refuse_batch_change()"
                .to_owned(),
        ],
        _ => vec![
            format!(
                "CREATE TRIGGER batch_fixed BEFORE UPDATE ON batch WHEN {changed} \
                 BEGIN SELECT RAISE(ABORT, 'batches are kept as they were started'); END"
            ),
            // INSERT OR REPLACE deletes rows without firing delete triggers.
            "CREATE TRIGGER batch_no_replace BEFORE INSERT ON batch \
             WHEN EXISTS (SELECT 1 FROM batch WHERE id = NEW.id) \
             BEGIN SELECT RAISE(ABORT, 'batches are kept as they were started'); END"
                .to_owned(),
            "CREATE TRIGGER batch_kept BEFORE DELETE ON batch WHEN OLD.started_at IS NOT NULL \
             BEGIN SELECT RAISE(ABORT, 'batches are kept as they were started'); END"
                .to_owned(),
        ],
    }
}
