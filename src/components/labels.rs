//! Texts for wire names and closed sets of words.

use chrono::{Datelike, NaiveDate};

use crate::client::{Locale, tr};
use crate::types::{
    DeliveryError, DeliveryStatus, EVENTS_FIELD, ModelRef, SystemMessage, TEST_EVENT, TaskStatus,
    TransactionKind, UNKNOWN_CATEGORY, Verdict, WebhookEvent,
};

/// A model with its version.
pub fn model(locale: Locale, model: &ModelRef) -> String {
    tr!(
        locale,
        task.model_name,
        name = model.name.clone(),
        version = model.version.clone()
    )
}

/// The label of the field with that wire name; the name itself if it has none.
pub fn field(locale: Locale, name: &str) -> &str {
    match name {
        "email" => tr!(locale, field.email),
        "password" => tr!(locale, field.password),
        "current_password" => tr!(locale, field.current_password),
        "new_password" => tr!(locale, field.new_password),
        "code" => tr!(locale, field.code),
        "invitation" => tr!(locale, field.invitation),
        "amount" => tr!(locale, field.amount),
        "name" => tr!(locale, field.name),
        "blurb" => tr!(locale, field.blurb),
        "analytics_name" | "category" => tr!(locale, field.analytics_name),
        "parent_name" => tr!(locale, field.parent_name),
        "position" => tr!(locale, field.position),
        "usd_goal" => tr!(locale, field.usd_goal),
        "currency" => tr!(locale, field.currency),
        "static_usd_rate" => tr!(locale, field.static_usd_rate),
        "fx_rate" => tr!(locale, field.fx_rate),
        "launched_at" => tr!(locale, field.launched_at),
        "deadline" => tr!(locale, field.deadline),
        "created_at" => tr!(locale, field.created_at),
        "country" => tr!(locale, field.country),
        "name_city" => tr!(locale, field.name_city),
        "region" => tr!(locale, field.region),
        "type" => tr!(locale, field.location_type),
        "is_not_first_project" => tr!(locale, field.is_not_first_project),
        "has_video" => tr!(locale, field.has_video),
        "earlier_projects" => tr!(locale, field.earlier_projects),
        "earlier_successes" => tr!(locale, field.earlier_successes),
        "reward_tiers" => tr!(locale, field.reward_tiers),
        "median_reward_usd" => tr!(locale, field.median_reward_usd),
        "prelaunch_activated" => tr!(locale, field.prelaunch_activated),
        "staff_pick" => tr!(locale, field.staff_pick),
        "ppohasaction" => tr!(locale, field.ppohasaction),
        "goal" => tr!(locale, field.goal),
        "average_pledge" => tr!(locale, field.average_pledge),
        "subscribers" => tr!(locale, field.subscribers),
        "subscriber_rate" => tr!(locale, field.subscriber_rate),
        "followers" => tr!(locale, field.followers),
        "follower_rate" => tr!(locale, field.follower_rate),
        "social_followers" => tr!(locale, field.social_followers),
        "social_rate" => tr!(locale, field.social_rate),
        "early_share" => tr!(locale, field.early_share),
        "platform_fee" => tr!(locale, field.platform_fee),
        "payment_fee" => tr!(locale, field.payment_fee),
        "payment_fixed" => tr!(locale, field.payment_fixed),
        "uncollected" => tr!(locale, field.uncollected),
        "backer_cost" => tr!(locale, field.backer_cost),
        "goal_min_usd" => tr!(locale, field.goal_min_usd),
        "launch_earliest" => tr!(locale, field.launch_earliest),
        "launch_latest" => tr!(locale, field.launch_latest),
        "model_id" => tr!(locale, field.model_id),
        "reached" => tr!(locale, field.reached),
        "raised_usd" => tr!(locale, field.raised_usd),
        "file" => tr!(locale, field.file),
        "url" => tr!(locale, field.url),
        EVENTS_FIELD => tr!(locale, field.events),
        "low_balance" => tr!(locale, field.low_balance),
        "status" => tr!(locale, task.status),
        "verdict" => tr!(locale, field.verdict),
        "kind" => tr!(locale, transactions.column_kind),
        "search" => tr!(locale, field.search),
        "api_key_id" => tr!(locale, field.api_key_id),
        "label" => tr!(locale, field.label),
        "scopes" => tr!(locale, field.scopes),
        "expires_in_days" => tr!(locale, field.expires_in_days),
        "cap_day" => tr!(locale, field.cap_day),
        "cap_week" => tr!(locale, field.cap_week),
        "cap_month" => tr!(locale, field.cap_month),
        "cap_total" => tr!(locale, field.cap_total),
        "from" => tr!(locale, field.from),
        "to" => tr!(locale, field.to),
        "task_succeeded" => event(locale, WebhookEvent::TaskSucceeded.as_str()),
        "task_failed" => event(locale, WebhookEvent::TaskFailed.as_str()),
        "task_canceled" => event(locale, WebhookEvent::TaskCanceled.as_str()),
        "batch_finished" => event(locale, WebhookEvent::BatchFinished.as_str()),
        "balance_topped_up" => event(locale, WebhookEvent::BalanceToppedUp.as_str()),
        "balance_adjusted" => event(locale, WebhookEvent::BalanceAdjusted.as_str()),
        "balance_low" => event(locale, WebhookEvent::BalanceLow.as_str()),
        crate::client::idempotency::FIELD => tr!(locale, field.idempotency_key),
        other => other,
    }
}

