//! Batches: checks files of campaigns, quotes their price, starts and cancels them, and ranks their results.
//!
//! An uploaded file is a draft, which costs nothing and expires. A start holds the price of all its campaigns at once and
//! queues a task for each. From then on every task is charged or released on its own, like any other.

mod cancel;
mod drafts;
mod file;
mod rank;
mod start;
mod view;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use sea_orm::ConnectionTrait;
use tokio::sync::Semaphore;

use super::queue_eta::QueueEta;
use super::sent_file::SentFile;
use super::{Catalog, Clock, Predictions};
use crate::database::Database;
use crate::entities::{batch, task};
use crate::queue::Notifier;
use crate::types::{
    AppError, BatchId, BatchOrder, BatchTaskFilter, BatchView, Page, TaskId, TaskView, UserId,
    parse_id,
};
pub use drafts::prune_drafts;
pub use start::NewBatch;

/// How long a draft is kept.
const DRAFT_KEPT_FOR: Duration = Duration::days(1);
/// Files that are checked at the same time, per process. Each takes memory and a thread.
const CONCURRENT_FILES: usize = 2;

/// Checks, starts, cancels and reads batches.
pub struct Batches {
    database: Database,
    notifier: Notifier,
    clock: Arc<dyn Clock>,
    predictions: Arc<Predictions>,
    files: Semaphore,
}

/// An uploaded file, as it arrives.
#[derive(Debug)]
pub struct Upload {
    /// The file.
    pub file: SentFile,
    /// Its name, which may be blank.
    pub name: String,
    /// The id of the model, or blank for the default one.
    pub model_id: String,
}

impl Batches {
    /// Uses one database. Batches count against the same limits as the tasks of `predictions`.
    pub fn new(
        database: &Database,
        notifier: &Notifier,
        clock: &Arc<dyn Clock>,
        predictions: &Arc<Predictions>,
    ) -> Self {
        Self {
            database: database.clone(),
            notifier: notifier.clone(),
            clock: Arc::clone(clock),
            predictions: Arc::clone(predictions),
            files: Semaphore::new(CONCURRENT_FILES),
        }
    }

    /// Checks a file and stores it as a draft. Returns the draft with its price.
    ///
    /// # Errors
    /// 422 naming `model_id`, the argument with the file, or every line and field that is wrong, such as
    /// `line 7: usd_goal`; 404 for a model that is not live.
    pub async fn create(&self, user: UserId, upload: Upload) -> Result<BatchView, AppError> {
        let model = parse_id("model_id", &upload.model_id)?;
        let model = self.catalog().live_model(model).await?;
        let name = file::clean_name(&upload.name);
        let campaigns = {
            // The semaphore is never closed.
            let _permit = self.files.acquire().await;
            let today = self.clock.now().date_naive();
            let reading = tokio::task::spawn_blocking(move || file::read(&upload.file, today));
            reading.await.map_err(|_| AppError::Internal)??
        };
        let draft = self.store_draft(user, &model, name, campaigns).await?;
        self.view(draft).await
    }

    /// One batch of a user.
    ///
    /// # Errors
    /// 404, also for another user's batch and for a draft that has expired.
    pub async fn find(&self, user: UserId, id: BatchId) -> Result<BatchView, AppError> {
        let found = self.row(self.database.read(), user, id).await?;
        self.view(found).await
    }

    /// Like [`Batches::find`], but sees what was just written.
    async fn find_written(&self, user: UserId, id: BatchId) -> Result<BatchView, AppError> {
        let found = self.row(self.database.write(), user, id).await?;
        self.view(found).await
    }

    /// The row of a user's batch that is no expired draft.
    async fn row(
        &self,
        database: &impl ConnectionTrait,
        user: UserId,
        id: BatchId,
    ) -> Result<batch::Model, AppError> {
        let found = batch::Entity::of_user(user, id, self.drafts_since());
        found.one(database).await?.ok_or(AppError::NotFound)
    }

    /// A page of a user's batches with ids below `before`, newest first.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn list(
        &self,
        user: UserId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Page<BatchView>, AppError> {
        let rows = u64::from(limit) + 1;
        let items = batch::Entity::history(user, self.drafts_since(), before, rows)
            .all(self.database.read())
            .await?;
        let mut page = Page { items, next: None };
        page.truncate(limit as usize, |batch| batch.id.0);
        Ok(Page {
            items: self.views(user, page.items).await?,
            next: page.next,
        })
    }

    /// A page of the tasks of a user's batch, in the order of the filter, after the line `after`. Drafts have none.
    ///
    /// # Errors
    /// 404, also for another user's batch.
    pub async fn tasks(
        &self,
        user: UserId,
        id: BatchId,
        filter: &BatchTaskFilter,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Page<TaskView>, AppError> {
        let database = self.database.read();
        self.row(database, user, id).await?;
        let items = rank::find(database, id, filter, after, u64::from(limit) + 1).await?;
        let mut page = Page { items, next: None };
        page.truncate(limit as usize, |place| place.line);
        let ids = page.items.iter().map(|place| place.id);
        let places: HashMap<TaskId, usize> = ids.clone().zip(0..).collect();
        let tasks = task::Entity::among(user, ids.collect());
        let mut tasks = tasks.all(database).await?;
        tasks.sort_by_key(|task| places.get(&task.id).copied());
        Ok(Page {
            items: self.predictions.task_views().of(tasks).await?,
            next: page.next,
        })
    }

    /// The first tasks of a user's batch by line.
    ///
    /// # Errors
    /// 404, also for another user's batch.
    pub(super) async fn tasks_by_line(
        &self,
        user: UserId,
        id: BatchId,
        count: u32,
    ) -> Result<Vec<TaskView>, AppError> {
        let filter = BatchTaskFilter {
            status: None,
            verdict: None,
            words: Vec::new(),
            order: BatchOrder::Line,
        };
        let page = self.tasks(user, id, &filter, None, count).await?;
        Ok(page.items)
    }

    /// Whether no task of a user's batch is open any more.
    ///
    /// # Errors
    /// 404, also for another user's batch.
    pub(super) async fn is_finished(&self, user: UserId, id: BatchId) -> Result<bool, AppError> {
        let found = self.row(self.database.read(), user, id).await?;
        Ok(found.finished_at.is_some())
    }

    /// Drafts that were uploaded at this time or before have expired.
    fn drafts_since(&self) -> DateTime<Utc> {
        self.clock.now() - DRAFT_KEPT_FOR
    }

    fn catalog(&self) -> &Catalog {
        self.predictions.catalog()
    }

    fn eta(&self) -> &QueueEta {
        self.predictions.eta()
    }
}
