//! One task: its state while it is open, then its result, and what was asked.

mod asked;
mod result;
mod state;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::api::{CancelTask, get_task};
use crate::components::form::{on_answer, server_action};
use crate::components::live::{amend, on_task};
use crate::components::nav::PageTitle;
use crate::components::{Loaded, SignedInOnly, toast, tr, use_locale, use_session};
use crate::types::{AppError, TaskView};
use asked::{Asked, Facts};
use state::State;

/// The page of a task.
#[component]
pub fn TaskPage() -> impl IntoView {
    let l = use_locale();
    let session = use_session();
    let params = use_params_map();
    let task = Resource::new(
        move || {
            let id = params.with(|params| params.get("id").unwrap_or_default());
            (session.version(), id)
        },
        |(_, id)| async move {
            get_task(id).await.map_err(|error| match error {
                // An address with something else than an id has no page.
                AppError::Invalid(_) => AppError::NotFound,
                error => error,
            })
        },
    );
    let take_over = move |changed: TaskView| {
        let id = params.with_untracked(|params| params.get("id"));
        if id == Some(changed.id.to_string()) {
            amend(task, |task| *task = changed);
        }
    };
    on_task(take_over);
    let cancel = server_action::<CancelTask>();
    on_answer(cancel, move |answer| {
        if let Ok(canceled) = answer {
            take_over(canceled);
            session.refresh();
            toast::say(tr!(l, task.canceled_done).to_owned());
        }
    });
    view! {
        <SignedInOnly />
        <Loaded
            resource=task
            lines=8
            show=move |task| view! { <TaskCards task cancel /> }.into_any()
        />
    }
}

#[component]
fn TaskCards(
    /// The task.
    task: TaskView,
    /// The action of the cancel button.
    cancel: ServerAction<CancelTask>,
) -> impl IntoView {
    let l = use_locale();
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
        <Asked campaign=task.campaign />
    }
}
