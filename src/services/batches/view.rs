//! Converts batches for the API.

use std::collections::{HashMap, HashSet};

use sea_orm::EntityTrait as _;

use super::{Batches, DRAFT_KEPT_FOR};
use crate::entities::{balance, batch};
use crate::queue;
use crate::types::{
    AppError, BatchCounts, BatchId, BatchState, BatchView, Credits, ModelId, ModelRef, QueueView,
    UserId,
};

impl Batches {
    /// One batch, with the place of its last task in the queue.
    pub(super) async fn view(&self, batch: batch::Model) -> Result<BatchView, AppError> {
        let (user, id) = (batch.user_id, batch.id);
        let mut views = self.views(user, vec![batch]).await?;
        let view = views.pop().ok_or(AppError::Internal)?;
        if view.counts.queued == 0 {
            return Ok(view);
        }
        // The batch is returned even if its place in the queue cannot be read.
        let queue = self.wait(id).await;
        let queue = queue.inspect_err(|error| {
            tracing::warn!(%error, "cannot estimate the wait of a batch");
        });
        Ok(BatchView {
            queue: queue.ok().flatten(),
            ..view
        })
    }

    async fn wait(&self, id: BatchId) -> Result<Option<QueueView>, AppError> {
        match queue::last_queued(&self.database, id).await? {
            Some(task) => self.eta().of(&task).await.map(Some),
            None => Ok(None),
        }
    }

    /// Batches of a user in the same order, with at most four queries for all of them.
    pub(super) async fn views(
        &self,
        user: UserId,
        batches: Vec<batch::Model>,
    ) -> Result<Vec<BatchView>, AppError> {
        let models: HashSet<ModelId> = batches.iter().map(|batch| batch.model_id).collect();
        let models = self.catalog().named(models).await?;
        let running = batches.iter().filter(|batch| is_running(batch));
        let running: Vec<_> = running.map(|batch| batch.id).collect();
        let counted = if running.is_empty() {
            HashMap::new()
        } else {
            queue::count_by_state(self.database.read(), running).await?
        };
        let available = self.available(user).await?;
        let mut views = Vec::with_capacity(batches.len());
        for batch in batches {
            let model = models.get(&batch.model_id).ok_or(AppError::Internal)?;
            let counts = counted.get(&batch.id).copied();
            let counts = counts.unwrap_or_else(|| stored_counts(&batch));
            let price = self.price(&batch).await;
            let view = View {
                price,
                counts,
                available,
            };
            views.push(view.of(batch, model.model_ref()));
        }
        Ok(views)
    }

    async fn available(&self, user: UserId) -> Result<Credits, AppError> {
        let balance = balance::Entity::find_by_id(user)
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)?;
        Ok(Credits(balance.amount - balance.held))
    }

    /// The price of one prediction: of a draft the current one, if its model is still live.
    async fn price(&self, batch: &batch::Model) -> Credits {
        if batch.started_at.is_none()
            && let Ok(model) = self.catalog().offer(Some(batch.model_id)).await
        {
            return Credits(model.price);
        }
        Credits(batch.price)
    }
}

const fn is_running(batch: &batch::Model) -> bool {
    batch.started_at.is_some() && batch.finished_at.is_none()
}

/// The counts of a finished batch.
fn stored_counts(batch: &batch::Model) -> BatchCounts {
    let count = |stored: Option<i32>| stored.unwrap_or_default().unsigned_abs();
    BatchCounts {
        queued: 0,
        running: 0,
        succeeded: count(batch.succeeded),
        failed: count(batch.failed),
        canceled: count(batch.canceled),
    }
}

/// What a batch does not say itself.
struct View {
    price: Credits,
    counts: BatchCounts,
    available: Credits,
}

impl View {
    fn of(self, batch: batch::Model, model: ModelRef) -> BatchView {
        let Self {
            price,
            counts,
            available,
        } = self;
        let state = match (batch.started_at, batch.finished_at) {
            (None, _) => BatchState::Draft,
            (Some(_), None) => BatchState::Running,
            (Some(_), Some(_)) => BatchState::Finished,
        };
        let lines = batch.lines.unsigned_abs();
        let of = |tasks: u32| Credits(price.0.saturating_mul(tasks.into()));
        let is_draft = state == BatchState::Draft;
        BatchView {
            id: batch.id,
            state,
            file_name: batch.file_name,
            model,
            api_key_id: batch.api_key_id,
            lines,
            price,
            total: of(lines),
            available,
            counts,
            charged: of(counts.succeeded),
            held: of(counts.open()),
            released: of(counts.failed + counts.canceled),
            queue: None,
            created_at: batch.created_at,
            expires_at: is_draft.then(|| batch.created_at + DRAFT_KEPT_FOR),
            started_at: batch.started_at,
            finished_at: batch.finished_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    #[test]
    fn credits_follow_from_the_counts() {
        let now = DateTime::UNIX_EPOCH;
        let draft = batch::Model {
            id: BatchId(7),
            user_id: UserId(1),
            api_key_id: None,
            model_id: ModelId(1),
            price: 10,
            file_name: None,
            lines: 31,
            created_at: now,
            started_at: None,
            finished_at: None,
            idempotency_key: None,
            request_hash: None,
            succeeded: None,
            failed: None,
            canceled: None,
        };
        let model = ModelRef {
            id: ModelId(1),
            name: "m".to_owned(),
            version: "1".to_owned(),
        };
        let shown = |batch: batch::Model, counts: BatchCounts| {
            let view = View {
                price: Credits(10),
                counts,
                available: Credits(50),
            };
            view.of(batch, model.clone())
        };
        let view = shown(draft.clone(), BatchCounts::default());
        assert_eq!(view.state, BatchState::Draft);
        assert_eq!(view.total, Credits(310));
        assert_eq!(view.expires_at, Some(now + TimeDelta::days(1)));
        let counts = BatchCounts {
            queued: 1,
            running: 2,
            succeeded: 4,
            failed: 8,
            canceled: 16,
        };
        let started = batch::Model {
            started_at: Some(now),
            ..draft
        };
        let view = shown(started, counts);
        let credits = [view.charged, view.held, view.released];
        assert_eq!(credits, [Credits(40), Credits(30), Credits(240)]);
        assert_eq!((view.state, view.expires_at), (BatchState::Running, None));
    }
}
