//! A draft: the price of its predictions, and the buttons that buy or delete it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{DeleteBatch, StartBatch};
use crate::client::form_action::FormAction;
use crate::client::idempotency::FIELD;
use crate::client::{tr, use_locale};
use crate::components::field::Submit;
use crate::components::form::PostForm;
use crate::components::{FormErrors, Time, format};
use crate::types::BatchView;

/// The price and the forms.
#[component]
pub fn Draft(
    /// The draft.
    draft: BatchView,
    /// The requests that buy it.
    start: FormAction,
    /// The requests that delete it.
    delete: FormAction,
) -> impl IntoView {
    let locale = use_locale();
    let id = draft.id;
    let number = |count: u32| format::whole_number(locale, count.into());
    let credits = |amount| format::credits(locale, amount);
    let count = draft.lines;
    let checked = tr!(locale, batch.checked, count = count, number = number(count));
    let quote = tr!(
        locale,
        batch.quote,
        lines = number(count),
        price = credits(draft.price),
        total = credits(draft.total)
    );
    let buy = tr!(
        locale,
        batch.buy,
        count = count,
        number = number(count),
        total = credits(draft.total)
    );
    let available = credits(draft.available);
    let balance = if draft.available >= draft.total {
        view! { <p class="quiet">{tr!(locale, batch.available, credits = available)}</p> }
            .into_any()
    } else {
        view! {
            <p class="notice">
                {tr!(locale, batch.short, credits = available)} " "
                <a href="/overview#top-up">{tr!(locale, error.top_up)}</a>
            </p>
        }
        .into_any()
    };
    let expires = draft.expires_at.map(|at| {
        view! {
            <p class="quiet">{tr!(locale, batch.expires)} " " <Time at=at /></p>
        }
    });
    view! {
        <section class="card" aria-labelledby="quote-title">
            <h2 id="quote-title">{tr!(locale, batch.quote_title)}</h2>
            <p>{checked}</p>
            <p class="batch-quote">{quote}</p>
            <PostForm url=StartBatch::PATH send=start.sender(|| true)>
                <FormErrors conflict=tr!(locale, batch.conflict) />
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="max_total" value=draft.total.to_string() />
                // A draft is bought once, so its number makes the request safe to repeat.
                <input type="hidden" name=FIELD value=format!("start-batch-{id}") />
                <Submit pending=start.pending() class="button button-main button-large">
                    {buy}
                </Submit>
                {balance}
                <p class="quiet">{tr!(locale, batch.buy_hint)}</p>
            </PostForm>
            <PostForm url=DeleteBatch::PATH send=delete.sender(|| true)>
                <input type="hidden" name="id" value=id.to_string() />
                <Submit pending=delete.pending() class="button">
                    {tr!(locale, batch.delete)}
                </Submit>
                {expires}
            </PostForm>
        </section>
    }
}
