//! `shared_result`: the private links of results. A table of its own: few tasks have one, the rows of the
//! queue stay as lean as they are, and to revoke a link is to delete its row.

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
