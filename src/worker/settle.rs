//! From attempts to final tasks: all of a claim in one database transaction, with its money.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use futures::StreamExt as _;
use sea_orm::DbErr;

use super::Worker;
use super::retry::{longest_retry_delay, retry_delay};
use crate::database::Transaction;
use crate::entities::task;
use crate::queue::{self, Change, Lease, Notifier, Outcome};
use crate::services::ledger::{self, Charge, LockMode, LockedBalances};
use crate::types::{Credits, SystemMessage, TaskId, UserId};

/// Users whose locked balances a claim waits for at the same time, each on a connection.
const CONCURRENT_WAITS: usize = 2;

/// What became of one try.
#[derive(Clone, Debug, PartialEq)]
pub enum Attempt {
    /// The model answered.
    Succeeded(Box<Outcome>),
    /// It did not; the reason is for the user.
    Failed(SystemMessage),
    /// It could not be asked, because no thread was left or the model could not be loaded: the attempt does not count.
    NotStarted,
}

/// The tries of one claim.
pub type Attempts = Vec<(task::Model, Attempt)>;

impl Worker {
    /// Settles a claim in one transaction, whose statements are as many for a hundred answers as for one. A task whose
    /// lease was lost meanwhile is left alone. The tasks of users whose balance another transaction keeps locked are
    /// settled afterwards, so that they do not keep the others.
    ///
    /// # Errors
    /// Where the database refuses; then nothing has changed.
    pub async fn settle(&self, lease: &Lease, attempts: Attempts) -> Result<(), DbErr> {
        let attempts = Arc::new(attempts);
        let locked = self.settle_together(lease, &attempts).await?;
        if locked.is_empty() {
            return Ok(());
        }
        tracing::warn!(
            users = locked.len(),
            "balances are locked; settling them later"
        );
        futures::stream::iter(locked)
            .for_each_concurrent(CONCURRENT_WAITS, async |user| {
                let own = attempts.iter().filter(|(task, _)| task.user_id == user.0);
                let own = own.cloned().collect();
                if let Err(error) = self.settle_alone(lease, own).await {
                    tracing::warn!(%user, %error, "tasks were not settled; they are tried again after their lease");
                }
            })
            .await;
        Ok(())
    }

    /// Returns the users whose tasks are left because their balance is locked.
    async fn settle_together(
        &self,
        lease: &Lease,
        attempts: &Arc<Attempts>,
    ) -> Result<BTreeSet<UserId>, DbErr> {
        let settlement = self.settlement(lease, Arc::clone(attempts));
        let tries = AtomicU32::new(0);
        self.database
            .transaction("settle", (settlement, tries), |transaction, (it, tries)| {
                // Most locks are held for a moment. Whoever keeps one for longer is not waited for twice.
                let mode = match tries.fetch_add(1, Ordering::Relaxed) {
                    0 => LockMode::Block,
                    _ => LockMode::SkipLocked,
                };
                Box::pin(it.write(transaction, mode))
            })
            .await
    }

    async fn settle_alone(&self, lease: &Lease, attempts: Attempts) -> Result<(), DbErr> {
        let settlement = self.settlement(lease, Arc::new(attempts));
        let settle =
            self.database
                .transaction("settle alone", settlement, |transaction, settlement| {
                    Box::pin(settlement.write(transaction, LockMode::Block))
                });
        settle.await.map(drop)
    }

    /// Notes the retries before the commit wakes the loops: they must not sleep longer than until the first.
    fn settlement(&self, lease: &Lease, attempts: Arc<Attempts>) -> Settlement {
        for (task, attempt) in attempts.iter() {
            if matches!(attempt, Attempt::Failed(_)) && task.attempts < self.options.max_attempts {
                self.claims.note_retry(longest_retry_delay(task.attempts));
            }
        }
        Settlement {
            notifier: self.notifier.clone(),
            lease: lease.clone(),
            attempts,
            max_attempts: self.options.max_attempts,
            clock: self.clock.now(),
        }
    }
}

