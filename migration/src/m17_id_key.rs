//! `id_key`: the key with which ids are encrypted before clients see them. It stays with the database, because clients keep
//! the ids that they were given.
//!
//! Not additive: an older program would show other ids.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, string};
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("id_key")
            .col(integer("id").primary_key().check(Expr::col("id").eq(1)))
            .col(string("key"));
        manager.create_table(table).await?;
        let key = match manager.get_database_backend() {
            DatabaseBackend::Postgres => "gen_random_uuid()::text || gen_random_uuid()::text",
            _ => "hex(randomblob(32))",
        };
        let insert = format!("INSERT INTO id_key (id, key) VALUES (1, {key})");
        let connection = manager.get_connection();
        connection.execute_unprepared(&insert).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("id_key").to_owned())
            .await
    }
}
