//! Whether open connections can be trusted.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// The time of the last failure. Connections that were opened before it are not trusted.
#[derive(Default)]
pub(super) struct Health(Mutex<Option<Instant>>);

impl Health {
    /// Call this after a connection failed without an error from the server. Connections opened earlier may be in the
    /// same state, and each of them would make some request wait until its deadline.
    pub(super) fn distrust_open_connections(&self) {
        *self.0.lock() = Some(Instant::now());
    }

    pub(super) fn is_trusted(&self, age: Duration) -> bool {
        self.0
            .lock()
            .is_none_or(|failed_at| age < failed_at.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_opened_before_a_failure_are_not_trusted_and_later_ones_are() {
        let health = Health::default();
        assert!(health.is_trusted(Duration::from_hours(1)));
        health.distrust_open_connections();
        assert!(!health.is_trusted(Duration::from_secs(1)));
        std::thread::sleep(Duration::from_millis(5));
        assert!(health.is_trusted(Duration::ZERO));
    }
}
