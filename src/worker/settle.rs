//! From verdicts to final tasks: all of a claim in one database transaction, with its money.

use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use super::Worker;
use super::retry::{longest_retry_delay, retry_delay};
use crate::database::Transaction;
use crate::entities::task;
use crate::queue::{self, Change, Lease, Outcome, Signals};
use crate::services::ledger::{self, Charge};
use crate::types::{Credits, KnownText, TaskId, UserId};

/// What became of one try.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The model answered.
    Answered(Box<Outcome>),
    /// It did not; the reason is for the user.
    NotAnswered(KnownText),
    /// It could not be asked, because no thread was left or the model could not be loaded: the attempt does not count.
    NotAsked,
}

/// The tries of one claim.
pub type Verdicts = Vec<(task::Model, Verdict)>;

impl Worker {
    /// Settles a claim in one transaction, whose statements are as many for a hundred answers as for one. A
    /// task whose lease was lost meanwhile is left alone.
    ///
    /// # Errors
    /// Where the database refuses; then nothing has changed.
    pub async fn settle(&self, lease: &Lease, verdicts: Verdicts) -> Result<(), DbErr> {
        let settlement = Settlement {
            signals: self.signals.clone(),
            lease: lease.clone(),
            verdicts,
            max_attempts: self.options.max_attempts,
            clock: self.clock.now(),
        };
        self.note_retries(&settlement);
        self.database
            .transaction("settle", settlement, |transaction, settlement| {
                Box::pin(settlement.write(transaction))
            })
            .await
    }
}

struct Settlement {
    signals: Signals,
    lease: Lease,
    verdicts: Verdicts,
    max_attempts: i32,
    clock: DateTime<Utc>,
}

impl Worker {
    /// Before the commit wakes the loops: they must not sleep longer than until the first retry.
    fn note_retries(&self, settlement: &Settlement) {
        for (task, verdict) in &settlement.verdicts {
            if matches!(verdict, Verdict::NotAnswered(_))
                && task.attempts < self.options.max_attempts
            {
                self.claims.note_retry(longest_retry_delay(task.attempts));
            }
        }
    }
}

impl Settlement {
    async fn write(&self, transaction: &Transaction) -> Result<(), DbErr> {
        let lease = &self.lease;
        // Task rows by id, then balance rows by user: the order that all keep to.
        let ids = self.verdicts.iter().map(|(task, _)| TaskId(task.id));
        let ids: Vec<_> = ids.collect();
        let locked = queue::lock_leased(transaction, lease, &ids, self.clock).await?;
        let Some((held, now)) = locked else {
            tracing::warn!(
                tasks = ids.len(),
                "a lease was lost before its tasks were settled"
            );
            return Ok(());
        };
        let mut money = Money::default();
        let mut outcomes = Vec::with_capacity(self.verdicts.len());
        let mut changes = Vec::with_capacity(self.verdicts.len());
        let mut released = Vec::new();
        for (task, verdict) in &self.verdicts {
            let (user, id, price) = (UserId(task.user_id), TaskId(task.id), Credits(task.price));
            if !held.contains(&id) {
                tracing::warn!(task = %id, "a lease was lost before its task was settled");
                continue;
            }
            changes.push(Change::task_of(user, id));
            match verdict {
                Verdict::Answered(outcome) => {
                    outcomes.push((id, Outcome::clone(outcome)));
                    money.charges.push(Charge {
                        user,
                        task: id,
                        price,
                    });
                }
                Verdict::NotAnswered(reason) if task.attempts >= self.max_attempts => {
                    queue::fail(transaction, lease, id, reason.as_str(), now).await?;
                    money.releases.push((user, price));
                }
                Verdict::NotAnswered(_) => {
                    let retry_at = now + retry_delay(task.attempts);
                    money.requeued |= queue::requeue(transaction, lease, id, retry_at).await?;
                }
                Verdict::NotAsked => released.push(id),
            }
        }
        money.requeued |= queue::release(transaction, lease, &released).await? > 0;
        queue::succeed_all(transaction, lease, outcomes, now).await?;
        let requeued = money.requeued;
        money.post(transaction, now).await?;
        self.signals
            .publish_on_commit(transaction, requeued, changes)
            .await
    }
}

/// What the verdicts mean for their users' credits.
#[derive(Default)]
struct Money {
    charges: Vec<Charge>,
    releases: Vec<(UserId, Credits)>,
    requeued: bool,
}

impl Money {
    async fn post(self, transaction: &Transaction, now: DateTime<Utc>) -> Result<(), DbErr> {
        if !self.releases.is_empty() {
            // All of them in their order; settling alone sees to that by itself.
            let charged = self.charges.iter().map(|charge| charge.user);
            let released = self.releases.iter().map(|(user, _)| *user);
            ledger::lock_balances(transaction, charged.chain(released)).await?;
        }
        ledger::settle_all(transaction, self.charges, now).await?;
        for (user, price) in self.releases {
            ledger::release(transaction, user, price, now).await?;
        }
        Ok(())
    }
}