struct Settlement {
    notifier: Notifier,
    lease: Lease,
    attempts: Arc<Attempts>,
    max_attempts: i32,
    clock: DateTime<Utc>,
}

/// What attempts mean for credits and for the queue.
#[derive(Default)]
struct Effects {
    outcomes: Vec<(TaskId, Outcome)>,
    charges: Vec<Charge>,
    releases: Vec<(UserId, Credits)>,
    not_started: Vec<TaskId>,
    changes: Vec<Change>,
    is_any_queued: bool,
}

impl Settlement {
    /// Returns the users whose tasks were left because their balance is locked.
    async fn write(
        &self,
        transaction: &Transaction,
        mode: LockMode,
    ) -> Result<BTreeSet<UserId>, DbErr> {
        // Task rows by id, then balance rows by user: the order that all keep to.
        let ids: Vec<_> = self
            .attempts
            .iter()
            .map(|(task, _)| TaskId(task.id))
            .collect();
        let leased = queue::lock_leased(transaction, &self.lease, &ids, self.clock).await?;
        let Some((leased, now)) = leased else {
            tracing::warn!(
                tasks = ids.len(),
                "a lease was lost before its tasks were settled"
            );
            return Ok(BTreeSet::new());
        };
        let changed = self.attempts.iter().filter(|it| self.changes_balance(it));
        let users = changed.map(|(task, _)| UserId(task.user_id));
        let balances = ledger::lock_balances(transaction, users, mode).await?;
        let mut left = BTreeSet::new();
        let mut effects = Effects::default();
        for attempt in self.attempts.iter() {
            let (user, id) = (UserId(attempt.0.user_id), TaskId(attempt.0.id));
            if !leased.contains(&id) {
                tracing::warn!(task = %id, "a lease was lost before its task was settled");
            } else if self.changes_balance(attempt) && !balances.contains(user) {
                left.insert(user);
            } else {
                self.add(transaction, &mut effects, attempt, now).await?;
            }
        }
        self.write_effects(transaction, effects, balances, now)
            .await?;
        Ok(left)
    }

    fn changes_balance(&self, (task, attempt): &(task::Model, Attempt)) -> bool {
        match attempt {
            Attempt::Succeeded(_) => true,
            Attempt::Failed(_) => task.attempts >= self.max_attempts,
            Attempt::NotStarted => false,
        }
    }

    async fn add(
        &self,
        transaction: &Transaction,
        effects: &mut Effects,
        (task, attempt): &(task::Model, Attempt),
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        let lease = &self.lease;
        let (user, id, price) = (UserId(task.user_id), TaskId(task.id), Credits(task.price));
        effects.changes.push(Change::task_of(user, id));
        match attempt {
            Attempt::Succeeded(outcome) => {
                effects.outcomes.push((id, Outcome::clone(outcome)));
                effects.charges.push(Charge {
                    user,
                    task: id,
                    price,
                });
            }
            Attempt::Failed(reason) if task.attempts >= self.max_attempts => {
                queue::fail(transaction, lease, id, reason.as_str(), now).await?;
                effects.releases.push((user, price));
            }
            Attempt::Failed(_) => {
                let retry_at = now + retry_delay(task.attempts);
                effects.is_any_queued |= queue::requeue(transaction, lease, id, retry_at).await?;
            }
            Attempt::NotStarted => effects.not_started.push(id),
        }
        Ok(())
    }

    async fn write_effects(
        &self,
        transaction: &Transaction,
        effects: Effects,
        balances: LockedBalances,
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        let lease = &self.lease;
        let released = queue::release(transaction, lease, &effects.not_started).await?;
        queue::succeed_all(transaction, lease, effects.outcomes, now).await?;
        ledger::settle_all(transaction, balances, effects.charges, now).await?;
        for (user, price) in effects.releases {
            ledger::release(transaction, user, price, now).await?;
        }
        let is_any_queued = effects.is_any_queued || released > 0;
        self.notifier
            .publish_on_commit(transaction, is_any_queued, effects.changes)
            .await
    }
}
