//! Recovery codes.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::services::typed_codes::generate;
use crate::types::{RecoveryCodesView, UserId, hex};

/// Codes of a user.
const CODES: usize = 10;

/// New codes with their hashes.
pub(super) struct NewCodes {
    pub(super) view: RecoveryCodesView,
    pub(super) hashes: Vec<String>,
}

impl NewCodes {
    pub(super) fn generate(user: UserId) -> Self {
        let codes: Vec<String> = (0..CODES).map(|_| generate()).collect();
        let plain = codes.iter().map(|code| code.replace('-', ""));
        Self {
            hashes: plain.map(|code| hash(user, &code)).collect(),
            view: RecoveryCodesView {
                recovery_codes: codes,
            },
        }
    }
}

/// What the table has of a normalized code. A plain hash is enough for so many random bits; the user's id makes it useless
/// for other users.
pub(super) fn hash(user: UserId, code: &str) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = write!(text, "pledgecast recovery code {} {code}", user.0);
    hex(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::typed_codes::normalize;

    #[test]
    fn hashes_differ_by_user() {
        let code = normalize(&generate()).unwrap();
        assert_eq!(hash(UserId(1), &code), hash(UserId(1), &code));
        assert_ne!(hash(UserId(1), &code), hash(UserId(2), &code));
    }
}
