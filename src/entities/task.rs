//! The table `task`: the paid requests. Its use as a queue is in [`crate::queue`].

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait, Query, SimpleExpr};
use sea_orm::{FromQueryResult, QueryOrder, QuerySelect, QueryTrait, SelectModel, Selector};

use super::history::{Span, in_time_range, look_back};
use super::{Relation, model, outcome, task_result};
use crate::types::{
    ApiKeyId, BatchId, Campaign, Credits, ModelId, TaskFilter, TaskId, TaskStatus, TaskView,
    UserId, Verdict,
};

/// One paid request.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: TaskId,
    pub user_id: UserId,
    pub model_id: ModelId,
    pub input: Campaign,
    pub status: TaskStatus,
    pub price: i64,
    pub attempts: i32,
    pub lease_token: Option<String>,
    pub lease_expires_at: Option<DateTimeUtc>,
    pub error: Option<String>,
    pub idempotency_key: String,
    pub request_hash: String,
    pub queued_at: DateTimeUtc,
    pub started_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
    pub round: i64,
    pub retry_at: Option<DateTimeUtc>,
    pub api_key_id: Option<ApiKeyId>,
    pub batch_id: Option<BatchId>,
    pub batch_line: Option<i64>,
}

/// The id and the title of a task.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Titled {
    /// The id of the task.
    pub id: TaskId,
    /// The title as entered by the user.
    pub title: String,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// A user's tasks, newest first, within a span of ids. Ignores the words of the filter: see [`Entity::titles`].
    pub fn history(user: UserId, filter: &TaskFilter, span: Span, limit: u64) -> Select<Self> {
        let query = Self::find()
            .filter(Column::UserId.eq(user))
            .apply_if(filter.status, |query, it| {
                query.filter(Column::Status.eq(it))
            })
            .apply_if(filter.verdict, |query, it| query.filter(has_verdict(it)));
        let query = in_time_range(query, Column::QueuedAt, filter.time);
        span.narrow(query, Column::Id)
            .order_by_desc(Column::Id)
            .limit(limit)
    }

    /// The ids and titles of the tasks that [`Entity::history`] returns.
    pub fn titles(
        user: UserId,
        filter: &TaskFilter,
        span: Span,
        limit: u64,
    ) -> Selector<SelectModel<Titled>> {
        titled(Self::history(user, filter, span, limit))
    }

    /// The ids and titles of tasks of a user by their ids, newest first.
    pub fn titles_among(user: UserId, ids: Vec<TaskId>) -> Selector<SelectModel<Titled>> {
        titled(Self::among(user, ids))
    }

    /// Tasks of a user by their ids, newest first.
    pub fn among(user: UserId, ids: Vec<TaskId>) -> Select<Self> {
        Self::find()
            .filter(Column::Id.is_in(ids))
            .filter(Column::UserId.eq(user))
            .order_by_desc(Column::Id)
    }

    /// The id at which a scan over the newest `rows` tasks of a user ends; none if there are fewer.
    pub fn look_back(user: UserId, before: Option<i64>, rows: u64) -> Select<Self> {
        look_back((Column::Id, Column::UserId), user, before, rows)
    }

    /// A user's succeeded tasks without an outcome whose deadline was before `today`, newest first, within a span of
    /// ids.
    pub fn unreported(user: UserId, today: NaiveDate, span: Span, limit: u64) -> Select<Self> {
        let succeeded = TaskFilter {
            status: Some(TaskStatus::Succeeded),
            ..TaskFilter::default()
        };
        let deadline = Expr::cust("\"task\".\"input\" ->> 'deadline'");
        Self::history(user, &succeeded, span, limit)
            .filter(ExprTrait::lt(deadline, today.to_string()))
            .filter(has_no_outcome())
    }

    /// A user's task. Tasks of other users are not found.
    pub fn of_user(user: UserId, task: TaskId) -> Select<Self> {
        Self::find()
            .filter(Column::Id.eq(task))
            .filter(Column::UserId.eq(user))
    }

    /// The task that was created with a user's idempotency key.
    pub fn find_by_key(user: UserId, key: &str) -> Select<Self> {
        Self::find()
            .filter(Column::UserId.eq(user))
            .filter(Column::IdempotencyKey.eq(key))
    }
}

impl Model {
    /// Converts the row for the API, with the task's model, its result and its current outcome.
    pub fn into_view(
        self,
        model: &model::Summary,
        result: Option<task_result::Model>,
        outcome: Option<outcome::Model>,
    ) -> TaskView {
        TaskView {
            id: self.id,
            status: self.status,
            price: Credits(self.price),
            model: model.model_ref(),
            api_key_id: self.api_key_id,
            batch_id: self.batch_id,
            batch_line: self.batch_line,
            campaign: self.input,
            attempts: self.attempts,
            queued_at: self.queued_at,
            started_at: self.started_at,
            finished_at: self.finished_at,
            error: self.error,
            result: result.map(Into::into),
            outcome: outcome.map(Into::into),
            queue: None,
        }
    }
}

/// Only the id and the title of the selected tasks.
fn titled(tasks: Select<Entity>) -> Selector<SelectModel<Titled>> {
    tasks
        .select_only()
        .column(Column::Id)
        .column_as(Expr::cust("\"task\".\"input\" ->> 'name'"), "title")
        .into_model()
}

/// For the same reason not NOT EXISTS: see [`has_verdict`].
fn has_no_outcome() -> SimpleExpr {
    let revision = Query::select()
        .expr(Expr::col((outcome::Entity, outcome::Column::Revision)).max())
        .from(outcome::Entity)
        .and_where(
            Expr::col((outcome::Entity, outcome::Column::TaskId)).equals((Entity, Column::Id)),
        )
        .to_owned();
    let revision_of_task = SimpleExpr::SubQuery(None, Box::new(revision.into()));
    ExprTrait::is_null(revision_of_task)
}

/// A subquery that returns one value per row. Unlike EXISTS, the planner cannot turn it into a join that reads the
/// results of all users.
fn has_verdict(verdict: Verdict) -> SimpleExpr {
    let of_task = Query::select()
        .column(task_result::Column::Verdict)
        .from(task_result::Entity)
        .and_where(
            Expr::col((task_result::Entity, task_result::Column::TaskId))
                .equals((Entity, Column::Id)),
        )
        .to_owned();
    let verdict_of_task = SimpleExpr::SubQuery(None, Box::new(of_task.into()));
    ExprTrait::eq(verdict_of_task, verdict)
}
