//! Limits on tasks: open tasks per user, and queued tasks in total.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::bounded_count::{BoundedCount, Limit, Reservation};
use crate::database::Database;
use crate::queue;
use crate::types::{AppError, UserId};

/// Users per generation of [`Counts`].
const USERS_MAX: usize = 10_000;
const QUEUE_FULL_RETRY_S: u64 = 5;

pub(super) struct TaskLimits {
    database: Database,
    queued: Arc<BoundedCount>,
    per_user: Limit,
    open: Mutex<Counts>,
}

/// The open tasks of the latest users, in two generations: when the younger one is full, it replaces the older one.
/// Counts in use stay, because they know of tasks that are not inserted yet.
#[derive(Default)]
struct Counts {
    young: HashMap<UserId, Arc<BoundedCount>>,
    old: HashMap<UserId, Arc<BoundedCount>>,
}

/// Room for tasks of a user. Kept until they are inserted or refused, even if their client goes away.
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

    /// Reserves room for a number of tasks of a user.
    ///
    /// # Errors
    /// [`AppError::TooManyOpen`]; 503 if the queue is full.
    pub(super) async fn reserve(&self, user: UserId, tasks: u64) -> Result<Room, AppError> {
        let (database, max_open) = (&self.database, self.per_user.max);
        let open = self.count_of(user);
        let open = open.reserve_many(tasks, || queue::count_open(database, user, max_open));
        let open = open
            .await
            .ok_or(AppError::TooManyOpen { limit: max_open })?;
        let max_queued = self.queued.max();
        let queued = self
            .queued
            .reserve_many(tasks, || queue::count_queued(database, max_queued));
        let queued = queued.await.ok_or_else(|| {
            AppError::unavailable(
                "the queue is full; no credits were held",
                QUEUE_FULL_RETRY_S,
            )
        })?;
        Ok(Room { open, queued })
    }

    /// Call this after a queued task of the user was canceled.
    pub(super) fn invalidate(&self, user: UserId) {
        self.queued.invalidate();
        self.count_of(user).invalidate();
    }

    fn count_of(&self, user: UserId) -> Arc<BoundedCount> {
        self.open.lock().of(user, self.per_user)
    }
}

impl Counts {
    fn of(&mut self, user: UserId, limit: Limit) -> Arc<BoundedCount> {
        if let Some(count) = self.young.get(&user) {
            return Arc::clone(count);
        }
        let count = self.old.remove(&user);
        let count = count.unwrap_or_else(|| Arc::new(BoundedCount::new(limit)));
        if self.young.len() >= USERS_MAX {
            self.old.retain(|_, count| Arc::strong_count(count) > 1);
            self.old.extend(std::mem::take(&mut self.young));
        }
        self.young.insert(user, Arc::clone(&count));
        count
    }
}

impl Room {
    /// Records that the tasks were inserted.
    pub(super) fn commit(&self) {
        self.open.commit();
        self.queued.commit();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn users_are_forgotten_only_if_they_have_no_task_in_progress() {
        let limit = Limit {
            max: 2,
            trusted_for: Duration::ZERO,
            full_for: Duration::ZERO,
        };
        let mut counts = Counts::default();
        let busy = counts.of(UserId(0), limit);
        let room = busy
            .reserve_many(1, || std::future::ready(Ok(0)))
            .now_or_never();
        let room = room.flatten().unwrap();
        let before = Arc::as_ptr(&busy);
        drop(busy);
        for user in 1..50_000 {
            counts.of(UserId(user), limit);
            assert!(counts.young.len() + counts.old.len() <= 2 * USERS_MAX + 1);
        }
        assert_eq!(Arc::as_ptr(&counts.of(UserId(0), limit)), before);
        drop(room);
        for user in 1..50_000 {
            counts.of(UserId(user), limit);
        }
        assert!(!counts.young.contains_key(&UserId(0)) && !counts.old.contains_key(&UserId(0)));
    }
}
