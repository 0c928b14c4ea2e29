//! The table `second_factor`: the secrets of authenticator apps.

use sea_orm::UpdateMany;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait as _;

use super::Relation;
use crate::types::UserId;

/// The second factor of a user.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "second_factor")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    pub secret: String,
    pub created_at: DateTimeUtc,
    pub enabled_at: Option<DateTimeUtc>,
    pub last_step: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Marks the code of a time step as used. Changes nothing if it was used, or one of a later step.
    pub fn use_step(user: UserId, step: i64) -> UpdateMany<Self> {
        let is_later = Column::LastStep.is_null().or(Column::LastStep.lt(step));
        Self::update_many()
            .col_expr(Column::LastStep, Expr::value(step))
            .filter(Column::UserId.eq(user))
            .filter(is_later)
    }
}
