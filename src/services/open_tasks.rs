//! How many tasks each user has open, without counting them at each submit.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::database::Database;
use crate::queue;
use crate::types::{AppError, UserId};

/// How long a count is believed: other processes queue tasks too.
const STALE_AFTER: Duration = Duration::from_secs(2);
/// Where there was no room, the tasks are counted again no sooner than after this many times as long as the last count
/// took, so that refusing costs little.
const REST: u32 = 10;
const REST_MAX: Duration = Duration::from_millis(100);
/// Users before those whose count is stale are forgotten.
const USERS_MAX: usize = 10_000;

/// The limit of open tasks. A process never passes it by itself: submits that are being written count as well. Between
/// two counts a user may pass it by what other processes queue.
pub(super) struct OpenTasks {
    max: u64,
    counts: Mutex<HashMap<UserId, Count>>,
}

#[derive(Clone, Copy)]
struct Count {
    /// Committed, at the last count.
    counted: u64,
    /// Committed by this process up to now.
    committed: u64,
    /// The same when the last count began. What came later may be in the count or not: better twice than never.
    committed_before: u64,
    /// Being written by this process.
    pending: u64,
    at: Instant,
    took: Duration,
}

/// Room for one task of a user, while the task is being written.
pub(super) struct Reservation<'a> {
    open: &'a OpenTasks,
    user: UserId,
    is_used: bool,
}

impl OpenTasks {
    /// Each user may have `max` tasks that are queued or running.
    pub(super) fn new(max: u64) -> Self {
        Self {
            max,
            counts: Mutex::default(),
        }
    }

    /// Reserves room for a task. Counts where what is known does not tell that there is room.
    ///
    /// # Errors
    /// [`AppError::TooManyOpen`]; 503 where the database is away.
    pub(super) async fn reserve(
        &self,
        database: &Database,
        user: UserId,
    ) -> Result<Reservation<'_>, AppError> {
        let mut committed_before = 0;
        if let Some(count) = self.lock().get_mut(&user) {
            let age = count.at.elapsed();
            if age < STALE_AFTER && count.most() < self.max {
                return Ok(self.take(user, count));
            }
            if count.most() >= self.max && age < (count.took * REST).min(REST_MAX) {
                return Err(self.refusal());
            }
            committed_before = count.committed;
        }
        let at = Instant::now();
        let counted = queue::count_open(database, user, self.max).await?;
        let mut counts = self.lock();
        if counts.len() >= USERS_MAX {
            counts.retain(|_, count| count.pending > 0 || count.at.elapsed() < STALE_AFTER);
        }
        let count = counts.entry(user).or_insert(Count {
            counted,
            committed: committed_before,
            committed_before,
            pending: 0,
            at,
            took: at.elapsed(),
        });
        count.update(counted, committed_before, at);
        if count.most() < self.max {
            Ok(self.take(user, count))
        } else {
            Err(self.refusal())
        }
    }

    /// A task of the user is no longer open: the next submit counts anew.
    pub(super) fn invalidate(&self, user: UserId) {
        if let Some(count) = self.lock().get_mut(&user) {
            count.took = Duration::ZERO;
        }
    }

    fn take(&self, user: UserId, count: &mut Count) -> Reservation<'_> {
        count.pending += 1;
        Reservation {
            open: self,
            user,
            is_used: false,
        }
    }

    const fn refusal(&self) -> AppError {
        AppError::TooManyOpen { limit: self.max }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Count {
    const fn most(&self) -> u64 {
        let since = self.committed.saturating_sub(self.committed_before);
        self.counted + since + self.pending
    }

    /// Takes what a count found that began at `at`, unless a later one was faster.
    fn update(&mut self, counted: u64, committed_before: u64, at: Instant) {
        if at < self.at {
            return;
        }
        self.counted = counted;
        self.committed_before = committed_before;
        self.at = at;
        self.took = at.elapsed();
    }
}

impl Reservation<'_> {
    /// The task is committed.
    pub(super) fn commit(mut self) {
        self.is_used = true;
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if let Some(count) = self.open.lock().get_mut(&self.user) {
            count.pending = count.pending.saturating_sub(1);
            count.committed += u64::from(self.is_used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(counted: u64, committed: u64, at: Instant) -> Count {
        Count {
            counted,
            committed,
            committed_before: committed,
            pending: 0,
            at,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn a_slow_count_does_not_replace_one_that_began_later() {
        let early = Instant::now();
        let late = early + Duration::from_millis(1);
        let mut known = count(3, 3, late);
        known.update(0, 0, early);
        assert_eq!(known.most(), 3);
    }

    #[test]
    fn what_is_committed_while_counts_overlap_is_never_left_out() {
        let start = Instant::now();
        let mut known = count(0, 5, start);
        // The first began at 3 commits, the second at 5; two more came before both ended.
        known.committed = 7;
        known.update(3, 3, start + Duration::from_millis(1));
        known.update(5, 5, start + Duration::from_millis(2));
        assert_eq!(known.most(), 7);
    }
}
