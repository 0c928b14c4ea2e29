//! The table `invitation`: codes with which visitors create accounts.

use sea_orm::UpdateMany;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait as _;

use super::Relation;
use crate::types::{InvitationId, UserId};

/// One invitation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: InvitationId,
    pub hash: String,
    pub email_folded: Option<String>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub used_at: Option<DateTimeUtc>,
    pub user_id: Option<UserId>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Uses up the invitation with this hash, if it is for this address, or for any, and is neither used nor expired.
    pub fn use_up(hash: &str, email_folded: &str, now: DateTimeUtc) -> UpdateMany<Self> {
        let for_any = Expr::col(Column::EmailFolded).is_null();
        Self::update_many()
            .col_expr(Column::UsedAt, Expr::value(now))
            .filter(Column::Hash.eq(hash))
            .filter(Column::UsedAt.is_null())
            .filter(Column::ExpiresAt.gt(now))
            .filter(for_any.or(Column::EmailFolded.eq(email_folded)))
    }

    /// Notes the account that was created with the invitation with this hash.
    pub fn note_user(hash: &str, user: UserId) -> UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::UserId, Expr::value(user))
            .filter(Column::Hash.eq(hash))
    }
}
