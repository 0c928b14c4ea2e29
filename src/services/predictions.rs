//! Predictions: submits, lists and cancels tasks.

use std::sync::Arc;

use sea_orm::{DbErr, EntityTrait};

use super::field_check::FieldCheck;
use super::idempotency::{Keyed, check_key, predict_hash, request_hash};
use super::ledger::{self, Hold};
use super::pages::{cut_span, page_span};
use super::queue_eta::QueueEta;
use super::submit_queue::{SubmitMode, SubmitQueue};
use super::task_views::TaskViews;
use super::title_search;
use super::webhooks::outbox::{Event, Subscribers};
use super::{Catalog, Clock, UsedKey, User, own_tasks};
use crate::database::Database;
use crate::entities::task;
use crate::queue::{self, Change, NewTask, Notifier};
use crate::types::{
    ApiKeyId, AppError, Campaign, CampaignInput, Credits, ModelId, Page, TaskFilter, TaskId,
    TaskStatus, TaskView, UserId, Violation, parse_id,
};

/// Attempts when the cause of a refusal disappears before we can report it.
const SUBMIT_ATTEMPTS: u32 = 3;

/// Submits, lists and cancels predictions.
pub struct Predictions {
    database: Database,
    notifier: Notifier,
    clock: Arc<dyn Clock>,
    catalog: Arc<Catalog>,
    submits: SubmitQueue,
    eta: QueueEta,
    views: TaskViews,
}

/// Who pays for a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payer {
    /// The user.
    pub user: UserId,
    /// The API key that the request came with; its caps apply.
    pub api_key: Option<ApiKeyId>,
}

impl Payer {
    /// The user of a request, and the API key that it came with.
    pub fn of(user: &User, key: Option<&UsedKey>) -> Self {
        Self {
            user: user.id,
            api_key: key.map(|UsedKey(key)| key.id),
        }
    }
}

impl From<UserId> for Payer {
    fn from(user: UserId) -> Self {
        Self {
            user,
            api_key: None,
        }
    }
}

struct Submission {
    campaign: Campaign,
    model: Option<ModelId>,
    key: String,
    hash: String,
    /// The hash of the request as sent, which earlier versions of the program stored. Their rows keep it.
    hash_as_sent: String,
    max_price: Option<Credits>,
}

impl Submission {
    fn check_price(&self, price: Credits) -> Result<(), AppError> {
        match self.max_price {
            Some(max) if price > max => Err(AppError::PriceChanged { price }),
            _ => Ok(()),
        }
    }
}

impl Predictions {
    /// Submits are refused while `max_queued` tasks are queued, or `max_open` of the user are open.
    pub fn new(
        database: Database,
        notifier: Notifier,
        clock: Arc<dyn Clock>,
        catalog: Arc<Catalog>,
        max_queued: u64,
        max_open: u64,
    ) -> Self {
        Self {
            submits: SubmitQueue::new(&database, &notifier, &clock, max_queued, max_open),
            eta: QueueEta::new(database.clone(), Arc::clone(&clock)),
            views: TaskViews::new(database.clone(), Arc::clone(&clock), Arc::clone(&catalog)),
            database,
            notifier,
            clock,
            catalog,
        }
    }

    /// The queue of submits, which counts the open tasks of users.
    pub(super) const fn submits(&self) -> &SubmitQueue {
        &self.submits
    }

    /// The models.
    pub(super) fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Estimates waits.
    pub(super) const fn eta(&self) -> &QueueEta {
        &self.eta
    }

    /// Converts tasks for the API.
    pub(super) const fn task_views(&self) -> &TaskViews {
        &self.views
    }