/// A task's status.
pub fn status(locale: Locale, status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Queued => tr!(locale, status.queued),
        TaskStatus::Running => tr!(locale, status.running),
        TaskStatus::Succeeded => tr!(locale, status.succeeded),
        TaskStatus::Failed => tr!(locale, status.failed),
        TaskStatus::Canceled => tr!(locale, status.canceled),
    }
}

/// A transaction's kind.
pub fn kind(locale: Locale, kind: TransactionKind) -> &'static str {
    match kind {
        TransactionKind::Welcome => tr!(locale, kind.welcome),
        TransactionKind::TopUp => tr!(locale, kind.top_up),
        TransactionKind::Charge => tr!(locale, kind.charge),
        TransactionKind::Adjustment => tr!(locale, kind.adjustment),
    }
}

/// What a webhook is told about, by its word; the word itself if it is of a newer version.
pub fn event(locale: Locale, word: &str) -> &str {
    match word.parse() {
        Ok(WebhookEvent::TaskSucceeded) => tr!(locale, event.task_succeeded),
        Ok(WebhookEvent::TaskFailed) => tr!(locale, event.task_failed),
        Ok(WebhookEvent::TaskCanceled) => tr!(locale, event.task_canceled),
        Ok(WebhookEvent::BatchFinished) => tr!(locale, event.batch_finished),
        Ok(WebhookEvent::BalanceToppedUp) => tr!(locale, event.balance_topped_up),
        Ok(WebhookEvent::BalanceAdjusted) => tr!(locale, event.balance_adjusted),
        Ok(WebhookEvent::BalanceLow) => tr!(locale, event.balance_low),
        Err(_) if word == TEST_EVENT => tr!(locale, event.test),
        Err(_) => word,
    }
}

/// The state of a delivery.
pub fn delivery_status(locale: Locale, status: DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Pending => tr!(locale, delivery.pending),
        DeliveryStatus::Succeeded => tr!(locale, delivery.succeeded),
        DeliveryStatus::Failed => tr!(locale, delivery.failed),
        DeliveryStatus::Canceled => tr!(locale, delivery.canceled),
    }
}

/// Why an attempt got no response.
pub fn delivery_error(locale: Locale, error: DeliveryError) -> &'static str {
    match error {
        DeliveryError::NoPublicAddress => tr!(locale, delivery.no_public_address),
        DeliveryError::ConnectionFailed => tr!(locale, delivery.connection_failed),
        DeliveryError::TlsFailed => tr!(locale, delivery.tls_failed),
        DeliveryError::TimedOut => tr!(locale, delivery.timed_out),
        DeliveryError::InvalidResponse => tr!(locale, delivery.invalid_response),
        DeliveryError::UrlNotAllowed => tr!(locale, delivery.url_not_allowed),
        DeliveryError::SecretLost => tr!(locale, delivery.secret_lost),
    }
}

/// A stored sentence: translated if it is one of the service's own, otherwise as it is.
pub fn stored_text(locale: Locale, text: &str) -> &str {
    match text.parse() {
        Ok(SystemMessage::ModelUnavailable) => tr!(locale, stored.model_unavailable),
        Ok(SystemMessage::ModelFailed | SystemMessage::ModelFailedEarlier) => {
            tr!(locale, stored.model_failed)
        }
        Ok(SystemMessage::ModelTooSlow) => tr!(locale, stored.model_too_slow),
        Ok(SystemMessage::WorkLost | SystemMessage::WorkLostEarlier) => {
            tr!(locale, stored.work_lost)
        }
        Ok(SystemMessage::NoCapableWorker) => tr!(locale, stored.no_capable_worker),
        Ok(SystemMessage::WelcomeCredits) => tr!(locale, stored.welcome_credits),
        Ok(SystemMessage::DemonstrationTopUp) => tr!(locale, stored.demonstration_top_up),
        Ok(SystemMessage::ShippedPopulation) => tr!(locale, stored.shipped_population),
        Ok(SystemMessage::ShippedOutcomes) => tr!(locale, stored.shipped_outcomes),
        Err(_) => text,
    }
}

