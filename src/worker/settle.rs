//! Settles a claim: makes its tasks final and updates the ledger, in one database transaction.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use futures::StreamExt as _;
use sea_orm::DbErr;

use super::Worker;
use super::retry::{longest_retry_delay, retry_delay};
use crate::database::Transaction;
use crate::entities::{batch, task};
use crate::metrics;
use crate::queue::{self, Change, Lease, Notifier, Outcome};
use crate::services::emails::queue_low_balance_emails;
use crate::services::ledger::{self, BalanceChange, Charge, Hold, LockMode, LockedBalances};
use crate::services::webhooks::outbox::{Event, Subscribers};
use crate::types::{Credits, SystemMessage, TaskId, UserId};

/// Users whose locked balances a claim waits for at the same time, each with a connection.
const CONCURRENT_WAITS: usize = 2;

/// The result of one attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Attempt {
    /// The model returned a prediction.
    Succeeded(Box<Outcome>),
    /// The attempt failed; the reason is shown to the user.
    Failed(SystemMessage),
    /// The model could not run, because the inference pool is stuck or stopping, or the model could not be loaded. The
    /// attempt does not count.
    NotStarted,
}

/// The attempts of one claim.
pub type Attempts = Vec<(task::Model, Attempt)>;

impl Worker {
    /// Settles a claim in one transaction, with the same number of statements for any number of predictions. Tasks
    /// whose lease was lost are left unchanged. Tasks of users whose balance another transaction keeps locked are
    /// settled afterwards, so that they do not block the others.
    ///
    /// # Errors
    /// If the database returns an error; nothing has changed then.
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
                let attempts_of_user = attempts.iter().filter(|(task, _)| task.user_id == user);
                let attempts_of_user = attempts_of_user.cloned().collect();
                if let Err(error) = self.settle_alone(lease, attempts_of_user).await {
                    tracing::warn!(%user, %error, "tasks not settled; they are retried when their lease expires");
                }
            })
            .await;
        Ok(())
    }

    /// Returns the users whose tasks were left out because their balance is locked.
    async fn settle_together(
        &self,
        lease: &Lease,
        attempts: &Arc<Attempts>,
    ) -> Result<BTreeSet<UserId>, DbErr> {
        let settlement = self.settlement(lease, Arc::clone(attempts));
        let transaction_attempts = AtomicU32::new(0);
        self.database
            .transaction(
                "settle",
                (settlement, transaction_attempts),
                |transaction, (settlement, attempts)| {
                    // Most locks are held only briefly. A balance that stays locked for longer is not waited for twice.
                    let mode = match attempts.fetch_add(1, Ordering::Relaxed) {
                        0 => LockMode::Block,
                        _ => LockMode::SkipLocked,
                    };
                    Box::pin(settlement.write(transaction, mode))
                },
            )
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

    /// Records the retries before the commit wakes the loops, so that the loops do not sleep past the first retry.
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

/// The effects of attempts on credits and on the queue.
#[derive(Default)]
struct Effects {
    outcomes: Vec<(TaskId, Outcome)>,
    charges: Vec<Charge>,
    releases: Vec<Hold>,
    not_started: Vec<TaskId>,
    /// Tasks that become final.
    ended: BTreeSet<TaskId>,
    changes: BTreeSet<Change>,
    is_any_queued: bool,
}

impl Settlement {
    /// Returns the users whose tasks were left out because their balance is locked.
    async fn write(
        &self,
        transaction: &Transaction,
        mode: LockMode,
    ) -> Result<BTreeSet<UserId>, DbErr> {
        // Task rows by id, then balance rows by user: see "Lock order" in `docs/architecture.md`.
        let ids: Vec<_> = self.attempts.iter().map(|(task, _)| task.id).collect();
        let leased = queue::lock_leased(transaction, &self.lease, &ids, self.clock).await?;
        let Some((leased, now)) = leased else {
            tracing::warn!(
                tasks = ids.len(),
                "a lease was lost before its tasks were settled"
            );
            return Ok(BTreeSet::new());
        };
        let changed = self.attempts.iter().filter(|it| self.changes_balance(it));
        let users = changed.map(|(task, _)| task.user_id);
        let balances = ledger::lock_balances(transaction, users, mode).await?;
        let mut locked_users = BTreeSet::new();
        let mut effects = Effects::default();
        for attempt in self.attempts.iter() {
            let (user, id) = (attempt.0.user_id, attempt.0.id);
            if !leased.contains(&id) {
                tracing::warn!(task = %id, "a lease was lost before its task was settled");
            } else if self.changes_balance(attempt) && !balances.contains(user) {
                locked_users.insert(user);
            } else {
                self.add(transaction, &mut effects, attempt, now).await?;
            }
        }
        self.write_effects(transaction, effects, balances, now)
            .await?;
        Ok(locked_users)
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
        let (user, id, price) = (task.user_id, task.id, Credits(task.price));
        effects.changes.insert(Change::of(task));
        match attempt {
            Attempt::Succeeded(outcome) => {
                effects.ended.insert(id);
                effects.outcomes.push((id, Outcome::clone(outcome)));
                effects.charges.push(Charge {
                    user,
                    task: id,
                    batch: task.batch_id,
                    price,
                });
            }
            Attempt::Failed(reason) if task.attempts >= self.max_attempts => {
                queue::fail(transaction, lease, id, reason.as_str(), now).await?;
                effects.ended.insert(id);
                effects.releases.push(Hold::of(task));
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
        let changed = ledger::settle_all(transaction, balances, effects.charges, now).await?;
        ledger::release_all(transaction, effects.releases, now).await?;
        let ended = self.attempts.iter().map(|(task, _)| task);
        let ended = ended.filter(|task| effects.ended.contains(&task.id));
        let batches = ended.filter_map(|task| task.batch_id).collect();
        let finished = queue::finish_batches(transaction, batches, now).await?;
        let crossings = changed.iter().filter_map(BalanceChange::low_balance);
        queue_low_balance_emails(transaction, &self.notifier, crossings, self.clock).await?;
        self.tell_webhooks(transaction, &effects.ended, changed, &finished, now)
            .await?;
        self.record_on_commit(transaction, effects.ended, now);
        let is_any_queued = effects.is_any_queued || released > 0;
        let published = effects.changes.into_iter().collect();
        self.notifier
            .publish_on_commit(transaction, is_any_queued, published)
            .await
    }

    fn record_on_commit(
        &self,
        transaction: &Transaction,
        ended: BTreeSet<TaskId>,
        now: DateTime<Utc>,
    ) {
        let attempts = Arc::clone(&self.attempts);
        transaction.after_commit(move || {
            for (task, attempt) in attempts.iter() {
                let is_final = ended.contains(&task.id);
                metrics::attempt(match attempt {
                    Attempt::Succeeded(_) if is_final => "succeeded",
                    Attempt::Failed(_) if is_final => "failed",
                    Attempt::Failed(_) => "retried",
                    // Its lease was lost, or its balance is locked and it is settled later.
                    Attempt::Succeeded(_) => continue,
                    Attempt::NotStarted => "not_started",
                });
                if is_final {
                    let waited = (now - task.queued_at).to_std();
                    metrics::task_finished(waited.unwrap_or_default());
                }
            }
        });
    }

    /// Queues the events of tasks that have become final, and of batches that are finished.
    async fn tell_webhooks(
        &self,
        transaction: &Transaction,
        ended: &BTreeSet<TaskId>,
        changed: Vec<BalanceChange>,
        finished: &[batch::Model],
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        let attempts = self.attempts.iter();
        let attempts = attempts.filter(|(task, _)| ended.contains(&task.id));
        let users = attempts.clone().map(|(task, _)| task.user_id);
        let subscribers = Subscribers::find(transaction, users).await?;
        if subscribers.is_empty() {
            return Ok(());
        }
        let tasks = attempts.filter(|(task, _)| task.batch_id.is_none());
        let tasks = tasks.filter_map(|(task, attempt)| match attempt {
            Attempt::Succeeded(outcome) => Some(Event::task_succeeded(task, outcome, now)),
            Attempt::Failed(reason) => Some(Event::task_failed(task, reason.as_str(), now)),
            Attempt::NotStarted => None,
        });
        let balances = changed.into_iter();
        let balances = balances.map(|it| Event::balance_changed(it.user, it.before, it.after));
        let batches = finished.iter().map(Event::batch_finished);
        let events: Vec<_> = tasks.chain(balances).chain(batches).collect();
        subscribers
            .tell(transaction, &self.notifier, events, self.clock)
            .await
    }
}
