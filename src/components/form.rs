//! What every form with a server function shares: the element, its action, and what happens when the answer
//! comes.
//!
//! [`PostForm`] does what Leptos' `ActionForm` does, but is one type for all server functions, which spares
//! the browser a copy of it for each.

use leptos::ev::{Event, SubmitEvent};
use leptos::form::FromFormData;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;
use serde::de::DeserializeOwned;

use super::errors::Faults;
use super::use_session;
use crate::types::AppError;

/// The action of a form. The error of a form sent without JavaScript stands in the URL and is its first
/// answer; an error of an earlier URL is not.
pub fn server_action<S>() -> ServerAction<S>
where
    S: ServerFn + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
    S::Error: Send + Sync + 'static,
{
    let action = ServerAction::<S>::new();
    if use_query_map().with_untracked(|query| query.get_str("__err").is_none()) {
        action.clear();
    }
    action
}

/// What the URL says a field held when its form was sent without JavaScript; empty where it says nothing.
pub fn submitted(name: &str) -> String {
    use_query_map()
        .with_untracked(|query| query.get(name))
        .unwrap_or_default()
}

/// Calls `act` with each answer that comes while the page is live.
pub fn on_answer<S>(action: ServerAction<S>, act: impl Fn(Result<S::Output, S::Error>) + 'static)
where
    S: ServerFn + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
    S::Error: Clone + Send + Sync + 'static,
{
    let (version, value) = (action.version(), action.value());
    Effect::new(move |seen: Option<usize>| {
        let version = version.get();
        if seen.is_some_and(|seen| seen != version)
            && let Some(answer) = value.get_untracked()
        {
            untrack(|| act(answer));
        }
        version
    });
}

/// The action of a form after which somebody else is signed in, or nobody. Its faults are told to the fields
/// below the caller, and everything is loaded anew once it succeeds.
pub fn session_action<S>() -> ServerAction<S>
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let session = use_session();
    let action = server_action::<S>();
    let value = action.value();
    Faults::provide_of(move || value.get());
    on_answer(action, move |answer| {
        if answer.is_ok() {
            session.refresh();
        }
    });
    action
}

/// Sends a form by its action, if `may_send` agrees; without JavaScript the browser posts it.
pub fn sender<S>(
    action: ServerAction<S>,
    may_send: impl Fn() -> bool + Send + Sync + 'static,
) -> Callback<SubmitEvent>
where
    S: ServerFn + DeserializeOwned + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
    S::Error: Send + Sync + 'static,
{
    Callback::new(move |event: SubmitEvent| {
        event.prevent_default();
        if action.pending().get_untracked() || !may_send() {
            return;
        }
        match S::from_event(&event) {
            Ok(input) => {
                action.dispatch(input);
            }
            Err(error) => leptos::logging::error!("{}: {error}", S::PATH),
        }
    })
}

/// A form that is posted to a server function.
#[component]
pub fn PostForm(
    /// The server function's URL.
    url: &'static str,
    /// What sends it once the page is live.
    send: Callback<SubmitEvent>,
    /// Its id.
    #[prop(optional)]
    id: Option<&'static str>,
    /// Its looks.
    #[prop(default = "form")]
    class: &'static str,
    /// Called while somebody types.
    #[prop(optional)]
    on_input: Option<Callback<()>>,
    /// Called when a control was left with a new value.
    #[prop(optional)]
    on_change: Option<Callback<Event>>,
    /// Its fields.
    children: Children,
) -> impl IntoView {
    view! {
        <form
            action=url
            method="post"
            id=id
            class=class
            novalidate
            on:submit=move |event| send.run(event)
            on:input=move |_| {
                if let Some(on_input) = on_input {
                    on_input.run(());
                }
            }
            on:change=move |event| {
                if let Some(on_change) = on_change {
                    on_change.run(event);
                }
            }
        >
            {children()}
        </form>
    }
}
