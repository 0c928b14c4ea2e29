//! How many tasks each user has open, without counting them at each submit.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::database::Database;
use crate::queue;
use crate::types::{AppError, UserId};

/// How long a count is believed: other processes queue tasks too.
const STALE_AFTER: Duration = Duration::from_secs(10);
/// Users before those whose count is stale are forgotten.
const USERS_MAX: usize = 10_000;

/// The limit of open tasks, as one process knows of it. Between two counts a user may pass it by what other
/// processes take.
pub(super) struct OpenTasks {
    max: u64,
    counts: Mutex<HashMap<UserId, Count>>,
}

struct Count {
    /// At the last look, and what this process added since. Fewer may be open by now.
    at_most: u64,
    at: Instant,
}

impl OpenTasks {
    /// Each user may have `max` tasks that are queued or running.
    pub(super) fn new(max: u64) -> Self {
        Self {
            max,
            counts: Mutex::default(),
        }
    }

    /// Counts where the last count, and what was added since, do not tell.
    ///
    /// # Errors
    /// [`AppError::TooManyOpen`]; 503 where the database is away.
    pub(super) async fn check(&self, database: &Database, user: UserId) -> Result<(), AppError> {
        let has_room = self
            .lock()
            .get(&user)
            .is_some_and(|it| it.at_most < self.max && it.at.elapsed() < STALE_AFTER);
        if has_room {
            return Ok(());
        }
        let at = Instant::now();
        let open = queue::count_open(database, user, self.max).await?;
        let mut counts = self.lock();
        if counts.len() >= USERS_MAX {
            counts.retain(|_, count| count.at.elapsed() < STALE_AFTER);
        }
        counts.insert(user, Count { at_most: open, at });
        if open < self.max {
            Ok(())
        } else {
            Err(AppError::TooManyOpen { limit: self.max })
        }
    }

    /// This process has queued a task of a user.
    pub(super) fn add(&self, user: UserId) {
        if let Some(count) = self.lock().get_mut(&user) {
            count.at_most += 1;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
