//! From verdicts to final tasks: all of a claim in one database transaction, with its money.

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseTransaction, DbErr};

use super::Worker;
use crate::entities::{retry, task};
use crate::queue::{self, Change, Lease, Outcome};
use crate::services::ledger::{self, Charge};
use crate::types::{Credits, KnownText, TaskId, UserId};

/// What became of one try.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The model answered.
    Answered(Box<Outcome>),
    /// It did not; the reason is for the user.
    NotAnswered(KnownText),
    /// It could not be asked, for want of a thread or of the model's file: the try does not count.
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
        retry("settle", || self.try_settle(lease, &verdicts)).await
    }

    async fn try_settle(
        &self,
        lease: &Lease,
        verdicts: &[(task::Model, Verdict)],
    ) -> Result<(), DbErr> {
        let now = self.clock.now();
        let transaction = self.database.begin().await?;
        // Task rows by id, then balance rows by user: the order that all keep to.
        let ids: Vec<TaskId> = verdicts.iter().map(|(task, _)| TaskId(task.id)).collect();
        let held = queue::lock_leased(&transaction, lease, &ids).await?;
        let mut money = Money::default();
        let mut outcomes = Vec::with_capacity(verdicts.len());
        let mut changes = Vec::with_capacity(verdicts.len());
        for (task, verdict) in verdicts {
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
                Verdict::NotAnswered(reason) if task.attempts >= self.options.max_attempts => {
                    queue::fail(&transaction, lease, id, reason.as_str(), now).await?;
                    money.releases.push((user, price));
                }
                Verdict::NotAnswered(_) => {
                    money.requeued |= queue::requeue(&transaction, lease, id).await?;
                }
                Verdict::NotAsked => {
                    money.requeued |= queue::give_back(&transaction, lease, &[id]).await? == 1;
                }
            }
        }
        queue::succeed_all(&transaction, lease, outcomes, now).await?;
        let requeued = money.requeued;
        money.post(&transaction, now).await?;
        self.signals.commit(transaction, requeued, &changes).await
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
    async fn post(
        self,
        transaction: &DatabaseTransaction,
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
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
