//! Who must hear of a commit: idle workers, and the browsers of the user it concerns.
//!
//! On PostgreSQL the word travels by NOTIFY inside the very transaction, so that it is sent exactly when
//! the change is there; every process listens. On SQLite there is one process, which tells itself.

use std::time::Duration;

use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, Statement};
use serde::{Deserialize, Serialize};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use crate::entities::Database;
use crate::types::{TaskId, UserId};

const CHANNEL: &str = "pledgecast";
/// Changes in one NOTIFY, whose payload PostgreSQL bounds at 8,000 bytes.
const CHANGES_PER_NOTICE: usize = 100;
/// Notices that a slow subscriber may lag behind before it is told to read everything anew.
const BACKLOG: usize = 1024;
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

/// Something of a user has changed: always perhaps the balance, and one task where it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Whose.
    pub user: UserId,
    /// Which task.
    pub task: Option<TaskId>,
}

impl Change {
    /// A user's balance has changed.
    pub const fn balance_of(user: UserId) -> Self {
        Self { user, task: None }
    }

    /// A user's task has changed, and with it perhaps the balance.
    pub const fn task_of(user: UserId, task: TaskId) -> Self {
        Self {
            user,
            task: Some(task),
        }
    }
}

/// What a subscriber hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Something changed.
    Changed(Change),
    /// Notices may have been missed: read everything anew.
    Resync,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    wake: bool,
    changes: Vec<Change>,
}

/// Sends and spreads the word; cheap to clone.
#[derive(Clone)]
pub struct Signals {
    by_notify: bool,
    wake: watch::Sender<u64>,
    notices: broadcast::Sender<Notice>,
}

impl Signals {
    /// For one process on one database. On PostgreSQL, [`Signals::listen`] must run as well.
    pub fn new(database: &Database) -> Self {
        Self {
            by_notify: database.backend() == DatabaseBackend::Postgres,
            wake: watch::Sender::new(0),
            notices: broadcast::Sender::new(BACKLOG),
        }
    }

    /// Commits a transaction and lets everybody know of its changes; `wake` tells that tasks were queued.
    ///
    /// # Errors
    /// Where the database refuses; then nothing is committed and nobody is told.
    pub async fn commit(
        &self,
        transaction: DatabaseTransaction,
        wake: bool,
        changes: &[Change],
    ) -> Result<(), DbErr> {
        if !self.by_notify {
            transaction.commit().await?;
            self.spread(wake, changes);
            return Ok(());
        }
        for (index, changes) in changes.chunks(CHANGES_PER_NOTICE).enumerate() {
            let payload = Payload {
                wake: wake && index == 0,
                changes: changes.to_vec(),
            };
            let payload = serde_json::to_string(&payload)
                .map_err(|error| DbErr::Custom(error.to_string()))?;
            let notify = Statement::from_sql_and_values(
                DatabaseBackend::Postgres,
                "SELECT pg_notify($1, $2)",
                [CHANNEL.into(), payload.into()],
            );
            transaction.execute_raw(notify).await?;
        }
        transaction.commit().await
    }

    /// Hears of queued tasks: the value changes with each.
    pub fn wakes(&self) -> watch::Receiver<u64> {
        self.wake.subscribe()
    }

    /// Hears of changes.
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    /// Listens to PostgreSQL until stopped, reconnecting where the connection breaks; on SQLite there is
    /// nothing to listen to.
    pub async fn listen(self, database: Database, stop: CancellationToken) {
        if !self.by_notify {
            return;
        }
        let pool = database.write().get_postgres_connection_pool().clone();
        loop {
            let listening = async {
                let mut listener = PgListener::connect_with(&pool).await?;
                listener.listen(CHANNEL).await?;
                self.resync();
                loop {
                    // `None`: the connection broke and was made anew; what was sent meanwhile is lost.
                    match listener.try_recv().await? {
                        Some(notification) => self.receive(notification.payload()),
                        None => self.resync(),
                    }
                }
            };
            let result: Result<(), sea_orm::sqlx::Error> = tokio::select! {
                result = listening => result,
                () = stop.cancelled() => return,
            };
            if let Err(error) = result {
                tracing::warn!(%error, "listening to the database broke off");
            }
            tokio::select! {
                () = tokio::time::sleep(RECONNECT_AFTER) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    fn receive(&self, payload: &str) {
        match serde_json::from_str::<Payload>(payload) {
            Ok(payload) => self.spread(payload.wake, &payload.changes),
            Err(error) => {
                tracing::warn!(%error, "a notice could not be read");
                self.resync();
            }
        }
    }

    fn spread(&self, wake: bool, changes: &[Change]) {
        if wake {
            self.wake
                .send_modify(|count| *count = count.wrapping_add(1));
        }
        for change in changes {
            // An error means that nobody is subscribed.
            let _ = self.notices.send(Notice::Changed(*change));
        }
    }

    fn resync(&self) {
        self.wake
            .send_modify(|count| *count = count.wrapping_add(1));
        let _ = self.notices.send(Notice::Resync);
    }
}
