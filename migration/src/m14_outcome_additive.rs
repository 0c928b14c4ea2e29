//! `outcome`: how campaigns ended, as their users report it. Rows are only inserted; triggers reject updates and
//! deletes, so that a correction never hides what was reported before. Also an index for counting the predictions of a
//! model by deadline.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, boolean, integer, timestamp_with_time_zone,
};
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await?;
        for (name, columns, is_unique) in [
            ("outcome_task", ["task_id", "revision"], true),
            ("outcome_model", ["model_id", "task_id"], false),
        ] {
            let mut index = Index::create();
            index.name(name).table("outcome");
            for column in columns {
                index.col(column);
            }
            if is_unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        let connection = manager.get_connection();
        for sql in immutability(manager.get_database_backend()) {
            connection.execute_unprepared(sql).await?;
        }
        // An expression, because the deadline is part of the stored campaign. A task is in it from its success on,
        // after which its row no longer changes.
        let by_deadline = "CREATE INDEX task_by_deadline ON task (model_id, (input ->> 'deadline')) \
                           WHERE status = 'succeeded'";
        connection.execute_unprepared(by_deadline).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection
            .execute_unprepared("DROP INDEX task_by_deadline")
            .await?;
        manager
            .drop_table(Table::drop().table("outcome").to_owned())
            .await?;
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            connection
                .execute_unprepared("DROP FUNCTION refuse_outcome_change()")
                .await?;
        }
        Ok(())
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("outcome")
        .col(big_pk_auto("id"))
        .col(big_integer("task_id"))
        .col(big_integer("user_id"))
        // The task's model, so that the outcomes of one model are found by an index.
        .col(big_integer("model_id"))
        // 1 for the first report about a task, 2 for its first correction, and so on. The highest is current.
        .col(integer("revision").check(Expr::col("revision").gte(1)))
        .col(boolean("reached"))
        .col(big_integer_null("raised_usd_cents").check(Expr::col("raised_usd_cents").gte(0)))
        .col(timestamp_with_time_zone("reported_at"))
        .foreign_key(
            ForeignKey::create()
                .name("outcome_task")
                .from("outcome", "task_id")
                .to("task", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("outcome_user")
                .from("outcome", "user_id")
                .to("users", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("outcome_model")
                .from("outcome", "model_id")
                .to("model", "id"),
        )
        .to_owned()
}

fn immutability(backend: DatabaseBackend) -> &'static [&'static str] {
    match backend {
        DatabaseBackend::Postgres => &[
            "CREATE FUNCTION refuse_outcome_change() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'outcomes are immutable'; END $$",
            "CREATE TRIGGER outcome_immutable BEFORE UPDATE OR DELETE OR TRUNCATE \
             ON outcome FOR EACH STATEMENT EXECUTE FUNCTION refuse_outcome_change()",
        ],
        _ => &[
            "CREATE TRIGGER outcome_no_update BEFORE UPDATE ON outcome \
             BEGIN SELECT RAISE(ABORT, 'outcomes are immutable'); END",
            // INSERT OR REPLACE deletes rows without firing delete triggers.
            "CREATE TRIGGER outcome_no_replace BEFORE INSERT ON outcome \
             WHEN EXISTS (SELECT 1 FROM outcome WHERE id = NEW.id \
             OR (task_id = NEW.task_id AND revision = NEW.revision)) \
             BEGIN SELECT RAISE(ABORT, 'outcomes are immutable'); END",
            "CREATE TRIGGER outcome_no_delete BEFORE DELETE ON outcome \
             BEGIN SELECT RAISE(ABORT, 'outcomes are immutable'); END",
        ],
    }
}
