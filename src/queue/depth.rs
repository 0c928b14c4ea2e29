//! How full the queue is, without counting it at each submit.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbErr, Statement};

use crate::database::Database;

/// How long a count is believed at least: other processes queue tasks too.
const STALE_AFTER: Duration = Duration::from_secs(1);
/// The queue is counted again no sooner than after this many times as long as the last count took, so that counting
/// costs little just when there is most to do, or while an old snapshot makes it slow.
const REST: u32 = 10;

/// Whether the queue is full, as one process knows it.
pub struct QueueDepth {
    max: u64,
    state: Mutex<Option<Count>>,
}

#[derive(Clone, Copy)]
struct Count {
    queued: u64,
    /// Queued by this process since.
    added: u64,
    at: Instant,
    took: Duration,
}

impl QueueDepth {
    /// Full where `max` tasks or more are queued.
    pub const fn new(max: u64) -> Self {
        Self {
            max,
            state: Mutex::new(None),
        }
    }

    /// Whether the queue is full. Counts where the last count, and what this process added since, do not tell.
    ///
    /// # Errors
    /// Where the database is away.
    pub async fn is_full(&self, database: &Database) -> Result<bool, DbErr> {
        let mut added_before = 0;
        if let Some(count) = self.lock().as_mut() {
            let age = count.at.elapsed();
            let has_room = count.queued + count.added < self.max;
            if has_room && age < STALE_AFTER.max(count.took * REST) {
                return Ok(false);
            }
            if count.queued >= self.max && age < count.took * REST {
                return Ok(true);
            }
            if has_room {
                // One asker counts; the others go on with what is known.
                count.at = Instant::now();
            }
            added_before = count.added;
        }
        let at = Instant::now();
        let queued = count(database, self.max).await?;
        let mut state = self.lock();
        // What was added meanwhile may be counted or not: better twice than never.
        let added = state.map_or(0, |it| it.added.saturating_sub(added_before));
        *state = Some(Count {
            queued,
            added,
            at,
            took: at.elapsed(),
        });
        Ok(queued >= self.max)
    }

    /// This process has queued a task.
    pub fn add(&self) {
        if let Some(count) = self.lock().as_mut() {
            count.added += 1;
        }
    }

    /// Has the next submit count anew: this process has made room.
    pub fn invalidate(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Count>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Queued tasks, counted up to `max`. The status is written out, so that the partial index fits.
async fn count(database: &Database, max: u64) -> Result<u64, DbErr> {
    let limit = i64::try_from(max).unwrap_or(i64::MAX);
    let statement = Statement::from_sql_and_values(
        database.backend(),
        "SELECT COUNT(*) AS queued FROM (SELECT id FROM task WHERE status = 'queued' LIMIT $1) AS counted",
        [limit.into()],
    );
    let row = database.read().query_one_raw(statement).await?;
    let queued: i64 = row.map_or(Ok(0), |row| row.try_get("", "queued"))?;
    Ok(queued.unsigned_abs())
}
