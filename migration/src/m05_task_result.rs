//! `task_result`: the output of the model, one row per succeeded task.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, double, json_binary_null, string, timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("task_result")
                    .col(big_pk_auto("id"))
                    .col(big_integer("task_id").unique_key())
                    .col(share("probability"))
                    .col(string("verdict"))
                    .col(share("interval_low"))
                    .col(share("interval_high"))
                    .col(big_integer("inference_us"))
                    .col(json_binary_null("explanation"))
                    .col(json_binary_null("curves"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("task_result_task")
                            .from("task_result", "task_id")
                            .to("task", "id"),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("task_result").to_owned())
            .await
    }
}

fn share(name: &'static str) -> ColumnDef {
    double(name).check(Expr::col(name).between(0, 1)).take()
}
