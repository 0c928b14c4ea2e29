//! The table `balance`.

use sea_orm::entity::prelude::*;

use super::Relation;
use crate::types::{BalanceView, Credits, UserId};

/// A user's credits.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "balance")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    pub amount: i64,
    pub held: i64,
    pub updated_at: DateTimeUtc,
    /// Not money: the round of the user's next task. It is stored here because queuing a task locks this row anyway.
    pub next_round: i64,
    /// The user gets an email when the amount falls below.
    pub low_balance: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for BalanceView {
    fn from(balance: Model) -> Self {
        Self {
            amount: Credits(balance.amount),
            held: Credits(balance.held),
            available: Credits(balance.amount - balance.held),
        }
    }
}
