//! Claims: takes tasks for this process, and tracks how far it has come in the queue.

use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sea_orm::DbErr;

use super::Worker;
use crate::database::retry;
use crate::entities::task;
use crate::metrics;
use crate::queue::{self, ClaimOptions, Lease, ScanStart};

/// How often this process stores how far it has claimed.
const STORE_EVERY: Duration = Duration::from_secs(1);

/// What one process knows about the queue.
#[derive(Default)]
pub(super) struct Claims {
    scans: ScanStart,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// One after the highest round that was claimed from since the last store.
    next_round: Option<i64>,
    stored_at: Option<Instant>,
    /// When the first retry that this process knows of is due.
    retry_at: Option<Instant>,
}

impl Claims {
    /// Makes the next claim look everywhere.
    pub(super) fn reset(&self) {
        self.scans.reset();
    }

    /// Records that tasks were claimed and will be processed.
    pub(super) fn note_claimed(&self, tasks: &[task::Model]) {
        let next_round = tasks.iter().map(|task| task.round + 1).max();
        let mut state = self.state.lock();
        state.next_round = state.next_round.max(next_round);
    }

    /// Records that a task will be due for a retry.
    pub(super) fn note_retry(&self, delay: Duration) {
        let due = Instant::now() + delay;
        let mut state = self.state.lock();
        state.retry_at = Some(state.retry_at.map_or(due, |known| known.min(due)));
    }

    /// How long an idle loop sleeps: until the first retry, but at most `poll`.
    pub(super) fn pause(&self, poll: Duration) -> Duration {
        let mut state = self.state.lock();
        let until = state
            .retry_at
            .map(|due| due.saturating_duration_since(Instant::now()));
        match until {
            Some(until) if until.is_zero() => {
                // The claim before this pause came too early; the next one will not.
                state.retry_at = None;
                Duration::ZERO
            }
            Some(until) => until.min(poll),
            None => poll,
        }
    }
}

impl Worker {
    /// Claims up to `limit` tasks of models that this process can load.
    pub(super) async fn claim(
        &self,
        limit: u64,
        lease_for: chrono::Duration,
    ) -> Result<(Lease, Vec<task::Model>), DbErr> {
        let except = self.models.failed_for(Duration::ZERO);
        let scan = self.claims.scans.begin(Instant::now());
        let options = ClaimOptions {
            limit,
            lease_for,
            from_round: scan.from,
            except: &except,
        };
        let claim = || queue::claim(&self.database, options, self.clock.now());
        let claimed = retry("claim", claim).await;
        let Ok((_, tasks)) = &claimed else {
            // The marks stay valid. A failed full scan, for example under an old snapshot, is repeated at its regular
            // time.
            return claimed;
        };
        if !tasks.is_empty() {
            metrics::claim_batch(tasks.len());
        }
        let is_exhaustive = (tasks.len() as u64) < limit;
        let highest = tasks.iter().map(|task| task.round).max();
        let seen_to = highest.filter(|_| !is_exhaustive);
        self.claims.scans.end(scan, seen_to.unwrap_or(i64::MAX));
        claimed
    }

    /// Once a second, stores how far this process has claimed and reads how far all processes have. If that fails, new
    /// tasks come earlier than is fair until the next time.
    pub(super) async fn sync_round(&self) {
        let now = Instant::now();
        let next_round = {
            let mut state = self.claims.state.lock();
            if state.stored_at.is_some_and(|at| now - at < STORE_EVERY) {
                return;
            }
            state.stored_at = Some(now);
            state.next_round.take()
        };
        let current = match next_round {
            Some(round) => queue::advance_round(&self.database, round, self.clock.now()).await,
            None => queue::current_round(&self.database).await,
        };
        match current {
            Ok(round) => self.claims.scans.observe(round, now),
            Err(error) => tracing::warn!(%error, "cannot store or read the current round"),
        }
    }
}
