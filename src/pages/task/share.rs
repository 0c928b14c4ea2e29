//! The private link to a result: make it, copy it, end it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{Share, Unshare, get_link};
use crate::client::data::{Data, SharedData, value_of};
use crate::client::form_action::FormAction;
use crate::client::hydration::is_hydrated;
use crate::client::locale::LANGUAGE;
use crate::client::{browser, tr, use_locale};
use crate::components::FormErrors;
use crate::components::copy_button::CopyButton;
use crate::components::field::Submit;
use crate::components::field_faults::FieldFaults;
use crate::components::form::PostForm;
use crate::i18n::I18nLocaleTrait as _;
use crate::types::{AppError, ShareView, SiteOrigin, TaskView};

/// Id of the link on the page.
const LINK_ID: &str = "private-link";
/// Id of the HTML that shows the badge.
const BADGE_ID: &str = "badge-html";
/// The size of the badge, as `server/badge.rs` draws it.
const BADGE_SIZE: (u16, u16) = (320, 88);

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
    let origin = use_origin();
    let url = {
        let path = path.clone();
        move |origin: String| format!("{origin}{path}")
    };
    let words = {
        let url = url.clone();
        move || url(origin())
    };
    view! {
        <p>{tr!(locale, share.shared)}</p>
        <p class="share-link">
            <a id=LINK_ID href=path.clone() rel="external">
                {words}
            </a>
        </p>
        <div class="buttons">
            <CopyButton
                words=tr!(locale, share.copy)
                text=move || url(browser::origin())
                element=LINK_ID
                copied=tr!(locale, share.copied)
            />
            <PostForm url=Unshare::url() send=unshare.sender(|| true) class="form-inline">
                <input type="hidden" name="id" value=id />
                <Submit pending=unshare.pending() class="button button-bad">
                    {tr!(locale, share.end)}
                </Submit>
            </PostForm>
        </div>
        <Badge path />
    }
}

/// The badge, and the HTML that shows it on another site.
#[component]
fn Badge(
    /// The path of the shared page.
    path: String,
) -> impl IntoView {
    let locale = use_locale();
    let origin = use_origin();
    let (width, height) = BADGE_SIZE;
    let badge = format!("{path}/badge.svg?{LANGUAGE}={}", locale.as_str());
    let alt = tr!(locale, share.badge_alt);
    let html = {
        let badge = badge.clone();
        move |origin: String| {
            format!(
                "<a href=\"{origin}{path}\"><img src=\"{origin}{badge}\" alt=\"{alt}\" width=\"{width}\" \
                 height=\"{height}\"></a>"
            )
        }
    };
    let shown = {
        let html = html.clone();
        move || html(origin())
    };
    view! {
        <details class="badge-embed">
            <summary>{tr!(locale, share.badge)}</summary>
            <p>{tr!(locale, share.badge_text)}</p>
            <p>
                <img
                    src=badge
                    alt=alt
                    width=width.to_string()
                    height=height.to_string()
                    loading="lazy"
                />
            </p>
            <p>
                <code id=BADGE_ID class="snippet">
                    {shown}
                </code>
            </p>
            <CopyButton
                words=tr!(locale, share.badge_copy)
                text=move || html(browser::origin())
                element=BADGE_ID
                copied=tr!(locale, share.badge_copied)
            />
        </details>
    }
}

/// The address of this site before paths: in the browser its own, once the page is live.
fn use_origin() -> impl Fn() -> String + Copy + Send + Sync + 'static {
    let from_server = use_context::<SiteOrigin>().map(|SiteOrigin(origin)| origin);
    let from_server = StoredValue::new(from_server.unwrap_or_default());
    move || {
        if is_hydrated() {
            browser::origin()
        } else {
            from_server.get_value()
        }
    }
}
