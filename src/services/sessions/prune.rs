//! Deletes the rows of sessions that have lasted too long, in small transactions.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{DbErr, EntityTrait as _};
use tokio_util::sync::CancellationToken;

use super::{Lifetimes, Sessions};
use crate::database::delete_in_batches;
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
        for old in [
            Entity::unused_since(now - idle, BATCH),
            Entity::begun_before(now - max, BATCH),
        ] {
            let all = Entity::delete_many();
            delete_in_batches(self.database.write(), all, Column::Id, old, BATCH).await?;
        }
        Ok(())
    }
}
