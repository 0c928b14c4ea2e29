//! The key of the service, and MACs made with it. While it is being replaced there are several: the newest encrypts and
//! signs, and what older ones have made is still accepted.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use tower_cookies::Key;

/// The newest of something and what it has replaced, the newest first.
#[derive(Clone)]
pub struct Ring<T> {
    newest: T,
    older: Vec<T>,
}

/// The keys of the service.
pub type KeyRing = Ring<Key>;

impl<T> Ring<T> {
    /// A ring of one.
    pub const fn new(newest: T) -> Self {
        Self {
            newest,
            older: Vec::new(),
        }
    }

    /// The ring with an older one.
    #[must_use]
    pub fn with_older(mut self, older: T) -> Self {
        self.older.push(older);
        self
    }

    /// The newest: what encrypts and signs.
    pub const fn newest(&self) -> &T {
        &self.newest
    }

    /// All, the newest first.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// What `make` makes of each.
    pub(super) fn map<U>(&self, make: impl Fn(&T) -> U) -> Ring<U> {
        Ring {
            newest: make(&self.newest),
            older: self.older.iter().map(make).collect(),
        }
    }
}

impl KeyRing {
    /// MACs for one purpose, which separates them from anything else that is authenticated with the same keys.
    pub(super) fn macs(&self, purpose: &[u8]) -> Ring<Hmac<Sha256>> {
        self.map(|key| mac_for(key, purpose))
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
        let tag = |mac: &Hmac<Sha256>| mac.clone().finalize().into_bytes();
        let macs = ring.macs(b"purpose");
        let newest = KeyRing::new(key(3)).macs(b"purpose");
        assert_eq!(tag(macs.newest()), tag(newest.newest()));
        assert_eq!(macs.all().count(), 3);
        let oldest = KeyRing::new(key(1)).macs(b"purpose");
        assert_eq!(macs.all().last().map(tag), Some(tag(oldest.newest())));
    }
}
