//! A webhook as it arrives in a request.

use serde::{Deserialize, Serialize};

use super::field_checker::Checker;
use super::{ApiKeyId, AppError, Credits, Violation, WebhookEvent, parse_id, parse_whole};

/// The field that the choice of events as a whole is called by.
pub const EVENTS_FIELD: &str = "events";
/// The field that chooses the API key.
pub const API_KEY_FIELD: &str = "api_key_id";
/// The highest limit for `balance.low`.
pub const LOW_BALANCE_MAX: i64 = 1_000_000_000;

/// The values of a webhook: text, blank if not given. Each event has a field of its own, as a checkbox of a form does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookInput {
    /// Where events are posted to.
    pub url: String,
    /// Whether to post `task.succeeded`: `true`, `false` or blank.
    pub task_succeeded: String,
    /// The same for `task.failed`.
    pub task_failed: String,
    /// The same for `task.canceled`.
    pub task_canceled: String,
    /// The same for `batch.finished`.
    pub batch_finished: String,
    /// The same for `balance.topped_up`.
    pub balance_topped_up: String,
    /// The same for `balance.adjusted`.
    pub balance_adjusted: String,
    /// The same for `balance.low`.
    pub balance_low: String,
    /// `balance.low` is posted when the balance falls below this number of credits.
    pub low_balance: String,
    /// The API key whose tasks to tell about; blank for all tasks.
    pub api_key_id: String,
}

/// What a webhook is told about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The events; at least one.
    pub events: Vec<WebhookEvent>,
    /// The limit for [`WebhookEvent::BalanceLow`]; present exactly if that is among the events.
    pub low_balance: Option<Credits>,
    /// The API key whose tasks to tell about.
    pub api_key: Option<ApiKeyId>,
}

/// The wire name of the field of an event.
pub const fn event_field(event: WebhookEvent) -> &'static str {
    match event {
        WebhookEvent::TaskSucceeded => "task_succeeded",
        WebhookEvent::TaskFailed => "task_failed",
        WebhookEvent::TaskCanceled => "task_canceled",
        WebhookEvent::BatchFinished => "batch_finished",
        WebhookEvent::BalanceToppedUp => "balance_topped_up",
        WebhookEvent::BalanceAdjusted => "balance_adjusted",
        WebhookEvent::BalanceLow => "balance_low",
    }
}

impl WebhookInput {
    fn value(&self, event: WebhookEvent) -> &str {
        match event {
            WebhookEvent::TaskSucceeded => &self.task_succeeded,
            WebhookEvent::TaskFailed => &self.task_failed,
            WebhookEvent::TaskCanceled => &self.task_canceled,
            WebhookEvent::BatchFinished => &self.batch_finished,
            WebhookEvent::BalanceToppedUp => &self.balance_topped_up,
            WebhookEvent::BalanceAdjusted => &self.balance_adjusted,
            WebhookEvent::BalanceLow => &self.balance_low,
        }
    }

    /// Checks the choice of events. The URL is checked by the server, which knows what it may call.
    ///
    /// # Errors
    /// [`AppError::Invalid`] naming every invalid field, or `events` if none is chosen.
    pub fn check(&self) -> Result<Subscription, AppError> {
        let mut checker = Checker::default();
        let mut events = Vec::new();
        for event in WebhookEvent::ALL {
            if checker.flag(event_field(*event), self.value(*event)) == Some(true) {
                events.push(*event);
            }
        }
        if events.is_empty() && checker.errors.is_empty() {
            checker.fail(EVENTS_FIELD, Violation::Required);
        }
        let needs_limit = events.contains(&WebhookEvent::BalanceLow);
        let mut low_balance = None;
        if needs_limit || !self.low_balance.trim().is_empty() {
            match parse_whole("low_balance", &self.low_balance, 1..=LOW_BALANCE_MAX) {
                Ok(limit) => low_balance = Some(Credits(limit)).filter(|_| needs_limit),
                Err(AppError::Invalid(fields)) => checker.errors.extend(fields),
                Err(other) => return Err(other),
            }
        }
        let api_key = match parse_id(API_KEY_FIELD, &self.api_key_id) {
            Ok(key) => key,
            Err(_) => checker.refuse(API_KEY_FIELD, Violation::NotAnId),
        };
        let subscription = Subscription {
            events,
            low_balance,
            api_key,
        };
        checker
            .finish(Some(subscription))
            .map_err(AppError::Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::FieldErrors;

    fn errors(input: &WebhookInput) -> FieldErrors {
        match input.check() {
            Err(AppError::Invalid(fields)) => fields,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn chosen_events_are_in_the_order_of_the_documentation() {
        let input = WebhookInput {
            balance_low: "true".to_owned(),
            low_balance: " 50 ".to_owned(),
            task_succeeded: "true".to_owned(),
            task_failed: "false".to_owned(),
            ..WebhookInput::default()
        };
        let expected = Subscription {
            events: vec![WebhookEvent::TaskSucceeded, WebhookEvent::BalanceLow],
            low_balance: Some(Credits(50)),
            api_key: None,
        };
        assert_eq!(input.check(), Ok(expected));
    }

    #[test]
    fn nothing_chosen_is_an_error_of_all_events() {
        let none = errors(&WebhookInput::default());
        assert_eq!(none.get(EVENTS_FIELD), Some(&Violation::Required));
        assert_eq!(none.len(), 1);
    }

    #[test]
    fn every_wrong_field_is_named() {
        let input = WebhookInput {
            task_failed: "maybe".to_owned(),
            balance_low: "true".to_owned(),
            low_balance: "0".to_owned(),
            ..WebhookInput::default()
        };
        let names: Vec<String> = errors(&input).into_keys().collect();
        assert_eq!(names, ["low_balance", "task_failed"]);
    }

    #[test]
    fn a_limit_is_checked_always_and_kept_only_with_its_event() {
        let input = |limit: &str| WebhookInput {
            task_failed: "true".to_owned(),
            low_balance: limit.to_owned(),
            ..WebhookInput::default()
        };
        assert_eq!(input("50").check().unwrap().low_balance, None);
        assert!(errors(&input("nonsense")).contains_key("low_balance"));
    }
}
