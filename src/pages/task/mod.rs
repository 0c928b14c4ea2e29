//! One task: its state while it is open, then its result, and what was asked.

mod asked;
mod context;
mod insight;
mod result;
mod state;

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::api::{CancelTask, WhatIf, get_task};
use crate::components::data::{Data, value_of};
use crate::components::form::Sending;
use crate::components::later::{Later, load};
use crate::components::live::on_task;
use crate::components::nav::PageTitle;
use crate::components::{Loaded, SignedInOnly, toast, tr, use_locale, use_session};
use crate::types::{AppError, ChangeBoundsInput, TaskView};
use asked::{Asked, Facts};
use context::Context;
use insight::{Insight, inspect};
use state::State;

/// The page of a task.
#[component]
pub fn TaskPage() -> impl IntoView {
    let l = use_locale();
    let session = use_session();
    let params = use_params_map();
    let task = Data::new(move || {
        session.version();
        let id = params.with(|params| params.get("id").unwrap_or_default());
        async move {
            get_task(id).await.map_err(|error| match error {
                // An address with something else than an id has no page.
                AppError::Invalid(_) => AppError::NotFound,
                error => error,
            })
        }
    });
    // A result never changes, so this is loaded once, and sliders stay where they are.
    let query = use_query_map();
    let inspected = Data::new(move || {
        params.track();
        let read = |name| query.with(|query| query.get(name).unwrap_or_default());
        let bounds = ChangeBoundsInput {
            goal_min_usd: read("goal_min_usd"),
            launch_earliest: read("launch_earliest"),
            launch_latest: read("launch_latest"),
        };
        inspect(task.counted(), bounds)
    });
    // `Some(false)` while it is known to have no result.
    Effect::new(move |before: Option<Option<bool>>| {
        let now = task
            .get()
            .and_then(Result::ok)
            .map(|task| task.result.is_some());
        if before.flatten() == Some(false) && now == Some(true) {
            inspected.refetch();
        }
        now.or(before.flatten())
    });
    let ask = Sending::new(WhatIf::PATH);
    let take_over = move |changed: TaskView| {
        let id = params.with_untracked(|params| params.get("id"));
        if id == Some(changed.id.to_string()) {
            task.amend(|task| *task = changed);
        }
    };
    on_task(take_over);
    let cancel = Sending::new(CancelTask::PATH);
    cancel.on_answer(move |answer: Result<TaskView, _>| {
        if let Ok(canceled) = answer {
            take_over(canceled);
            session.refresh();
            toast::say(tr!(l, task.canceled_done).to_owned());
        }
    });
    let told = task.counted();
    let asked = load(move || {
        let reply = told.reply();
        // What is wrong with the task is told above.
        async move {
            let asked: Option<TaskView> = value_of(reply.await).ok();
            asked
                .map(|task| view! { <Asked campaign=task.campaign /> })
                .into_any()
        }
    });
    view! {
        <SignedInOnly />
        <Loaded
            resource=task
            lines=8
            show=move |task| view! { <TaskCards task cancel /> }.into_any()
        />
        <Loaded
            resource=inspected
            lines=0
            show=move |inspected| view! { <Insight inspected ask /> }.into_any()
        />
        <Later view=asked />
    }
}

#[component]
fn TaskCards(
    /// The task.
    task: TaskView,
    /// The action of the cancel button.
    cancel: Sending,
) -> impl IntoView {
    let l = use_locale();
    let context = task
        .result
        .as_ref()
        .and_then(|result| result.context.clone());
    let context = context.map(|context| view! { <Context context /> });
    view! {
        <PageTitle page=task.campaign.name.clone() />
        <p class="crumbs">
            <a href="/tasks">{tr!(l, task.back)}</a>
        </p>
        <div class="page-head">
            <h1>{task.campaign.name.clone()}</h1>
            <a class="button" href="/predict">
                {tr!(l, task.again)}
            </a>
        </div>
        <div class="columns columns-lead">
            <State task=task.clone() cancel />
            <Facts task=task.clone() />
        </div>
        {context}
    }
}
