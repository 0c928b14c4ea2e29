//! `transactions`: the ledger. Lines are only inserted; triggers reject updates and deletes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, string, string_null, text, timestamp_with_time_zone,
};
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await?;
        for (name, columns, unique) in [
            (
                "transactions_idempotency",
                &["user_id", "idempotency_key"][..],
                true,
            ),
            ("transactions_history", &["user_id", "id"], false),
            (
                "transactions_history_by_kind",
                &["user_id", "kind", "id"],
                false,
            ),
            ("transactions_task", &["task_id"], true),
        ] {
            let mut index = Index::create();
            index.name(name).table("transactions");
            for column in columns {
                index.col(*column);
            }
            if unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        let connection = manager.get_connection();
        for sql in immutability(manager.get_database_backend()) {
            connection.execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("transactions").to_owned())
            .await
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("transactions")
        .col(big_pk_auto("id"))
        .col(big_integer("user_id"))
        .col(string("kind").check(Expr::col("kind").is_in([
            "welcome",
            "top_up",
            "charge",
            "adjustment",
        ])))
        .col(big_integer("amount"))
        .col(big_integer("balance_before").check(Expr::col("balance_before").gte(0)))
        .col(
            big_integer("balance_after").check(Expr::col("balance_after").gte(0).and(
                Expr::col("balance_after").eq(Expr::col("balance_before").add(Expr::col("amount"))),
            )),
        )
        .col(text("description"))
        // Unique, so that a task cannot be charged twice.
        .col(big_integer_null("task_id"))
        .col(string_null("idempotency_key"))
        .col(string_null("request_hash"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(
            ForeignKey::create()
                .name("transactions_user")
                .from("transactions", "user_id")
                .to("users", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("transactions_task")
                .from("transactions", "task_id")
                .to("task", "id"),
        )
        .to_owned()
}

fn immutability(backend: DatabaseBackend) -> &'static [&'static str] {
    match backend {
        DatabaseBackend::Postgres => &[
            "CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'transactions are immutable'; END $$",
            "CREATE TRIGGER transactions_immutable BEFORE UPDATE OR DELETE OR TRUNCATE \
             ON transactions FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()",
        ],
        _ => &[
            "CREATE TRIGGER transactions_no_update BEFORE UPDATE ON transactions \
             BEGIN SELECT RAISE(ABORT, 'transactions are immutable'); END",
            // INSERT OR REPLACE deletes rows without firing delete triggers.
            "CREATE TRIGGER transactions_no_replace BEFORE INSERT ON transactions \
             WHEN EXISTS (SELECT 1 FROM transactions WHERE id = NEW.id OR task_id = NEW.task_id \
             OR (user_id = NEW.user_id AND idempotency_key = NEW.idempotency_key)) \
             BEGIN SELECT RAISE(ABORT, 'transactions are immutable'); END",
            "CREATE TRIGGER transactions_no_delete BEFORE DELETE ON transactions \
             BEGIN SELECT RAISE(ABORT, 'transactions are immutable'); END",
        ],
    }
}
