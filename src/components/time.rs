//! Times and days: in UTC in the server's HTML, in local time once the page is live, with the exact time on hover.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use leptos::prelude::*;

use super::{format, labels};
use crate::client::hydration::is_hydrated;
use crate::client::{browser, use_locale};

/// A moment.
#[component]
pub fn Time(
    /// The moment.
    at: DateTime<Utc>,
) -> impl IntoView {
    let locale = use_locale();
    let exact = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let text = move || {
        if is_hydrated() {
            browser::local_time(at, locale)
        } else {
            format::utc_time(at)
        }
    };
    view! {
        <time class="time" datetime=exact.clone() title=exact>
            {text}
        </time>
    }
}

/// A day, the same in every time zone.
#[component]
pub fn Day(
    /// The day.
    day: NaiveDate,
) -> impl IntoView {
    let locale = use_locale();
    view! { <time datetime=day.to_string()>{labels::day(locale, day)}</time> }
}
