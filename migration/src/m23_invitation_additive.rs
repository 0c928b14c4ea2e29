//! `invitation`: codes with which visitors create accounts where registration is by invitation.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer_null, big_pk_auto, string_uniq, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("invitation")
            .col(big_pk_auto("id"))
            // SHA-256 of the code, in hexadecimal.
            .col(string_uniq("hash"))
            // The only address that may use it, folded; any if null.
            .col(text_null("email_folded"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("used_at"))
            // The account that was created with it.
            .col(big_integer_null("user_id"))
            .foreign_key(
                ForeignKey::create()
                    .name("invitation_user")
                    .from("invitation", "user_id")
                    .to("users", "id"),
            )
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("invitation").to_owned())
            .await
    }
}
