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
