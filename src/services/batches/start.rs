//! Starts batches: checks the request and leaves the rest to the ledger.

use std::sync::Arc;

use super::Batches;
use crate::entities::batch;
use crate::services::field_check::FieldCheck;
use crate::services::idempotency::{Keyed, check_key, request_hash};
use crate::services::ledger::{BatchStart, StartOutcome, start_batch};
use crate::services::predictions::{Payer, parse_max_price};
use crate::types::{AppError, BatchId, BatchView, UserId, parse_required_id};

impl Batches {
    /// Holds the price of all predictions of a draft and queues them. A repeated key returns the batch that the first request
    /// started.
    ///
    /// # Errors
    /// 422 naming fields, or [`AppError::KeyReused`]; 402, also if a cap of the API key is reached; 404, also for another
    /// user's draft; 409 if it was started before, if its model is not live any more, or if it costs more than
    /// `max_total`; 429 if too many tasks of the user are open; 503 if the queue is full.
    pub async fn start(
        &self,
        payer: Payer,
        id: &str,
        max_total: &str,
        key: &str,
    ) -> Result<Keyed<BatchView>, AppError> {
        let mut fields = FieldCheck::default();
        let id = fields.read(parse_required_id(id));
        let max_total = fields.read(parse_max_price("max_total", max_total));
        let key = fields.read(check_key(key));
        let (Some(id), Some(max_total), Some(key)) = (id, max_total, key) else {
            return Err(fields.error());
        };
        let start = BatchStart {
            user: payer.user,
            api_key: payer.api_key,
            batch: id,
            drafts_since: self.drafts_since(),
            max_total,
            key: key.to_owned(),
            hash: request_hash(&["batch", &id.to_string()]),
        };
        if let Some(earlier) = self.find_by_key(&start).await? {
            return Ok(Keyed::replay(earlier));
        }
        self.start_new(start).await
    }

    async fn start_new(&self, start: BatchStart) -> Result<Keyed<BatchView>, AppError> {
        let (user, id) = (start.user, start.batch);
        let lines = self.lines_of_draft(user, id).await?;
        let room = self.predictions.submits().reserve(user, lines).await?;
        let hash = start.hash.clone();
        let input = (self.notifier.clone(), start, room, self.clock.now());
        // The room is part of the transaction, which goes on if the client disconnects.
        let started = self.database.transaction(
            "start a batch",
            input,
            |transaction, (notifier, start, room, now)| {
                Box::pin(async move {
                    let outcome = start_batch(transaction, notifier, start, *now).await?;
                    if matches!(outcome, StartOutcome::Started) {
                        let room = Arc::clone(room);
                        transaction.after_commit(move || room.commit());
                    }
                    Ok(outcome)
                })
            },
        );
        match started.await? {
            StartOutcome::Started => self.find_written(user, id).await.map(Keyed::first),
            StartOutcome::Earlier(earlier) if earlier.request_hash.as_ref() == Some(&hash) => {
                self.view(*earlier).await.map(Keyed::replay)
            }
            StartOutcome::Earlier(_) => Err(AppError::KeyReused),
            StartOutcome::Refused(refusal) => Err(refusal),
        }
    }

    async fn lines_of_draft(&self, user: UserId, id: BatchId) -> Result<u64, AppError> {
        let draft = self.row(self.database.read(), user, id).await?;
        Ok(u64::from(draft.lines.unsigned_abs()))
    }

    async fn find_by_key(&self, start: &BatchStart) -> Result<Option<BatchView>, AppError> {
        let earlier = batch::Entity::find_by_key(start.user, &start.key);
        let Some(earlier) = earlier.one(self.database.write()).await? else {
            return Ok(None);
        };
        if earlier.request_hash.as_ref() != Some(&start.hash) {
            return Err(AppError::KeyReused);
        }
        self.view(earlier).await.map(Some)
    }
}
