//! Sends webhook deliveries. Any number of processes may do so at the same time: a delivery is leased to one of them, and
//! becomes due again by itself if that process dies. So a receiver gets each event at least once, always with the same
//! `webhook-id`.
//!
//! A process sends a limited number of deliveries at a time, and only a few of them to the same webhook, so that a slow
//! receiver delays no other.

mod connect;
mod prune;
mod record;
mod resolve;
mod retry;
mod send;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use parking_lot::Mutex;
use sea_orm::{DbErr, EntityTrait as _};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::database::Database;
use crate::entities::{webhook, webhook_delivery};
use crate::metrics;
use crate::queue::{self, Notifier};
use crate::services::Clock;
use crate::services::background::restart_on_panic;
use crate::services::webhooks::{Secrets, signing_secrets};
use crate::types::{DeliveryError, WebhookId};
pub use connect::{system_roots, tls_config};
use record::Ended;
pub use send::Sender;
use send::{Attempted, Message};

/// How long a claim is valid; longer than an attempt and its record may take.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// Deliveries that a process sends to one webhook at the same time.
const PER_WEBHOOK: usize = 4;
/// How often an idle process looks for deliveries without a notification, such as retries.
const POLL: Duration = Duration::from_secs(5);
const AFTER_ERROR: Duration = Duration::from_secs(1);
const PRUNE_EVERY: Duration = Duration::from_hours(1);

/// Sends the deliveries of one process.
pub struct Deliverer {
    database: Database,
    notifier: Notifier,
    clock: Arc<dyn Clock>,
    secrets: Secrets,
    sender: Sender,
    /// Deliveries that are sent at the same time.
    limit: usize,
    /// How many of them go to each webhook.
    sending: Mutex<HashMap<WebhookId, usize>>,
}

impl Deliverer {
    /// Sends up to `limit` deliveries at the same time.
    pub fn new(
        database: Database,
        notifier: Notifier,
        clock: Arc<dyn Clock>,
        secrets: Secrets,
        sender: Sender,
        limit: usize,
    ) -> Self {
        Self {
            database,
            notifier,
            clock,
            secrets,
            sender,
            limit,
            sending: Mutex::default(),
        }
    }

    /// Works until stopped, then finishes the attempts that have begun and returns.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        if self.limit == 0 {
            return;
        }
        let (deliverer, token) = (Arc::clone(&self), stop.clone());
        let sending = restart_on_panic(stop.clone(), move || {
            Arc::clone(&deliverer).send_loop(token.clone())
        });
        let token = stop.clone();
        let pruning = restart_on_panic(stop, move || Arc::clone(&self).prune_loop(token.clone()));
        tokio::join!(sending, pruning);
    }

    async fn send_loop(self: Arc<Self>, stop: CancellationToken) {
        let mut wakeups = self.notifier.delivery_wakeups();
        let mut attempts = JoinSet::new();
        while !stop.is_cancelled() {
            // Marked as seen before looking, so that a delivery queued from here on ends the wait below.
            wakeups.borrow_and_update();
            while attempts.try_join_next().is_some() {}
            let pause = if attempts.len() >= self.limit {
                POLL
            } else {
                match self.claim().await {
                    Ok(Some(claimed)) => {
                        let place = Place::take(&self, claimed.webhook_id);
                        attempts.spawn(Arc::clone(&self).deliver(claimed, place));
                        continue;
                    }
                    Ok(None) => POLL,
                    Err(error) => {
                        tracing::warn!(%error, "cannot claim a delivery");
                        AFTER_ERROR
                    }
                }
            };
            tokio::select! {
                _ = wakeups.changed() => {}
                Some(_) = attempts.join_next() => {}
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => {}
            }
        }
        attempts.join_all().await;
    }

    /// Leases one delivery to a webhook that is not busy.
    async fn claim(&self) -> Result<Option<webhook_delivery::Model>, DbErr> {
        let busy: Vec<WebhookId> = {
            let sending = self.sending.lock();
            let busy = sending.iter().filter(|(_, count)| **count >= PER_WEBHOOK);
            busy.map(|(webhook, _)| *webhook).collect()
        };
        queue::claim_delivery(&self.database, &busy, LEASE, self.clock.now()).await
    }

    /// Sends a claimed delivery once and records what has become of it. If that fails, the delivery is sent again when its
    /// lease expires.
    async fn deliver(self: Arc<Self>, claimed: webhook_delivery::Model, _place: Place) {
        let id = claimed.id;
        if let Err(error) = self.try_deliver(claimed).await {
            tracing::warn!(delivery = %id, %error, "cannot record a delivery");
        }
    }

    async fn try_deliver(&self, claimed: webhook_delivery::Model) -> Result<(), DbErr> {
        let webhook = webhook::Entity::find_by_id(claimed.webhook_id)
            .one(self.database.write())
            .await?;
        let Some(webhook) = webhook else {
            return Ok(());
        };
        if !webhook.is_open() {
            // Queued by a transaction that had not seen yet that the webhook was turned off.
            return self.cancel_all(webhook.id).await;
        }
        let attempted = match self.message(&webhook, &claimed) {
            Some(message) => self.sender.send(message).await,
            None => Attempted::refused(DeliveryError::SecretLost),
        };
        metrics::webhook_attempt(attempted.is_success(), attempted.duration);
        let ended = Ended {
            claimed,
            attempted,
            clock: self.clock.now(),
        };
        ended.record(&self.database).await
    }

    /// The signed request; `None` if the key of the service has changed.
    fn message(
        &self,
        webhook: &webhook::Model,
        claimed: &webhook_delivery::Model,
    ) -> Option<Message> {
        // The database's time: a wrong clock of this process would make receivers refuse the signature.
        let now = claimed.attempted_at.unwrap_or_else(|| self.clock.now());
        let timestamp = now.timestamp();
        let signatures: Vec<String> = signing_secrets(&self.secrets, webhook, now)?
            .iter()
            .map(|secret| secret.sign(&claimed.message_id, timestamp, &claimed.payload))
            .collect();
        Some(Message {
            url: webhook.url.clone(),
            id: claimed.message_id.clone(),
            timestamp,
            signature: signatures.join(" "),
            payload: claimed.payload.clone(),
        })
    }

    async fn cancel_all(&self, webhook: WebhookId) -> Result<(), DbErr> {
        self.database
            .transaction("cancel deliveries", webhook, |transaction, webhook| {
                Box::pin(queue::cancel_deliveries(transaction, *webhook))
            })
            .await
    }

    async fn prune_loop(self: Arc<Self>, stop: CancellationToken) {
        loop {
            if let Err(error) = self.prune().await {
                tracing::warn!(%error, "cannot delete old deliveries and drafts");
            }
            tokio::select! {
                () = tokio::time::sleep(PRUNE_EVERY) => {}
                () = stop.cancelled() => return,
            }
        }
    }
}

/// Counts a delivery that is being sent, until it is dropped.
struct Place {
    deliverer: Arc<Deliverer>,
    webhook: WebhookId,
}

impl Place {
    fn take(deliverer: &Arc<Deliverer>, webhook: WebhookId) -> Self {
        *deliverer.sending.lock().entry(webhook).or_default() += 1;
        Self {
            deliverer: Arc::clone(deliverer),
            webhook,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut sending = self.deliverer.sending.lock();
        if let Some(count) = sending.get_mut(&self.webhook) {
            *count -= 1;
            if *count == 0 {
                sending.remove(&self.webhook);
            }
        }
    }
}
