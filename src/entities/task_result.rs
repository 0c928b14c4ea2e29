//! `task_result`: what the model said of a succeeded task, and what was found when it was looked into.
//!
//! A result never changes. The columns of its insight are set together, once, when first asked for; the
//! database refuses any other update.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::word;
use crate::types::{Advice, Curves, Explanation, ResultView, TaskId};

/// One answer of a model.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task_result")]
#[expect(
    missing_docs,
    reason = "the columns are those of the migration that made the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub task_id: i64,
    pub probability: f64,
    pub verdict: String,
    pub interval_low: f64,
    pub interval_high: f64,
    pub inference_us: i64,
    pub context: Option<Json>,
    pub explanation: Option<Json>,
    pub curves: Option<Json>,
    pub advice: Option<Json>,
    pub created_at: DateTimeUtc,
}

/// No relations are walked: queries name what they join.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The result of a task.
    pub fn of_task(task: TaskId) -> Select<Self> {
        Self::find().filter(Column::TaskId.eq(task.0))
    }

    /// Stores the insight of a task's result where there is none yet; whoever is first wins.
    ///
    /// # Errors
    /// Where the database is unavailable.
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
            .filter(Column::TaskId.eq(task.0))
            .filter(Column::Explanation.is_null())
            .exec(database)
            .await?;
        Ok(())
    }
}

impl Model {
    /// The stored insight; `None` where nobody has asked for it yet.
    ///
    /// # Errors
    /// Where a column holds what it should not.
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
            verdict: word("task_result.verdict", &result.verdict)?,
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

/// What a JSON column is set to.
///
/// # Errors
/// Never for the types that are stored here: they have text keys only.
pub fn to_json<T: Serialize>(value: &T) -> Result<Json, DbErr> {
    serde_json::to_value(value).map_err(|error| DbErr::Json(error.to_string()))
}

fn from_json<T: DeserializeOwned>(column: &str, value: &Json) -> Result<T, DbErr> {
    T::deserialize(value).map_err(|error| DbErr::Json(format!("task_result.{column}: {error}")))
}
