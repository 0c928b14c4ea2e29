//! MACs made with the key of the service.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use tower_cookies::Key;

/// A MAC for one purpose, which separates it from anything else that is authenticated with the same key.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
pub(super) fn mac_for(key: &Key, purpose: &[u8]) -> Hmac<Sha256> {
    // The half of the key that signs cookies. All cookies of this service are encrypted, with the other half.
    let (signing, _) = key.master().split_at(key.master().len() / 2);
    let mut mac = Hmac::<Sha256>::new_from_slice(signing).expect("a key of any length");
    mac.update(purpose);
    mac
}
