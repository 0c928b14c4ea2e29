//! The minimum rate at which a client must send.

use std::time::Duration;

use tokio::time::Instant;

/// A deadline that grows with the bytes received.
#[derive(Clone, Copy, Debug)]
pub struct MinRate {
    /// Time allowed in addition to what the bytes take at the minimum rate.
    pub grace: Duration,
    /// The minimum rate.
    pub bytes_per_second: u32,
}

impl MinRate {
    /// When the next byte must have arrived, if `received` bytes have arrived since `begun`.
    pub fn deadline(&self, begun: Instant, received: u64) -> Instant {
        let rate = u64::from(self.bytes_per_second.max(1));
        begun + self.grace + Duration::from_micros(received.saturating_mul(1_000_000) / rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_extends_the_deadline() {
        let rate = MinRate {
            grace: Duration::from_secs(10),
            bytes_per_second: 4096,
        };
        let begun = Instant::now();
        assert_eq!(rate.deadline(begun, 0) - begun, Duration::from_secs(10));
        assert_eq!(rate.deadline(begun, 8192) - begun, Duration::from_secs(12));
    }
}
