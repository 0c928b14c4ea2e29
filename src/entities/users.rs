//! The table `users`.

use sea_orm::entity::prelude::*;

use super::Relation;
use crate::types::{Role, UserId, UserView};

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: UserId,
    pub email: String,
    pub email_folded: String,
    pub password_hash: String,
    pub role: Role,
    pub session_epoch: i32,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The user with this address, ignoring case.
    pub fn find_by_email(email: &str) -> Select<Self> {
        Self::find().filter(Column::EmailFolded.eq(fold_email(email)))
    }
}

/// The form in which addresses are unique.
pub fn fold_email(email: &str) -> String {
    email.trim().to_lowercase()
}

impl From<Model> for UserView {
    fn from(user: Model) -> Self {
        Self {
            id: user.id,
            role: user.role,
            email: user.email,
            created_at: user.created_at,
        }
    }
}