/// A verdict as a sentence.
pub fn verdict(locale: Locale, verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Likely => tr!(locale, verdict.likely),
        Verdict::TossUp => tr!(locale, verdict.toss_up),
        Verdict::Unlikely => tr!(locale, verdict.unlikely),
    }
}

/// A verdict in a word or two, for tables.
pub fn verdict_short(locale: Locale, verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Likely => tr!(locale, verdict.likely_short),
        Verdict::TossUp => tr!(locale, verdict.toss_up_short),
        Verdict::Unlikely => tr!(locale, verdict.unlikely_short),
    }
}

/// How a campaign ended.
pub fn outcome(locale: Locale, reached: bool) -> &'static str {
    if reached {
        tr!(locale, outcome.reached)
    } else {
        tr!(locale, outcome.missed)
    }
}

/// The answer to a question, which may be unknown.
pub fn yes_or_no(locale: Locale, answer: impl Into<Option<bool>>) -> &'static str {
    match answer.into() {
        Some(true) => tr!(locale, choice.yes),
        Some(false) => tr!(locale, choice.no),
        None => tr!(locale, choice.unknown),
    }
}

/// A day in words: `Jan 19, 2027`.
pub fn day(locale: Locale, day: NaiveDate) -> String {
    tr!(
        locale,
        number.day,
        month = nth(tr!(locale, list.months_of_day), day.month0()),
        day = day.day(),
        year = day.year()
    )
}

/// The weekday of a day: `Tuesday`.
pub fn weekday(locale: Locale, day: NaiveDate) -> &'static str {
    nth(
        tr!(locale, list.weekdays),
        day.weekday().num_days_from_monday(),
    )
}

/// A name from a list such as `Monday;Tuesday`, whose first is number 0; empty beyond its end.
pub fn nth(list: &'static str, number: u32) -> &'static str {
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    list.split(';').nth(number).unwrap_or_default()
}

/// A day with its weekday: `Tuesday, Jan 19, 2027`.
pub fn weekday_and_day(locale: Locale, date: NaiveDate) -> String {
    format!("{}, {}", weekday(locale, date), day(locale, date))
}

/// A category's name. Kickstarter's data has a placeholder if there is none.
pub fn category(locale: Locale, name: &str) -> String {
    if name == UNKNOWN_CATEGORY {
        tr!(locale, explore.unknown).to_owned()
    } else {
        name.to_owned()
    }
}

/// A month such as `2024-01` in words: `Jan 2024`.
pub fn year_and_month(locale: Locale, month: &str) -> String {
    let (year, number) = month.split_once('-').unwrap_or((month, ""));
    let index = number
        .parse::<usize>()
        .ok()
        .and_then(|it| it.checked_sub(1));
    let name = index.and_then(|index| tr!(locale, list.months).split(';').nth(index));
    name.map_or_else(|| month.to_owned(), |name| format!("{name} {year}"))
}

/// Codes and their names from a list such as `AD Andorra;AE United Arab Emirates`, in its order.
pub fn named_codes(list: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    list.split(';').filter_map(|entry| entry.split_once(' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{COUNTRIES, CURRENCIES, CampaignInput, PlannerInput};

    #[test]
    fn every_country_and_currency_has_a_name() {
        let countries: Vec<_> = named_codes(tr!(Locale::en, list.countries)).collect();
        assert_eq!(countries.len(), COUNTRIES.len());
        for code in COUNTRIES {
            assert!(countries.iter().any(|(it, _)| it == code), "{code}");
        }
        let currencies: Vec<_> = named_codes(tr!(Locale::en, list.currencies)).collect();
        assert_eq!(currencies.len(), CURRENCIES.len());
        for currency in CURRENCIES {
            let code = currency.code;
            assert!(currencies.iter().any(|(it, _)| *it == code), "{code}");
        }
    }

    #[test]
    fn a_day_is_named() {
        let date = NaiveDate::from_ymd_opt(2027, 1, 19).unwrap();
        assert_eq!(day(Locale::en, date), "Jan 19, 2027");
    }

    #[test]
    fn a_month_is_named() {
        assert_eq!(year_and_month(Locale::en, "2024-01"), "Jan 2024");
        assert_eq!(year_and_month(Locale::en, "2024-13"), "2024-13");
    }

    #[test]
    fn every_field_of_the_campaign_and_of_the_planner_has_a_label() {
        for name in CampaignInput::FIELDS.into_iter().chain(PlannerInput::NAMES) {
            assert_ne!(field(Locale::en, name), name);
        }
    }
}
