//! Times and days: UTC in the server's HTML, local once the page is live, exact on hover.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use leptos::prelude::*;

use super::{browser, format, labels, use_locale};

/// True once the page is live; until then it must look as the server wrote it.
#[derive(Clone, Copy)]
struct Hydrated(RwSignal<bool>);

/// Tells the times below when they may become local.
pub fn provide_hydrated() {
    let hydrated = RwSignal::new(false);
    provide_context(Hydrated(hydrated));
    Effect::new(move |_| hydrated.set(true));
}

/// False in the server's HTML and while it is being taken over.
pub fn is_hydrated() -> bool {
    use_context::<Hydrated>().is_some_and(|hydrated| hydrated.0.get())
}

/// True in a browser that takes the server's HTML over.
pub fn is_taking_over() -> bool {
    cfg!(feature = "hydrate") && !untrack(is_hydrated)
}

/// A moment.
#[component]
pub fn Time(
    /// When.
    at: DateTime<Utc>,
) -> impl IntoView {
    let l = use_locale();
    let exact = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let text = move || {
        if is_hydrated() {
            browser::local_time(at, l)
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
    /// Which.
    day: NaiveDate,
) -> impl IntoView {
    let l = use_locale();
    view! { <time datetime=day.to_string()>{labels::day(l, day)}</time> }
}
