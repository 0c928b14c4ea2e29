//! `task_result`: what the model said of a succeeded task.

use sea_orm::entity::prelude::*;

use super::word;
use crate::types::ResultView;

/// One answer of a model.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "task_result")]
#[expect(
    missing_docs,
    reason = "each column is described in the design and its migration"
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
    pub explanation: Option<Json>,
    pub curves: Option<Json>,
    pub created_at: DateTimeUtc,
}

/// No relations are walked: queries name what they join.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for ResultView {
    type Error = DbErr;

    fn try_from(result: Model) -> Result<Self, DbErr> {
        Ok(Self {
            probability: result.probability,
            verdict: word("task_result.verdict", &result.verdict)?,
            interval_low: result.interval_low,
            interval_high: result.interval_high,
            inference_us: result.inference_us,
            created_at: result.created_at,
        })
    }
}
