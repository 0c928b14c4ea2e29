//! The order of the queue: `task.round` and `balance.next_round` let users take turns; `queue_state` stores the round
//! that workers have reached. Rows that are already queued get round 0, in which they keep their order by id.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, timestamp_with_time_zone};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [("task", "round"), ("balance", "next_round")] {
            let mut alter = Table::alter();
            // The default is constant, so PostgreSQL adds the column without rewriting the table.
            alter
                .table(table)
                .add_column(big_integer(column).default(0));
            manager.alter_table(alter).await?;
        }
        manager.create_table(queue_state()).await?;
        let connection = manager.get_connection();
        for sql in [
            "CREATE INDEX task_queue ON task (round, id) WHERE status = 'queued'",
            "DROP INDEX task_claim",
        ] {
            connection.execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        for sql in [
            "DROP INDEX task_queue",
            "CREATE INDEX task_claim ON task (id) WHERE status = 'queued'",
        ] {
            connection.execute_unprepared(sql).await?;
        }
        manager
            .drop_table(Table::drop().table("queue_state").to_owned())
            .await?;
        for (table, column) in [("task", "round"), ("balance", "next_round")] {
            let mut alter = Table::alter();
            alter.table(table).drop_column(column);
            manager.alter_table(alter).await?;
        }
        Ok(())
    }
}

/// A single row, which the first worker inserts.
fn queue_state() -> TableCreateStatement {
    Table::create()
        .table("queue_state")
        .col(integer("id").primary_key().check(Expr::col("id").eq(1)))
        .col(big_integer("round"))
        .col(timestamp_with_time_zone("claimed_at"))
        .to_owned()
}
