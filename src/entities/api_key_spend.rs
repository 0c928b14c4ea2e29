//! The table `api_key_spend`: what API keys have spent by day and model. Only the ledger writes it.

use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QueryTrait};

use super::{Relation, api_key};
use crate::types::{ApiKeyId, ModelId, UserId};

/// The spending of a key on one day with one model, with that of the keys that it made.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key_spend")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub api_key_id: ApiKeyId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    #[sea_orm(primary_key, auto_increment = false)]
    pub model_id: ModelId,
    pub credits: i64,
    pub predictions: i64,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The spending of a user's keys, or of one of them, from one day to another, newest first. Days on which every
    /// task failed or was canceled are left out.
    pub fn between(user: UserId, key: Option<ApiKeyId>, from: Date, to: Date) -> Select<Self> {
        let keys = sea_orm::sea_query::Query::select()
            .column(api_key::Column::Id)
            .from(api_key::Entity)
            .and_where(api_key::Column::UserId.eq(user))
            .to_owned();
        Self::find()
            .filter(Column::ApiKeyId.in_subquery(keys))
            .apply_if(key, |query, key| query.filter(Column::ApiKeyId.eq(key)))
            .filter(Column::Day.between(from, to))
            .filter(Column::Predictions.gt(0))
            .order_by_desc(Column::Day)
            .order_by_desc(Column::ApiKeyId)
            .order_by_desc(Column::ModelId)
    }
}
