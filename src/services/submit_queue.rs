//! How submits reach the queue: in batches, each written by one commit. A submit is answered only after the commit
//! that holds it.
//!
//! A batch has submits of many users and skips those whose balance another transaction has locked. These wait for
//! the lock with the other submits of their user, on one connection, so contention stays with its user.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::{DatabaseBackend, DbErr};
use tokio::sync::Semaphore;

use super::Clock;
use super::batcher::Batcher;
use super::ledger::{LockMode, SubmitOutcome, hold_and_enqueue};
use crate::database::{Database, Fault};
use crate::entities::task;
use crate::queue::{Change, NewTask, QueueDepth, Signals};
use crate::types::{AppError, TaskId, UserId};

/// Submits in one commit.
const MAX_BATCH: usize = 100;
/// Batches of this process that are written at the same time on PostgreSQL; SQLite has one writer.
const CONCURRENT_BATCHES: usize = 2;
/// Users of this process whose submits wait for a lock at the same time, each on a connection.
const CONCURRENT_WAITS: usize = 4;
const QUEUE_FULL_RETRY_S: u64 = 5;

/// The way of submits into the queue.
pub(super) struct SubmitQueue {
    writer: Writer,
    depth: QueueDepth,
    batches: Batcher<NewTask, SubmitOutcome>,
    contended: Contended,
}

/// With which others a submit is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SubmitMode {
    /// In a batch, the usual way.
    Batched,
    /// In a transaction of its own: in a batch, a submit that turns out to repeat an earlier one still counts against
    /// the credits of those after it.
    Single,
}

impl SubmitQueue {
    /// Refuses submits while `max_queued` tasks are queued.
    pub(super) fn new(
        database: &Database,
        signals: &Signals,
        clock: &Arc<dyn Clock>,
        max_queued: u64,
    ) -> Self {
        let writer = Writer {
            database: database.clone(),
            signals: signals.clone(),
            clock: Arc::clone(clock),
        };
        let concurrent = match database.backend() {
            DatabaseBackend::Postgres => CONCURRENT_BATCHES,
            _ => 1,
        };
        let batches = {
            let writer = writer.clone();
            Batcher::new(MAX_BATCH, concurrent, move |requests| {
                writer.clone().write_batch(requests)
            })
        };
        Self {
            contended: Contended::new(writer.clone()),
            writer,
            depth: QueueDepth::new(max_queued),
            batches,
        }
    }

    /// Holds the price and queues the task; `None` where it was refused: the credits do not cover it, its key
    /// was used before, or its model is not live at this price.
    ///
    /// # Errors
    /// 503 where the queue is full, or another transaction keeps the balance locked.
    pub(super) async fn submit(
        &self,
        request: NewTask,
        mode: SubmitMode,
    ) -> Result<Option<task::Model>, AppError> {
        if self.depth.is_full(&self.writer.database).await? {
            return Err(AppError::Unavailable {
                reason: "the queue is full; no credits were held".to_owned(),
                retry_after_s: QUEUE_FULL_RETRY_S,
            });
        }
        let user = request.user;
        // Behind the submits of this user that wait already, if any.
        let mut outcome = match mode {
            SubmitMode::Batched if !self.contended.has(user) => {
                self.batches.submit(request.clone()).await?
            }
            _ => SubmitOutcome::Locked,
        };
        if outcome == SubmitOutcome::Locked {
            outcome = self.contended.submit(request, mode).await?;
        }
        Ok(match outcome {
            SubmitOutcome::Enqueued(task) => {
                self.depth.add();
                Some(*task)
            }
            SubmitOutcome::Refused | SubmitOutcome::Locked => None,
        })
    }

    /// A task has left the queue by other means than a worker's.
    pub(super) fn invalidate_depth(&self) {
        self.depth.invalidate();
    }
}

/// Submits that wait for the balance of their user.
struct Contended {
    writer: Writer,
    users: Mutex<HashMap<UserId, Waiting>>,
    waits: Arc<Semaphore>,
}

type UserResult = Result<SubmitOutcome, AppError>;
type UserBatcher = Batcher<(NewTask, SubmitMode), UserResult>;

struct Waiting {
    batcher: UserBatcher,
    callers: usize,
}

impl Contended {
    fn new(writer: Writer) -> Self {
        Self {
            writer,
            users: Mutex::default(),
            waits: Arc::new(Semaphore::new(CONCURRENT_WAITS)),
        }
    }

