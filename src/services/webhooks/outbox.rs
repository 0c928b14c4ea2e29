//! The outbox: writes the deliveries of an event in the transaction of its cause. So no event is lost if a process dies,
//! and none is sent about something that was rolled back. Users without webhooks cost one look into an index.

use std::collections::BTreeSet;

use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, DbErr, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use crate::database::{Transaction, is_among};
use crate::entities::{batch, task, transactions, webhook};
use crate::queue::{self, NewDelivery, Notifier, Outcome};
use crate::types::{
    ApiKeyId, Credits, TEST_EVENT, TaskStatus, TransactionKind, UserId, Verdict, WebhookEvent,
    WebhookId, hex,
};

/// Something that happened to a user.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    user: UserId,
    kind: WebhookEvent,
    data: Value,
    /// For events of a task or a batch.
    origin: Option<Origin>,
    /// For [`WebhookEvent::BalanceLow`]: the balance before and after. The limit differs by webhook.
    fall: Option<(Credits, Credits)>,
}

/// How a task or a batch was submitted.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Origin {
    api_key: Option<ApiKeyId>,
}

impl Event {
    /// A task has succeeded with this outcome.
    pub fn task_succeeded(task: &task::Model, outcome: &Outcome, at: DateTime<Utc>) -> Self {
        let (low, high) = (outcome.interval_low, outcome.interval_high);
        let mut data = task_data(task, TaskStatus::Succeeded, at);
        data["result"] = json!({
            "probability": outcome.probability,
            "verdict": Verdict::of(outcome.probability, low, high),
            "interval_low": low,
            "interval_high": high,
        });
        Self::of_task(task, WebhookEvent::TaskSucceeded, data)
    }

    /// A task has failed for good, for this reason.
    pub fn task_failed(task: &task::Model, reason: &str, at: DateTime<Utc>) -> Self {
        let mut data = task_data(task, TaskStatus::Failed, at);
        data["error"] = reason.into();
        Self::of_task(task, WebhookEvent::TaskFailed, data)
    }

    /// A task was canceled.
    pub fn task_canceled(task: &task::Model, at: DateTime<Utc>) -> Self {
        let data = task_data(task, TaskStatus::Canceled, at);
        Self::of_task(task, WebhookEvent::TaskCanceled, data)
    }

    /// The last task of a batch has become final. The tasks of a batch have no events of their own.
    pub fn batch_finished(batch: &batch::Model) -> Self {
        let succeeded = batch.succeeded.unwrap_or_default();
        let data = json!({
            "batch_id": batch.id,
            "file_name": batch.file_name,
            "model_id": batch.model_id,
            "lines": batch.lines,
            "price": batch.price,
            "succeeded": succeeded,
            "failed": batch.failed,
            "canceled": batch.canceled,
            "charged": batch.price * i64::from(succeeded),
            "started_at": batch.started_at.map(time_text),
            "finished_at": batch.finished_at.map(time_text),
        });
        Self {
            user: batch.user_id,
            kind: WebhookEvent::BatchFinished,
            data,
            origin: Some(Origin {
                api_key: batch.api_key_id,
            }),
            fall: None,
        }
    }

    fn of_task(task: &task::Model, kind: WebhookEvent, data: Value) -> Self {
        Self {
            user: task.user_id,
            kind,
            data,
            origin: Some(Origin {
                api_key: task.api_key_id,
            }),
            fall: None,
        }
    }

    /// What a line of the ledger means: credits were bought, or the balance was corrected. Charges are part of the event of
    /// their task.
    pub fn of_line(line: &transactions::Model) -> Option<Self> {
        let kind = match line.kind {
            TransactionKind::TopUp => WebhookEvent::BalanceToppedUp,
            TransactionKind::Adjustment => WebhookEvent::BalanceAdjusted,
            TransactionKind::Welcome | TransactionKind::Charge => return None,
        };
        let data = json!({
            "transaction_id": line.id,
            "kind": line.kind,
            "amount": line.amount,
            "balance_before": line.balance_before,
            "balance_after": line.balance_after,
            "description": line.description,
        });
        Some(Self {
            user: line.user_id,
            kind,
            data,
            origin: None,
            fall: None,
        })
    }

    /// A balance has changed, which matters only if it fell below the limit of a webhook.
    pub fn balance_changed(user: UserId, before: Credits, after: Credits) -> Self {
        Self {
            user,
            kind: WebhookEvent::BalanceLow,
            data: Value::Null,
            origin: None,
            fall: Some((before, after)),
        }
    }

    /// The data for a webhook; `None` if the webhook is not told.
    fn data_for(&self, webhook: &webhook::Model) -> Option<Value> {
        if webhook.user_id != self.user || !webhook.events().contains(&self.kind) {
            return None;
        }
        let is_of_another_key = |origin: Origin| origin.api_key != webhook.api_key_id;
        if webhook.api_key_id.is_some() && self.origin.is_some_and(is_of_another_key) {
            return None;
        }
        let Some((before, after)) = self.fall else {
            return Some(self.data.clone());
        };
        let limit = Credits(webhook.low_balance?);
        // Only the step across the limit counts, so the event comes once until the balance has risen again.
        (before >= limit && after < limit).then(|| json!({ "amount": after, "limit": limit }))
    }
}

fn task_data(task: &task::Model, status: TaskStatus, at: DateTime<Utc>) -> Value {
    json!({
        "task_id": task.id,
        "status": status,
        "name": task.input.name,
        "model_id": task.model_id,
        "price": task.price,
        "queued_at": time_text(task.queued_at),
        "finished_at": time_text(at),
    })
}

fn time_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The webhooks of some users. For most users there are none, and their events need not even be made.
pub struct Subscribers(Vec<webhook::Model>);

