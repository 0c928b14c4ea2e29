//! Webhooks: the events, the words of the delivery log, and the views. A webhook is a URL of a user to which the service
//! posts events; each post, with its retries, is a delivery.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::words::{stored_words, words};
use super::{ApiKeyId, Credits, DeliveryId, WebhookId};

words!(
    /// What a webhook can be told about: the `type` of a payload.
    WebhookEvent {
        /// A task that is not part of a batch has a result and a charge.
        TaskSucceeded = "task.succeeded",
        /// A task that is not part of a batch has failed for good; its hold is released.
        TaskFailed = "task.failed",
        /// A task that is not part of a batch was canceled by its user.
        TaskCanceled = "task.canceled",
        /// All tasks of a batch are final.
        BatchFinished = "batch.finished",
        /// Credits were bought.
        BalanceToppedUp = "balance.topped_up",
        /// The operator has corrected the balance.
        BalanceAdjusted = "balance.adjusted",
        /// The balance fell below the limit of the webhook.
        BalanceLow = "balance.low",
    }
);

/// The `type` of test payloads, which a user requests and no webhook can leave out.
pub const TEST_EVENT: &str = "webhook.test";

stored_words!(
    /// The state of a delivery.
    DeliveryStatus {
        /// It waits for its next attempt, or is being sent.
        Pending = "pending",
        /// The receiver has answered with a 2xx status.
        Succeeded = "succeeded",
        /// The last retry has failed.
        Failed = "failed",
        /// The webhook was turned off before the delivery succeeded.
        Canceled = "canceled",
    }
);

stored_words!(
    /// Why the service has turned off a webhook.
    DisabledReason {
        /// All its deliveries have failed for days.
        Failing = "failing",
        /// The receiver has answered with 410 Gone.
        Gone = "gone",
    }
);

stored_words!(
    /// Why an attempt got no response.
    DeliveryError {
        /// The name has no address, or none that may be called. One word for both, so that nobody can explore the
        /// network of the service.
        NoPublicAddress = "no_public_address",
        /// Nobody accepted the connection, or it broke.
        ConnectionFailed = "connection_failed",
        /// No TLS session; for example because of the certificate.
        TlsFailed = "tls_failed",
        /// No response in time.
        TimedOut = "timed_out",
        /// The response is not HTTP.
        InvalidResponse = "invalid_response",
        /// The URL is not allowed any more, because the settings of the service have changed.
        UrlNotAllowed = "url_not_allowed",
        /// The key of the service has changed and with it the secret; it must be rotated.
        SecretLost = "secret_lost",
    }
);

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct WebhookView {
    /// The webhook's id.
    pub id: WebhookId,
    /// Where events are posted to.
    pub url: String,
    /// The API key whose tasks it is told about; absent for all tasks. Events of the balance are the same either way.
    pub api_key_id: Option<ApiKeyId>,
    /// The events that are posted.
    pub events: Vec<WebhookEvent>,
    /// `balance.low` is posted when the balance falls below it.
    pub low_balance: Option<Credits>,
    /// Whether events are posted.
    pub enabled: bool,
    /// Why the service has turned it off; absent if its user has.
    pub disabled_reason: Option<DisabledReason>,
    /// Since when every attempt has failed; absent after a success.
    pub failing_since: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// The secret that verifies signatures: only in the first minutes after it was made.
    pub secret: Option<String>,
    /// Until when payloads are also signed with the previous secret, after a rotation.
    pub previous_secret_until: Option<DateTime<Utc>>,
}

/// All webhooks of a user, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct WebhooksView {
    /// The webhooks.
    pub webhooks: Vec<WebhookView>,
    /// Maximum number of webhooks of a user.
    pub limit: u32,
}

/// One event for one webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct DeliveryView {
    /// The delivery's id.
    pub id: DeliveryId,
    /// The webhook.
    pub webhook_id: WebhookId,
    /// The header `webhook-id`: the same in every attempt, and for every webhook that gets the event.
    pub message_id: String,
    /// The `type` of the payload.
    pub event: String,
    /// The state of the delivery.
    pub status: DeliveryStatus,
    /// Attempts since it was queued or sent again.
    pub attempts: i32,
    /// When the event happened.
    pub created_at: DateTime<Utc>,
    /// When the next attempt is due; absent once the delivery is final.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

/// A delivery with its payload and its attempts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct DeliveryLogView {
    /// The delivery.
    pub delivery: DeliveryView,
    /// The body of each request.
    pub payload: String,
    /// The attempts, newest first. An attempt whose process died is missing.
    pub log: Vec<AttemptView>,
}

/// One attempt to deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct AttemptView {
    /// When it began.
    pub attempted_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub duration_ms: i32,
    /// The HTTP status of the response; absent if there was none.
    pub status_code: Option<u16>,
    /// Why there was no response.
    pub error: Option<DeliveryError>,
    /// The beginning of the body of the response, at most 4 KiB.
    pub response: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "ssr")]
    #[test]
    fn the_database_has_the_same_words() {
        use sea_orm::ActiveEnum as _;

        for status in DeliveryStatus::ALL {
            assert_eq!(status.to_value(), status.as_str());
        }
        for reason in DisabledReason::ALL {
            assert_eq!(reason.to_value(), reason.as_str());
        }
        for error in DeliveryError::ALL {
            assert_eq!(error.to_value(), error.as_str());
        }
    }

    #[test]
    fn an_attempt_is_read_back() {
        let attempt = AttemptView {
            attempted_at: DateTime::UNIX_EPOCH,
            duration_ms: 12,
            status_code: Some(302),
            error: Some(DeliveryError::TimedOut),
            response: Some("moved".to_owned()),
        };
        let json = serde_json::to_string(&attempt).unwrap();
        assert_eq!(
            json,
            r#"{"attempted_at":"1970-01-01T00:00:00Z","duration_ms":12,"status_code":302,"error":"timed_out","response":"moved"}"#
        );
        assert_eq!(
            compact_json::from_str::<AttemptView>(&json).unwrap(),
            attempt
        );
    }
}
