//! The table `email`: one email to a user. Its use as a queue is in [`crate::queue`].

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait as _, Order, Query, SelectStatement};

use super::Relation;
use crate::types::{EmailId, EmailKind, EmailStatus, UserId};

/// One email.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "email")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: EmailId,
    pub user_id: Option<UserId>,
    pub kind: EmailKind,
    pub address: Option<String>,
    pub locale: Option<String>,
    pub data: Option<String>,
    pub message_id: String,
    pub nonce: Option<String>,
    pub used_at: Option<DateTimeUtc>,
    pub expires_at: DateTimeUtc,
    pub status: EmailStatus,
    pub attempts: i32,
    pub next_attempt_at: DateTimeUtc,
    pub lease_token: Option<String>,
    pub error: Option<String>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The email whose link has this nonce.
    pub fn of_nonce(nonce: &str) -> Select<Self> {
        Self::find().filter(Column::Nonce.eq(nonce))
    }

    /// Marks the link of an email as used, unless it is used already.
    pub fn use_link(email: EmailId, now: DateTimeUtc) -> sea_orm::UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::UsedAt, Expr::value(now))
            .filter(Column::Id.eq(email))
            .filter(Column::UsedAt.is_null())
    }

    /// The ids of up to `limit` emails from before `before`, the oldest first.
    pub fn older(before: DateTimeUtc, limit: u64) -> SelectStatement {
        Query::select()
            .column(Column::Id)
            .from(Self)
            .and_where(Expr::col(Column::CreatedAt).lt(before))
            .order_by(Column::CreatedAt, Order::Asc)
            .limit(limit)
            .to_owned()
    }
}
