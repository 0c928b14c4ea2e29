//! What every form with a server function shares: its action, and what happens when the answer comes.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

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
