//! The secrets of webhooks, and the signatures of payloads as Standard Webhooks defines them.
//!
//! The database stores a random nonce per secret. The secret itself is a MAC of it, made with the key of the service. So
//! no secret is stored, and a copy of the database signs nothing. With another key of the service the secret would be
//! another one without notice, so a second MAC of the nonce tells whether the key is still the same.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::services::service_key::{KeyRing, Ring};
use crate::types::hex;

const NONCE_BYTES: usize = 16;
const CHECK_BYTES: usize = 8;
/// Separates these MACs from anything else made with the same key.
const SECRET_PURPOSE: &[u8] = b"pledgecast webhook secret";
const CHECK_PURPOSE: &[u8] = b"pledgecast webhook secret check";
/// Standard Webhooks: marks a secret as such.
const PREFIX: &str = "whsec_";

/// Derives secrets.
#[derive(Clone)]
pub struct Secrets {
    secret: Ring<Hmac<Sha256>>,
    check: Ring<Hmac<Sha256>>,
}

/// What the database stores of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    /// Random, in hexadecimal.
    pub nonce: String,
    /// Shows that the key of the service is the one that the secret was made with.
    pub key_check: String,
}

/// A secret that signs payloads.
pub struct Secret([u8; 32]);

impl Secrets {
    /// Secrets of the service with these keys.
    pub fn new(keys: &KeyRing) -> Self {
        Self {
            secret: keys.macs(SECRET_PURPOSE),
            check: keys.macs(CHECK_PURPOSE),
        }
    }

    /// Makes a new secret.
    pub fn generate(&self) -> StoredSecret {
        let nonce = hex(&rand::random::<[u8; NONCE_BYTES]>());
        StoredSecret {
            key_check: key_check(self.check.newest(), &nonce),
            nonce,
        }
    }

    /// The secret of a nonce; `None` if it was made with a key that the service no longer has.
    pub fn secret(&self, nonce: &str, stored_check: &str) -> Option<Secret> {
        let mut macs = self.check.all().zip(self.secret.all());
        macs.find_map(|(check, secret)| {
            (key_check(check, nonce) == stored_check).then(|| Secret(mac_of(secret, nonce)))
        })
    }

    /// The secrets that a nonce may stand for: one for each key of the service, the newest first.
    pub fn derive(&self, nonce: &str) -> Vec<Secret> {
        let macs = self.secret.all();
        macs.map(|mac| Secret(mac_of(mac, nonce))).collect()
    }
}

fn key_check(mac: &Hmac<Sha256>, nonce: &str) -> String {
    hex(&mac_of(mac, nonce)[..CHECK_BYTES])
}

fn mac_of(mac: &Hmac<Sha256>, nonce: &str) -> [u8; 32] {
    let mut mac = mac.clone();
    mac.update(nonce.as_bytes());
    mac.finalize().into_bytes().into()
}

impl Secret {
    /// The secret as users copy it.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(self.0))
    }

    /// One signature of the header `webhook-signature`; `timestamp` is in seconds since 1970.
    pub fn sign(&self, message_id: &str, timestamp: i64, payload: &str) -> String {
        let mut mac = self.mac();
        mac.update(format!("{message_id}.{timestamp}.{payload}").as_bytes());
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    }

    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn mac(&self) -> Hmac<Sha256> {
        Hmac::new_from_slice(&self.0).expect("a key of any length")
    }
}

#[cfg(test)]
mod tests {
    use tower_cookies::Key;

    use super::*;

    fn ring(byte: u8) -> KeyRing {
        KeyRing::new(Key::from(&[byte; 64]))
    }

    fn secrets(byte: u8) -> Secrets {
        Secrets::new(&ring(byte))
    }

    #[test]
    fn a_secret_is_derived_again_and_only_with_its_key() {
        let (own, other) = (secrets(7), secrets(8));
        let stored = own.generate();
        let text = own.secret(&stored.nonce, &stored.key_check).unwrap().text();
        assert_eq!(own.derive(&stored.nonce)[0].text(), text);
        assert!(other.secret(&stored.nonce, &stored.key_check).is_none());
        assert_ne!(other.derive(&stored.nonce)[0].text(), text);
        let rotated = Secrets::new(&ring(8).with_older(Key::from(&[7; 64])));
        let kept = rotated.secret(&stored.nonce, &stored.key_check).unwrap();
        assert_eq!(kept.text(), text);
        assert_eq!(rotated.derive(&stored.nonce)[1].text(), text);
        assert_ne!(own.generate(), stored);
        // 24 to 64 bytes, says the specification.
        let bytes = BASE64_STANDARD.decode(text.strip_prefix(PREFIX).unwrap());
        assert_eq!(bytes.unwrap().len(), 32);
        assert!(!text.contains(&stored.nonce));
    }

    #[test]
    fn a_signature_verifies_with_the_reference_library_and_nothing_else_does() {
        let secret = secrets(7).derive("nonce").remove(0);
        let reference = standardwebhooks::Webhook::new(&secret.text()).unwrap();
        let payload = r#"{"type":"task.failed"}"#;
        let signature = secret.sign("msg_1", 1_700_000_000, payload);
        let expected = reference.sign("msg_1", 1_700_000_000, payload.as_bytes());
        assert_eq!(expected.unwrap(), signature);
        for (id, timestamp, text) in [
            ("msg_2", 1_700_000_000, payload),
            ("msg_1", 1_700_000_001, payload),
            ("msg_1", 1_700_000_000, "{}"),
        ] {
            assert_ne!(secret.sign(id, timestamp, text), signature);
        }
    }
}