impl Subscribers {
    /// Reads the open webhooks of users.
    ///
    /// # Errors
    /// If the database is unavailable.
    pub async fn find(
        transaction: &Transaction,
        users: impl IntoIterator<Item = UserId>,
    ) -> Result<Self, DbErr> {
        let users: BTreeSet<UserId> = users.into_iter().collect();
        if users.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let backend = transaction.get_database_backend();
        let webhooks = webhook::Entity::find()
            .filter(is_among(backend, webhook::Column::UserId, users))
            .filter(webhook::Column::IsEnabled.eq(true))
            .filter(webhook::Column::DeletedAt.is_null())
            .all(transaction)
            .await?;
        Ok(Self(webhooks))
    }

    /// Whether nobody has to be told.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Queues the deliveries of events, which are sent once the transaction is committed.
    ///
    /// # Errors
    /// If the database is unavailable.
    pub async fn tell(
        &self,
        transaction: &Transaction,
        notifier: &Notifier,
        events: impl IntoIterator<Item = Event>,
        clock: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        let now = queue::read_now(transaction, clock).await?;
        let deliveries: Vec<NewDelivery> = events
            .into_iter()
            .flat_map(|event| deliveries_of(&event, &self.0, now))
            .collect();
        if deliveries.is_empty() {
            return Ok(());
        }
        queue::enqueue_deliveries(transaction, deliveries, now).await?;
        notifier.publish_deliveries_on_commit(transaction).await
    }
}

fn deliveries_of(
    event: &Event,
    webhooks: &[webhook::Model],
    now: DateTime<Utc>,
) -> Vec<NewDelivery> {
    let message_id = message_id();
    let told = webhooks.iter();
    let told = told.filter_map(|webhook| Some((webhook.id, event.data_for(webhook)?)));
    told.map(|(webhook, data)| NewDelivery {
        webhook,
        message_id: message_id.clone(),
        event: event.kind.as_str(),
        payload: payload(event.kind.as_str(), &data, now),
    })
    .collect()
}

/// A delivery that tests a webhook.
pub(super) fn test_delivery(webhook: WebhookId, now: DateTime<Utc>) -> NewDelivery {
    NewDelivery {
        webhook,
        message_id: message_id(),
        event: TEST_EVENT,
        payload: payload(TEST_EVENT, &json!({ "webhook_id": webhook }), now),
    }
}

fn payload(event: &str, data: &Value, now: DateTime<Utc>) -> String {
    // Written by hand, because a JSON object would be in alphabetical order.
    let (event, timestamp) = (Value::from(event), Value::from(time_text(now)));
    format!("{{\"type\":{event},\"timestamp\":{timestamp},\"data\":{data}}}")
}

/// A random id, which no two events share.
fn message_id() -> String {
    format!("msg_{}", hex(&rand::random::<[u8; 16]>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::webhook::events_text;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn webhook(id: i64, user: i64, events: &[WebhookEvent], limit: Option<i64>) -> webhook::Model {
        webhook::Model {
            id: WebhookId(id),
            user_id: UserId(user),
            api_key_id: None,
            url: "https://example.org/".to_owned(),
            events: events_text(events),
            low_balance: limit,
            is_enabled: true,
            disabled_reason: None,
            failing_since: None,
            nonce: String::new(),
            key_check: String::new(),
            secret_made_at: NOW,
            previous_nonce: None,
            previous_until: None,
            created_at: NOW,
            deleted_at: None,
        }
    }

    fn told(event: &Event, webhooks: &[webhook::Model]) -> Vec<i64> {
        let deliveries = deliveries_of(event, webhooks, NOW);
        deliveries.iter().map(|it| it.webhook.0).collect()
    }

    #[test]
    fn an_event_reaches_the_webhooks_of_its_user_that_chose_it() {
        let webhooks = [
            webhook(1, 7, &[WebhookEvent::BalanceLow], Some(50)),
            webhook(2, 7, &[WebhookEvent::BalanceToppedUp], None),
            webhook(3, 8, WebhookEvent::ALL, Some(50)),
        ];
        let fall = Event::balance_changed(UserId(7), Credits(60), Credits(40));
        assert_eq!(told(&fall, &webhooks), [1]);
        let others = Event::balance_changed(UserId(9), Credits(60), Credits(40));
        assert_eq!(told(&others, &webhooks), [0; 0]);
    }

    #[test]
    fn a_low_balance_is_told_once_per_crossing() {
        let webhooks = [webhook(1, 7, &[WebhookEvent::BalanceLow], Some(50))];
        let mut crossings = Vec::new();
        let balances = [100, 50, 49, 10, 0, 49, 50, 80, 40];
        for step in balances.windows(2) {
            let event = Event::balance_changed(UserId(7), Credits(step[0]), Credits(step[1]));
            if !told(&event, &webhooks).is_empty() {
                crossings.push((step[0], step[1]));
            }
        }
        assert_eq!(crossings, [(50, 49), (80, 40)]);
    }

    #[test]
    fn the_payload_has_type_timestamp_and_data() {
        let webhooks = [webhook(1, 7, &[WebhookEvent::BalanceLow], Some(50))];
        let fall = Event::balance_changed(UserId(7), Credits(60), Credits(40));
        let deliveries = deliveries_of(&fall, &webhooks, NOW);
        let payload: Value = serde_json::from_str(&deliveries[0].payload).unwrap();
        let expected = json!({
            "type": "balance.low",
            "timestamp": "1970-01-01T00:00:00.000Z",
            "data": { "amount": 40, "limit": 50 },
        });
        assert_eq!(payload, expected);
        assert!(deliveries[0].message_id.starts_with("msg_"));
    }
}
