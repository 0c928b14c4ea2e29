//! Rate limits by key, in bounded memory.
//!
//! Services return values of the domain, which have no room for what is left of a limit. So [`RateLimit::count`] notes
//! it for the request in progress, and the HTTP layer, which runs requests in [`noting`], writes it into the headers.
//!
//! A key is stored as an 8-byte hash that depends on a secret of the process. If a limit has seen too many keys, the
//! least recently used ones are dropped.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{Quota, RateLimiter};
use parking_lot::Mutex;

use crate::types::AppError;

/// Keys per generation. A limit keeps two generations: at most 2 MiB.
const KEYS_MAX: usize = 50_000;

/// The window of every limit, in seconds.
pub const WINDOW_S: u32 = 60;

tokio::task_local! {
    static NOTED: Cell<Option<QuotaUse>>;
}

/// What a request has left of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaUse {
    /// The name of the limit.
    pub policy: &'static str,
    /// Actions per window.
    pub limit: u32,
    /// Actions that are left now.
    pub remaining: u32,
    /// Seconds until all actions are left again.
    pub full_in_s: u32,
}

/// Runs the work of a request and returns what it has left of the limit that it counted against, if any.
pub async fn noting<T>(work: impl Future<Output = T>) -> (T, Option<QuotaUse>) {
    let noted = async {
        let value = work.await;
        (value, NOTED.with(Cell::take))
    };
    NOTED.scope(Cell::new(None), noted).await
}

/// Limits how often each key may do something.
pub struct RateLimit {
    policy: &'static str,
    limit: u32,
    limiter: Limiter,
    hasher: RandomState,
}

type Limiter = RateLimiter<u64, RecentKeys, DefaultClock, StateInformationMiddleware>;

impl RateLimit {
    /// Each key may act `per_minute` times a minute, with bursts up to that number. `policy` names the limit in headers.
    pub fn per_minute(policy: &'static str, per_minute: NonZeroU32) -> Self {
        Self::with_keys(policy, per_minute, KEYS_MAX)
    }

    fn with_keys(policy: &'static str, per_minute: NonZeroU32, generation_max: usize) -> Self {
        let keys = RecentKeys::new(generation_max);
        let quota = Quota::per_minute(per_minute);
        Self {
            policy,
            limit: per_minute.get(),
            limiter: RateLimiter::new(quota, keys, DefaultClock::default()),
            hasher: RandomState::new(),
        }
    }

    /// Counts one action of `key`.
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`] over the limit.
    pub fn count<K: Hash + ?Sized>(&self, key: &K) -> Result<(), AppError> {
        let key = self.hasher.hash_one(key);
        match self.limiter.check_key(&key) {
            Ok(state) => {
                self.note(state.remaining_burst_capacity());
                Ok(())
            }
            Err(not_until) => {
                self.note(0);
                let wait = not_until.wait_time_from(DefaultClock::default().now());
                Err(AppError::TooManyRequests {
                    retry_after_s: wait.as_secs() + 1,
                })
            }
        }
    }

    fn note(&self, remaining: u32) {
        let used = u64::from(self.limit.saturating_sub(remaining));
        let full_in_s = (used * u64::from(WINDOW_S)).div_ceil(u64::from(self.limit));
        let quota = QuotaUse {
            policy: self.policy,
            limit: self.limit,
            remaining,
            full_in_s: u32::try_from(full_in_s).unwrap_or(WINDOW_S),
        };
        // Fails outside a request, where nobody asks for it.
        let _ = NOTED.try_with(|noted| noted.set(Some(quota)));
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
        let per_minute = NonZeroU32::new(per_minute).unwrap();
        RateLimit::with_keys("test", per_minute, generation_max)
    }

    #[tokio::test]
    async fn what_is_left_is_noted_for_the_request() {
        let limit = limit(2, 10);
        let quota = |remaining, full_in_s| QuotaUse {
            policy: "test",
            limit: 2,
            remaining,
            full_in_s,
        };
        for (remaining, full_in_s) in [(1, 30), (0, 60), (0, 60)] {
            let (_, noted) = noting(async { limit.count("a") }).await;
            assert_eq!(noted, Some(quota(remaining, full_in_s)));
        }
        let ((), noted) = noting(async {}).await;
        assert_eq!(noted, None);
        limit.count("b").unwrap();
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
