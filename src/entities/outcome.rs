//! The table `outcome`: how campaigns ended, as their users report it. A correction is another row with the next
//! revision; rows never change.

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;

use super::Relation;
use crate::types::{ModelId, OutcomeView, ReportedOutcome, TaskId, UserId};

/// Whether a row of `outcome` is current: it has the highest revision of its task.
const IS_CURRENT: &str = "\"outcome\".\"revision\" = (SELECT MAX(later.revision) FROM outcome later \
                          WHERE later.task_id = \"outcome\".\"task_id\")";

/// One report about the campaign of a task.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outcome")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub task_id: TaskId,
    pub user_id: UserId,
    pub model_id: ModelId,
    pub revision: i32,
    pub reached: bool,
    pub raised_usd_cents: Option<i64>,
    pub reported_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The current outcomes of all tasks.
    pub fn current() -> Select<Self> {
        Self::find().filter(Expr::cust(IS_CURRENT))
    }

    /// All reports about a task, newest first.
    pub fn of_task(task: TaskId) -> Select<Self> {
        Self::find()
            .filter(Column::TaskId.eq(task))
            .order_by_desc(Column::Revision)
    }
}

impl Model {
    /// Whether the row has the same values as a new report.
    pub fn is_same(&self, reported: ReportedOutcome) -> bool {
        let own = ReportedOutcome {
            reached: self.reached,
            raised_usd_cents: self.raised_usd_cents,
        };
        own == reported
    }
}

impl From<Model> for OutcomeView {
    fn from(outcome: Model) -> Self {
        Self {
            reached: outcome.reached,
            raised_usd: outcome.raised_usd_cents.map(usd),
            reported_at: outcome.reported_at,
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "at most ten thousand million dollars in cents, which is below 2^53"
)]
fn usd(cents: i64) -> f64 {
    cents as f64 / 100.0
}
