//! The table `webhook`: the URLs that users have events posted to. Deleted webhooks keep their row until their
//! deliveries are deleted, so that nothing refers to a missing row.

use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use super::Relation;
use crate::types::{ApiKeyId, DisabledReason, UserId, WebhookEvent, WebhookId};

/// One webhook.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: WebhookId,
    pub user_id: UserId,
    pub api_key_id: Option<ApiKeyId>,
    pub url: String,
    pub events: String,
    pub low_balance: Option<i64>,
    pub is_enabled: bool,
    pub disabled_reason: Option<DisabledReason>,
    pub failing_since: Option<DateTimeUtc>,
    pub nonce: String,
    pub key_check: String,
    pub secret_made_at: DateTimeUtc,
    pub previous_nonce: Option<String>,
    pub previous_until: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// A user's webhooks, newest first.
    pub fn of_user(user: UserId) -> Select<Self> {
        Self::find()
            .filter(Column::UserId.eq(user))
            .filter(Column::DeletedAt.is_null())
            .order_by_desc(Column::Id)
    }

    /// Up to `limit` webhooks of all users after the one with this id, also deleted ones.
    pub fn after(webhook: WebhookId, limit: u64) -> Select<Self> {
        Self::find()
            .filter(Column::Id.gt(webhook))
            .order_by_asc(Column::Id)
            .limit(limit)
    }

    /// A user's webhook. Webhooks of other users are not found.
    pub fn one_of_user(user: UserId, webhook: WebhookId) -> Select<Self> {
        Self::of_user(user).filter(Column::Id.eq(webhook))
    }
}

impl Model {
    /// Whether events may be posted.
    pub const fn is_open(&self) -> bool {
        self.is_enabled && self.deleted_at.is_none()
    }

    /// The events that are posted. Words of a newer version of the service are left out.
    pub fn events(&self) -> Vec<WebhookEvent> {
        let words = self.events.split(' ');
        words.filter_map(|word| word.parse().ok()).collect()
    }
}

/// Events as they are stored.
pub fn events_text(events: &[WebhookEvent]) -> String {
    let words: Vec<&str> = events.iter().map(|event| event.as_str()).collect();
    words.join(" ")
}
