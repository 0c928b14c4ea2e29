//! The table `webhook_attempt`: the attempts of deliveries, with the beginning of each response.

use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use super::Relation;
use crate::types::{AttemptView, DeliveryError, DeliveryId};

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_attempt")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub delivery_id: DeliveryId,
    pub attempted_at: DateTimeUtc,
    pub duration_ms: i32,
    pub status_code: Option<i32>,
    pub error: Option<DeliveryError>,
    pub response: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The attempts of a delivery, newest first.
    pub fn of_delivery(delivery: DeliveryId, limit: u64) -> Select<Self> {
        Self::find()
            .filter(Column::DeliveryId.eq(delivery))
            .order_by_desc(Column::Id)
            .limit(limit)
    }
}

impl From<Model> for AttemptView {
    fn from(attempt: Model) -> Self {
        Self {
            attempted_at: attempt.attempted_at,
            duration_ms: attempt.duration_ms,
            status_code: attempt.status_code.and_then(|it| it.try_into().ok()),
            error: attempt.error,
            response: attempt.response,
        }
    }
}
