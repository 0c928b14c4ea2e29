//! `webhook`, `webhook_delivery` and `webhook_attempt`: the URLs that users have events posted to, the queue and log of
//! these posts, and their attempts. Deliveries are deleted with age, together with their attempts.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, boolean, integer, integer_null, string,
    string_null, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [webhook(), delivery(), attempt()] {
            manager.create_table(table).await?;
        }
        for (name, table, columns, is_unique) in [
            ("webhook_user", "webhook", &["user_id", "id"][..], false),
            (
                "webhook_delivery_message",
                "webhook_delivery",
                &["webhook_id", "message_id"],
                true,
            ),
            (
                "webhook_delivery_log",
                "webhook_delivery",
                &["webhook_id", "id"],
                false,
            ),
            (
                "webhook_delivery_age",
                "webhook_delivery",
                &["created_at"],
                false,
            ),
            (
                "webhook_attempt_delivery",
                "webhook_attempt",
                &["delivery_id", "id"],
                false,
            ),
        ] {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(*column);
            }
            if is_unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        // Both statements that use it contain the condition as a literal. The first is the queue.
        let connection = manager.get_connection();
        for sql in [
            "CREATE INDEX webhook_delivery_due ON webhook_delivery (next_attempt_at) WHERE status = 'pending'",
            "CREATE INDEX webhook_delivery_pending ON webhook_delivery (webhook_id) WHERE status = 'pending'",
        ] {
            connection.execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["webhook_attempt", "webhook_delivery", "webhook"] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        Ok(())
    }
}

fn webhook() -> TableCreateStatement {
    Table::create()
        .table("webhook")
        .col(big_pk_auto("id"))
        .col(big_integer("user_id"))
        // If set, only task and batch events of this key are sent.
        .col(big_integer_null("api_key_id"))
        .col(text("url"))
        // Words, separated by spaces.
        .col(text("events"))
        // Credits; `balance.low` is posted when the balance falls below.
        .col(big_integer_null("low_balance").check(Expr::col("low_balance").gte(1)))
        .col(boolean("is_enabled"))
        .col(
            string_null("disabled_reason")
                .check(Expr::col("disabled_reason").is_in(["failing", "gone"])),
        )
        // Since when every attempt has failed.
        .col(timestamp_with_time_zone_null("failing_since"))
        // The secret is derived from this nonce and the key of the service. The check tells whether it is the same key.
        .col(string("nonce"))
        .col(string("key_check"))
        .col(timestamp_with_time_zone("secret_made_at"))
        // The secret before, which also signs until then.
        .col(string_null("previous_nonce"))
        .col(timestamp_with_time_zone_null("previous_until"))
        .col(timestamp_with_time_zone("created_at"))
        // Deleted for its user; the row goes once its deliveries are deleted.
        .col(timestamp_with_time_zone_null("deleted_at"))
        .foreign_key(
            ForeignKey::create()
                .name("webhook_user")
                .from("webhook", "user_id")
                .to("users", "id"),
        )
        .to_owned()
}

fn delivery() -> TableCreateStatement {
    Table::create()
        .table("webhook_delivery")
        .col(big_pk_auto("id"))
        .col(big_integer("webhook_id"))
        .col(string("message_id"))
        .col(string("event"))
        // The body of the requests, byte for byte, because it is signed.
        .col(text("payload"))
        .col(string("status").check(Expr::col("status").is_in([
            "pending",
            "succeeded",
            "failed",
            "canceled",
        ])))
        .col(integer("attempts").check(Expr::col("attempts").gte(0)))
        // How often its user has sent it again.
        .col(integer("resends").check(Expr::col("resends").gte(0)))
        .col(timestamp_with_time_zone("queued_at"))
        // Not claimed before. A claim moves it to the end of its lease.
        .col(timestamp_with_time_zone("next_attempt_at"))
        .col(timestamp_with_time_zone_null("attempted_at"))
        .col(string_null("lease_token"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(
            ForeignKey::create()
                .name("webhook_delivery_webhook")
                .from("webhook_delivery", "webhook_id")
                .to("webhook", "id"),
        )
        .to_owned()
}

fn attempt() -> TableCreateStatement {
    Table::create()
        .table("webhook_attempt")
        .col(big_pk_auto("id"))
        .col(big_integer("delivery_id"))
        .col(timestamp_with_time_zone("attempted_at"))
        .col(integer("duration_ms"))
        .col(integer_null("status_code"))
        .col(string_null("error"))
        // The beginning of the body of the response.
        .col(text_null("response"))
        .foreign_key(
            ForeignKey::create()
                .name("webhook_attempt_delivery")
                .from("webhook_attempt", "delivery_id")
                .to("webhook_delivery", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}
