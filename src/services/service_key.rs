//! The key of the service, and MACs made with it. While it is being replaced there are several: the newest encrypts and
//! signs, and what older ones have made is still accepted.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use tower_cookies::Key;

/// The keys of the service, the newest first; there is at least one.
#[derive(Clone)]
pub struct KeyRing {
    newest: Key,
    older: Vec<Key>,
}

impl KeyRing {
    /// A ring of one key.
    pub const fn new(newest: Key) -> Self {
        Self {
            newest,
            older: Vec::new(),
        }
    }

    /// The ring with an older key.
    #[must_use]
    pub fn with_older(mut self, key: Key) -> Self {
        self.older.push(key);
        self
    }

    /// The key that encrypts and signs.
    pub const fn newest(&self) -> &Key {
        &self.newest
    }

    /// Every key, the newest first.
    pub fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.newest).chain(&self.older)
    }
}

/// MACs for one purpose, which separates them from anything else that is authenticated with the same keys; the first is
/// that of the newest key.
#[derive(Clone)]
pub(super) struct Macs {
    newest: Hmac<Sha256>,
    older: Vec<Hmac<Sha256>>,
}

impl Macs {
    pub(super) fn new(keys: &KeyRing, purpose: &[u8]) -> Self {
        Self {
            newest: mac_for(&keys.newest, purpose),
            older: keys.older.iter().map(|key| mac_for(key, purpose)).collect(),
        }
    }

    /// The MAC of the newest key.
    pub(super) fn newest(&self) -> Hmac<Sha256> {
        self.newest.clone()
    }

    /// The MAC of every key, the newest first.
    pub(super) fn all(&self) -> impl Iterator<Item = Hmac<Sha256>> {
        std::iter::once(&self.newest).chain(&self.older).cloned()
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn mac_for(key: &Key, purpose: &[u8]) -> Hmac<Sha256> {
    // The half of the key that signs cookies. All cookies of this service are encrypted, with the other half.
    let (signing, _) = key.master().split_at(key.master().len() / 2);
    let mut mac = Hmac::<Sha256>::new_from_slice(signing).expect("a key of any length");
    mac.update(purpose);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_key_comes_first_and_the_others_follow() {
        let key = |byte| Key::from(&[byte; 64]);
        let ring = KeyRing::new(key(3)).with_older(key(2)).with_older(key(1));
        assert_eq!(ring.newest().master(), key(3).master());
        let all: Vec<_> = ring.all().map(Key::master).collect();
        assert_eq!(all, [key(3).master(), key(2).master(), key(1).master()]);
        let tag = |mac: Hmac<Sha256>| mac.finalize().into_bytes();
        let macs = Macs::new(&ring, b"purpose");
        let newest = Macs::new(&KeyRing::new(key(3)), b"purpose").newest();
        assert_eq!(tag(macs.newest()), tag(newest));
        assert_eq!(macs.all().count(), 3);
        let oldest = Macs::new(&KeyRing::new(key(1)), b"purpose").newest();
        assert_eq!(macs.all().last().map(tag), Some(tag(oldest)));
    }
}
