//! What a transaction has made of a balance.

use crate::services::emails::BalanceFall;
use crate::types::{Credits, UserId};

/// The amount of a balance before and after its changes in a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceChange {
    /// Whose balance it is.
    pub user: UserId,
    /// The amount before.
    pub before: Credits,
    /// The amount after.
    pub after: Credits,
    /// The limit below which the user gets an email.
    pub low_balance: Option<Credits>,
}

impl BalanceChange {
    /// The fall of the balance below the user's limit, if it is one.
    pub fn fall(&self) -> Option<BalanceFall> {
        BalanceFall::of(self.user, self.before, self.after, self.low_balance)
    }
}
