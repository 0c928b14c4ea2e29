//! The delay before the next attempt of a failed task.

use std::time::Duration;

use chrono::TimeDelta;
use rand::Rng as _;

const FIRST_MS: u64 = 1_000;
const MAX_MS: u64 = 16_000;
const FACTOR: u64 = 4;

/// The delay after a number of attempts: at most 1 s, 4 s, 16 s, reduced at random by up to half, so that tasks that
/// failed together are not retried together.
pub(super) fn retry_delay(attempts: i32) -> TimeDelta {
    let longest = longest_ms(attempts);
    let delay = rand::rng().random_range(longest / 2..=longest);
    TimeDelta::milliseconds(delay.cast_signed())
}

/// The maximum of [`retry_delay`].
pub(super) fn longest_retry_delay(attempts: i32) -> Duration {
    Duration::from_millis(longest_ms(attempts))
}

fn longest_ms(attempts: i32) -> u64 {
    let before = u32::try_from(attempts - 1).unwrap_or(0);
    FIRST_MS
        .saturating_mul(FACTOR.saturating_pow(before))
        .min(MAX_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_up_to_a_maximum() {
        let longest = [1, 2, 3, 4, 100].map(longest_ms);
        assert_eq!(longest, [1_000, 4_000, 16_000, 16_000, 16_000]);
        for attempts in 1..5 {
            let delay = retry_delay(attempts).num_milliseconds().unsigned_abs();
            let longest = longest_ms(attempts);
            assert!((longest / 2..=longest).contains(&delay), "{delay}");
        }
    }
}
