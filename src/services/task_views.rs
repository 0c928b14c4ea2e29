//! Converts tasks for the API, with their models, results and outcomes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::{Catalog, Clock};
use crate::database::Database;
use crate::entities::{outcome, task, task_result};
use crate::types::{AppError, ModelId, TaskId, TaskStatus, TaskView};

/// Reads what belongs to tasks.
pub(super) struct TaskViews {
    database: Database,
    clock: Arc<dyn Clock>,
    catalog: Arc<Catalog>,
}

impl TaskViews {
    /// Uses one database.
    pub(super) const fn new(
        database: Database,
        clock: Arc<dyn Clock>,
        catalog: Arc<Catalog>,
    ) -> Self {
        Self {
            database,
            clock,
            catalog,
        }
    }

    /// One task.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub(super) async fn one(&self, task: task::Model) -> Result<TaskView, AppError> {
        let mut views = self.of(vec![task]).await?;
        views.pop().ok_or(AppError::Internal)
    }

    /// Tasks in the same order. Needs at most three queries for a whole page: one for the results of its tasks, one for their outcomes, one for
    /// models not yet cached.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub(super) async fn of(&self, tasks: Vec<task::Model>) -> Result<Vec<TaskView>, AppError> {
        let models: HashSet<ModelId> = tasks.iter().map(|task| task.model_id).collect();
        let models = self.catalog.named(models).await?;
        let succeeded: Vec<TaskId> = tasks
            .iter()
            .filter(|task| task.status == TaskStatus::Succeeded)
            .map(|task| task.id)
            .collect();
        let results = if succeeded.is_empty() {
            Vec::new()
        } else {
            task_result::Entity::find()
                .filter(task_result::Column::TaskId.is_in(succeeded))
                .all(self.database.read())
                .await?
        };
        let mut results: HashMap<TaskId, _> = results
            .into_iter()
            .map(|result| (result.task_id, result))
            .collect();
        let mut outcomes = self.outcomes(&tasks).await?;
        let mut views = Vec::with_capacity(tasks.len());
        for task in tasks {
            let model = models
                .get(&task.model_id)
                .ok_or_else(|| DbErr::RecordNotFound(format!("model {}", task.model_id)))?;
            let (result, outcome) = (results.remove(&task.id), outcomes.remove(&task.id));
            views.push(task.into_view(model, result, outcome));
        }
        Ok(views)
    }

    /// The current outcomes of tasks. No outcome is reported before the launch, so plans need no query.
    async fn outcomes(
        &self,
        tasks: &[task::Model],
    ) -> Result<HashMap<TaskId, outcome::Model>, DbErr> {
        let today = self.clock.now().date_naive();
        let may_have_one = |task: &&task::Model| {
            task.status == TaskStatus::Succeeded && task.input.launched_at <= today
        };
        let tasks: Vec<TaskId> = tasks
            .iter()
            .filter(may_have_one)
            .map(|task| task.id)
            .collect();
        if tasks.is_empty() {
            return Ok(HashMap::new());
        }
        let outcomes = outcome::Entity::current()
            .filter(outcome::Column::TaskId.is_in(tasks))
            .all(self.database.read())
            .await?;
        let by_task = outcomes.into_iter().map(|it| (it.task_id, it));
        Ok(by_task.collect())
    }
}
