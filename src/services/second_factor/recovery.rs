//! Recovery codes: 80 random bits each, as four groups of letters and digits that cannot be confused.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::types::{RecoveryCodesView, UserId, hex};

/// Codes of a user.
const CODES: usize = 10;
const CHARS: usize = 16;
const GROUP: usize = 4;
/// Base 32 without I, L, O and U (Crockford).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

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

/// A new code, as it is shown.
fn generate() -> String {
    let mut code = String::new();
    for (index, byte) in rand::random::<[u8; CHARS]>().into_iter().enumerate() {
        if index > 0 && index % GROUP == 0 {
            code.push('-');
        }
        // 256 is a multiple of 32, so all characters are equally likely.
        code.push(ALPHABET[usize::from(byte % 32)].into());
    }
    code
}

/// A code as typed, without what people add, with what they confuse; `None` if it has another length or characters.
pub(super) fn normalize(typed: &str) -> Option<String> {
    let is_separator = |it: &char| it.is_whitespace() || *it == '-';
    let code: String = typed
        .chars()
        .filter(|it| !is_separator(it))
        .map(|it| match it.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            it => it,
        })
        .collect();
    let is_code = code.len() == CHARS && code.bytes().all(|byte| ALPHABET.contains(&byte));
    is_code.then_some(code)
}

/// What the table has of a normalized code. A plain hash is enough for 80 random bits; the user's id makes it useless for
/// other users.
pub(super) fn hash(user: UserId, code: &str) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = write!(text, "pledgecast recovery code {} {code}", user.0);
    hex(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_recognised_however_it_is_typed() {
        let code = generate();
        assert_eq!(code.len(), 19);
        let plain = code.replace('-', "");
        let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
        for typed in [code.as_str(), &plain, &typed] {
            assert_eq!(normalize(typed).as_ref(), Some(&plain), "{typed}");
        }
        assert_eq!(
            normalize("oiLl-0000-0000-0000").as_deref(),
            Some("0111000000000000")
        );
        for wrong in ["", "123456", &plain[1..], "UUUU-UUUU-UUUU-UUUU", "ы"] {
            assert_eq!(normalize(wrong), None, "{wrong}");
        }
        assert_ne!(generate(), code);
    }

    #[test]
    fn hashes_differ_by_user() {
        let code = normalize(&generate()).unwrap();
        assert_eq!(hash(UserId(1), &code), hash(UserId(1), &code));
        assert_ne!(hash(UserId(1), &code), hash(UserId(2), &code));
    }
}
