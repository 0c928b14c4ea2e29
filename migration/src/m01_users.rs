//! `users`: the accounts.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_pk_auto, integer, json_binary, string, text, timestamp_with_time_zone,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("users")
                    .col(big_pk_auto("id"))
                    .col(string("email"))
                    // The address in lower case is unique: the databases do not fold case in the same way.
                    .col(string("email_folded").unique_key())
                    .col(text("password_hash"))
                    .col(string("role").check(Expr::col("role").is_in(["user", "admin"])))
                    .col(integer("session_epoch").default(0))
                    .col(json_binary("ended_sessions"))
                    .col(timestamp_with_time_zone("created_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("users").to_owned())
            .await
    }
}
