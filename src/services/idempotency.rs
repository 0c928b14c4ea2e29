//! Keys that the client makes and keeps until the answer has come.

use sha2::{Digest, Sha256};

use crate::types::{AppError, Violation, hex};

const KEY_MAX_CHARS: usize = 100;

/// Checks a key: 1 to 100 printable ASCII characters.
pub fn check_key(key: &str) -> Result<&str, AppError> {
    let key = key.trim();
    let violation = if key.is_empty() {
        Violation::Required
    } else if key.len() > KEY_MAX_CHARS {
        Violation::TooLong { max: 100 }
    } else if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        Violation::Rejected {
            reason: "must be printable ASCII without spaces, such as a UUID".to_owned(),
        }
    } else {
        return Ok(key);
    };
    Err(AppError::invalid("idempotency_key", violation))
}

/// What tells one request from another under the same key: SHA-256 of its parts, in hexadecimal.
pub fn request_hash(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") apart from ("a", "bc").
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_bounded_and_printable() {
        assert_eq!(check_key(" a-1 "), Ok("a-1"));
        for bad in ["", " ", "a b", "ключ", &"k".repeat(101)] {
            assert!(check_key(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_hash_keeps_the_parts_apart() {
        assert_ne!(request_hash(&["ab", "c"]), request_hash(&["a", "bc"]));
    }
}
