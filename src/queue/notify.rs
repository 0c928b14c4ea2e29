//! Notifies idle workers and the event streams of the users concerned about committed changes.
//!
//! On PostgreSQL notifications travel via NOTIFY, and every process listens. [`Notifier::publish_on_commit`] sends one
//! inside the transaction, so it is delivered exactly if the change is committed. But commits with a NOTIFY wait for
//! each other in the whole cluster, including their disk writes. [`Notifier::publish`] is for frequent changes that
//! are already committed. On SQLite there is one process, which notifies itself.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, Statement};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::change::Change;
use super::subscribers::{Subscribers, Subscription};
use crate::database::{Database, Transaction};
use crate::types::UserId;

/// The channel of all notifications.
pub(super) const CHANNEL: &str = "pledgecast";
/// Changes per NOTIFY, whose payload PostgreSQL limits to 8,000 bytes.
const CHANGES_PER_NOTIFY: usize = 100;
/// Maximum number of unsent changes. Beyond it, a resync is sent instead.
const UNSENT_MAX: usize = 10_000;
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

#[derive(Default, Serialize, Deserialize)]
struct Payload {
    wake: bool,
    #[serde(default)]
    resync: bool,
    /// Webhook deliveries were queued.
    #[serde(default)]
    deliveries: bool,
    changes: Vec<Change>,
}

/// Changes that are committed and not yet sent.
#[derive(Default)]
struct Unsent {
    is_sending: bool,
    payload: Payload,
}

/// Publishes changes to workers and event streams; cheap to clone.
#[derive(Clone)]
pub struct Notifier {
    /// Where to send NOTIFY; none on SQLite.
    postgres: Option<Database>,
    unsent: Arc<Mutex<Unsent>>,
    wake: watch::Sender<u64>,
    deliveries: watch::Sender<u64>,
    subscribers: Arc<Subscribers>,
}

impl Notifier {
    /// For one process on one database. On PostgreSQL, [`Notifier::listen`] must run as well.
    pub fn new(database: &Database) -> Self {
        Self {
            postgres: (database.backend() == DatabaseBackend::Postgres).then(|| database.clone()),
            unsent: Arc::default(),
            wake: watch::Sender::new(0),
            deliveries: watch::Sender::new(0),
            subscribers: Arc::default(),
        }
    }

    /// Publishes changes with the commit of the transaction that made them; `wake` says that tasks were queued.
    ///
    /// # Errors
    /// If the database returns an error.
    pub async fn publish_on_commit(
        &self,
        transaction: &Transaction,
        wake: bool,
        changes: Vec<Change>,
    ) -> Result<(), DbErr> {
        if self.postgres.is_none() {
            let notifier = self.clone();
            transaction.after_commit(move || notifier.deliver(wake, &changes));
            return Ok(());
        }
        for (index, changes) in changes.chunks(CHANGES_PER_NOTIFY).enumerate() {
            let payload = Payload {
                wake: wake && index == 0,
                changes: changes.to_vec(),
                ..Payload::default()
            };
            notify(transaction, &payload).await?;
        }
        Ok(())
    }

    /// Signals queued webhook deliveries with the commit of the transaction that queued them.
    ///
    /// # Errors
    /// If the database returns an error.
    pub async fn publish_deliveries_on_commit(
        &self,
        transaction: &Transaction,
    ) -> Result<(), DbErr> {
        if self.postgres.is_none() {
            let notifier = self.clone();
            transaction.after_commit(move || signal(&notifier.deliveries));
            return Ok(());
        }
        let payload = Payload {
            deliveries: true,
            ..Payload::default()
        };
        notify(transaction, &payload).await
    }

    /// Publishes committed changes; `wake` says that tasks were queued. Notifications are sent in the background, in
    /// batches. They are lost if this process dies first. Idle workers then find the tasks at their next regular look.
    pub fn publish(&self, wake: bool, changes: &[Change]) {
        let Some(database) = &self.postgres else {
            self.deliver(wake, changes);
            return;
        };
        let mut unsent = self.unsent.lock();
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
                tracing::warn!(%error, "cannot send a notification");
                self.replace_with_resync(payload.wake);
                tokio::time::sleep(RECONNECT_AFTER).await;
            }
        }
    }

    /// Replaces changes that could not be sent with a resync.
    fn replace_with_resync(&self, wake: bool) {
        let mut unsent = self.unsent.lock();
        unsent.payload.wake |= wake;
        unsent.payload.resync = true;
        unsent.payload.changes.clear();
    }

    /// `None` if everything is sent. The sender ends then, under the same lock that `publish` takes to add changes.
    fn next_unsent(&self) -> Option<Payload> {
        let mut unsent = self.unsent.lock();
        let Unsent {
            is_sending,
            payload,
        } = &mut *unsent;
        if !payload.wake && !payload.resync && payload.changes.is_empty() {
            *is_sending = false;
            return None;
        }
        let count = payload.changes.len().min(CHANGES_PER_NOTIFY);
        Some(Payload {
            wake: std::mem::take(&mut payload.wake),
            resync: std::mem::take(&mut payload.resync),
            changes: payload.changes.drain(..count).collect(),
            deliveries: false,
        })
    }

    /// Signals queued tasks: the value changes whenever tasks were queued.
    pub fn wakeups(&self) -> watch::Receiver<u64> {
        self.wake.subscribe()
    }

    /// Signals queued webhook deliveries: the value changes whenever some were queued.
    pub fn delivery_wakeups(&self) -> watch::Receiver<u64> {
        self.deliveries.subscribe()
    }

    /// Receives the changes of one user from now on.
    pub fn subscribe(&self, user: UserId) -> Subscription {
        self.subscribers.subscribe(user)
    }

    /// Handles a notification from PostgreSQL.
    pub(super) fn receive(&self, payload: &str) {
        match serde_json::from_str::<Payload>(payload) {
            Ok(payload) if payload.resync => self.resync(),
            Ok(payload) => {
                if payload.deliveries {
                    signal(&self.deliveries);
                }
                self.deliver(payload.wake, &payload.changes);
            }
            Err(error) => {
                tracing::warn!(%error, "cannot parse a notification");
                self.resync();
            }
        }
    }

    fn deliver(&self, wake: bool, changes: &[Change]) {
        if wake {
            signal(&self.wake);
        }
        self.subscribers.publish(changes);
    }

    /// Tells workers, deliveries and streams that notifications may have been missed.
    pub(super) fn resync(&self) {
        signal(&self.wake);
        signal(&self.deliveries);
        self.subscribers.publish_gap();
    }
}

fn signal(waiting: &watch::Sender<u64>) {
    waiting.send_modify(|count| *count = count.wrapping_add(1));
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
