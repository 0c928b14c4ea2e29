//! How many connections each address has open.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts the connections of each address.
pub struct AddressLimit {
    limit: u32,
    open: Mutex<HashMap<IpAddr, u32>>,
}

/// The permit of a connection; free again when it is dropped.
pub struct AddressPermit {
    addresses: Arc<AddressLimit>,
    key: IpAddr,
}

impl AddressLimit {
    /// Each address may have `limit` connections.
    pub fn new(limit: u32) -> Self {
        Self {
            limit,
            open: Mutex::default(),
        }
    }

    /// A permit for one more connection of an address; `None` where it has as many as it may.
    pub fn take(self: &Arc<Self>, address: IpAddr) -> Option<AddressPermit> {
        let key = key_of(address);
        let mut open = self.open();
        let count = open.entry(key).or_default();
        if *count >= self.limit {
            return None;
        }
        *count += 1;
        Some(AddressPermit {
            addresses: Arc::clone(self),
            key,
        })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for AddressPermit {
    fn drop(&mut self) {
        let mut open = self.addresses.open();
        if let Some(count) = open.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.key);
            }
        }
    }
}

/// One client usually has a whole /64 of IPv6.
fn key_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_places_of_its_own_which_come_back() {
        let addresses = Arc::new(AddressLimit::new(1));
        let [a, b] = [1, 2].map(|last| IpAddr::from([192, 0, 2, last]));
        let first = addresses.take(a);
        assert!(first.is_some());
        assert!(addresses.take(a).is_none());
        assert!(addresses.take(b).is_some());
        drop(first);
        assert!(addresses.take(a).is_some());
        assert!(addresses.open().is_empty(), "no address is kept for ever");
    }

    #[test]
    fn an_ipv6_network_of_a_client_counts_as_one_address() {
        let key = |address: &str| key_of(address.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }
}
