//! The table `users`.

use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait as _, SimpleExpr};
pub use typed_text::fold_email;

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
    pub locale: Option<String>,
    pub email_verified_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The users whose address is this one, in whatever form it was typed: at most two. Accounts from before
    /// addresses were compared in one form may differ only in that form. Then the first one is the one with exactly
    /// these characters, ignoring case.
    pub fn find_by_email(email: &str) -> Select<Self> {
        let former = former_fold(email);
        let is_exact = Expr::col(Column::EmailFolded).eq(former.as_str());
        let exact_first: SimpleExpr = Expr::case(is_exact, 1).finally(0).into();
        Self::find()
            .filter(Column::EmailFolded.is_in([fold_email(email), former]))
            .order_by_desc(exact_first)
    }
}

/// How addresses were compared before, which a few accounts keep because another account has their address in its
/// present form.
fn former_fold(email: &str) -> String {
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
