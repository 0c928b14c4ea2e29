//! Second factors: `second_factor` has the secret of a user's authenticator app, `recovery_code` the codes for its loss.
//!
//! Not additive: an older program would let users in with their password alone.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, string, text, timestamp_with_time_zone,
    timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(second_factor()).await?;
        manager.create_table(recovery_code()).await?;
        manager
            .create_index(
                Index::create()
                    .name("recovery_code_user")
                    .table("recovery_code")
                    .col("user_id")
                    .col("hash")
                    .unique()
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["recovery_code", "second_factor"] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        Ok(())
    }
}

fn second_factor() -> TableCreateStatement {
    Table::create()
        .table("second_factor")
        .col(big_integer("user_id").primary_key())
        // Encrypted with the key of the service.
        .col(text("secret"))
        .col(timestamp_with_time_zone("created_at"))
        // When the user gave the first code; null until then. Only then is it required.
        .col(timestamp_with_time_zone_null("enabled_at"))
        // The time step of the last accepted code. Codes of this step or earlier ones are used.
        .col(big_integer_null("last_step"))
        .foreign_key(&mut of_user("second_factor"))
        .to_owned()
}

fn recovery_code() -> TableCreateStatement {
    Table::create()
        .table("recovery_code")
        .col(big_pk_auto("id"))
        .col(big_integer("user_id"))
        // SHA-256, in hexadecimal.
        .col(string("hash"))
        .col(timestamp_with_time_zone_null("used_at"))
        .foreign_key(&mut of_user("recovery_code"))
        .to_owned()
}

fn of_user(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_user"))
        .from(table, "user_id")
        .to("users", "id")
        .to_owned()
}
