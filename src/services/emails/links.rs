//! One-time links in emails.
//!
//! A link consists of a random nonce, which the database stores, and a MAC of it, made with the key of the service. So a
//! copy of the database opens no link. The MAC covers what the link depends on: a link ends with a change of the address,
//! and a link for a new password also with each change of the password.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::entities::{email, users};
use crate::services::service_key::{KeyRing, Ring};
use crate::types::{EmailKind, hex};

const NONCE_BYTES: usize = 16;
const MAC_BYTES: usize = 16;
/// Separates these MACs from anything else made with the same key.
const PURPOSE: &[u8] = b"pledgecast email link";

/// Makes and verifies links.
#[derive(Clone)]
pub struct Links {
    macs: Ring<Hmac<Sha256>>,
}

/// A link that a visitor has opened: the nonce as stored, and the MAC.
pub(super) struct OpenedLink {
    pub(super) nonce: String,
    mac: Vec<u8>,
}

impl Links {
    /// Links of the service with these keys.
    pub fn new(keys: &KeyRing) -> Self {
        Self {
            macs: keys.macs(PURPOSE),
        }
    }

    /// The path of the link in an email to a user; none if such emails have no link.
    pub fn path(&self, email: &email::Model, user: &users::Model) -> Option<String> {
        let page = match email.kind {
            EmailKind::VerifyAddress => "/verify-email",
            EmailKind::ResetPassword => "/reset-password",
            EmailKind::NewDevice | EmailKind::PasswordChanged | EmailKind::LowBalance => {
                return None;
            }
        };
        let nonce = u128::from_str_radix(email.nonce.as_deref()?, 16).ok()?;
        let mut bytes = nonce.to_be_bytes().to_vec();
        let mac = mac_of(self.macs.newest(), email, user)
            .finalize()
            .into_bytes();
        bytes.extend_from_slice(&mac[..MAC_BYTES]);
        let token = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        Some(format!("{page}?token={token}"))
    }

    /// Whether a link belongs to an email to a user. Compares in constant time.
    pub(super) fn is_of(
        &self,
        opened: &OpenedLink,
        email: &email::Model,
        user: &users::Model,
    ) -> bool {
        self.macs.all().any(|mac| {
            let mac = mac_of(mac, email, user);
            mac.verify_truncated_left(&opened.mac).is_ok()
        })
    }
}

fn mac_of(keyed: &Hmac<Sha256>, email: &email::Model, user: &users::Model) -> Hmac<Sha256> {
    let epoch = match email.kind {
        EmailKind::ResetPassword => user.session_epoch,
        _ => 0,
    };
    let mut mac = keyed.clone();
    for part in [
        email.kind.as_str().as_bytes(),
        &user.id.0.to_le_bytes(),
        &epoch.to_le_bytes(),
        email.nonce.as_deref().unwrap_or_default().as_bytes(),
        user.email_folded.as_bytes(),
    ] {
        // With its length, so that no part can be taken for two.
        mac.update(&part.len().to_le_bytes());
        mac.update(part);
    }
    mac
}

/// A new nonce.
pub(super) fn new_nonce() -> String {
    hex(&rand::random::<[u8; NONCE_BYTES]>())
}

/// Reads a token; `None` if it is none.
pub(super) fn read_token(token: &str) -> Option<OpenedLink> {
    let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(token.trim()).ok()?;
    if bytes.len() != NONCE_BYTES + MAC_BYTES {
        return None;
    }
    let mac = bytes.split_off(NONCE_BYTES);
    Some(OpenedLink {
        nonce: hex(&bytes),
        mac,
    })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use tower_cookies::Key;

    use super::*;
    use crate::types::{EmailId, EmailStatus, Role, UserId};

    fn ring(byte: u8) -> KeyRing {
        KeyRing::new(Key::from(&[byte; 64]))
    }

    fn user(id: i64, epoch: i32) -> users::Model {
        users::Model {
            id: UserId(id),
            email: "Ada@example.org".to_owned(),
            email_folded: "ada@example.org".to_owned(),
            password_hash: String::new(),
            role: Role::User,
            session_epoch: epoch,
            created_at: DateTime::UNIX_EPOCH,
            locale: None,
            email_verified_at: None,
        }
    }

    fn email(kind: EmailKind) -> email::Model {
        email::Model {
            id: EmailId(1),
            user_id: Some(UserId(7)),
            kind,
            address: None,
            locale: None,
            data: None,
            message_id: String::new(),
            nonce: Some(new_nonce()),
            used_at: None,
            expires_at: DateTime::UNIX_EPOCH,
            status: EmailStatus::Sent,
            attempts: 1,
            next_attempt_at: DateTime::UNIX_EPOCH,
            lease_token: None,
            error: None,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_link_belongs_to_one_email_one_account_and_one_key() {
        let links = Links::new(&ring(7));
        let sent = email(EmailKind::ResetPassword);
        let path = links.path(&sent, &user(7, 3)).unwrap();
        let token = path.strip_prefix("/reset-password?token=").unwrap();
        assert!(!token.contains(sent.nonce.as_deref().unwrap()));
        let opened = read_token(token).unwrap();
        assert_eq!(Some(&opened.nonce), sent.nonce.as_ref());
        assert!(links.is_of(&opened, &sent, &user(7, 3)));
        assert!(!links.is_of(&opened, &sent, &user(8, 3)));
        // The password was changed meanwhile.
        assert!(!links.is_of(&opened, &sent, &user(7, 4)));
        let mut renamed = user(7, 3);
        renamed.email_folded = "eve@example.org".to_owned();
        assert!(!links.is_of(&opened, &sent, &renamed));
        let mut verification = sent.clone();
        verification.kind = EmailKind::VerifyAddress;
        assert!(!links.is_of(&opened, &verification, &user(7, 3)));
        let other_key = Links::new(&ring(8));
        assert!(!other_key.is_of(&opened, &sent, &user(7, 3)));
        let replaced = Links::new(&ring(8).with_older(Key::from(&[7; 64])));
        assert!(replaced.is_of(&opened, &sent, &user(7, 3)));
    }

    #[test]
    fn malformed_tokens_are_refused_without_a_query() {
        for bad in ["", "x", "%%%", &"A".repeat(42), &"A".repeat(44)] {
            assert!(read_token(bad).is_none(), "{bad}");
        }
        assert!(read_token(&"A".repeat(43)).is_some());
    }

    #[test]
    fn notices_have_no_link() {
        let links = Links::new(&ring(7));
        let notice = email(EmailKind::LowBalance);
        assert_eq!(links.path(&notice, &user(7, 0)), None);
    }
}
