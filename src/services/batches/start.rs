//! Starts batches: checks the request and leaves the rest to the ledger.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, EntityTrait as _};

use super::Batches;
use super::drafts::{self, NewDraft};
use super::file::clean_name;
use crate::database::Transaction;
use crate::entities::{batch, model};
use crate::queue::Notifier;
use crate::services::field_check::FieldCheck;
use crate::services::idempotency::{Keyed, check_key, request_hash};
use crate::services::ledger::{BatchStart, StartOutcome, start_batch};
use crate::services::predictions::{Payer, parse_max_price};
use crate::types::{AppError, BatchId, BatchView, Campaign, Credits, UserId, parse_required_id};

/// A batch without a draft that its user could look at first.
pub struct NewBatch {
    /// Who pays.
    pub payer: Payer,
    /// The model.
    pub model: model::Summary,
    /// A name for lists.
    pub name: Option<String>,
    /// The campaigns, whose lines count from 1.
    pub campaigns: Vec<Campaign>,
    /// The highest total that the client agreed to.
    pub max_total: Option<Credits>,
    /// The client's idempotency key, checked.
    pub key: String,
    /// The hash of the request with that key.
    pub hash: String,
}

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
        let id: Option<BatchId> = fields.read(parse_required_id(id));
        let max_total = fields.read(parse_max_price("max_total", max_total));
        let key = fields.read(check_key(key));
        let (Some(id), Some(max_total), Some(key)) = (id, max_total, key) else {
            return Err(fields.error());
        };
        let start = BatchStart {
            user: payer.user,
            api_key: payer.api_key,
            drafts_since: self.drafts_since(),
            max_total,
            key: key.to_owned(),
            hash: request_hash(&["batch", &id.to_string()]),
        };
        let earlier = self.find_by_key(payer.user, &start.key, &start.hash);
        let started = if let Some(earlier) = earlier.await? {
            Keyed::replay(earlier)
        } else {
            let draft = self.row(self.database.read(), payer.user, id).await?;
            let lines = u64::from(draft.lines.unsigned_abs());
            self.start_new(start, Source::Draft(id), lines).await?
        };
        let view = self.find_written(payer.user, started.value).await?;
        Ok(started.map(|_| view))
    }

    /// Stores campaigns and starts them in one transaction. A repeated key returns the batch that the first request started.
    ///
    /// # Errors
    /// As [`Batches::start`].
    pub async fn create_and_start(&self, new: NewBatch) -> Result<Keyed<BatchId>, AppError> {
        let payer = new.payer;
        let start = BatchStart {
            user: payer.user,
            api_key: payer.api_key,
            drafts_since: self.drafts_since(),
            max_total: new.max_total,
            key: new.key,
            hash: new.hash,
        };
        let lines = new.campaigns.len() as u64;
        let draft = NewDraft {
            user: payer.user,
            model: new.model,
            file_name: new.name.as_deref().and_then(clean_name),
            campaigns: (1..).zip(new.campaigns).collect(),
            now: self.clock.now(),
        };
        self.start_new(start, Source::New(Box::new(draft)), lines)
            .await
    }

    async fn start_new(
        &self,
        start: BatchStart,
        source: Source,
        lines: u64,
    ) -> Result<Keyed<BatchId>, AppError> {
        let room = self
            .predictions
            .submits()
            .reserve(start.user, lines)
            .await?;
        let hash = start.hash.clone();
        let attempt = Attempt {
            notifier: self.notifier.clone(),
            start,
            source,
            now: self.clock.now(),
        };
        // The room is part of the transaction, which goes on if the client disconnects.
        let started = self.database.transaction(
            "start a batch",
            (attempt, room),
            |transaction, (attempt, room)| {
                Box::pin(async move {
                    let (batch, outcome) = attempt.run(transaction).await?;
                    if matches!(outcome, StartOutcome::Started) {
                        let room = Arc::clone(room);
                        transaction.after_commit(move || room.commit());
                    }
                    Ok((batch, outcome))
                })
            },
        );
        match started.await? {
            (batch, StartOutcome::Started) => Ok(Keyed::first(batch)),
            (_, StartOutcome::Earlier(earlier)) if earlier.request_hash.as_ref() == Some(&hash) => {
                Ok(Keyed::replay(earlier.id))
            }
            (_, StartOutcome::Earlier(_)) => Err(AppError::KeyReused),
            (_, StartOutcome::Refused(refusal)) => Err(refusal),
        }
    }

    /// The batch that an earlier request with this key and this hash started.
    ///
    /// # Errors
    /// [`AppError::KeyReused`] if the earlier request was another one.
    pub(in crate::services) async fn find_by_key(
        &self,
        user: UserId,
        key: &str,
        hash: &str,
    ) -> Result<Option<BatchId>, AppError> {
        let earlier = batch::Entity::find_by_key(user, key);
        let Some(earlier) = earlier.one(self.database.write()).await? else {
            return Ok(None);
        };
        if earlier.request_hash.as_deref() == Some(hash) {
            Ok(Some(earlier.id))
        } else {
            Err(AppError::KeyReused)
        }
    }
}

/// What is started.
enum Source {
    /// A draft that is stored already.
    Draft(BatchId),
    /// Campaigns that are stored in the transaction of the start.
    New(Box<NewDraft>),
}

/// A start in its transaction.
struct Attempt {
    notifier: Notifier,
    start: BatchStart,
    source: Source,
    now: DateTime<Utc>,
}

impl Attempt {
    async fn run(&self, transaction: &Transaction) -> Result<(BatchId, StartOutcome), DbErr> {
        let Self {
            notifier,
            start,
            source,
            now,
        } = self;
        let batch = match source {
            Source::Draft(id) => *id,
            // Nobody else can see the row, so it may be locked before the balance.
            Source::New(draft) => drafts::insert(transaction, draft).await?.id,
        };
        let outcome = start_batch(transaction, notifier, (start, batch), *now).await?;
        if matches!(source, Source::New(_)) && !matches!(outcome, StartOutcome::Started) {
            batch::Entity::delete_by_id(batch).exec(transaction).await?;
        }
        Ok((batch, outcome))
    }
}
