//! Estimates the wait of a queued task: its place, and the time until its result at the recent throughput.
//!
//! Throughput is measured only over time in which there was work to do. Each result counts with the time since the
//! previous result or since it was queued, whichever is shorter, so a quiet hour does not make the service look slow.

use std::sync::Arc;
use std::time::{Duration as StdDuration, Instant};

use chrono::{DateTime, Duration, Utc};
use parking_lot::Mutex;

use super::Clock;
use crate::database::Database;
use crate::entities::task;
use crate::queue::{self, Done, Position};
use crate::types::{AppError, QueueView};

/// Number of results used to measure the throughput.
const LATEST: u64 = 100;
/// Older results are ignored.
const OLDEST: Duration = Duration::minutes(5);
/// How long a measured throughput is reused.
const FRESH: StdDuration = StdDuration::from_secs(1);
/// Longer waits are reported as this one.
const WAIT_MAX_S: u32 = 24 * 60 * 60;

/// A task that later tasks have overtaken, and that is at least this old, waits for a worker that can run its model.
const PASSED_AFTER: Duration = Duration::seconds(10);
/// If nothing was claimed for this long, no worker is running, or none can run the queued models.
const NO_CLAIM_AFTER: Duration = Duration::seconds(30);

/// Estimates waits. Reads the throughput from the database at most once a second.
pub struct QueueEta {
    database: Database,
    clock: Arc<dyn Clock>,
    measured: Mutex<Option<Measured>>,
}

/// When the throughput was measured, and the throughput.
type Measured = (Instant, Option<Throughput>);

/// Results, and the time that they took.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Throughput {
    results: i32,
    time: Duration,
}

impl QueueEta {
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self {
            database,
            clock,
            measured: Mutex::default(),
        }
    }

    /// The expected wait of a queued task.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn of(&self, task: &task::Model) -> Result<QueueView, AppError> {
        let clock = self.clock.now();
        let position = queue::position(&self.database, task, QueueView::AHEAD_MAX, clock).await?;
        let is_retry_due = task
            .retry_at
            .is_none_or(|retry_at| retry_at <= position.now);
        let waiting_for_worker =
            is_retry_due && is_waiting_for_worker(task.queued_at, task.round, &position);
        let throughput = if waiting_for_worker {
            None
        } else {
            self.throughput().await?
        };
        Ok(QueueView {
            ahead: position.ahead,
            wait_s: throughput.map(|throughput| throughput.wait_s(position.ahead)),
            waiting_for_worker,
        })
    }

    async fn throughput(&self) -> Result<Option<Throughput>, AppError> {
        if let Some((_, throughput)) = self.known() {
            return Ok(throughput);
        }
        let latest = queue::latest_done(&self.database, LATEST).await?;
        let clock = self.clock.now();
        let (now, waiting_since) = queue::waiting_since(&self.database, clock).await?;
        let throughput = Throughput::measure(latest, waiting_since, now);
        *self.measured.lock() = Some((Instant::now(), throughput));
        Ok(throughput)
    }

    /// The last measurement if it is fresh. If it is stale, this caller measures again; others use the old one
    /// meanwhile.
    fn known(&self) -> Option<Measured> {
        let mut measured = self.measured.lock();
        let (at, throughput) = (*measured)?;
        if at.elapsed() >= FRESH {
            *measured = Some((Instant::now(), throughput));
            return None;
        }
        Some((at, throughput))
    }
}

/// Whether no worker has taken a task that is due. Not every worker can load every model, so workers may have
/// continued with tasks of later rounds.
fn is_waiting_for_worker(queued_at: DateTime<Utc>, task_round: i64, position: &Position) -> bool {
    let Position {
        round,
        claimed_at,
        now,
        ..
    } = *position;
    let waited = now - queued_at;
    // The current round is one after the highest that was claimed from.
    let was_passed = task_round + 1 < round;
    let is_nothing_claimed = claimed_at.is_none_or(|at| now - at >= NO_CLAIM_AFTER);
    (was_passed && waited >= PASSED_AFTER) || (is_nothing_claimed && waited >= NO_CLAIM_AFTER)
}

