//! Encrypts the secrets of authenticator apps with the key of the service (AES-256-GCM).

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::services::service_key::{KeyRing, Ring};
use crate::types::UserId;

const PURPOSE: &[u8] = b"pledgecast second factor";
const NONCE_BYTES: usize = 12;

/// Encrypts secrets. Each is bound to its user, so that a row copied to another user opens nothing.
pub(super) struct Sealer {
    ciphers: Ring<Aes256Gcm>,
}

impl Sealer {
    pub(super) fn new(keys: &KeyRing) -> Self {
        let cipher = |mac: &Hmac<Sha256>| Aes256Gcm::new(&mac.clone().finalize().into_bytes());
        Self {
            ciphers: keys.macs(PURPOSE).map(cipher),
        }
    }

    /// The nonce and the encrypted secret, in base64.
    #[expect(
        clippy::expect_used,
        reason = "AES-GCM fails only for texts of more than 64 GiB"
    )]
    pub(super) fn seal(&self, user: UserId, secret: &[u8]) -> String {
        let nonce = rand::random::<[u8; NONCE_BYTES]>();
        let owner = user.0.to_be_bytes();
        let payload = Payload {
            msg: secret,
            aad: &owner,
        };
        let sealed = self
            .ciphers
            .newest()
            .encrypt(Nonce::from_slice(&nonce), payload);
        let sealed = sealed.expect("a secret of a few bytes");
        BASE64_STANDARD.encode([nonce.as_slice(), &sealed].concat())
    }

    /// The secret; `None` if it was encrypted with a key that the service no longer has.
    pub(super) fn open(&self, user: UserId, sealed: &str) -> Option<Vec<u8>> {
        let bytes = BASE64_STANDARD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES)?;
        let owner = user.0.to_be_bytes();
        self.ciphers.all().find_map(|cipher| {
            let payload = Payload {
                msg: sealed,
                aad: &owner,
            };
            cipher.decrypt(Nonce::from_slice(nonce), payload).ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use tower_cookies::Key;

    use super::*;

    #[test]
    fn a_secret_opens_only_with_its_key_and_for_its_user() {
        let ring = |byte| KeyRing::new(Key::from(&[byte; 64]));
        let sealer = Sealer::new(&ring(7));
        let text = sealer.seal(UserId(1), b"the secret");
        assert_eq!(
            sealer.open(UserId(1), &text).as_deref(),
            Some(&b"the secret"[..])
        );
        assert_ne!(sealer.seal(UserId(1), b"the secret"), text);
        assert_eq!(sealer.open(UserId(2), &text), None);
        let other = Sealer::new(&ring(8));
        assert_eq!(other.open(UserId(1), &text), None);
        let rotated = Sealer::new(&ring(8).with_older(Key::from(&[7; 64])));
        assert!(rotated.open(UserId(1), &text).is_some());
        for damaged in ["", "x", "AAAA", &text[..text.len() - 4]] {
            assert_eq!(sealer.open(UserId(1), damaged), None, "{damaged}");
        }
    }
}
