//! The table `api_key`: what API keys may do. Their spending is in [`super::api_key_budget`] and
//! [`super::api_key_spend`].

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{QueryOrder, UpdateMany};
use serde::{Deserialize, Serialize};

use super::Relation;
use crate::types::{ApiKeyId, Caps, Credits, Scope, UserId};

/// An API key.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: ApiKeyId,
    pub user_id: UserId,
    pub parent_id: Option<ApiKeyId>,
    pub label: String,
    pub hint: String,
    pub hash: String,
    pub scopes: Scopes,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
    pub last_used_at: Option<DateTimeUtc>,
    pub cap_day: Option<i64>,
    pub cap_week: Option<i64>,
    pub cap_month: Option<i64>,
    pub cap_total: Option<i64>,
}

/// The scopes of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Scopes(pub Vec<Scope>);

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// A user's keys that are not revoked, newest first.
    pub fn kept(user: UserId) -> Select<Self> {
        Self::find()
            .filter(Column::UserId.eq(user))
            .filter(Column::RevokedAt.is_null())
            .order_by_desc(Column::Id)
    }

    /// A user's key. Keys of other users are not found.
    pub fn of_user(user: UserId, key: ApiKeyId) -> Select<Self> {
        Self::find()
            .filter(Column::Id.eq(key))
            .filter(Column::UserId.eq(user))
    }

    /// Changes a key of a user that is not revoked.
    pub fn change(user: UserId, key: ApiKeyId) -> UpdateMany<Self> {
        Self::update_many()
            .filter(Column::Id.eq(key))
            .filter(Column::UserId.eq(user))
            .filter(Column::RevokedAt.is_null())
    }

    /// Revokes a key of a user and those that it made, or all keys of the user.
    pub fn revoke(user: UserId, key: Option<ApiKeyId>, now: DateTimeUtc) -> UpdateMany<Self> {
        let revoke = Self::update_many()
            .col_expr(Column::RevokedAt, Expr::value(now))
            .filter(Column::UserId.eq(user))
            .filter(Column::RevokedAt.is_null());
        match key {
            Some(key) => revoke.filter(Column::Id.eq(key).or(Column::ParentId.eq(key))),
            None => revoke,
        }
    }

    /// Notes that a key was used, unless a later use is known.
    pub fn note_use(key: ApiKeyId, minute: DateTimeUtc) -> UpdateMany<Self> {
        let is_later = Column::LastUsedAt
            .is_null()
            .or(Column::LastUsedAt.lt(minute));
        Self::update_many()
            .col_expr(Column::LastUsedAt, Expr::value(minute))
            .filter(Column::Id.eq(key))
            .filter(is_later)
    }
}

impl Model {
    /// What the key may spend.
    pub fn caps(&self) -> Caps {
        Caps {
            day: self.cap_day.map(Credits),
            week: self.cap_week.map(Credits),
            month: self.cap_month.map(Credits),
            total: self.cap_total.map(Credits),
        }
    }

    /// Whether the key may do this.
    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.0.contains(&scope)
    }

    /// Whether the key has expired.
    pub fn is_expired(&self, now: DateTimeUtc) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}
