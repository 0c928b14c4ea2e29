//! Wire names and closed sets of words, as people read them.

use chrono::{Datelike, NaiveDate};

use crate::client::Locale;
use crate::client::tr;
use crate::types::{SystemMessage, TaskStatus, TransactionKind, UNKNOWN_CATEGORY, Verdict};

/// The label of a field, by its wire name; the name itself where there is none.
pub fn field(l: Locale, name: &str) -> &str {
    match name {
        "email" => tr!(l, field.email),
        "password" => tr!(l, field.password),
        "current_password" => tr!(l, field.current_password),
        "new_password" => tr!(l, field.new_password),
        "amount" => tr!(l, field.amount),
        "name" => tr!(l, field.name),
        "blurb" => tr!(l, field.blurb),
        "analytics_name" => tr!(l, field.analytics_name),
        "parent_name" => tr!(l, field.parent_name),
        "position" => tr!(l, field.position),
        "usd_goal" => tr!(l, field.usd_goal),
        "currency" => tr!(l, field.currency),
        "static_usd_rate" => tr!(l, field.static_usd_rate),
        "fx_rate" => tr!(l, field.fx_rate),
        "launched_at" => tr!(l, field.launched_at),
        "deadline" => tr!(l, field.deadline),
        "created_at" => tr!(l, field.created_at),
        "country" => tr!(l, field.country),
        "name_city" => tr!(l, field.name_city),
        "region" => tr!(l, field.region),
        "type" => tr!(l, field.location_type),
        "is_not_first_project" => tr!(l, field.is_not_first_project),
        "has_video" => tr!(l, field.has_video),
        "prelaunch_activated" => tr!(l, field.prelaunch_activated),
        "staff_pick" => tr!(l, field.staff_pick),
        "ppohasaction" => tr!(l, field.ppohasaction),
        "goal_min_usd" => tr!(l, field.goal_min_usd),
        "launch_earliest" => tr!(l, field.launch_earliest),
        "launch_latest" => tr!(l, field.launch_latest),
        "model_id" => tr!(l, field.model_id),
        "status" => tr!(l, task.status),
        "verdict" => tr!(l, field.verdict),
        "kind" => tr!(l, transactions.column_kind),
        "search" => tr!(l, field.search),
        "from" => tr!(l, field.from),
        "to" => tr!(l, field.to),
        crate::client::idempotency::FIELD => tr!(l, field.idempotency_key),
        other => other,
    }
}

/// A task's status.
pub fn status(l: Locale, status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Queued => tr!(l, status.queued),
        TaskStatus::Running => tr!(l, status.running),
        TaskStatus::Succeeded => tr!(l, status.succeeded),
        TaskStatus::Failed => tr!(l, status.failed),
        TaskStatus::Canceled => tr!(l, status.canceled),
    }
}

/// A transaction's kind.
pub fn kind(l: Locale, kind: TransactionKind) -> &'static str {
    match kind {
        TransactionKind::Welcome => tr!(l, kind.welcome),
        TransactionKind::TopUp => tr!(l, kind.top_up),
        TransactionKind::Charge => tr!(l, kind.charge),
        TransactionKind::Adjustment => tr!(l, kind.adjustment),
    }
}

/// A sentence that is stored: one of the service's own in the reader's language, any other as it is.
pub fn stored_text(l: Locale, text: &str) -> &str {
    match text.parse() {
        Ok(SystemMessage::ModelUnavailable) => tr!(l, stored.model_unavailable),
        Ok(SystemMessage::ModelFailed | SystemMessage::ModelFailedEarlier) => {
            tr!(l, stored.model_failed)
        }
        Ok(SystemMessage::ModelTooSlow) => tr!(l, stored.model_too_slow),
        Ok(SystemMessage::WorkLost | SystemMessage::WorkLostEarlier) => tr!(l, stored.work_lost),
        Ok(SystemMessage::NoCapableWorker) => tr!(l, stored.no_capable_worker),
        Ok(SystemMessage::WelcomeCredits) => tr!(l, stored.welcome_credits),
        Ok(SystemMessage::DemonstrationTopUp) => tr!(l, stored.demonstration_top_up),
        Ok(SystemMessage::ShippedPopulation) => tr!(l, stored.shipped_population),
        Err(_) => text,
    }
}

/// A verdict as a sentence.
pub fn verdict(l: Locale, verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Likely => tr!(l, verdict.likely),
        Verdict::TossUp => tr!(l, verdict.toss_up),
        Verdict::Unlikely => tr!(l, verdict.unlikely),
    }
}

/// A verdict in a word or two, for tables.
pub fn verdict_short(l: Locale, verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Likely => tr!(l, verdict.likely_short),
        Verdict::TossUp => tr!(l, verdict.toss_up_short),
        Verdict::Unlikely => tr!(l, verdict.unlikely_short),
    }
}

/// A day in words: `Jan 19, 2027`.
pub fn day(l: Locale, day: NaiveDate) -> String {
    let month = usize::try_from(day.month0()).unwrap_or_default();
    let month = tr!(l, list.months_of_day).split(';').nth(month);
    tr!(
        l,
        number.day,
        month = month.unwrap_or_default(),
        day = day.day(),
        year = day.year()
    )
}

/// A category's name; data of Kickstarter that lacks one says so in its own way.
pub fn category(l: Locale, name: &str) -> String {
    if name == UNKNOWN_CATEGORY {
        tr!(l, explore.unknown).to_owned()
    } else {
        name.to_owned()
    }
}

/// A month such as `2024-01` in words: `Jan 2024`.
pub fn year_and_month(l: Locale, month: &str) -> String {
    let (year, number) = month.split_once('-').unwrap_or((month, ""));
    let index = number
        .parse::<usize>()
        .ok()
        .and_then(|it| it.checked_sub(1));
    let name = index.and_then(|index| tr!(l, list.months).split(';').nth(index));
    name.map_or_else(|| month.to_owned(), |name| format!("{name} {year}"))
}

/// Codes and their names from a list such as `AD Andorra;AE United Arab Emirates`, in its order.
pub fn named_codes(list: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    list.split(';').filter_map(|entry| entry.split_once(' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{COUNTRIES, CURRENCIES, CampaignInput};

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
    fn every_field_of_the_campaign_has_a_label() {
        for name in CampaignInput::FIELDS {
            assert_ne!(field(Locale::en, name), name);
        }
    }
}
