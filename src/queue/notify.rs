//! Who must hear of a commit: idle workers, and the browsers of the user it concerns.
//!
//! On PostgreSQL the word travels by NOTIFY; every process listens. [`Notifier::publish_on_commit`] sends it inside the
//! very transaction, so that it is there exactly when the change is. But commits with a NOTIFY wait for each
//! other in the whole cluster, disk included: [`Notifier::publish`] is for what is committed already and frequent.
//! On SQLite there is one process, which tells itself.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, Statement};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::change::Change;
use super::subscribers::{Subscribers, Subscription};
use crate::database::{Database, Transaction};
use crate::types::UserId;

/// The channel of all notices.
pub(super) const CHANNEL: &str = "pledgecast";
/// Changes in one NOTIFY, whose payload PostgreSQL bounds at 8,000 bytes.
const CHANGES_PER_NOTICE: usize = 100;
/// Changes that wait to be sent before everybody is told to read everything anew instead.
const UNSENT_MAX: usize = 10_000;
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

#[derive(Default, Serialize, Deserialize)]
struct Payload {
    wake: bool,
    #[serde(default)]
    resync: bool,
    changes: Vec<Change>,
}

/// What is committed and not yet told.
#[derive(Default)]
struct Unsent {
    is_sending: bool,
    payload: Payload,
}

/// Sends and spreads the word; cheap to clone.
#[derive(Clone)]
pub struct Notifier {
    /// Where the word goes by NOTIFY.
    postgres: Option<Database>,
    unsent: Arc<Mutex<Unsent>>,
    wake: watch::Sender<u64>,
    subscribers: Arc<Subscribers>,
}

impl Notifier {
    /// For one process on one database. On PostgreSQL, [`Notifier::listen`] must run as well.
    pub fn new(database: &Database) -> Self {
        Self {
            postgres: (database.backend() == DatabaseBackend::Postgres).then(|| database.clone()),
            unsent: Arc::default(),
            wake: watch::Sender::new(0),
            subscribers: Arc::default(),
        }
    }

    /// Publishes changes with the commit of the transaction that made them; `wake` tells that tasks were queued.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn publish_on_commit(
        &self,
        transaction: &Transaction,
        wake: bool,
        changes: Vec<Change>,
    ) -> Result<(), DbErr> {
        if self.postgres.is_none() {
            let notifier = self.clone();
            transaction.after_commit(move || notifier.spread(wake, &changes));
            return Ok(());
        }
        for (index, changes) in changes.chunks(CHANGES_PER_NOTICE).enumerate() {
            let payload = Payload {
                wake: wake && index == 0,
                resync: false,
                changes: changes.to_vec(),
            };
            notify(transaction, &payload).await?;
        }
        Ok(())
    }

    /// Lets everybody know of changes that are committed; `wake` tells that tasks were queued. The word is sent
    /// in the background, much of it at once. It is lost where this process dies first: then idle workers find
    /// the tasks when they next look by themselves.
    pub fn publish(&self, wake: bool, changes: &[Change]) {
        let Some(database) = &self.postgres else {
            self.spread(wake, changes);
            return;
        };
        let mut unsent = self.lock_unsent();
        let payload = &mut unsent.payload;
        payload.wake |= wake;
        if payload.changes.len() + changes.len() > UNSENT_MAX {
            payload.resync = true;
            payload.changes.clear();
        }
        if !payload.resync {
            payload.changes.extend_from_slice(changes);
        }
        if !std::mem::replace(&mut unsent.is_sending, true) {
            tokio::spawn(self.clone().send(database.clone()));
        }
    }

    async fn send(self, database: Database) {
        while let Some(payload) = self.next_unsent() {
            if let Err(error) = notify(database.write(), &payload).await {
                tracing::warn!(%error, "a notice could not be sent");
                self.resync_instead(payload.wake);
                tokio::time::sleep(RECONNECT_AFTER).await;
            }
        }
    }

    /// Instead of what could not be sent, everybody is told to read everything anew.
    fn resync_instead(&self, wake: bool) {
        let mut unsent = self.lock_unsent();
        unsent.payload.wake |= wake;
        unsent.payload.resync = true;
        unsent.payload.changes.clear();
    }

    /// `None`, where all is sent, ends the sender, under the same lock under which changes come in.
    fn next_unsent(&self) -> Option<Payload> {
        let mut unsent = self.lock_unsent();
        let Unsent {
            is_sending,
            payload,
        } = &mut *unsent;
        if !payload.wake && !payload.resync && payload.changes.is_empty() {
            *is_sending = false;
            return None;
        }
        let count = payload.changes.len().min(CHANGES_PER_NOTICE);
        Some(Payload {
            wake: std::mem::take(&mut payload.wake),
            resync: std::mem::take(&mut payload.resync),
            changes: payload.changes.drain(..count).collect(),
        })
    }

    fn lock_unsent(&self) -> std::sync::MutexGuard<'_, Unsent> {
        self.unsent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hears of queued tasks: the value changes with each.
    pub fn wakeups(&self) -> watch::Receiver<u64> {
        self.wake.subscribe()
    }

    /// Receives the changes of one user from now on.
    pub fn subscribe(&self, user: UserId) -> Subscription {
        self.subscribers.subscribe(user)
    }

    /// Takes a notice that arrived from PostgreSQL.
    pub(super) fn receive(&self, payload: &str) {
        match serde_json::from_str::<Payload>(payload) {
            Ok(payload) if payload.resync => self.resync(),
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
        self.subscribers.publish(changes);
    }

    /// Tells workers and streams that notices may have been missed.
    pub(super) fn resync(&self) {
        self.wake
            .send_modify(|count| *count = count.wrapping_add(1));
        self.subscribers.publish_gap();
    }
}

async fn notify(connection: &impl ConnectionTrait, payload: &Payload) -> Result<(), DbErr> {
    let payload =
        serde_json::to_string(payload).map_err(|error| DbErr::Custom(error.to_string()))?;
    let notify = Statement::from_sql_and_values(
        DatabaseBackend::Postgres,
        "SELECT pg_notify($1, $2)",
        [CHANNEL.into(), payload.into()],
    );
    connection.execute_raw(notify).await.map(drop)
}
