//! The source of time.

use chrono::{DateTime, SubsecRound, Utc};

/// Returns the current time.
pub trait Clock: Send + Sync {
    /// The current time in whole milliseconds, so that either database returns it exactly as written.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the source of time that all other code must use"
    )]
    fn now(&self) -> DateTime<Utc> {
        DateTime::<Utc>::from(std::time::SystemTime::now()).trunc_subsecs(3)
    }
}

#[cfg(test)]
pub(crate) mod test_support {
    use std::sync::Arc;

    use chrono::Duration;
    use parking_lot::Mutex;

    use super::{Clock, DateTime, Utc};

    /// A clock that tests set.
    pub(crate) struct TestClock(Mutex<DateTime<Utc>>);

    impl TestClock {
        pub(crate) fn at(now: DateTime<Utc>) -> Arc<Self> {
            Arc::new(Self(Mutex::new(now)))
        }

        pub(crate) fn advance(&self, seconds: i64) {
            *self.0.lock() += Duration::seconds(seconds);
        }
    }

    impl Clock for TestClock {
        fn now(&self) -> DateTime<Utc> {
            *self.0.lock()
        }
    }
}
