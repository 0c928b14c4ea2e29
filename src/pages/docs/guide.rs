//! How to begin: an API key, a prediction, and what all operations have in common.

use leptos::prelude::*;

use crate::client::{Locale, tr};
use crate::types::SiteOrigin;

/// Where the service is by default.
const DEFAULT_ORIGIN: &str = "http://127.0.0.1:3000";
const PREDICT: &str = r#"curl --header "authorization: Bearer $key" --header 'prefer: wait=30' --header 'idempotency-key: first-try' --json '{
  "country": "US", "currency": "USD", "launched_at": "2026-03-02", "deadline": "2026-04-01",
  "name": "Little Lanterns", "usd_goal": 8000, "analytics_name": "Tabletop Games", "has_video": true
}' $site/api/tasks/predict"#;

/// The guide, with the address of the service in its first command.
pub fn guide(locale: Locale, origin: Option<SiteOrigin>) -> AnyView {
    let origin = origin.map_or_else(|| DEFAULT_ORIGIN.to_owned(), |SiteOrigin(origin)| origin);
    let key = format!("site={origin}\nkey=pc_…");
    view! {
        <section class="card" aria-labelledby="guide-title">
            <h2 id="guide-title">{tr!(locale, api_docs.guide_title)}</h2>
            <p>
                {tr!(locale, api_docs.guide_account)} " "
                <a href="/account/keys">{tr!(locale, api_keys.link)}</a>
            </p>
            {code(locale, key)}
            <p>{tr!(locale, api_docs.guide_predict)}</p>
            {code(locale, PREDICT.to_owned())}
            <p>{tr!(locale, api_docs.guide_errors)}</p>
            <p>{tr!(locale, api_docs.guide_retry)}</p>
            <p>{tr!(locale, api_docs.guide_cache)}</p>
        </section>
    }
    .into_any()
}

/// A command or an example. It scrolls by itself, so the keyboard must reach it.
pub fn code(locale: Locale, text: String) -> AnyView {
    view! {
        <pre tabindex="0" role="group" aria-label=tr!(locale, api_docs.example) lang="en">
            <code>{text}</code>
        </pre>
    }
    .into_any()
}

/// A text in which backticks mark code.
pub fn prose(text: &str) -> AnyView {
    let parts = text.split('`').enumerate().map(|(index, part)| {
        let part = part.to_owned();
        if index % 2 == 0 {
            part.into_any()
        } else {
            view! { <code>{part}</code> }.into_any()
        }
    });
    parts.collect_view().into_any()
}
