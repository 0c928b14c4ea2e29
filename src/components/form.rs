//! What every form with a server function shares: the element, its sending, and what happens when the answer
//! comes.
//!
//! It does what `ActionForm` and `ServerAction` of Leptos do, but is one type for all server functions, and
//! sends what the browser itself reads from the form: theirs weigh the browser half down with a copy for each.

use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::browser;
use super::data::{Reply, Wire, value_of};
use super::errors::Faults;
use super::shared::shared;
use crate::types::AppError;

/// The requests of one form to one server function, one at a time.
#[derive(Clone, Copy)]
pub struct Sending {
    url: &'static str,
    /// Whether its redirect is followed by loading a document, so that nothing of this page remains.
    loads_document: bool,
    pending: RwSignal<bool>,
    answer: RwSignal<Option<Reply>>,
    /// Counts the answers that came while the page was live.
    answers: RwSignal<usize>,
    /// Counts the requests: only the answer to the last one is taken.
    requests: StoredValue<usize>,
}

impl Sending {
    /// Requests to a server function. The error of a form sent without JavaScript stands in the URL and is
    /// its first answer.
    ///
    /// Not to be made in a view that comes later: the server tells the browser that error by a shared value.
    pub fn new(url: &'static str) -> Self {
        let first = shared(|| error_in_url(url));
        Self {
            url,
            loads_document: false,
            pending: RwSignal::new(false),
            answer: RwSignal::new(first.map(Err)),
            answers: RwSignal::new(0),
            requests: StoredValue::new(0),
        }
    }

    /// True while a request is on the way.
    pub fn pending(self) -> Signal<bool> {
        self.pending.into()
    }

    /// The last answer, until it is cleared or the next request is on the way.
    pub fn answer(self) -> Option<Reply> {
        self.answer.get()
    }

    /// The error of the last answer.
    pub fn error(self) -> Option<AppError> {
        self.answer.get().and_then(Result::err)
    }

    /// The error of the last answer, without following it.
    pub fn error_untracked(self) -> Option<AppError> {
        self.answer.get_untracked().and_then(Result::err)
    }

    /// Forgets the last answer.
    pub fn clear(self) {
        self.answer.set(None);
    }

    /// Sends a URL-encoded body.
    pub fn send(self, body: String) {
        self.requests.update_value(|requests| *requests += 1);
        let this = self.requests.get_value();
        self.pending.set(true);
        self.answer.set(None);
        let answered = move |reply| {
            // The page may have been left meanwhile.
            if self.requests.try_get_value() == Some(this) {
                self.pending.set(false);
                self.answer.set(Some(reply));
                self.answers.update(|answers| *answers += 1);
            }
        };
        browser::post(self.url, body, self.loads_document, answered);
    }

    /// Calls `act` with each answer that comes while the page is live.
    pub fn on_reply(self, act: impl Fn(Reply) + 'static) {
        Effect::new(move |seen: Option<usize>| {
            let answers = self.answers.get();
            if seen.is_some_and(|seen| seen != answers)
                && let Some(reply) = self.answer.get_untracked()
            {
                untrack(|| act(reply));
            }
            answers
        });
    }

    /// Calls `act` with the value of each answer that comes while the page is live.
    pub fn on_answer<T: Wire>(self, act: impl Fn(Result<T, AppError>) + 'static) {
        self.on_reply(move |reply| act(value_of(reply)));
    }

    /// What sends the form that is submitted, if `may_send` agrees; without JavaScript the browser posts it.
    pub fn sender(
        self,
        may_send: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Callback<SubmitEvent> {
        Callback::new(move |event: SubmitEvent| {
            event.prevent_default();
            if self.pending.get_untracked() || !may_send() {
                return;
            }
            if let Some(body) = browser::submitted_body(&event) {
                self.send(body);
            }
        })
    }
}

/// What the URL says of the last request to that server function, where it was sent without JavaScript.
fn error_in_url(url: &str) -> Option<AppError> {
    #[cfg(feature = "ssr")]
    {
        use leptos::server::ServerActionError;
        use leptos::server_fn::error::ServerFnUrlError;

        let error = use_context::<ServerActionError>()?;
        (error.path() == url).then(|| ServerFnUrlError::<AppError>::decode_err(error.err()))
    }
    #[cfg(not(feature = "ssr"))]
    {
        let _ = url;
        None
    }
}

/// What the URL says a field held when its form was sent without JavaScript; empty where it says nothing.
pub fn submitted(name: &str) -> String {
    use_query_map()
        .with_untracked(|query| query.get(name))
        .unwrap_or_default()
}

/// The requests of a form after which somebody else is signed in, or nobody. Its faults are told to the
/// fields below the caller. Once it succeeds, what the tab keeps is forgotten and a document is loaded: where
/// the server redirects to, or `next`.
pub fn session_sending(url: &'static str, next: Option<String>) -> Sending {
    let mut sending = Sending::new(url);
    sending.loads_document = true;
    Faults::provide_of(move || sending.error());
    sending.on_reply(move |reply| {
        if reply.is_ok() {
            browser::forget_all();
            if let Some(next) = &next {
                browser::load(next);
            }
        }
    });
    sending
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