    fn has(&self, user: UserId) -> bool {
        self.lock().contains_key(&user)
    }

    async fn submit(&self, request: NewTask, mode: SubmitMode) -> Result<SubmitOutcome, AppError> {
        let caller = self.enter(request.user);
        caller.batcher.submit((request, mode)).await?
    }

    fn enter(&self, user: UserId) -> Caller<'_> {
        let mut users = self.lock();
        let waiting = users.entry(user).or_insert_with(|| Waiting {
            batcher: self.batcher(),
            callers: 0,
        });
        waiting.callers += 1;
        Caller {
            contended: self,
            user,
            batcher: waiting.batcher.clone(),
        }
    }

    fn batcher(&self) -> UserBatcher {
        let (writer, waits) = (self.writer.clone(), Arc::clone(&self.waits));
        Batcher::new(MAX_BATCH, 1, move |requests| {
            let (writer, waits) = (writer.clone(), Arc::clone(&waits));
            async move {
                // Never closed; without a permit there would only be more connections.
                let _permit = waits.acquire().await;
                Ok(writer.write_of_user(requests).await)
            }
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, Waiting>> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller who waits; the last one of a user to leave removes the user.
struct Caller<'a> {
    contended: &'a Contended,
    user: UserId,
    batcher: UserBatcher,
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        let mut users = self.contended.lock();
        if let Some(waiting) = users.get_mut(&self.user) {
            waiting.callers -= 1;
            if waiting.callers == 0 {
                users.remove(&self.user);
            }
        }
    }
}

/// Writes submits and announces them.
#[derive(Clone)]
struct Writer {
    database: Database,
    signals: Signals,
    clock: Arc<dyn Clock>,
}

impl Writer {
    /// Writes submits of many users. Where the database refuses all of them, each is tried with those of its user
    /// only, so that one that cannot be written takes no other with it.
    async fn write_batch(self, requests: Vec<NewTask>) -> Result<Vec<SubmitOutcome>, AppError> {
        let count = requests.len();
        match self.write(requests, LockMode::SkipLocked).await {
            Err(error) if count > 1 && Fault::of(&error) == Fault::Refused => {
                tracing::warn!(%error, "a batch of submits was refused; trying each user's");
                Ok(vec![SubmitOutcome::Locked; count])
            }
            written => Ok(written?),
        }
    }

    /// Writes submits of one user: the batched ones together, and each of the others by itself. Each has a result of
    /// its own, because those before it may be committed already.
    async fn write_of_user(self, requests: Vec<(NewTask, SubmitMode)>) -> Vec<UserResult> {
        let mut results = vec![Ok(SubmitOutcome::Refused); requests.len()];
        let indexed = requests.into_iter().enumerate();
        let (batched, mut single): (Vec<_>, Vec<_>) =
            indexed.partition(|(_, (_, mode))| *mode == SubmitMode::Batched);
        let together = batched.iter().map(|(_, (request, _))| request.clone());
        match self.write(together.collect(), LockMode::Block).await {
            Ok(written) => {
                for ((index, _), outcome) in batched.into_iter().zip(written) {
                    results[index] = Ok(outcome);
                }
            }
            // The server refuses one of them: that one alone must fail.
            Err(error) if Fault::of(&error) == Fault::Refused => single.extend(batched),
            Err(error) => {
                let error = AppError::from(error);
                for (index, _) in batched {
                    results[index] = Err(error.clone());
                }
            }
        }
        for (index, (request, _)) in single {
            let written = self.write(vec![request], LockMode::Block).await;
            results[index] = written
                .map_err(AppError::from)
                .and_then(|written| written.into_iter().next().ok_or(AppError::Internal));
        }
        results
    }

    async fn write(
        &self,
        requests: Vec<NewTask>,
        lock_mode: LockMode,
    ) -> Result<Vec<SubmitOutcome>, DbErr> {
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.clock.now();
        let outcomes = hold_and_enqueue(&self.database, requests, lock_mode, now).await?;
        let changes: Vec<Change> = outcomes
            .iter()
            .filter_map(|outcome| match outcome {
                SubmitOutcome::Enqueued(task) => {
                    Some(Change::task_of(UserId(task.user_id), TaskId(task.id)))
                }
                SubmitOutcome::Refused | SubmitOutcome::Locked => None,
            })
            .collect();
        if !changes.is_empty() {
            self.signals.tell(true, &changes);
        }
        Ok(outcomes)
    }
}
