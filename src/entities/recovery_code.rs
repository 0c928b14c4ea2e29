//! The table `recovery_code`: the hashes of single-use codes for users who have lost their authenticator app.

use sea_orm::UpdateMany;
use sea_orm::entity::prelude::*;

use super::Relation;
use crate::types::UserId;

/// A code.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_code")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub user_id: UserId,
    pub hash: String,
    pub used_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The codes of a user that are not used.
    pub fn unused(user: UserId) -> Select<Self> {
        Self::find()
            .filter(Column::UserId.eq(user))
            .filter(Column::UsedAt.is_null())
    }

    /// Marks a code as used. Changes nothing if it was used before.
    pub fn use_up(user: UserId, hash: &str, now: DateTimeUtc) -> UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::UsedAt, Expr::value(now))
            .filter(Column::UserId.eq(user))
            .filter(Column::Hash.eq(hash))
            .filter(Column::UsedAt.is_null())
    }
}
