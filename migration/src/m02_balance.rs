//! `balance`: one row per user, with bounds enforced by the database.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, timestamp_with_time_zone};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("balance")
                    .col(big_integer("user_id").primary_key())
                    .col(big_integer("amount").check(Expr::col("amount").gte(0)))
                    .col(
                        big_integer("held").check(
                            Expr::col("held")
                                .gte(0)
                                .and(Expr::col("held").lte(Expr::col("amount"))),
                        ),
                    )
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("balance_user")
                            .from("balance", "user_id")
                            .to("users", "id"),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("balance").to_owned())
            .await
    }
}