impl Throughput {
    /// `None` if there is no recent result.
    fn measure(
        mut latest: Vec<Done>,
        waiting_since: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        latest.retain(|done| done.finished_at > now - OLDEST);
        latest.sort_by_key(|done| done.finished_at);
        let newest = latest.last()?.finished_at;
        let mut results = 0;
        let mut time = Duration::zero();
        let mut before = None;
        for done in &latest {
            // It is unknown when the work on the first result began, unless it is the only one. So it counts only
            // then.
            if before.is_some() || latest.len() == 1 {
                let begun = before.map_or(done.queued_at, |before| done.queued_at.max(before));
                results += 1;
                time += (done.finished_at - begun).max(Duration::zero());
            }
            before = Some(done.finished_at);
        }
        // If a task waits and no result has come, the throughput has fallen.
        if let Some(since) = waiting_since {
            time += (now - newest.max(since)).max(Duration::zero());
        }
        Some(Self { results, time })
    }

    fn wait_s(self, ahead: u32) -> u32 {
        let tasks = i64::from(ahead) + 1;
        let wait_ms = self.time.num_milliseconds() * tasks / i64::from(self.results.max(1));
        let whole_s = u32::try_from(wait_ms / 1000 + 1).unwrap_or(WAIT_MAX_S);
        whole_s.min(WAIT_MAX_S)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn done(queued: i64, finished: i64) -> Done {
        Done {
            queued_at: at(queued),
            finished_at: at(finished),
        }
    }

    #[test]
    fn a_busy_queue_moves_at_the_rate_of_its_results() {
        let latest = vec![done(0, 20), done(0, 18), done(0, 16), done(0, 14)];
        let throughput = Throughput::measure(latest, Some(at(1)), at(20)).unwrap();
        assert_eq!(throughput.wait_s(9), 21);
    }

    #[test]
    fn a_quiet_time_between_two_results_is_not_counted() {
        let latest = vec![done(200, 201), done(100, 101), done(0, 1)];
        let throughput = Throughput::measure(latest, None, at(210)).unwrap();
        assert_eq!(throughput.wait_s(0), 2);
    }

    #[test]
    fn the_wait_grows_while_no_results_arrive() {
        let wait_at = |now| {
            let latest = vec![done(0, 2), done(0, 1)];
            let throughput = Throughput::measure(latest, Some(at(2)), at(now));
            throughput.unwrap().wait_s(0)
        };
        assert_eq!([wait_at(2), wait_at(12), wait_at(62)], [2, 12, 62]);
    }

    #[test]
    fn without_recent_results_there_is_no_throughput() {
        assert_eq!(Throughput::measure(Vec::new(), Some(at(0)), at(9)), None);
        assert_eq!(Throughput::measure(vec![done(0, 1)], None, at(302)), None);
    }

    #[test]
    fn one_result_is_measured_from_its_submission() {
        let throughput = Throughput::measure(vec![done(0, 3)], None, at(4)).unwrap();
        assert_eq!(throughput.wait_s(1), 7);
    }

    #[test]
    fn an_overtaken_task_waits_for_a_worker_that_can_run_its_model() {
        let is_waiting = |waited: i64, round: i64, last_claim: Option<i64>| {
            let position = Position {
                ahead: 0,
                round,
                claimed_at: last_claim.map(at),
                now: at(100),
            };
            is_waiting_for_worker(at(100 - waited), 5, &position)
        };
        assert!(is_waiting(10, 7, Some(99)), "later rounds were claimed");
        assert!(!is_waiting(9, 7, Some(99)), "only just");
        assert!(!is_waiting(90, 6, Some(99)), "its round is in service");
        assert!(is_waiting(30, 5, Some(70)), "nothing is claimed");
        assert!(is_waiting(30, 5, None), "nothing was ever claimed");
        assert!(!is_waiting(29, 5, None), "only just");
        assert!(!is_waiting(90, 5, Some(71)), "something is claimed");
    }
}
