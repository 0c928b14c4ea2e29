//! `session`: where users are signed in. A row ends with its session: it is deleted.
//!
//! Not additive: an older program would keep accepting its own cookies, whose sessions no list shows and nothing here
//! can end. `users.ended_sessions` names such cookies. It stays for older processes that are still running, with a
//! default, because this program no longer writes it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_pk_auto, integer, string, string_null, timestamp_with_time_zone,
};
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await?;
        for (name, columns) in [
            ("session_user", &["user_id", "id"][..]),
            // Those that are deleted because nobody used them, or because of their age.
            ("session_last_used", &["last_used_at"]),
            ("session_created", &["created_at"]),
        ] {
            let mut index = Index::create();
            index.name(name).table("session");
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        for sql in default_of_ended_sessions(manager.get_database_backend()) {
            let connection = manager.get_connection();
            connection.execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("session").to_owned())
            .await
    }
}

fn default_of_ended_sessions(backend: DatabaseBackend) -> &'static [&'static str] {
    match backend {
        DatabaseBackend::Postgres => {
            &["ALTER TABLE users ALTER COLUMN ended_sessions SET DEFAULT '[]'"]
        }
        // SQLite cannot change a default. The cookies that the column names are accepted by no program that can use
        // this schema.
        _ => &[
            "ALTER TABLE users DROP COLUMN ended_sessions",
            "ALTER TABLE users ADD COLUMN ended_sessions jsonb_text NOT NULL DEFAULT '[]'",
        ],
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("session")
        .col(big_pk_auto("id"))
        .col(big_integer("user_id"))
        // SHA-256 of the token in the cookie, in hexadecimal.
        .col(string("token_hash").unique_key())
        // `users.session_epoch` when it began. A session of an earlier epoch has ended.
        .col(integer("epoch"))
        // Short words from the User-Agent, such as `Firefox` and `Linux`; null if it says nothing known.
        .col(string_null("browser"))
        .col(string_null("system"))
        // The network that it was started from: the address without its last part.
        .col(string("network"))
        .col(timestamp_with_time_zone("created_at"))
        // To a few minutes, so that most requests only read.
        .col(timestamp_with_time_zone("last_used_at"))
        // When the user last gave the password, and a code if the account has a second factor.
        .col(timestamp_with_time_zone("authenticated_at"))
        .foreign_key(
            ForeignKey::create()
                .name("session_user")
                .from("session", "user_id")
                .to("users", "id"),
        )
        .to_owned()
}
