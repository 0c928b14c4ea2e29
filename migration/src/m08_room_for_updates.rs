//! `balance`: a fill factor that leaves room on each page, so that PostgreSQL can put the new version of a row on the
//! same page without updating the index. Rows are small and change twice per prediction. SQLite updates in place.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, "ALTER TABLE balance SET (fillfactor = 50)").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, "ALTER TABLE balance RESET (fillfactor)").await
    }
}

async fn execute(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DatabaseBackend::Postgres {
        let connection = manager.get_connection();
        connection.execute_unprepared(sql).await?;
    }
    Ok(())
}
