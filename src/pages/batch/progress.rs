//! How far a batch is, what it has cost, and the button that cancels the rest.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::CancelBatch;
use crate::client::form_action::FormAction;
use crate::client::{Locale, tr, use_locale};
use crate::components::field::Submit;
use crate::components::form::PostForm;
use crate::components::{FormErrors, format};
use crate::types::{BatchState, BatchView, Credits};

/// The progress, which changes in place while the batch is running.
#[component]
pub fn Progress(
    /// The batch as it is now.
    current: RwSignal<BatchView>,
    /// Its state.
    state: Memo<BatchState>,
    /// The requests that cancel the rest.
    cancel: FormAction,
) -> impl IntoView {
    let locale = use_locale();
    let id = current.with_untracked(|batch| batch.id);
    let number = move |count: fn(&BatchView) -> u32| {
        move || current.with(|batch| format::whole_number(locale, count(batch).into()))
    };
    let credits = move |amount: fn(&BatchView) -> Credits| {
        move || current.with(|batch| format::credits(locale, amount(batch)))
    };
    let words = move || {
        current.with(|batch| {
            let number = |count: u32| format::whole_number(locale, count.into());
            let (ended, lines) = (number(batch.counts.ended()), number(batch.lines));
            tr!(locale, batch.progress, ended = ended, lines = lines)
        })
    };
    let can_cancel = Memo::new(move |_| current.with(|batch| batch.counts.queued > 0));
    let rest = move || {
        can_cancel.get().then(|| {
            view! {
                <PostForm url=CancelBatch::PATH send=cancel.sender(|| true)>
                    <input type="hidden" name="id" value=id.to_string() />
                    <Submit pending=cancel.pending() class="button">
                        {tr!(locale, batch.cancel)}
                    </Submit>
                    <p class="quiet">{tr!(locale, batch.cancel_hint)}</p>
                </PostForm>
            }
        })
    };
    view! {
        <section class="card" aria-labelledby="progress-title">
            <h2 id="progress-title">{tr!(locale, batch.progress_title)}</h2>
            <FormErrors conflict=tr!(locale, error.conflict) />
            <progress
                class="batch-progress"
                aria-labelledby="progress-title"
                max=move || current.with(|batch| batch.lines)
                value=move || current.with(|batch| batch.counts.ended())
            ></progress>
            <p>
                {words} " "
                <span class="quiet">{move || current.with(|batch| wait(locale, batch))}</span>
            </p>
            // Said once at the end, not each second.
            <p class="visually-hidden" role="status">
                {move || {
                    (state.get() == BatchState::Finished).then(|| tr!(locale, batches.state_finished))
                }}
            </p>
            <dl class="facts">
                {fact(tr!(locale, batch.succeeded), number(|it| it.counts.succeeded))}
                {fact(tr!(locale, batch.failed), number(|it| it.counts.failed))}
                {fact(tr!(locale, batch.canceled), number(|it| it.counts.canceled))}
                {fact(tr!(locale, batch.open), number(|it| it.counts.open()))}
                {fact(tr!(locale, batch.charged), credits(|it| it.charged))}
                {fact(tr!(locale, batch.held), credits(|it| it.held))}
                {fact(tr!(locale, batch.released), credits(|it| it.released))}
            </dl>
            {rest}
        </section>
    }
}

fn fact(label: &'static str, value: impl Fn() -> String + Send + Sync + 'static) -> AnyView {
    view! {
        <dt>{label}</dt>
        <dd>{value}</dd>
    }
    .into_any()
}

/// The expected wait; empty if it is unknown.
fn wait(locale: Locale, batch: &BatchView) -> String {
    match batch.queue {
        Some(queue) if queue.waiting_for_worker => tr!(locale, batch.no_worker).to_owned(),
        Some(queue) => queue.wait_s.map_or_else(String::new, |wait_s| {
            let seconds = format::whole_number(locale, wait_s.into());
            tr!(locale, batch.wait, seconds = seconds)
        }),
        None => String::new(),
    }
}
