//! Where a claim starts to look.
//!
//! PostgreSQL keeps the index entries of finished tasks while any snapshot that may see them is open, such as that of
//! a backup. A claim from the beginning of the index would read them all. So each process remembers a round below
//! which no task is left, its mark, and starts there.
//!
//! A round may become the mark once a claim has seen all tasks below it and no later task can appear there. New and
//! returned tasks go into the current round or a later one, and become visible soon after. So a round that was current
//! at some time becomes the mark when a claim that began a while later has seen everything below it. Most claims allow
//! a short lag and start at the `near` mark. Tasks that became visible later than that are found from the `far` mark
//! within seconds, and any others by a full scan each minute.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

const FULL_EVERY: Duration = Duration::from_mins(1);
const FAR_EVERY: Duration = Duration::from_secs(5);
const NEAR_LAG: Duration = Duration::from_secs(3);
/// Longer than a statement or the delay of a retry.
const FAR_LAG: Duration = Duration::from_secs(30);

/// The marks of one process.
#[derive(Default)]
pub struct ScanStart {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    full_at: Option<Instant>,
    far_at: Option<Instant>,
    near: Mark,
    far: Mark,
    /// Counts resets. A scan that began before a reset moves no mark.
    resets: u64,
}

#[derive(Clone, Copy, Default)]
struct Mark {
    round: i64,
    /// The round that may become the mark, and since when it has been a candidate.
    candidate: Option<(i64, Instant)>,
}

/// One claim's look into the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The round to begin with.
    pub from: i64,
    began: Instant,
    resets: u64,
}

impl ScanStart {
    /// Decides where a claim starts to look.
    pub fn begin(&self, now: Instant) -> Scan {
        let mut state = self.state.lock();
        let is_due = |last: Option<Instant>, every| last.is_none_or(|last| now - last >= every);
        let from = if is_due(state.full_at, FULL_EVERY) {
            state.full_at = Some(now);
            state.far_at = Some(now);
            i64::MIN
        } else if is_due(state.far_at, FAR_EVERY) {
            state.far_at = Some(now);
            state.far.round
        } else {
            state.near.round.max(state.far.round)
        };
        Scan {
            from,
            began: now,
            resets: state.resets,
        }
    }

    /// Records that a claim has seen every task from `scan.from` up to, but not including, the round `seen_to`.
    pub fn end(&self, scan: Scan, seen_to: i64) {
        let mut state = self.state.lock();
        if scan.resets != state.resets {
            return;
        }
        state.near.advance(scan, seen_to, NEAR_LAG);
        state.far.advance(scan, seen_to, FAR_LAG);
    }

    /// Records the current round.
    pub fn observe(&self, current_round: i64, now: Instant) {
        let State { near, far, .. } = &mut *self.state.lock();
        for mark in [near, far] {
            if mark.candidate.is_none() && current_round > mark.round {
                mark.candidate = Some((current_round, now));
            }
        }
    }

    /// Makes the next claim look everywhere. For tasks that this process could not take before and now can.
    pub fn reset(&self) {
        let mut state = self.state.lock();
        *state = State {
            resets: state.resets + 1,
            ..State::default()
        };
    }
}

impl Mark {
    fn advance(&mut self, scan: Scan, seen_to: i64, lag: Duration) {
        let Some((round, since)) = self.candidate else {
            return;
        };
        let is_late_enough = scan.began.saturating_duration_since(since) >= lag;
        if is_late_enough && scan.from <= self.round && round <= seen_to {
            self.round = round;
            self.candidate = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: i64 = i64::MAX;

    /// A process that has done a full scan and knows that round 7 is current.
    fn started(start: Instant) -> ScanStart {
        let scans = ScanStart::default();
        let scan = scans.begin(start);
        assert_eq!(scan.from, i64::MIN);
        scans.end(scan, ALL);
        scans.observe(7, start);
        scans
    }

    fn look(scans: &ScanStart, at: Instant, seen_to: i64) -> i64 {
        let scan = scans.begin(at);
        scans.end(scan, seen_to);
        scan.from
    }

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn claims_start_at_a_round_once_a_later_claim_has_seen_all_rounds_before_it() {
        let start = Instant::now();
        let scans = started(start);
        assert_eq!(
            look(&scans, after(start, 2), ALL),
            0,
            "too early to rely on"
        );
        assert_eq!(look(&scans, after(start, 3), 6), 0, "round 6 was not seen");
        assert_eq!(look(&scans, after(start, 4), 7), 0);
        assert_eq!(look(&scans, after(start, 4), ALL), 7);
    }

    #[test]
    fn tasks_that_became_visible_late_are_found_from_the_far_mark() {
        let start = Instant::now();
        let scans = started(start);
        assert_eq!(look(&scans, after(start, 4), ALL), 0);
        assert_eq!(look(&scans, after(start, 5), ALL), 0, "from the far mark");
        assert_eq!(look(&scans, after(start, 6), ALL), 7, "from the near mark");
        assert_eq!(look(&scans, after(start, 31), ALL), 0, "from the far mark");
        assert_eq!(look(&scans, after(start, 36), ALL), 7, "both moved");
    }

    #[test]
    fn a_claim_from_the_near_mark_does_not_move_the_far_mark() {
        let start = Instant::now();
        let scans = started(start);
        assert_eq!(look(&scans, after(start, 26), 6), 0);
        assert_eq!(look(&scans, after(start, 27), 7), 0);
        // This claim starts at round 7 and does not see what is below.
        assert_eq!(look(&scans, after(start, 30), ALL), 7);
        assert_eq!(look(&scans, after(start, 31), ALL), 0, "from the far mark");
    }

    #[test]
    fn a_full_scan_runs_each_minute_and_after_a_reset() {
        let start = Instant::now();
        let scans = started(start);
        assert_eq!(look(&scans, after(start, 30), ALL), 0);
        assert_eq!(look(&scans, after(start, 60), ALL), i64::MIN);
        assert_eq!(look(&scans, after(start, 61), ALL), 7);
        let before = scans.begin(after(start, 62));
        scans.reset();
        scans.end(before, ALL);
        assert_eq!(look(&scans, after(start, 63), ALL), i64::MIN);
        assert_eq!(look(&scans, after(start, 64), ALL), 0);
    }
}