    /// Holds the price and queues a task. A repeated key returns the task that the first request created.
    ///
    /// # Errors
    /// 422 naming fields, or [`AppError::KeyReused`]; 402, also if a cap of the API key is reached; 404 for a model that is not live; 409 if it costs
    /// more than `max_price`; 429 if too many tasks of the user are open; 503 if the queue is full.
    pub async fn submit(
        &self,
        payer: impl Into<Payer>,
        campaign: &CampaignInput,
        key: &str,
        model_id: &str,
        max_price: &str,
    ) -> Result<Keyed<TaskView>, AppError> {
        let submission = self.check(campaign, key, model_id, max_price)?;
        let payer = payer.into();
        match self.enqueue(payer, &submission).await {
            Ok(task) => Ok(task),
            // A repeated key returns its task, even if a new task would be refused now.
            Err(refusal) => {
                let earlier = self.find_by_key(payer.user, &submission).await?;
                earlier.map(Keyed::replay).ok_or(refusal)
            }
        }
    }

    fn check(
        &self,
        campaign: &CampaignInput,
        key: &str,
        model_id: &str,
        max_price: &str,
    ) -> Result<Submission, AppError> {
        let mut fields = FieldCheck::default();
        let key = fields.read(check_key(key));
        let model = fields.read(parse_id::<ModelId>("model_id", model_id));
        let max_price = fields.read(parse_max_price("max_price", max_price));
        let today = self.clock.now().date_naive();
        let checked = fields.read(campaign.check(today).map_err(AppError::Invalid));
        let (Some(key), Some(model), Some(max_price), Some(campaign_checked)) =
            (key, model, max_price, checked)
        else {
            return Err(fields.error());
        };
        let sent = serde_json::to_string(campaign).unwrap_or_default();
        Ok(Submission {
            hash: predict_hash(campaign, &campaign_checked, model),
            hash_as_sent: request_hash(&["predict", &sent, model_id.trim()]),
            campaign: campaign_checked,
            model,
            key: key.to_owned(),
            max_price,
        })
    }

    async fn enqueue(
        &self,
        payer: Payer,
        submission: &Submission,
    ) -> Result<Keyed<TaskView>, AppError> {
        let Payer { user, api_key } = payer;
        let mut model = self.catalog.offer(submission.model).await?;
        let room = self.submits.reserve(user, 1).await?;
        for attempt in 0..SUBMIT_ATTEMPTS {
            let price = Credits(model.price);
            submission.check_price(price)?;
            let new = NewTask {
                user,
                model: model.id,
                price,
                input: submission.campaign.clone(),
                key: submission.key.clone(),
                hash: submission.hash.clone(),
                api_key,
            };
            let mode = if attempt == 0 {
                SubmitMode::Batched
            } else {
                SubmitMode::Single
            };
            if let Some(task) = self.submits.submit(new, &room, mode).await? {
                return Ok(Keyed::first(task.into_view(&model, None, None)));
            }
            if let Some(task) = self.find_by_key(user, submission).await? {
                return Ok(Keyed::replay(task));
            }
            model = self.catalog.live_model(submission.model).await?;
            let balance = crate::entities::balance::Entity::find_by_id(user)
                .one(self.database.write())
                .await?
                .ok_or(AppError::NotFound)?;
            let available = Credits(balance.amount - balance.held);
            let needed = Credits(model.price);
            submission.check_price(needed)?;
            if let Some(key) = api_key {
                let (database, now) = (self.database.write(), self.clock.now());
                ledger::check_budget(database, key, needed, now).await?;
            }
            if available < needed {
                return Err(AppError::InsufficientCredits { needed, available });
            }
        }
        let reason = "the balance keeps changing; no credits were held";
        Err(AppError::unavailable(reason, 1))
    }

    async fn find_by_key(
        &self,
        user: UserId,
        submission: &Submission,
    ) -> Result<Option<TaskView>, AppError> {
        let Some(task) = task::Entity::find_by_key(user, &submission.key)
            .one(self.database.write())
            .await?
        else {
            return Ok(None);
        };
        let known = [&submission.hash, &submission.hash_as_sent];
        if !known.contains(&&task.request_hash) {
            return Err(AppError::KeyReused);
        }
        self.views.one(task).await.map(Some)
    }

