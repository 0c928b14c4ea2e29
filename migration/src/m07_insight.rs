//! `task_result`: the context that is stored with a score, the advice beside explanation and curves, and triggers that
//! make results immutable: scores from the start, insights once they are set.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::json_binary_null;
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["context", "advice"] {
            // One at a time: SQLite cannot add two columns in one statement.
            let mut table = Table::alter();
            table
                .table("task_result")
                .add_column(json_binary_null(column));
            manager.alter_table(table).await?;
        }
        let connection = manager.get_connection();
        for sql in guards(manager.get_database_backend()) {
            connection.execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        for sql in no_guards(manager.get_database_backend()) {
            connection.execute_unprepared(sql).await?;
        }
        for column in ["context", "advice"] {
            let mut table = Table::alter();
            table.table("task_result").drop_column(column);
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

/// An update may only set all columns of an insight that was not set yet, and nothing else.
fn guards(backend: DatabaseBackend) -> &'static [&'static str] {
    match backend {
        DatabaseBackend::Postgres => &[
            "CREATE FUNCTION refuse_result_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF OLD.explanation IS NULL AND OLD.curves IS NULL AND OLD.advice IS NULL \
             AND NEW.explanation IS NOT NULL AND NEW.curves IS NOT NULL AND NEW.advice IS NOT NULL \
             AND to_jsonb(NEW) - 'explanation' - 'curves' - 'advice' \
             = to_jsonb(OLD) - 'explanation' - 'curves' - 'advice' THEN RETURN NEW; END IF; \
             RAISE EXCEPTION 'results are immutable'; END $$",
            "CREATE TRIGGER task_result_immutable BEFORE UPDATE ON task_result \
             FOR EACH ROW EXECUTE FUNCTION refuse_result_change()",
        ],
        _ => &[
            "CREATE TRIGGER task_result_no_update BEFORE UPDATE ON task_result \
             WHEN NOT (OLD.explanation IS NULL AND OLD.curves IS NULL AND OLD.advice IS NULL \
             AND NEW.explanation IS NOT NULL AND NEW.curves IS NOT NULL AND NEW.advice IS NOT NULL \
             AND NEW.id IS OLD.id AND NEW.task_id IS OLD.task_id \
             AND NEW.probability IS OLD.probability AND NEW.verdict IS OLD.verdict \
             AND NEW.interval_low IS OLD.interval_low AND NEW.interval_high IS OLD.interval_high \
             AND NEW.inference_us IS OLD.inference_us AND NEW.context IS OLD.context \
             AND NEW.created_at IS OLD.created_at) \
             BEGIN SELECT RAISE(ABORT, 'results are immutable'); END",
            // INSERT OR REPLACE deletes rows without firing update triggers.
            "CREATE TRIGGER task_result_no_replace BEFORE INSERT ON task_result \
             WHEN EXISTS (SELECT 1 FROM task_result WHERE id = NEW.id OR task_id = NEW.task_id) \
             BEGIN SELECT RAISE(ABORT, 'results are immutable'); END",
        ],
    }
}

fn no_guards(backend: DatabaseBackend) -> &'static [&'static str] {
    match backend {
        DatabaseBackend::Postgres => &[
            "DROP TRIGGER task_result_immutable ON task_result",
            "DROP FUNCTION refuse_result_change()",
        ],
        _ => &[
            "DROP TRIGGER task_result_no_update",
            "DROP TRIGGER task_result_no_replace",
        ],
    }
}
