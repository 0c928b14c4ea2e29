//! Writes the result of an attempt: the log, the state of the delivery, and that of its webhook.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveModelTrait as _, DbErr, EntityTrait as _, IntoActiveModel as _, QuerySelect as _, Set,
};

use super::retry::{delay_after, is_dead};
use super::send::Attempted;
use crate::database::{Database, Transaction};
use crate::entities::{webhook, webhook_attempt, webhook_delivery};
use crate::queue;
use crate::types::{DeliveryStatus, DisabledReason};

/// An attempt that has ended.
pub(super) struct Ended {
    /// The delivery as it was claimed.
    pub(super) claimed: webhook_delivery::Model,
    /// What the attempt has led to.
    pub(super) attempted: Attempted,
    /// The time of this process, which is that of SQLite.
    pub(super) clock: DateTime<Utc>,
}

impl Ended {
    /// Writes everything in one transaction. Changes nothing if the lease was lost: another process has the delivery then.
    pub(super) async fn record(self, database: &Database) -> Result<(), DbErr> {
        database
            .transaction("record a delivery", self, |transaction, ended| {
                Box::pin(ended.write(transaction))
            })
            .await
    }

    async fn write(&self, transaction: &Transaction) -> Result<(), DbErr> {
        let now = queue::read_now(transaction, self.clock).await?;
        // The row of the webhook is locked before those of its deliveries, as everywhere.
        let webhook = webhook::Entity::find_by_id(self.claimed.webhook_id)
            .lock_exclusive()
            .one(transaction)
            .await?;
        let Some(webhook) = webhook else {
            return Ok(());
        };
        let (status, retry_after) = self.next(now);
        let is_held =
            queue::finish_delivery(transaction, &self.claimed, status, retry_after, self.clock);
        if !is_held.await? {
            tracing::warn!(delivery = %self.claimed.id, "a delivery was canceled or its lease was lost while it was sent");
            return Ok(());
        }
        self.attempt().insert(transaction).await?;
        self.update_webhook(transaction, webhook, now).await
    }

    /// The next state of the delivery, and the delay of its next attempt.
    fn next(&self, now: DateTime<Utc>) -> (DeliveryStatus, Duration) {
        if self.attempted.is_success() {
            return (DeliveryStatus::Succeeded, Duration::zero());
        }
        match delay_after(self.claimed.attempts, self.claimed.queued_at, now) {
            Some(delay) => (DeliveryStatus::Pending, delay),
            None => (DeliveryStatus::Failed, Duration::zero()),
        }
    }

    fn attempt(&self) -> webhook_attempt::ActiveModel {
        let duration_ms = self.attempted.duration.as_millis();
        let (status_code, error, response) = match &self.attempted.result {
            Ok((status, body)) => (Some(i32::from(*status)), None, Some(body.clone())),
            Err(error) => (None, Some(*error), None),
        };
        webhook_attempt::ActiveModel {
            delivery_id: Set(self.claimed.id),
            attempted_at: Set(self.claimed.attempted_at.unwrap_or(self.clock)),
            duration_ms: Set(i32::try_from(duration_ms).unwrap_or(i32::MAX)),
            status_code: Set(status_code),
            error: Set(error),
            response: Set(response),
            ..Default::default()
        }
    }

    /// Remembers since when the webhook fails, and turns it off if it has failed for days or is gone.
    async fn update_webhook(
        &self,
        transaction: &Transaction,
        webhook: webhook::Model,
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        let failing_since = if self.attempted.is_success() {
            None
        } else {
            Some(webhook.failing_since.unwrap_or(now))
        };
        let reason = if self.attempted.is_gone() {
            Some(DisabledReason::Gone)
        } else {
            failing_since
                .filter(|since| is_dead(*since, now))
                .map(|_| DisabledReason::Failing)
        };
        let reason = reason.filter(|_| webhook.is_open());
        if reason.is_none() && failing_since == webhook.failing_since {
            return Ok(());
        }
        let id = webhook.id;
        let mut row = webhook.into_active_model();
        row.failing_since = Set(failing_since);
        if let Some(reason) = reason {
            tracing::info!(webhook = %id, %reason, "a webhook was turned off");
            row.is_enabled = Set(false);
            row.disabled_reason = Set(Some(reason));
        }
        row.update(transaction).await?;
        if reason.is_some() {
            queue::cancel_deliveries(transaction, id).await?;
        }
        Ok(())
    }
}
