//! `model`: the predictors, including their ONNX bytes, so that a worker on any host can load them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, blob, json_binary, string, text, timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("model")
                    .col(big_pk_auto("id"))
                    .col(string("name"))
                    .col(string("version"))
                    .col(text("description"))
                    .col(big_integer("price").check(Expr::col("price").gte(0)))
                    .col(blob("onnx"))
                    .col(string("sha256").unique_key())
                    .col(json_binary("manifest"))
                    .col(json_binary("metrics"))
                    .col(string("state").check(Expr::col("state").is_in([
                        "candidate",
                        "live",
                        "retired",
                    ])))
                    .col(timestamp_with_time_zone("created_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("model").to_owned())
            .await
    }
}
