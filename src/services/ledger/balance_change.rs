//! What a transaction has made of a balance.

use crate::services::emails::LowBalance;
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
    /// The email that the change causes: the balance fell below the user's limit.
    pub fn low_balance(&self) -> Option<LowBalance> {
        LowBalance::of(self.user, self.before, self.after, self.low_balance)
    }
}
