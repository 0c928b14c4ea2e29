//! Where submits come together: those that arrive while a group is being written are written as the next one,
//! by one commit. Each is answered only after the commit that holds it.

use std::sync::Arc;

use super::Clock;
use super::gather::Gather;
use super::ledger::{Taken, Wait, hold_and_queue};
use crate::entities::{Database, is_away, retry, task};
use crate::queue::{Change, Gauge, NewTask, Signals};
use crate::types::{AppError, TaskId, UserId};

/// Submits in one commit.
const GROUP_MAX: usize = 100;
/// Groups of this process that are written side by side on PostgreSQL; SQLite has one writer.
const GROUPS_AT_ONCE: usize = 2;
const QUEUE_FULL_RETRY_S: u64 = 5;

/// The way of a submit into the queue.
pub(super) struct Intake {
    door: Door,
    gauge: Gauge,
    groups: Gather<NewTask, Taken>,
}

/// Whether a submit is written with those of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Company {
    /// In a group, the usual way.
    Others,
    /// By itself: of a group, one that turns out to have been done before counts against those after it.
    None,
}

/// What a submit is written with.
#[derive(Clone)]
struct Door {
    database: Database,
    signals: Signals,
    clock: Arc<dyn Clock>,
}

impl Intake {
    /// Closed while `max_queued` tasks are queued.
    pub(super) fn new(
        database: &Database,
        signals: &Signals,
        clock: &Arc<dyn Clock>,
        max_queued: u64,
    ) -> Self {
        let door = Door {
            database: database.clone(),
            signals: signals.clone(),
            clock: Arc::clone(clock),
        };
        let at_once = match database.backend() {
            sea_orm::DatabaseBackend::Postgres => GROUPS_AT_ONCE,
            _ => 1,
        };
        let groups = {
            let door = door.clone();
            Gather::new(GROUP_MAX, at_once, move |requests| {
                door.clone().write(requests)
            })
        };
        Self {
            door,
            gauge: Gauge::new(max_queued),
            groups,
        }
    }

    /// Holds the price and queues the task; `None` where it was refused: the credits do not cover it, its key
    /// was used before, or its model is not live at this price.
    ///
    /// # Errors
    /// 503 where the queue is full.
    pub(super) async fn take(
        &self,
        request: NewTask,
        company: Company,
    ) -> Result<Option<task::Model>, AppError> {
        if self.gauge.is_full(&self.door.database).await? {
            return Err(AppError::Unavailable {
                reason: "the queue is full; nothing was held".to_owned(),
                retry_after_s: QUEUE_FULL_RETRY_S,
            });
        }
        let mut taken = match company {
            Company::Others => self.groups.ask(request.clone()).await?,
            Company::None => Taken::Busy,
        };
        if taken == Taken::Busy {
            // By itself, so that whoever holds the balance holds up nobody else.
            let mut alone = self.door.put_in(vec![request], Wait::Yes).await?;
            taken = alone.pop().ok_or(AppError::Internal)?;
        }
        Ok(match taken {
            Taken::Queued(task) => {
                self.gauge.add();
                Some(*task)
            }
            Taken::Refused | Taken::Busy => None,
        })
    }

    /// A task has left the queue by other means than a worker's.
    pub(super) fn has_room(&self) {
        self.gauge.forget();
    }
}

impl Door {
    /// Writes a group. Where the database refuses all of it, each is tried by itself, so that one that cannot
    /// be written takes no other with it.
    async fn write(self, requests: Vec<NewTask>) -> Result<Vec<Taken>, AppError> {
        match self.put_in(requests.clone(), Wait::No).await {
            Err(error) if requests.len() > 1 && !is_away(&error) => {
                tracing::warn!(%error, "a group of submits was refused; trying each alone");
                Ok(vec![Taken::Busy; requests.len()])
            }
            written => Ok(written?),
        }
    }

    async fn put_in(
        &self,
        requests: Vec<NewTask>,
        wait: Wait,
    ) -> Result<Vec<Taken>, sea_orm::DbErr> {
        let write = || hold_and_queue(&self.database, requests.clone(), wait, self.clock.now());
        let taken = retry("submit", write).await?;
        let changes: Vec<Change> = taken
            .iter()
            .filter_map(|taken| match taken {
                Taken::Queued(task) => Some(Change::task_of(UserId(task.user_id), TaskId(task.id))),
                Taken::Refused | Taken::Busy => None,
            })
            .collect();
        if !changes.is_empty() {
            self.signals.tell(true, &changes);
        }
        Ok(taken)
    }
}
