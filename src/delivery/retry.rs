//! When a failed delivery is sent again, and when it is given up.

use chrono::{DateTime, Duration, Utc};
use rand::Rng as _;

/// The delays after the first, second, … attempt, in seconds: 12 retries within about a day.
const DELAYS_S: [i64; 12] = [
    5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 14_400, 14_400, 14_400, 14_400,
];
/// A delay grows at random by up to one part in this number, so that deliveries that failed together are not sent together
/// again.
const JITTER: i64 = 10;
/// A delivery is not sent again after this time, even if attempts were delayed and are left.
const GIVE_UP_AFTER: Duration = Duration::hours(30);
/// A webhook is turned off when nothing was delivered for this time.
const DISABLE_AFTER: Duration = Duration::days(3);

/// The delay after this many attempts of a delivery that was queued at that time; `None` if it is given up.
pub(super) fn delay_after(
    attempts: i32,
    queued_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<Duration> {
    let done = usize::try_from(attempts).ok()?.checked_sub(1)?;
    let delay = *DELAYS_S.get(done)?;
    let delay_ms = delay * 1000;
    let jitter_ms = rand::rng().random_range(0..=delay_ms / JITTER);
    let delay = Duration::milliseconds(delay_ms + jitter_ms);
    (now + delay <= queued_at + GIVE_UP_AFTER).then_some(delay)
}

/// Whether a webhook that has failed since then is turned off.
pub(super) fn is_dead(failing_since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now >= failing_since + DISABLE_AFTER
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn retries_go_on_for_about_a_day() {
        let mut now = START;
        for (attempts, shortest) in (1..).zip(DELAYS_S) {
            let delay = delay_after(attempts, START, now).unwrap();
            assert!(delay.num_seconds() >= shortest, "{delay}");
            now += delay;
        }
        assert_eq!(delay_after(13, START, now), None);
        assert!(now >= START + Duration::hours(23), "{now}");
        assert!(now <= START + Duration::hours(27), "{now}");
    }

    #[test]
    fn a_delivery_that_waited_too_long_is_given_up() {
        let late = START + Duration::hours(30);
        assert_eq!(delay_after(2, START, late), None);
        assert_eq!(delay_after(0, START, START), None);
    }

    #[test]
    fn a_webhook_is_dead_after_days_without_a_success() {
        assert!(!is_dead(START, START + Duration::hours(71)));
        assert!(is_dead(START, START + Duration::hours(72)));
    }
}
