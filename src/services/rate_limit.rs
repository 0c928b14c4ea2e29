//! Rate limits by key, in bounded memory.
//!
//! A key is stored as an 8-byte hash that depends on a secret of the process. If a limit has seen too many keys, the
//! least recently used ones are dropped.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{Quota, RateLimiter};
use parking_lot::Mutex;

use crate::types::AppError;

/// Keys per generation. A limit keeps two generations: at most 2 MiB.
const KEYS_MAX: usize = 50_000;

/// Limits how often each key may do something.
pub struct RateLimit {
    limiter: RateLimiter<u64, RecentKeys, DefaultClock>,
    hasher: RandomState,
}

impl RateLimit {
    /// Each key may act `per_minute` times a minute, with bursts up to that number.
    pub fn per_minute(per_minute: NonZeroU32) -> Self {
        let keys = RecentKeys::new(KEYS_MAX);
        Self {
            limiter: RateLimiter::new(Quota::per_minute(per_minute), keys, DefaultClock::default()),
            hasher: RandomState::new(),
        }
    }

    /// Counts one action of `key`.
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`] over the limit.
    pub fn count<K: Hash + ?Sized>(&self, key: &K) -> Result<(), AppError> {
        let key = self.hasher.hash_one(key);
        self.limiter.check_key(&key).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            AppError::TooManyRequests {
                retry_after_s: wait.as_secs() + 1,
            }
        })
    }
}

/// The state of each key, in two generations: when the younger one is full, it replaces the older one.
struct RecentKeys {
    generation_max: usize,
    generations: Mutex<Generations>,
}

#[derive(Default)]
struct Generations {
    young: HashMap<u64, Nanos>,
    old: HashMap<u64, Nanos>,
}

impl RecentKeys {
    fn new(generation_max: usize) -> Self {
        Self {
            generation_max,
            generations: Mutex::default(),
        }
    }
}

impl StateStore for RecentKeys {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut generations = self.generations.lock();
        let before = match generations.young.get(key) {
            Some(state) => Some(*state),
            None => generations.old.remove(key),
        };
        let decision = decide(before);
        // A refused key is in use, too, and must not expire.
        let after = match &decision {
            Ok((_, after)) => Some(*after),
            Err(_) => before,
        };
        if let Some(after) = after {
            if generations.young.len() >= self.generation_max
                && !generations.young.contains_key(key)
            {
                generations.old = std::mem::take(&mut generations.young);
            }
            generations.young.insert(*key, after);
        }
        decision.map(|(value, _)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(per_minute: u32, generation_max: usize) -> RateLimit {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap());
        let keys = RecentKeys::new(generation_max);
        RateLimit {
            limiter: RateLimiter::new(quota, keys, DefaultClock::default()),
            hasher: RandomState::new(),
        }
    }

    #[test]
    fn each_key_has_its_own_limit() {
        let limit = limit(2, 10);
        limit.count("a").unwrap();
        limit.count("a").unwrap();
        let refused = limit.count("a").unwrap_err();
        assert!(refused.retry_after_s().is_some_and(|wait| wait >= 1));
        limit.count("b").unwrap();
    }

    #[test]
    fn memory_is_limited_to_two_generations_of_keys() {
        let limit = limit(2, 100);
        for key in 0..100_000 {
            limit.count(&key).unwrap();
        }
        let generations = limit.limiter.into_state_store().generations;
        let generations = generations.into_inner();
        assert!(
            generations.young.len() <= 100,
            "{}",
            generations.young.len()
        );
        assert!(generations.old.len() <= 100, "{}", generations.old.len());
    }

    #[test]
    fn a_refused_key_in_use_is_not_dropped() {
        let limit = limit(1, 10);
        limit.count("guesser").unwrap();
        for key in 0..1000 {
            limit.count(&key).unwrap();
            assert!(limit.count("guesser").is_err(), "after {key} other keys");
        }
    }
}
