//! The state of a task in words. Screen readers read changes aloud.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use super::place::Place;
use super::result::Answer;
use crate::api::CancelTask;
use crate::client::form_action::{AnsweredForm, FormAction};
use crate::client::{tr, use_locale};
use crate::components::field::Submit;
use crate::components::field_faults::FieldFaults;
use crate::components::form::PostForm;
use crate::components::{FormErrors, StatusBadge, labels};
use crate::types::{QueueView, TaskStatus, TaskView};

/// The state of a task, and its result once it has one.
#[component]
pub fn State(
    /// The task.
    task: TaskView,
    /// The action of the cancel button.
    cancel: FormAction,
    /// Its position in the queue.
    place: RwSignal<Option<QueueView>>,
) -> impl IntoView {
    let status = task.status;
    let body = match (status, task.result.clone()) {
        (TaskStatus::Succeeded, Some(result)) => view! { <Answer result /> }.into_any(),
        _ => view! { <Waiting task=task.clone() place /> }.into_any(),
    };
    let cancel_form = (status == TaskStatus::Queued).then(|| {
        view! { <CancelForm id=task.id.to_string() cancel /> }
    });
    view! {
        <section class="card result" aria-live="polite">
            <StatusBadge status />
            {body}
            {cancel_form}
        </section>
    }
}

/// The text for a task without a result.
#[component]
fn Waiting(
    /// The task.
    task: TaskView,
    /// Its position in the queue.
    place: RwSignal<Option<QueueView>>,
) -> impl IntoView {
    let locale = use_locale();
    let (title, text) = match task.status {
        TaskStatus::Queued => (
            tr!(locale, task.queued_title),
            tr!(locale, task.queued_text),
        ),
        TaskStatus::Running | TaskStatus::Succeeded => (
            tr!(locale, task.running_title),
            tr!(locale, task.running_text),
        ),
        TaskStatus::Failed => (
            tr!(locale, task.failed_title),
            tr!(locale, task.failed_text),
        ),
        TaskStatus::Canceled => (
            tr!(locale, task.canceled_title),
            tr!(locale, task.canceled_text),
        ),
    };
    let again = (task.status == TaskStatus::Running && task.attempts > 1).then(|| {
        let words = tr!(locale, task.running_again, attempt = task.attempts);
        view! { <p>{words}</p> }
    });
    let reason = task.error.map(|reason| {
        let reason = labels::stored_text(locale, &reason).to_owned();
        let words = tr!(locale, task.failed_reason, reason = reason);
        view! { <p>{words}</p> }
    });
    let is_open = !task.status.is_final();
    view! {
        <h2>{title}</h2>
        {is_open
            .then(|| {
                view! {
                    <div class="progress" aria-hidden="true">
                        <span></span>
                    </div>
                }
            })}
        {(task.status == TaskStatus::Queued).then(|| view! { <Place place /> })}
        <p>{text}</p>
        {again}
        {reason}
        {is_open
            .then(|| {
                view! {
                    <p class="without-script">
                        <a href=AnsweredForm::reload_url() rel="external">
                            {tr!(locale, task.reload)}
                        </a>
                    </p>
                }
            })}
    }
}

#[component]
fn CancelForm(
    /// The task's id.
    id: String,
    /// The action.
    cancel: FormAction,
) -> impl IntoView {
    let locale = use_locale();
    FieldFaults::provide_of(move || cancel.error());
    view! {
        <PostForm url=CancelTask::PATH send=cancel.sender(|| true)>
            <FormErrors conflict=tr!(locale, error.cancel_late) />
            <input type="hidden" name="id" value=id />
            <Submit pending=cancel.pending() class="button">
                {tr!(locale, task.cancel)}
            </Submit>
        </PostForm>
    }
}
