//! `shared_result`: the private links of results. A separate table, because few tasks have a link, it keeps the rows
//! of the queue small, and a link is revoked by deleting its row.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string, timestamp_with_time_zone};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("shared_result")
                    .col(big_integer("task_id").primary_key())
                    .col(string("nonce").unique_key())
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("shared_result_task")
                            .from("shared_result", "task_id")
                            .to("task", "id"),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("shared_result").to_owned())
            .await
    }
}
