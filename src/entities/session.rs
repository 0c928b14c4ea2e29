//! The table `session`: where users are signed in.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait as _, Query, SelectStatement};
use sea_orm::{DeleteMany, JoinType, Order, QueryOrder, QuerySelect as _, SelectTwo, UpdateMany};

use super::{Relation, users};
use crate::types::{SessionId, UserId};

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: SessionId,
    pub user_id: UserId,
    pub token_hash: String,
    pub epoch: i32,
    pub browser: Option<String>,
    pub system: Option<String>,
    pub network: String,
    pub created_at: DateTimeUtc,
    pub last_used_at: DateTimeUtc,
    pub authenticated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Sessions with their users.
    pub fn with_users() -> SelectTwo<Self, users::Entity> {
        let user = Self::belongs_to(users::Entity)
            .from(Column::UserId)
            .to(users::Column::Id);
        Self::find()
            .join(JoinType::InnerJoin, user.into())
            .select_also(users::Entity)
    }

    /// A user's sessions of this epoch, the last used first.
    pub fn of_user(user: UserId, epoch: i32) -> Select<Self> {
        Self::find()
            .filter(Column::UserId.eq(user))
            .filter(Column::Epoch.eq(epoch))
            .order_by_desc(Column::LastUsedAt)
            .order_by_desc(Column::Id)
    }

    /// Deletes the session with this hash.
    pub fn delete_by_hash(hash: &str) -> DeleteMany<Self> {
        Self::delete_many().filter(Column::TokenHash.eq(hash))
    }

    /// Deletes all of a user's sessions but the newest ones.
    pub fn delete_beyond(user: UserId, kept: u64) -> DeleteMany<Self> {
        let newest_deleted = Query::select()
            .column(Column::Id)
            .from(Self)
            .and_where(Column::UserId.eq(user))
            .order_by(Column::Id, Order::Desc)
            .limit(1)
            .offset(kept)
            .to_owned();
        Self::delete_many()
            .filter(Column::UserId.eq(user))
            .filter(Expr::col(Column::Id).lte(newest_deleted))
    }

    /// Gives a session a new token at an authentication. Changes nothing if it has another token by then.
    pub fn renew(session: &Model, token_hash: &str, now: DateTimeUtc) -> UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::TokenHash, Expr::value(token_hash))
            .col_expr(Column::AuthenticatedAt, Expr::value(now))
            .filter(Column::Id.eq(session.id))
            .filter(Column::TokenHash.eq(&session.token_hash))
    }

    /// Notes that a session was used, unless a later use is known.
    pub fn note_use(session: SessionId, now: DateTimeUtc) -> UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::LastUsedAt, Expr::value(now))
            .filter(Column::Id.eq(session))
            .filter(Column::LastUsedAt.lt(now))
    }

    /// A few sessions that were last used at this time or before.
    pub fn unused_since(time: DateTimeUtc, limit: u64) -> SelectStatement {
        Self::before(Column::LastUsedAt, time, limit)
    }

    /// A few sessions that began at this time or before.
    pub fn begun_before(time: DateTimeUtc, limit: u64) -> SelectStatement {
        Self::before(Column::CreatedAt, time, limit)
    }

    fn before(column: Column, time: DateTimeUtc, limit: u64) -> SelectStatement {
        Query::select()
            .column(Column::Id)
            .from(Self)
            .and_where(column.lte(time))
            .order_by(column, Order::Asc)
            .limit(limit)
            .to_owned()
    }
}
