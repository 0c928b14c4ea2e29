//! The table `task_result`: the output of the model for a succeeded task, and its insight.
//!
//! A result never changes. The columns of the insight are set together, once, on the first request; the database
//! rejects any other update.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, DbErr};

use super::Relation;
use crate::types::{Advice, Curves, Explanation, ResultContext, ResultView, TaskId, Verdict};

/// The result of one task.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task_result")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub task_id: TaskId,
    pub probability: f64,
    pub verdict: Verdict,
    pub interval_low: f64,
    pub interval_high: f64,
    pub inference_us: i64,
    pub context: Option<ResultContext>,
    pub explanation: Option<Explanation>,
    pub curves: Option<Curves>,
    pub advice: Option<Advice>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The result of a task.
    pub fn of_task(task: TaskId) -> Select<Self> {
        Self::find().filter(Column::TaskId.eq(task))
    }

    /// Stores the insight of a task's result unless there already is one.
    ///
    /// # Errors
    /// If the database is unavailable.
    pub async fn store_insight(
        database: &impl ConnectionTrait,
        task: TaskId,
        explanation: Explanation,
        curves: Curves,
        advice: Advice,
    ) -> Result<(), DbErr> {
        Self::update_many()
            .col_expr(Column::Explanation, Expr::value(explanation))
            .col_expr(Column::Curves, Expr::value(curves))
            .col_expr(Column::Advice, Expr::value(advice))
            .filter(Column::TaskId.eq(task))
            .filter(Column::Explanation.is_null())
            .exec(database)
            .await?;
        Ok(())
    }
}

impl From<Model> for ResultView {
    fn from(result: Model) -> Self {
        Self {
            probability: result.probability,
            verdict: result.verdict,
            interval_low: result.interval_low,
            interval_high: result.interval_high,
            context: result.context,
            inference_us: result.inference_us,
            created_at: result.created_at,
        }
    }
}
