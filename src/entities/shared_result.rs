//! The table `shared_result`: the private links of results, one row per link. The row alone opens nothing: a link also
//! contains a MAC, which requires the key of the service.

use sea_orm::entity::prelude::*;

use super::Relation;
use crate::types::TaskId;

/// One link.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shared_result")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: TaskId,
    pub nonce: String,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The link of a task.
    pub fn of_task(task: TaskId) -> Select<Self> {
        Self::find().filter(Column::TaskId.eq(task))
    }

    /// The link with this nonce.
    pub fn of_nonce(nonce: &str) -> Select<Self> {
        Self::find().filter(Column::Nonce.eq(nonce))
    }
}
