//! Who may create an account, and the codes of invitations.

use sha2::{Digest as _, Sha256};

use super::typed_codes::normalize;
use crate::types::{Credits, Registration, Violation, hex};

/// Who may create an account, and what it starts with.
#[derive(Clone, Copy, Debug)]
pub struct NewAccountRules {
    /// Who may create one.
    pub registration: Registration,
    /// The credits that it starts with.
    pub welcome: Credits,
}

impl NewAccountRules {
    /// Only the operator creates accounts.
    pub const fn closed(welcome: Credits) -> Self {
        Self {
            registration: Registration::Closed,
            welcome,
        }
    }
}

/// What is wrong with a code as typed, as far as it can be told without the database.
pub(super) fn code_violation(code: &str) -> Option<Violation> {
    if code.trim().is_empty() {
        Some(Violation::Required)
    } else if normalize(code).is_none() {
        Some(Violation::Wrong)
    } else {
        None
    }
}

/// What the table has of a code, as typed. A plain hash is enough for so many random bits. No invitation has the hash of
/// what is no code.
pub(super) fn hash_of(code: &str) -> String {
    let code = normalize(code).unwrap_or_default();
    hex(&Sha256::digest(format!("pledgecast invitation {code}")))
}
