//! The table `api_key_budget`: what API keys have spent in total. Only the ledger writes it.

use sea_orm::entity::prelude::*;

use super::Relation;
use crate::types::ApiKeyId;

/// The spending of a key, with that of the keys that it made.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key_budget")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub api_key_id: ApiKeyId,
    pub spent: i64,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
