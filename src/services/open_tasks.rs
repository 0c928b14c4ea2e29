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
    /// Committed by this process since. Some may have finished by now, or be counted already.
    added: u64,
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
        let mut added_before = 0;
        if let Some(count) = self.lock().get_mut(&user) {
            let age = count.at.elapsed();
            if age < STALE_AFTER && count.most() < self.max {
                return Ok(self.take(user, count));
            }
            if count.most() >= self.max && age < (count.took * REST).min(REST_MAX) {
                return Err(self.refusal());
            }
            added_before = count.added;
        }
        let at = Instant::now();
        let counted = queue::count_open(database, user, self.max).await?;
        let mut counts = self.lock();
        if counts.len() >= USERS_MAX {
            counts.retain(|_, count| count.pending > 0 || count.at.elapsed() < STALE_AFTER);
        }
        let known = counts.get(&user);
        let count = Count {
            counted,
            // What was committed during the count may be in it or not: better twice than never.
            added: known.map_or(0, |it| it.added.saturating_sub(added_before)),
            pending: known.map_or(0, |it| it.pending),
            at,
            took: at.elapsed(),
        };
        let count = counts.entry(user).insert_entry(count).into_mut();
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
        self.counted + self.added + self.pending
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
            count.added += u64::from(self.is_used);
        }
    }
}
