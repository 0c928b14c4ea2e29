//! Writes submits in batches, each in one commit. The response to a submit is sent after that commit.
//!
//! A batch contains submits of many users and skips those whose balance another transaction has locked. These are
//! retried together with the other submits of their user. They hold no connection during pauses, so contention affects
//! only its own user.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::{DatabaseBackend, DbErr};
use tokio::sync::Semaphore;

use super::Clock;
use super::batcher::Batcher;
use super::in_use::{InUse, Use};
use super::ledger::{SubmitOutcome, hold_and_enqueue};
use super::task_limits::{Room, TaskLimits};
use crate::database::{Database, DbErrorKind};
use crate::entities::task;
use crate::metrics;
use crate::queue::{Change, NewTask, Notifier};
use crate::types::{AppError, UserId};

/// Submits per commit.
const MAX_BATCH: usize = 100;
/// Concurrent batches of this process on PostgreSQL; SQLite has one writer.
const CONCURRENT_BATCHES: usize = 2;
/// Users of this process whose locked balances are retried at the same time, each with a connection.
const CONCURRENT_RETRIES: usize = 4;
const RETRY_PAUSE_FIRST: Duration = Duration::from_millis(5);
const RETRY_PAUSE_MAX: Duration = Duration::from_millis(250);
/// How long a submit waits for a locked balance.
const LOCKED_MAX: Duration = Duration::from_secs(10);
const LOCKED_RETRY_S: u64 = 2;

pub(super) struct SubmitQueue {
    limits: TaskLimits,
    batches: Batcher<Submit, SubmitOutcome>,
    contended: Contended,
}

/// How a submit is combined with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SubmitMode {
    /// In a batch; the normal mode.
    Batched,
    /// In its own transaction. In a batch, a submit that turns out to repeat an earlier one still counts against the
    /// credits of those after it.
    Single,
}

/// A task being submitted. It keeps its room even if its client goes away while it is written.
#[derive(Clone)]
struct Submit {
    task: NewTask,
    room: Arc<Room>,
}

impl SubmitQueue {
    /// Refuses submits while `max_queued` tasks are queued, or `max_open` of the user are open.
    pub(super) fn new(
        database: &Database,
        notifier: &Notifier,
        clock: &Arc<dyn Clock>,
        max_queued: u64,
        max_open: u64,
    ) -> Self {
        let writer = Writer {
            database: database.clone(),
            notifier: notifier.clone(),
            clock: Arc::clone(clock),
        };
        let concurrent = match database.backend() {
            DatabaseBackend::Postgres => CONCURRENT_BATCHES,
            _ => 1,
        };
        let batches = {
            let writer = writer.clone();
            Batcher::new(MAX_BATCH, concurrent, move |submits| {
                writer.clone().write_batch(submits)
            })
        };
        Self {
            limits: TaskLimits::new(database, max_queued, max_open),
            contended: Contended::new(writer),
            batches,
        }
    }

    /// Reserves room for a number of tasks, which may be submitted several times until they are queued.
    ///
    /// # Errors
    /// [`AppError::TooManyOpen`]; 503 if the queue is full.
    pub(super) async fn reserve(&self, user: UserId, tasks: u64) -> Result<Arc<Room>, AppError> {
        self.limits.reserve(user, tasks).await.map(Arc::new)
    }

    /// Holds the price and queues the task. Returns `None` if the submit was refused: the credits do not cover the
    /// price, the key was used before, or the model is not live at this price.
    ///
    /// # Errors
    /// 503 if another transaction keeps the balance locked.
    pub(super) async fn submit(
        &self,
        task: NewTask,
        room: &Arc<Room>,
        mode: SubmitMode,
    ) -> Result<Option<task::Model>, AppError> {
        let user = task.user;
        let submit = Submit {
            task,
            room: Arc::clone(room),
        };
        // Submits of a user with waiting submits join those.
        let mut outcome = match mode {
            SubmitMode::Batched if !self.contended.users.contains(&user) => {
                self.batches.submit(submit.clone()).await?
            }
            _ => SubmitOutcome::Locked,
        };
        if outcome == SubmitOutcome::Locked {
            outcome = self.contended.submit(submit, mode).await?;
        }
        match outcome {
            SubmitOutcome::Enqueued(task) => Ok(Some(*task)),
            SubmitOutcome::Refused => Ok(None),
            SubmitOutcome::Locked => Err(AppError::unavailable(
                "your balance is in use by another request; no credits were held",
                LOCKED_RETRY_S,
            )),
        }
    }

    /// Call this after a queued task of the user was canceled.
    pub(super) fn invalidate_counts(&self, user: UserId) {
        self.limits.invalidate(user);
    }
}

/// Submits of users whose balance was locked.
struct Contended {
    writer: Writer,
    users: Arc<InUse<UserId, UserBatcher>>,
    retries: Arc<Semaphore>,
}

type UserResult = Result<SubmitOutcome, AppError>;
type UserBatcher = Batcher<(Submit, SubmitMode, Waiter), UserResult>;

