//! Predictions: submit, look, cancel.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::idempotency::{check_key, request_hash};
use super::ledger;
use super::pages::{cut_span, is_unique_violation, page_span, parse_cursor};
use super::queue_outlook::QueueOutlook;
use super::{Catalog, Clock};
use crate::entities::task::Input;
use crate::entities::{Database, model, task, task_result};
use crate::queue::{self, Change, NewTask, Signals};
use crate::types::{
    AppError, Campaign, CampaignInput, Credits, FieldErrors, Page, TaskFilterInput, TaskId,
    TaskStatus, TaskView, UserId, Violation, parse_id, parse_page_limit,
};

const QUEUE_FULL_RETRY_S: u64 = 5;

/// Takes paid requests and shows them.
pub struct Predictions {
    database: Database,
    signals: Signals,
    clock: Arc<dyn Clock>,
    catalog: Arc<Catalog>,
    max_queued: u64,
    outlook: QueueOutlook,
}

struct Submission {
    campaign: Campaign,
    model: Option<i64>,
    key: String,
    hash: String,
}

impl Predictions {
    /// Submits are refused while `max_queued` tasks are queued.
    pub fn new(
        database: Database,
        signals: Signals,
        clock: Arc<dyn Clock>,
        catalog: Arc<Catalog>,
        max_queued: u64,
    ) -> Self {
        Self {
            outlook: QueueOutlook::new(database.clone(), Arc::clone(&clock)),
            database,
            signals,
            clock,
            catalog,
            max_queued,
        }
    }

    /// Holds the price and queues a task; the same key again answers the task that it made.
    ///
    /// # Errors
    /// 422 naming fields, or [`AppError::KeyReused`]; 402; 404 for a model that is not live; 503 where the
    /// queue is full.
    pub async fn submit(
        &self,
        user: UserId,
        campaign: &CampaignInput,
        key: &str,
        model_id: &str,
    ) -> Result<TaskView, AppError> {
        let submission = self.check(campaign, key, model_id)?;
        if let Some(task) = self.find_by_key(user, &submission).await? {
            return Ok(task);
        }
        let model = self.catalog.live_model(submission.model).await?;
        if queue::is_full(&self.database, self.max_queued).await? {
            return Err(AppError::Unavailable {
                reason: "the queue is full; nothing was held".to_owned(),
                retry_after_s: QUEUE_FULL_RETRY_S,
            });
        }
        self.enqueue(user, submission, model).await
    }

    fn check(
        &self,
        campaign: &CampaignInput,
        key: &str,
        model_id: &str,
    ) -> Result<Submission, AppError> {
        let mut errors = FieldErrors::new();
        let mut note = |error: AppError| {
            if let AppError::Invalid(fields) = error {
                errors.extend(fields);
            }
        };
        let key = check_key(key).map_err(&mut note).ok();
        let model = parse_id("model_id", model_id).map_err(&mut note).ok();
        let today = self.clock.now().date_naive();
        let checked = campaign
            .check(today)
            .map_err(|fields| note(AppError::Invalid(fields)))
            .ok();
        let (Some(key), Some(model), Some(campaign_checked)) = (key, model, checked) else {
            return Err(AppError::Invalid(errors));
        };
        // The request as it was sent: what is derived, such as today, may differ at the second try.
        let sent = serde_json::to_string(campaign).unwrap_or_default();
        Ok(Submission {
            campaign: campaign_checked,
            model,
            key: key.to_owned(),
            hash: request_hash(&["predict", &sent, model_id.trim()]),
        })
    }

    async fn enqueue(
        &self,
        user: UserId,
        submission: Submission,
        model: model::Summary,
    ) -> Result<TaskView, AppError> {
        let now = self.clock.now();
        let price = Credits(model.price);
        let transaction = self.database.begin().await?;
        if !ledger::hold(&transaction, user, price, now).await? {
            transaction.rollback().await?;
            // The credits may have gone to this very request, sent twice at once.
            if let Some(task) = self.find_by_key(user, &submission).await? {
                return Ok(task);
            }
            let balance = crate::entities::balance::Entity::find_by_id(user.0)
                .one(self.database.write())
                .await?
                .ok_or(AppError::NotFound)?;
            return Err(AppError::InsufficientCredits {
                needed: price,
                available: Credits(balance.amount - balance.held),
            });
        }
        let new = NewTask {
            user,
            model: model.id,
            price,
            input: Input(submission.campaign.clone()),
            key: submission.key.clone(),
            hash: submission.hash.clone(),
        };
        match queue::enqueue(&transaction, new, now).await {
            Ok(task) => {
                let change = Change::task_of(user, TaskId(task.id));
                self.signals.commit(transaction, true, &[change]).await?;
                Ok(task.into_view(&model, None)?)
            }
            Err(error) if is_unique_violation(&error) => {
                transaction.rollback().await?;
                let first = self.find_by_key(user, &submission).await?;
                first.ok_or(AppError::Internal)
            }
            Err(error) => Err(error.into()),
        }
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
        if task.request_hash != submission.hash {
            return Err(AppError::KeyReused);
        }
        self.view(task).await.map(Some)
    }

