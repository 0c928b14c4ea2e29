//! One batch: a draft with its price, then its progress and its ranked results.

mod draft;
mod progress;
mod results;

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_params_map;

use crate::api::{CancelBatch, DeleteBatch, StartBatch, get_batch};
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::live::on_batch;
use crate::client::{tr, use_locale, use_session};
use crate::components::batch_badge::{BATCHES_PATH, BatchBadge, batch_name};
use crate::components::field_faults::FieldFaults;
use crate::components::page_title::PageTitle;
use crate::components::query::use_query;
use crate::components::{Loaded, SignedInOnly};
use crate::pages::chunk::page_chunk;
use crate::types::{AppError, BatchState, BatchView};
use draft::Draft;
use progress::Progress;
use results::{FILTERS, Results, ResultsUrl, tasks_at};

page_chunk!(batch, BatchPage);

/// The results are loaded again after each of this many parts of the batch.
const PARTS: u32 = 20;

/// The requests of the forms. Made once for the page.
#[derive(Clone, Copy)]
struct Actions {
    start: FormAction,
    cancel: FormAction,
    delete: FormAction,
}

/// The page.
#[component]
pub fn BatchPage() -> impl IntoView {
    let session = use_session();
    let params = use_params_map();
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let batch = Data::new(move || {
        session.version();
        let loading = get_batch(id());
        async { loading.await.map_err(AppError::of_id_in_path) }
    });
    let query = use_query();
    let url = Memo::new(move |_| {
        let read = |name: &str| query(name).unwrap_or_default();
        ResultsUrl::new(
            &id(),
            FILTERS.map(|name| (name, read(name))),
            read("cursor"),
        )
    });
    // Grows when enough results have come to load them again.
    let part = RwSignal::new(0_u32);
    let tasks = Data::new(move || {
        session.version();
        part.track();
        tasks_at(url.get())
    });
    let actions = Actions {
        start: FormAction::new(StartBatch::PATH),
        cancel: FormAction::new(CancelBatch::PATH),
        delete: FormAction::new(DeleteBatch::PATH),
    };
    let errors = [actions.start, actions.cancel, actions.delete];
    FieldFaults::provide_of(move || errors.into_iter().find_map(FormAction::error));
    for action in errors {
        action.on_response(move |response| match response {
            Ok(_) => session.refresh(),
            // Renders the button again, with the current price.
            Err(AppError::PriceChanged { .. }) => batch.refetch(),
            Err(_) => {}
        });
    }
    view! {
        <SignedInOnly />
        <Loaded
            resource=batch
            lines=10
            show=move |batch| view! { <Batch batch actions part /> }.into_any()
        />
        <Loaded
            resource=tasks
            lines=8
            show=move |page| {
                view! { <Results page url=url.get_untracked() /> }.into_any()
            }
        />
    }
}

#[component]
fn Batch(
    /// The batch as it was loaded.
    batch: BatchView,
    /// The requests of the forms.
    actions: Actions,
    /// Grows when enough results have come to load them again.
    part: RwSignal<u32>,
) -> impl IntoView {
    let locale = use_locale();
    let name = batch_name(locale, &batch);
    let id = batch.id;
    let current = RwSignal::new(batch);
    on_batch(move |changed| {
        // An event may be older than what was loaded.
        let is_newer = |known: &BatchView| {
            known.state == BatchState::Draft || changed.counts.ended() >= known.counts.ended()
        };
        if changed.id != id || !current.with_untracked(is_newer) {
            return;
        }
        let parts = |it: &BatchView| it.counts.ended() * PARTS / it.lines.max(1);
        let is_next = current.with_untracked(|known| {
            parts(known) != parts(&changed) || known.state != changed.state
        });
        current.set(changed);
        if is_next {
            part.update(|part| *part += 1);
        }
    });
    let state = Memo::new(move |_| current.with(|batch| batch.state));
    view! {
        <PageTitle page=name.clone() />
        <p class="crumbs">
            <a href=BATCHES_PATH>{tr!(locale, batches.title)}</a>
        </p>
        <div class="page-head">
            <div>
                <h1 class="file-name">
                    <bdi>{name}</bdi>
                </h1>
                <p class="lead">{move || view! { <BatchBadge state=state.get() /> }}</p>
            </div>
        </div>
        {move || match state.get() {
            BatchState::Draft => {
                let draft = current.get_untracked();
                view! { <Draft draft start=actions.start delete=actions.delete /> }.into_any()
            }
            _ => view! { <Progress current state cancel=actions.cancel /> }.into_any(),
        }}
    }
}
