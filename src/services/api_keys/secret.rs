//! The text of an API key: `pc_`, 32 random letters and digits (190 bits), and 6 that are a checksum of the rest. The
//! checksum tells a typing error from an unknown key without the database, and lets secret scanners recognise keys.

use rand::distr::{Alphanumeric, SampleString as _};
use sha2::{Digest as _, Sha256};

use crate::types::hex;

const PREFIX: &str = "pc_";
const RANDOM_CHARS: usize = 32;
/// 62 to the power of 6 is more than 2 to the power of 32.
const CHECKSUM_CHARS: usize = 6;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters at the start and at the end that lists show.
const HINT_START: usize = 7;
const HINT_END: usize = 4;

/// An API key. It has no `Debug` or `Display`, so that it is not logged.
pub(super) struct Secret(String);

impl Secret {
    /// A new key.
    pub(super) fn generate() -> Self {
        let random = Alphanumeric.sample_string(&mut rand::rng(), RANDOM_CHARS);
        let body = format!("{PREFIX}{random}");
        let checksum = checksum(&body);
        Self(body + &checksum)
    }

    /// Reads a key; the error says what is wrong with the text.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let is_shaped = text.len() == PREFIX.len() + RANDOM_CHARS + CHECKSUM_CHARS
            && text
                .strip_prefix(PREFIX)
                .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if !is_shaped {
            return Err("an API key is pc_ and 38 letters and digits");
        }
        let (body, mark) = text.split_at(PREFIX.len() + RANDOM_CHARS);
        if mark == checksum(body) {
            Ok(Self(text.to_owned()))
        } else {
            Err("the API key is mistyped: its checksum does not match")
        }
    }

    /// What the database stores: SHA-256 in hexadecimal. A key is random, so the hash need not be slow.
    pub(super) fn hash(&self) -> String {
        hex(&Sha256::digest(self.0.as_bytes()))
    }

    /// The start and the end, for lists.
    pub(super) fn hint(&self) -> String {
        let (start, end) = (&self.0[..HINT_START], &self.0[self.0.len() - HINT_END..]);
        format!("{start}…{end}")
    }

    /// The text, to be shown once.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// CRC-32 in base 62.
fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes()) as usize;
    let mut digits = [b'0'; CHECKSUM_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[rest % DIGITS.len()];
        rest /= DIGITS.len();
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn keys_are_read_as_they_were_made_and_differ() {
        let made: Vec<Secret> = (0..100).map(|_| Secret::generate()).collect();
        let hashes: HashSet<String> = made.iter().map(Secret::hash).collect();
        assert_eq!(hashes.len(), made.len());
        for secret in made {
            let hash = secret.hash();
            assert_eq!(hash.len(), 64);
            let hint = secret.hint();
            let text = secret.into_text();
            assert_eq!(hint, format!("{}…{}", &text[..7], &text[37..]));
            assert_eq!(Secret::parse(&text).map(|it| it.hash()), Ok(hash));
        }
    }

    #[test]
    fn the_checksum_is_the_same_in_every_version() {
        // CRC-32 of the first text is 0xCBF43926, a published test value; in base 62 it is 3jZRME.
        assert_eq!(checksum("123456789"), "3jZRME");
        assert_eq!(checksum(""), "000000");
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let text = Secret::generate().into_text();
        for place in PREFIX.len()..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[place] = if bytes[place] == b'x' { b'y' } else { b'x' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(Secret::parse(&changed).is_err(), "character {place}");
        }
    }

    #[test]
    fn other_texts_are_no_keys() {
        let text = Secret::generate().into_text();
        let (short, long) = (&text[..40], format!("{text}0"));
        let (spaced, upper) = (format!(" {text}"), text.replacen("pc_", "PC_", 1));
        for other in [
            "",
            "pc_",
            short,
            &long,
            &spaced,
            &upper,
            "pc_ключключключключклю",
        ] {
            assert!(Secret::parse(other).is_err(), "{other}");
        }
    }
}
