//! `task`: the paid requests, and also the queue.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, integer, json_binary, string, string_null, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await?;
        manager
            .create_index(
                Index::create()
                    .name("task_idempotency")
                    .table("task")
                    .col("user_id")
                    .col("idempotency_key")
                    .unique()
                    .to_owned(),
            )
            .await?;
        for (name, column) in [("task_history", "id"), ("task_history_by_status", "status")] {
            let mut index = Index::create();
            index.name(name).table("task").col("user_id").col(column);
            if column == "status" {
                index.col("id");
            }
            manager.create_index(index).await?;
        }
        // Partial indexes contain only open tasks, so they stay small while the history grows.
        let connection = manager.get_connection();
        for sql in [
            "CREATE INDEX task_claim ON task (id) WHERE status = 'queued'",
            "CREATE INDEX task_lease ON task (lease_expires_at) WHERE status = 'running'",
        ] {
            connection.execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("task").to_owned())
            .await
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("task")
        .col(big_pk_auto("id"))
        .col(big_integer("user_id"))
        .col(big_integer("model_id"))
        .col(json_binary("input"))
        .col(string("status").check(Expr::col("status").is_in([
            "queued",
            "running",
            "succeeded",
            "failed",
            "canceled",
        ])))
        .col(big_integer("price").check(Expr::col("price").gte(0)))
        .col(integer("attempts").default(0))
        .col(string_null("lease_token"))
        .col(timestamp_with_time_zone_null("lease_expires_at"))
        .col(text_null("error"))
        .col(string("idempotency_key"))
        .col(string("request_hash"))
        .col(timestamp_with_time_zone("queued_at"))
        .col(timestamp_with_time_zone_null("started_at"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .foreign_key(
            ForeignKey::create()
                .name("task_user")
                .from("task", "user_id")
                .to("users", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("task_model")
                .from("task", "model_id")
                .to("model", "id"),
        )
        .to_owned()
}
