//! The private link to a result: make it, copy it, end it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{Share, Unshare, get_link};
use crate::client::data::{Data, SharedData, value_of};
use crate::client::form_action::FormAction;
use crate::client::hydration::is_hydrated;
use crate::client::{browser, tr, use_locale};
use crate::components::FormErrors;
use crate::components::field::Submit;
use crate::components::field_faults::FieldFaults;
use crate::components::form::PostForm;
use crate::components::toast::Toasts;
use crate::types::{AppError, ShareView, TaskView};

/// Id of the link on the page.
const LINK_ID: &str = "private-link";

/// The link to the result of a task; `None` if there is no result yet.
pub type Link = Data<Option<ShareView>>;

/// The actions that make and end links. Created once for the page, because the card is rendered again.
#[derive(Clone, Copy)]
pub struct Sharing {
    share: FormAction,
    unshare: FormAction,
}

/// Reads the link of the task that `task` holds, once it has a result.
///
/// # Errors
/// Those of [`get_link`].
pub async fn link_of(task: SharedData) -> Result<Option<ShareView>, AppError> {
    // The errors of the task are shown where the task is.
    match value_of::<TaskView>(task.response().await) {
        Ok(task) if task.result.is_some() => get_link(task.id.to_string()).await.map(Some),
        _ => Ok(None),
    }
}

impl Sharing {
    /// Puts each answer into `link`.
    pub fn new(link: Link) -> Self {
        let sharing = Self {
            share: FormAction::new(Share::url()),
            unshare: FormAction::new(Unshare::url()),
        };
        let take_over = move |answer: Result<ShareView, AppError>| {
            if let Ok(answer) = answer {
                link.set(Some(answer));
            }
        };
        sharing.share.on_result(take_over);
        sharing.unshare.on_result(take_over);
        sharing
    }
}

/// The card with the link to a result; nothing if there is no result.
#[component]
pub fn ShareCard(
    /// The link.
    link: Option<ShareView>,
    /// The actions that make and end it.
    sharing: Sharing,
) -> impl IntoView {
    let locale = use_locale();
    let Sharing { share, unshare } = sharing;
    FieldFaults::provide_of(move || unshare.error().or_else(|| share.error()));
    let link = link?;
    let id = link.task_id.to_string();
    let body = match link.path {
        Some(path) => view! { <Shared path id unshare /> }.into_any(),
        None => view! {
            <p>{tr!(locale, share.text)}</p>
            <PostForm url=Share::url() send=share.sender(|| true)>
                <input type="hidden" name="id" value=id />
                <Submit pending=share.pending() class="button">
                    {tr!(locale, share.make)}
                </Submit>
            </PostForm>
        }
        .into_any(),
    };
    Some(view! {
        <section class="card" id="share" aria-labelledby="share-title">
            <h2 id="share-title">{tr!(locale, share.title)}</h2>
            <FormErrors />
            {body}
        </section>
    })
}

#[component]
fn Shared(
    /// The path of the shared page.
    path: String,
    /// The task's id.
    id: String,
    /// The action that ends the link.
    unshare: FormAction,
) -> impl IntoView {
    let locale = use_locale();
    let words = path.clone();
    // The server does not know the host name that the browser uses.
    let words = move || {
        let origin = is_hydrated().then(browser::origin).unwrap_or_default();
        format!("{origin}{words}")
    };
    let copied = path.clone();
    let toasts = use_context::<Toasts>();
    let copy = move |_| {
        let url = format!("{}{copied}", browser::origin());
        browser::copy(&url, move |is_copied| {
            let words = if is_copied {
                tr!(locale, share.copied)
            } else {
                browser::select_text(LINK_ID);
                tr!(locale, share.not_copied)
            };
            if let Some(toasts) = toasts {
                toasts.say(words.to_owned());
            }
        });
    };
    view! {
        <p>{tr!(locale, share.shared)}</p>
        <p class="share-link">
            <a id=LINK_ID href=path rel="external">
                {words}
            </a>
        </p>
        <div class="buttons">
            <button type="button" class="button with-script" on:click=copy>
                {tr!(locale, share.copy)}
            </button>
            <PostForm url=Unshare::url() send=unshare.sender(|| true) class="form-inline">
                <input type="hidden" name="id" value=id />
                <Submit pending=unshare.pending() class="button button-bad">
                    {tr!(locale, share.end)}
                </Submit>
            </PostForm>
        </div>
    }
}
