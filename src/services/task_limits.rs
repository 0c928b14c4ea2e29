//! Limits on tasks: open tasks per user, and queued tasks in total.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::bounded_count::{BoundedCount, Limit, Reservation};
use crate::database::Database;
use crate::queue;
use crate::types::{AppError, UserId};

/// Maximum number of users tracked before idle ones are dropped.
const USERS_MAX: usize = 10_000;
const QUEUE_FULL_RETRY_S: u64 = 5;

pub(super) struct TaskLimits {
    database: Database,
    queued: Arc<BoundedCount>,
    per_user: Limit,
    open: Mutex<HashMap<UserId, Arc<BoundedCount>>>,
}

/// Room for one task of a user. Kept until the task is inserted or refused, even if its client goes away.
pub(super) struct Room {
    open: Reservation,
    queued: Reservation,
}

impl TaskLimits {
    /// Each user may have `max_open` tasks queued or running; `max_queued` tasks may be queued in total.
    pub(super) fn new(database: &Database, max_queued: u64, max_open: u64) -> Self {
        let queued = Limit {
            max: max_queued,
            trusted_for: Duration::from_secs(1),
            full_for: Duration::from_secs(1),
        };
        let per_user = Limit {
            max: max_open,
            trusted_for: Duration::from_secs(2),
            full_for: Duration::from_millis(100),
        };
        Self {
            database: database.clone(),
            queued: Arc::new(BoundedCount::new(queued)),
            per_user,
            open: Mutex::default(),
        }
    }

    /// Reserves room for a task of a user.
    ///
    /// # Errors
    /// [`AppError::TooManyOpen`]; 503 if the queue is full.
    pub(super) async fn reserve(&self, user: UserId) -> Result<Room, AppError> {
        let (database, max_open) = (&self.database, self.per_user.max);
        let open = self.count_of(user);
        let open = open.reserve(|| queue::count_open(database, user, max_open));
        let open = open
            .await
            .ok_or(AppError::TooManyOpen { limit: max_open })?;
        let max_queued = self.queued.max();
        let queued = self
            .queued
            .reserve(|| queue::count_queued(database, max_queued));
        let queued = queued.await.ok_or_else(|| AppError::Unavailable {
            reason: "the queue is full; no credits were held".to_owned(),
            retry_after_s: QUEUE_FULL_RETRY_S,
        })?;
        Ok(Room { open, queued })
    }

    /// Call this after a queued task of the user was canceled.
    pub(super) fn invalidate(&self, user: UserId) {
        self.queued.invalidate();
        self.count_of(user).invalidate();
    }

    fn count_of(&self, user: UserId) -> Arc<BoundedCount> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= USERS_MAX {
            open.retain(|_, count| !count.is_idle());
        }
        let new = || Arc::new(BoundedCount::new(self.per_user));
        Arc::clone(open.entry(user).or_insert_with(new))
    }
}

impl Room {
    /// Records that the task was inserted.
    pub(super) fn commit(&self) {
        self.open.commit();
        self.queued.commit();
    }
}
