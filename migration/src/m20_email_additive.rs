//! `email`: the queue and log of emails to users. Rows are deleted with age. Columns for the language and the verified
//! address of a user, and for the balance below which the user gets an email.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer_null, big_pk_auto, integer, string, string_null, string_uniq, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(email()).await?;
        for (name, columns) in [
            ("email_age", &["created_at"][..]),
            ("email_user", &["user_id", "id"]),
        ] {
            let mut index = Index::create();
            index.name(name).table("email");
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        // The statements that use them contain the conditions as literals. The first is the queue.
        let connection = manager.get_connection();
        for sql in [
            "CREATE INDEX email_due ON email (next_attempt_at) WHERE status = 'pending'",
            "CREATE INDEX email_sending ON email (next_attempt_at) WHERE status = 'sending'",
        ] {
            connection.execute_unprepared(sql).await?;
        }
        // SQLite adds one column per statement.
        for (table, column) in columns() {
            let mut change = Table::alter();
            change.table(table).add_column(column);
            manager.alter_table(change).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [
            ("balance", "low_balance"),
            ("users", "email_verified_at"),
            ("users", "locale"),
        ] {
            let mut change = Table::alter();
            change.table(table).drop_column(column);
            manager.alter_table(change).await?;
        }
        manager
            .drop_table(Table::drop().table("email").to_owned())
            .await
    }
}

fn columns() -> [(&'static str, ColumnDef); 3] {
    [
        // The language of the pages that the user used last.
        ("users", string_null("locale")),
        ("users", timestamp_with_time_zone_null("email_verified_at")),
        // Credits; the user gets an email when the balance falls below. It is here because charges read this row anyway.
        ("balance", big_integer_null("low_balance")),
    ]
}

fn email() -> TableCreateStatement {
    Table::create()
        .table("email")
        .col(big_pk_auto("id"))
        // Null until the account of `address` was looked up, and if there is none.
        .col(big_integer_null("user_id"))
        .col(string("kind"))
        // The typed address of a password reset, folded; removed when the email is final.
        .col(text_null("address"))
        // The language; that of the user if null.
        .col(string_null("locale"))
        // JSON: what the text says besides the kind.
        .col(text_null("data"))
        // The same for each attempt.
        .col(string_uniq("message_id"))
        // Half of the one-time link in the email. The other half is a MAC with the key of the service.
        .col(string_null("nonce").unique_key())
        .col(timestamp_with_time_zone_null("used_at"))
        // The email is not sent after this time, and its link does not work any more.
        .col(timestamp_with_time_zone("expires_at"))
        .col(string("status").check(Expr::col("status").is_in([
            "pending",
            "sending",
            "sent",
            "failed",
            "uncertain",
            "canceled",
        ])))
        .col(integer("attempts").check(Expr::col("attempts").gte(0)))
        // Not claimed before. A claim moves it to the end of its lease.
        .col(timestamp_with_time_zone("next_attempt_at"))
        .col(string_null("lease_token"))
        // What the mail server responded.
        .col(text_null("error"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(
            ForeignKey::create()
                .name("email_user")
                .from("email", "user_id")
                .to("users", "id"),
        )
        .to_owned()
}
