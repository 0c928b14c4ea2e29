//! One task: its state while it is open, then its result, and the campaign.

pub(super) mod amounts;
pub(super) mod context;
pub(super) mod context_cards;
mod details;
pub(super) mod inputs;
pub(super) mod insight;
mod outcome;
mod place;
mod plan_link;
pub(super) mod result;
mod share;
mod state;
pub(super) mod summary;

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::{use_location, use_params_map};

use crate::api::{CancelTask, get_task};
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::live::on_task;
use crate::client::{tr, use_locale, use_session};
use crate::components::page_title::PageTitle;
use crate::components::query::use_query;
use crate::components::server_part::{self, ServerPart};
use crate::components::task_list::{again_url, report_url};
use crate::components::{Loaded, SignedInOnly, toast};
use crate::pages::chunk::page_chunk;
use crate::types::{AppError, ChangeBoundsInput, NUMBER_FORMAT, QueueView, TaskView};
use details::BELOW;
use inputs::Facts;
use insight::sliders::WHAT_IF;
use share::{ShareCard, Sharing, link_of};
use state::State;

page_chunk!(task, TaskPage);

/// The task whose id a URL contains.
///
/// # Errors
/// Those of [`get_task`]; [`AppError::NotFound`] if it is no id.
pub(super) async fn task_at(id: Option<String>) -> Result<TaskView, AppError> {
    get_task(id.unwrap_or_default())
        .await
        .map_err(AppError::of_id_in_path)
}

/// The page of a task.
#[component]
pub fn TaskPage() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let params = use_params_map();
    let task = Data::new(move || {
        session.version();
        task_at(params.with(|params| params.get("id")))
    });
    let query = use_query();
    let search = use_location().search;
    // A result never changes, so this is loaded once and does not reset the sliders.
    let below = Data::<String>::raw(move || {
        let id = params.with(|params| params.get("id").unwrap_or_default());
        let read = |name| untrack(|| query(name)).unwrap_or_default();
        let bounds = ChangeBoundsInput {
            goal_min_usd: read("goal_min_usd"),
            launch_earliest: read("launch_earliest"),
            launch_latest: read("launch_latest"),
            number_format: read(NUMBER_FORMAT),
        };
        let url = format!("/tasks/{id}?{}", search.get_untracked());
        let look = move || details::look(task.share(), bounds);
        server_part::fetch(BELOW, url, Some(task.share()), look)
    });
    let link = Data::new(move || {
        params.track();
        link_of(task.share())
    });
    let sharing = Sharing::new(link);
    let place = RwSignal::new(None);
    place::follow(task, place);
    // `Some(false)` while it is known to have no result.
    Effect::new(move |before: Option<Option<bool>>| {
        let now = task
            .get()
            .and_then(Result::ok)
            .map(|task| task.result.is_some());
        if before.flatten() == Some(false) && now == Some(true) {
            below.refetch();
            link.refetch();
        }
        now.or(before.flatten())
    });
    let take_over = move |changed: TaskView| {
        let id = params.with_untracked(|params| params.get("id"));
        if id == Some(changed.id.to_string()) {
            task.update(|task| *task = changed);
        }
    };
    on_task(take_over);
    let cancel = FormAction::new(CancelTask::PATH);
    cancel.on_result(move |answer: Result<TaskView, _>| {
        if let Ok(canceled) = answer {
            take_over(canceled);
            session.refresh();
            toast::say(tr!(locale, task.canceled_done).to_owned());
        }
    });
    view! {
        <SignedInOnly />
        <Loaded
            resource=task
            lines=8
            show=move |task: TaskView| {
                place.set(task.queue);
                view! { <TaskCards task cancel place /> }.into_any()
            }
        />
        <ServerPart
            id=BELOW
            data=below.share()
            draw=|found| details::draw(&found)
            live=Some(WHAT_IF)
        />
        <Loaded
            resource=link
            lines=0
            show=move |link| view! { <ShareCard link sharing /> }.into_any()
        />
    }
}

#[component]
fn TaskCards(
    /// The task.
    task: TaskView,
    /// The action of the cancel button.
    cancel: FormAction,
    /// Its position in the queue.
    place: RwSignal<Option<QueueView>>,
) -> impl IntoView {
    let locale = use_locale();
    let has_result = task.result.is_some();
    view! {
        <PageTitle page=task.campaign.name.clone() />
        <p class="crumbs">
            <a href="/tasks">{tr!(locale, task.back)}</a>
        </p>
        <div class="page-head">
            <h1>
                <bdi>{task.campaign.name.clone()}</bdi>
            </h1>
            <div class="buttons">
                {has_result
                    .then(|| {
                        view! {
                            <a class="button" href="#share" rel="external">
                                {tr!(locale, share.link)}
                            </a>
                            <a class="button" href="/tasks?status=succeeded">
                                {tr!(locale, compare.link)}
                            </a>
                            <a class="button" href=report_url(task.id)>
                                {tr!(locale, report.link)}
                            </a>
                        }
                    })}
                <a class="button" href=again_url(task.id)>
                    {tr!(locale, task.again_with_changes)}
                </a>
            </div>
        </div>
        <div class="columns columns-lead">
            <State task=task.clone() cancel place />
            <Facts task=task.clone() />
        </div>
    }
}
