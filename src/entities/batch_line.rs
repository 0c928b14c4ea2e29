//! The table `batch_line`: the campaigns of drafts, by the line of the file.

use sea_orm::entity::prelude::*;

use super::Relation;
use crate::types::{BatchId, Campaign};

/// One campaign.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "batch_line")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub batch_id: BatchId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub line: i64,
    pub input: Campaign,
}

impl ActiveModelBehavior for ActiveModel {}
