//! How often somebody may try to log in or to register.
//!
//! Three buckets: the address, the account as strangers see it, and each browser that signed in to that
//! account before. Whoever hammers an account from elsewhere empties the strangers' bucket, not the
//! owner's.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::types::AppError;

/// Keys before those at rest are forgotten.
const KEYS_MAX: usize = 10_000;

/// Who is trying.
#[derive(Clone, Debug)]
pub struct Client {
    /// The address that the request came from.
    pub address: IpAddr,
    /// The account that this browser signed in to before, with a random mark of its own.
    pub device: Option<Device>,
}

/// A browser that signed in before.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Device {
    /// The account's address, folded.
    pub email: String,
    /// Tells this browser from others of the account.
    pub mark: String,
}

/// The three buckets.
pub struct Attempts {
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    accounts: DefaultKeyedRateLimiter<String>,
    devices: DefaultKeyedRateLimiter<String>,
}

impl Attempts {
    /// Each bucket gives `per_minute` tries a minute, all of them at once if need be.
    pub fn new(per_minute: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        Self {
            addresses: RateLimiter::keyed(quota),
            accounts: RateLimiter::keyed(quota),
            devices: RateLimiter::keyed(quota),
        }
    }

    /// Counts one try at an account (folded e-mail).
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`] where a bucket is empty.
    pub fn count(&self, account: &str, client: &Client) -> Result<(), AppError> {
        if let Some(device) = client.device.as_ref().filter(|it| it.email == account) {
            return take(&self.devices, &device.mark);
        }
        self.count_address(client)?;
        take(&self.accounts, &account.to_owned())
    }

    /// Counts one try that is at no account yet.
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`] where the bucket is empty.
    pub fn count_address(&self, client: &Client) -> Result<(), AppError> {
        take(&self.addresses, &network_of(client.address))
    }
}

/// One household or firm has a whole /64 of IPv6.
pub(super) fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        },
    }
}

/// Takes one try out of a key's bucket.
///
/// # Errors
/// [`AppError::TooManyRequests`] where it is empty.
pub(super) fn take<K: Clone + Eq + std::hash::Hash>(
    bucket: &DefaultKeyedRateLimiter<K>,
    key: &K,
) -> Result<(), AppError> {
    if bucket.len() > KEYS_MAX {
        bucket.retain_recent();
    }
    bucket.check_key(key).map_err(|not_until| {
        let wait = not_until.wait_time_from(DefaultClock::default().now());
        AppError::TooManyRequests {
            retry_after_s: wait.as_secs() + 1,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stranger(last: u8) -> Client {
        Client {
            address: IpAddr::from([192, 0, 2, last]),
            device: None,
        }
    }

    #[test]
    fn hammering_an_account_leaves_its_owners_browser_in() {
        let attempts = Attempts::new(3);
        for address in 0..3 {
            attempts
                .count("ada@example.org", &stranger(address))
                .unwrap();
        }
        assert!(attempts.count("ada@example.org", &stranger(9)).is_err());
        let owner = Client {
            device: Some(Device {
                email: "ada@example.org".to_owned(),
                mark: "m".to_owned(),
            }),
            ..stranger(9)
        };
        assert!(attempts.count("ada@example.org", &owner).is_ok());
        assert!(attempts.count("bob@example.org", &stranger(8)).is_ok());
    }

    #[test]
    fn one_address_cannot_try_many_accounts() {
        let attempts = Attempts::new(2);
        attempts.count("a@example.org", &stranger(1)).unwrap();
        attempts.count("b@example.org", &stranger(1)).unwrap();
        let refused = attempts.count("c@example.org", &stranger(1)).unwrap_err();
        assert!(refused.retry_after_s().is_some_and(|wait| wait >= 1));
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_a_bucket() {
        let one: IpAddr = "2001:db8::1".parse().unwrap();
        let two: IpAddr = "2001:db8::ffff:2".parse().unwrap();
        assert_eq!(network_of(one), network_of(two));
    }
}
