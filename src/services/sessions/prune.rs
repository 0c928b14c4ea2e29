//! Deletes the rows of sessions that have lasted too long, in small transactions.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::sea_query::SelectStatement;
use sea_orm::{DbErr, EntityTrait as _, QueryFilter as _};
use tokio_util::sync::CancellationToken;

use super::{Lifetimes, Sessions};
use crate::database::is_selected;
use crate::entities::session::{Column, Entity};
use crate::services::background::restart_on_panic;

const PRUNE_EVERY: Duration = Duration::from_hours(1);
/// Sessions per statement.
const BATCH: u64 = 1_000;

impl Sessions {
    /// Deletes old sessions from time to time, until stopped.
    pub async fn run_pruning(self: Arc<Self>, stop: CancellationToken) {
        let token = stop.clone();
        restart_on_panic(stop, move || Arc::clone(&self).prune_loop(token.clone())).await;
    }

    async fn prune_loop(self: Arc<Self>, stop: CancellationToken) {
        loop {
            if let Err(error) = self.prune().await {
                tracing::warn!(%error, "cannot delete old sessions");
            }
            tokio::select! {
                () = tokio::time::sleep(PRUNE_EVERY) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Deletes the sessions of all users that were not used for a while or are too old.
    ///
    /// # Errors
    /// If the database is unavailable.
    pub async fn prune(&self) -> Result<(), DbErr> {
        let now = self.clock.now();
        let Lifetimes { idle, max } = self.lifetimes;
        self.delete_all(|| Entity::unused_since(now - idle, BATCH))
            .await?;
        self.delete_all(|| Entity::begun_before(now - max, BATCH))
            .await
    }

    /// Deletes what `batch` selects until it selects less than a whole batch.
    async fn delete_all(&self, batch: impl Fn() -> SelectStatement) -> Result<(), DbErr> {
        loop {
            let selected = is_selected(self.database.backend(), Column::Id, batch());
            let deleted = Entity::delete_many()
                .filter(selected)
                .exec(self.database.write())
                .await?;
            if deleted.rows_affected < BATCH {
                return Ok(());
            }
        }
    }
}
