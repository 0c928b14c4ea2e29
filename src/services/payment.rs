//! Where credits come from. The demonstration provider charges nobody.

use crate::types::{Credits, SystemMessage, UserId};

/// Takes a payment for credits.
pub trait PaymentProvider: Send + Sync {
    /// Takes the payment of one top-up; the key makes a repeated call take it once.
    ///
    /// # Errors
    /// Why the payment was refused, for the user.
    fn pay(&self, user: UserId, amount: Credits, key: &str) -> Result<Receipt, PaymentRefused>;
}

/// What the ledger's line says of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// For the user.
    pub description: String,
}

/// The provider said no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the payment was refused: {reason}")]
pub struct PaymentRefused {
    /// For the user.
    pub reason: String,
}

/// Accepts every payment and charges no card, and says so.
#[derive(Clone, Copy, Debug, Default)]
pub struct DemonstrationPayment;

impl PaymentProvider for DemonstrationPayment {
    fn pay(&self, _: UserId, _: Credits, _: &str) -> Result<Receipt, PaymentRefused> {
        Ok(Receipt {
            description: SystemMessage::DemonstrationTopUp.to_string(),
        })
    }
}