/// A waiting submit. When the last one of a user is dropped, the user is removed. Its batch keeps it until the end,
/// even if the client goes away, so that each user has one batch at a time.
struct Waiter {
    _waiting: Use<UserId, UserBatcher>,
}

impl Contended {
    fn new(writer: Writer) -> Self {
        Self {
            writer,
            users: Arc::default(),
            retries: Arc::new(Semaphore::new(CONCURRENT_RETRIES)),
        }
    }

    async fn submit(&self, submit: Submit, mode: SubmitMode) -> UserResult {
        let (batcher, waiting) = self.users.enter(submit.task.user, || self.batcher());
        let waiter = Waiter { _waiting: waiting };
        batcher.submit((submit, mode, waiter)).await?
    }

    fn batcher(&self) -> UserBatcher {
        let (writer, retries) = (self.writer.clone(), Arc::clone(&self.retries));
        Batcher::new(MAX_BATCH, 1, move |submits| {
            let (writer, retries) = (writer.clone(), Arc::clone(&retries));
            async move { Ok(writer.write_of_user(submits, &retries).await) }
        })
    }
}

/// Writes submits and notifies about them.
#[derive(Clone)]
struct Writer {
    database: Database,
    notifier: Notifier,
    clock: Arc<dyn Clock>,
}

impl Writer {
    /// Writes submits of many users. If the database rejects the batch, returns all as locked, so that each is retried
    /// with only those of its user: one bad submit must not fail the others.
    async fn write_batch(self, submits: Vec<Submit>) -> Result<Vec<SubmitOutcome>, AppError> {
        match self.write(&submits).await {
            Err(error) if submits.len() > 1 && DbErrorKind::of(&error) == DbErrorKind::Refused => {
                tracing::warn!(%error, "the database rejected a batch of submits; retrying per user");
                Ok(vec![SubmitOutcome::Locked; submits.len()])
            }
            written => Ok(written?),
        }
    }

    /// Writes submits of one user: the batched ones together, the others each on its own. Each has its own result,
    /// because earlier ones may already be committed.
    async fn write_of_user(
        self,
        submits: Vec<(Submit, SubmitMode, Waiter)>,
        retries: &Semaphore,
    ) -> Vec<UserResult> {
        let mut results = vec![Ok(SubmitOutcome::Refused); submits.len()];
        let indexed = submits.iter().enumerate();
        let (batched, mut single): (Vec<_>, Vec<_>) =
            indexed.partition(|(_, (_, mode, _))| *mode == SubmitMode::Batched);
        let together: Vec<_> = batched.iter().map(|(_, it)| it.0.clone()).collect();
        match self.write_unlocked(&together, retries).await {
            Ok(written) => {
                for ((index, _), outcome) in batched.into_iter().zip(written) {
                    results[index] = Ok(outcome);
                }
            }
            // The database rejects one of them. Retry each alone, so that only that one fails.
            Err(error) if DbErrorKind::of(&error) == DbErrorKind::Refused => single.extend(batched),
            Err(error) => {
                let error = AppError::from(error);
                for (index, _) in batched {
                    results[index] = Err(error.clone());
                }
            }
        }
        for (index, (submit, _, _)) in single {
            let written = self
                .write_unlocked(std::slice::from_ref(submit), retries)
                .await;
            results[index] = written
                .map_err(AppError::from)
                .and_then(|written| written.into_iter().next().ok_or(AppError::Internal));
        }
        results
    }

    /// Writes submits of one user once the balance is not locked. Waiting in the database would take a connection.
    async fn write_unlocked(
        &self,
        submits: &[Submit],
        retries: &Semaphore,
    ) -> Result<Vec<SubmitOutcome>, DbErr> {
        let deadline = Instant::now() + LOCKED_MAX;
        let mut pause = RETRY_PAUSE_FIRST;
        loop {
            let outcomes = {
                // The semaphore is never closed. Even without a permit there would only be more connections.
                let _permit = retries.acquire().await;
                self.write(submits).await?
            };
            let is_locked = outcomes.contains(&SubmitOutcome::Locked);
            if !is_locked || Instant::now() >= deadline {
                return Ok(outcomes);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(RETRY_PAUSE_MAX);
        }
    }

    async fn write(&self, submits: &[Submit]) -> Result<Vec<SubmitOutcome>, DbErr> {
        if submits.is_empty() {
            return Ok(Vec::new());
        }
        metrics::submit_batch(submits.len());
        let tasks = submits.iter().map(|submit| submit.task.clone()).collect();
        let outcomes = hold_and_enqueue(&self.database, tasks, self.clock.now()).await?;
        let mut changes = Vec::new();
        for (submit, outcome) in submits.iter().zip(&outcomes) {
            if let SubmitOutcome::Enqueued(task) = outcome {
                submit.room.commit();
                changes.push(Change::task_of(task.user_id, task.id));
            }
        }
        if !changes.is_empty() {
            self.notifier.publish(true, &changes);
        }
        Ok(outcomes)
    }
}