    /// One task of a user.
    ///
    /// # Errors
    /// 404, also for another user's task.
    pub async fn find(&self, user: UserId, id: TaskId) -> Result<TaskView, AppError> {
        let task = own_tasks::find(&self.database, user, id).await?;
        let queue = if task.status == TaskStatus::Queued {
            // The task is returned even if its place in the queue cannot be read.
            let eta = self.eta.of(&task).await;
            eta.inspect_err(|error| tracing::warn!(%error, "cannot estimate the wait of a task"))
                .ok()
        } else {
            None
        };
        let view = self.views.one(task).await?;
        Ok(TaskView { queue, ..view })
    }

    /// A page of a user's tasks with ids below `before`, newest first. It may contain fewer than `limit` tasks and
    /// still have a next page: see `services::pages`.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn tasks(
        &self,
        user: UserId,
        filter: &TaskFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Page<TaskView>, AppError> {
        let database = self.database.read();
        let look_back = |rows| task::Entity::look_back(user, before, rows);
        let span = page_span(database, before, filter.is_by_index(), look_back).await?;
        let rows = u64::from(limit) + 1;
        let query = if filter.words.is_empty() {
            task::Entity::history(user, filter, span, rows)
        } else {
            let found = title_search::find(database, user, filter, span, rows).await?;
            task::Entity::among(user, found)
        };
        let tasks = query.all(database).await?;
        let page = cut_span(tasks, limit, span, |task| task.id.0);
        Ok(Page {
            items: self.views.of(page.items).await?,
            next: page.next,
        })
    }

    /// Cancels a queued task and releases its hold. A task that is already canceled is returned as it is, so that a
    /// client may repeat a request whose response was lost.
    ///
    /// # Errors
    /// 404; 409 if the task is no longer queued.
    pub async fn cancel(&self, user: UserId, id: TaskId) -> Result<TaskView, AppError> {
        if self.try_cancel(user, id).await? {
            self.submits.invalidate_counts(user);
            return self.find_written(user, id).await;
        }
        let task = self.find_written(user, id).await?;
        if task.status == TaskStatus::Canceled {
            return Ok(task);
        }
        Err(AppError::Conflict(format!(
            "only a queued task can be canceled; this one is {}",
            task.status
        )))
    }

    /// Cancels the task; false if it was not queued.
    async fn try_cancel(&self, user: UserId, id: TaskId) -> Result<bool, DbErr> {
        let input = (self.notifier.clone(), user, id, self.clock.now());
        self.database
            .transaction("cancel", input, |transaction, (notifier, user, id, now)| {
                Box::pin(async move {
                    let Some(canceled) = queue::cancel(transaction, *user, *id, *now).await? else {
                        return Ok(false);
                    };
                    let at = canceled.finished_at.unwrap_or(*now);
                    ledger::release_all(transaction, vec![Hold::of(&canceled)], at).await?;
                    let batch = canceled.batch_id.into_iter().collect();
                    let finished = queue::finish_batches(transaction, batch, at).await?;
                    let subscribers = Subscribers::find(transaction, [*user]).await?;
                    if !subscribers.is_empty() {
                        let is_single = canceled.batch_id.is_none();
                        let task = is_single.then(|| Event::task_canceled(&canceled, at));
                        let batches = finished.iter().map(Event::batch_finished);
                        let events = task.into_iter().chain(batches);
                        subscribers
                            .tell(transaction, notifier, events, *now)
                            .await?;
                    }
                    let changes = vec![Change::task_of(*user, *id), Change::of(&canceled)];
                    notifier
                        .publish_on_commit(transaction, false, changes)
                        .await?;
                    Ok(true)
                })
            })
            .await
    }

    async fn find_written(&self, user: UserId, id: TaskId) -> Result<TaskView, AppError> {
        let task = task::Entity::of_user(user, id)
            .one(self.database.write())
            .await?
            .ok_or(AppError::NotFound)?;
        self.views.one(task).await
    }
}

/// The highest price that the client agreed to, in the field `name`; `None` if the text is blank.
pub(super) fn parse_max_price(name: &str, text: &str) -> Result<Option<Credits>, AppError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let price = text.parse::<i64>();
    price
        .map(|price| Some(Credits(price)))
        .map_err(|_| AppError::invalid(name, Violation::NotAWholeNumber))
}
