//! Payment for credits. The demonstration provider charges nobody.

use crate::types::{Credits, SystemMessage, UserId};

/// Charges for credits.
pub trait PaymentProvider: Send + Sync {
    /// Charges for one top-up. Repeated calls with the same key charge once.
    ///
    /// # Errors
    /// Why the payment was refused, for the user.
    fn pay(&self, user: UserId, amount: Credits, key: &str) -> Result<Receipt, PaymentRefused>;
}

/// Proof of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The description of the ledger line, for the user.
    pub description: String,
}

/// The provider refused the payment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the payment was refused: {reason}")]
pub struct PaymentRefused {
    /// The reason, for the user.
    pub reason: String,
}

/// Accepts every payment without charging a card, and says so in the ledger.
#[derive(Clone, Copy, Debug, Default)]
pub struct DemonstrationPayment;

impl PaymentProvider for DemonstrationPayment {
    fn pay(&self, _: UserId, _: Credits, _: &str) -> Result<Receipt, PaymentRefused> {
        Ok(Receipt {
            description: SystemMessage::DemonstrationTopUp.to_string(),
        })
    }
}