    /// One task of a user.
    ///
    /// # Errors
    /// 422 naming `id`; 404, also for somebody else's.
    pub async fn task(&self, user: UserId, id: &str) -> Result<TaskView, AppError> {
        let id = required_id(id)?;
        self.find(user, id).await
    }

    /// One task of a user, by its typed id.
    ///
    /// # Errors
    /// 404, also for somebody else's.
    pub async fn find(&self, user: UserId, id: TaskId) -> Result<TaskView, AppError> {
        let task = task::Entity::of_user(user, id)
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)?;
        let queue = if task.status == TaskStatus::Queued.as_str() {
            Some(self.outlook.of(&task).await?)
        } else {
            None
        };
        let view = self.view(task).await?;
        Ok(TaskView { queue, ..view })
    }

    /// A page of a user's tasks, newest first. It may hold less than `limit` and still name a next one: see
    /// [`super::pages`].
    ///
    /// # Errors
    /// 422 naming `limit`, `cursor` or fields of the filter.
    pub async fn tasks(
        &self,
        user: UserId,
        limit: &str,
        cursor: &str,
        filter: &TaskFilterInput,
    ) -> Result<Page<TaskView>, AppError> {
        let limit = parse_page_limit(limit)?;
        let filter = filter.check()?;
        let before = parse_cursor(cursor)?;
        let database = self.database.read();
        let look_back = |rows| task::Entity::look_back(user, before, rows);
        let span = page_span(database, before, filter.is_by_index(), look_back).await?;
        let backend = self.database.backend();
        let tasks = task::Entity::history(user, &filter, span, backend, u64::from(limit) + 1)
            .all(database)
            .await?;
        let (tasks, next) = cut_span(tasks, limit, span, |task| task.id);
        let items = self.views(tasks).await?;
        Ok(Page { items, next })
    }

    /// Cancels a queued task and releases its hold.
    ///
    /// # Errors
    /// 422 naming `id`; 404; 409 where it is no longer queued.
    pub async fn cancel(&self, user: UserId, id: &str) -> Result<TaskView, AppError> {
        let id = required_id(id)?;
        let now = self.clock.now();
        let transaction = self.database.begin().await?;
        if let Some(price) = queue::cancel(&transaction, user, id, now).await? {
            ledger::release(&transaction, user, price, now).await?;
            let change = Change::task_of(user, id);
            self.signals.commit(transaction, false, &[change]).await?;
            return self.find_written(user, id).await;
        }
        transaction.rollback().await?;
        let task = self.find_written(user, id).await?;
        Err(AppError::Conflict(format!(
            "only a queued task can be canceled; this one is {}",
            task.status
        )))
    }

    async fn find_written(&self, user: UserId, id: TaskId) -> Result<TaskView, AppError> {
        let task = task::Entity::of_user(user, id)
            .one(self.database.write())
            .await?
            .ok_or(AppError::NotFound)?;
        self.view(task).await
    }

    async fn view(&self, task: task::Model) -> Result<TaskView, AppError> {
        let mut views = self.views(vec![task]).await?;
        views.pop().ok_or(AppError::Internal)
    }

    /// Two queries more for a whole page: the models and the results of its tasks.
    async fn views(&self, tasks: Vec<task::Model>) -> Result<Vec<TaskView>, AppError> {
        let models: HashSet<i64> = tasks.iter().map(|task| task.model_id).collect();
        let models = self.catalog.summaries(models).await?;
        let results = task_result::Entity::find()
            .filter(task_result::Column::TaskId.is_in(tasks.iter().map(|task| task.id)))
            .all(self.database.read())
            .await?;
        let mut results: HashMap<i64, _> = results
            .into_iter()
            .map(|result| (result.task_id, result))
            .collect();
        let mut views = Vec::with_capacity(tasks.len());
        for task in tasks {
            let model = models
                .get(&task.model_id)
                .ok_or_else(|| DbErr::RecordNotFound(format!("model {}", task.model_id)))?;
            let result = results.remove(&task.id);
            views.push(task.into_view(model, result)?);
        }
        Ok(views)
    }
}

/// The id of a task, which must be there.
pub(super) fn required_id(id: &str) -> Result<TaskId, AppError> {
    parse_id("id", id)?
        .map(TaskId)
        .ok_or_else(|| AppError::invalid("id", Violation::Required))
}
