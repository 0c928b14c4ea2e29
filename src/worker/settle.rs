//! From verdicts to final tasks: all of a claim in one database transaction, with its money.

use sea_orm::{DatabaseTransaction, DbErr};

use super::Worker;
use crate::entities::task;
use crate::queue::{self, Change, Lease, Outcome};
use crate::services::ledger;
use crate::types::{Credits, TaskId, UserId};

/// What became of one try.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The model answered.
    Answered(Box<Outcome>),
    /// It did not; the reason is for the user.
    NotAnswered(&'static str),
}

/// The tries of one claim.
pub type Verdicts = Vec<(task::Model, Verdict)>;

/// What a task's step means for its user's credits.
enum Money {
    Settle,
    Release,
    Keep,
}

impl Worker {
    /// Settles a claim. A task whose lease was lost meanwhile is left alone.
    ///
    /// # Errors
    /// Where the database refuses; then nothing has changed.
    pub async fn settle(&self, lease: &Lease, mut verdicts: Verdicts) -> Result<(), DbErr> {
        let transaction = self.database.begin().await?;
        // Task rows by id, then balance rows by user: the order that all keep to.
        verdicts.sort_by_key(|(task, _)| task.id);
        let mut steps = Vec::with_capacity(verdicts.len());
        let mut requeued = false;
        for (task, verdict) in verdicts {
            let money = self.finish(&transaction, lease, &task, verdict).await?;
            if let Some(money) = money {
                requeued |= matches!(money, Money::Keep);
                steps.push((task, money));
            }
        }
        steps.sort_by_key(|(task, _)| (task.user_id, task.id));
        let mut changes = Vec::with_capacity(steps.len());
        for (task, money) in steps {
            let (user, id, price) = (UserId(task.user_id), TaskId(task.id), Credits(task.price));
            let now = self.clock.now();
            match money {
                Money::Settle => ledger::settle(&transaction, user, id, price, now).await?,
                Money::Release => ledger::release(&transaction, user, price, now).await?,
                Money::Keep => {}
            }
            changes.push(Change::task_of(user, id));
        }
        self.signals.commit(transaction, requeued, &changes).await
    }

    /// Takes one task to its next state; `None` where the lease was lost.
    async fn finish(
        &self,
        transaction: &DatabaseTransaction,
        lease: &Lease,
        task: &task::Model,
        verdict: Verdict,
    ) -> Result<Option<Money>, DbErr> {
        let id = TaskId(task.id);
        let now = self.clock.now();
        let (done, money) = match verdict {
            Verdict::Answered(outcome) => {
                let done = queue::succeed(transaction, lease, id, *outcome, now).await?;
                (done, Money::Settle)
            }
            Verdict::NotAnswered(reason) if task.attempts >= self.options.max_attempts => {
                let done = queue::fail(transaction, lease, id, reason, now).await?;
                (done, Money::Release)
            }
            Verdict::NotAnswered(_) => (queue::requeue(transaction, lease, id).await?, Money::Keep),
        };
        if !done {
            tracing::warn!(
                task = task.id,
                "a lease was lost before its task was settled"
            );
        }
        Ok(done.then_some(money))
    }
}
