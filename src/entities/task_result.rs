//! The table `task_result`: the output of the model for a succeeded task, and its insight.
//!
//! A result never changes. The columns of the insight are set together, once, on the first request; the database
//! rejects any other update.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::types::{Advice, Curves, Explanation, ResultView, TaskId, Verdict};

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
    pub context: Option<Json>,
    pub explanation: Option<Json>,
    pub curves: Option<Json>,
    pub advice: Option<Json>,
    pub created_at: DateTimeUtc,
}

/// Unused: queries name the tables that they join.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

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
        explanation: &Explanation,
        curves: &Curves,
        advice: &Advice,
    ) -> Result<(), DbErr> {
        Self::update_many()
            .col_expr(Column::Explanation, Expr::value(to_json(explanation)?))
            .col_expr(Column::Curves, Expr::value(to_json(curves)?))
            .col_expr(Column::Advice, Expr::value(to_json(advice)?))
            .filter(Column::TaskId.eq(task))
            .filter(Column::Explanation.is_null())
            .exec(database)
            .await?;
        Ok(())
    }
}

impl Model {
    /// The stored insight; `None` if none has been computed yet.
    ///
    /// # Errors
    /// If a column contains invalid JSON.
    pub fn insight(&self) -> Result<Option<(Explanation, Curves, Advice)>, DbErr> {
        let (Some(explanation), Some(curves), Some(advice)) =
            (&self.explanation, &self.curves, &self.advice)
        else {
            return Ok(None);
        };
        Ok(Some((
            from_json("explanation", explanation)?,
            from_json("curves", curves)?,
            from_json("advice", advice)?,
        )))
    }
}

impl TryFrom<Model> for ResultView {
    type Error = DbErr;

    fn try_from(result: Model) -> Result<Self, DbErr> {
        let context = result.context.as_ref();
        Ok(Self {
            probability: result.probability,
            verdict: result.verdict,
            interval_low: result.interval_low,
            interval_high: result.interval_high,
            context: context
                .map(|context| from_json("context", context))
                .transpose()?,
            inference_us: result.inference_us,
            created_at: result.created_at,
        })
    }
}

/// Converts a value for a JSON column.
///
/// # Errors
/// Never for the types stored here: all their keys are texts.
pub fn to_json<T: Serialize>(value: &T) -> Result<Json, DbErr> {
    serde_json::to_value(value).map_err(|error| DbErr::Json(error.to_string()))
}

fn from_json<T: DeserializeOwned>(column: &str, value: &Json) -> Result<T, DbErr> {
    T::deserialize(value).map_err(|error| DbErr::Json(format!("task_result.{column}: {error}")))
}
