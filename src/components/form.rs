//! What every form with a server function shares: the element, its sending, and what happens when the answer
//! comes.
//!
//! It does what `ActionForm` and `ServerAction` of Leptos do, but is one type for all server functions, and
//! sends what the browser itself reads from the form: theirs weigh the client bundle down with a copy for each.

use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

use super::data::{Reply, Wire, value_of};
use super::errors::FieldFaults;
use super::time::is_taking_over;
use super::{browser, use_session};
use crate::types::{AppError, JsonText};

/// Name of the hidden input that tells whose page a form is on.
const ACCOUNT: &str = "account";
/// Name of the hidden input with the page of a form, on the wire too.
pub const RETURN_TO: &str = "return_to";

/// A form that was sent without JavaScript and failed; the page of the form is the answer to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FailedForm {
    /// Path and query of the page.
    pub page: String,
    /// The server function's URL.
    pub url: String,
    /// What is wrong.
    pub error: AppError,
    /// What was entered, by name; no passwords.
    pub entries: Vec<(String, String)>,
}

/// The failed form that the page answers, if it does.
#[derive(Clone, Copy)]
struct Failed(StoredValue<Option<FailedForm>>);

impl FailedForm {
    /// Tells the forms below of it, the server's and the browser's. To be called once, for the application.
    pub fn provide() {
        let failed =
            SharedValue::<_, JsonText>::new_with_encoding(use_context::<Self>).into_inner();
        provide_context(Failed(StoredValue::new(failed)));
    }

    /// What loads this page anew: nothing, which stands for its address, but where that is the form's.
    pub fn reload_url() -> String {
        Self::read(|failed| failed.page.clone()).unwrap_or_default()
    }

    /// Reads it for a form with that URL.
    fn of<T>(url: &str, read: impl FnOnce(&Self) -> T) -> Option<T> {
        Self::read(|failed| (failed.url == url).then(|| read(failed))).flatten()
    }

    /// Reads it in the page that the server sent for it; `None` in every other.
    fn read<T>(read: impl FnOnce(&Self) -> T) -> Option<T> {
        if cfg!(feature = "hydrate") && !is_taking_over() {
            return None;
        }
        let Failed(failed) = use_context()?;
        failed.with_value(|failed| failed.as_ref().map(read))
    }
}

/// The requests of one form to one server function, one at a time.
#[derive(Clone, Copy)]
pub struct FormAction {
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

impl FormAction {
    /// Requests to a server function. The error of a form sent without JavaScript is its first answer.
    pub fn new(url: &'static str) -> Self {
        let first = FailedForm::of(url, |failed| failed.error.clone());
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

    /// What a field held when the form was sent without JavaScript and failed; empty otherwise.
    pub fn entered(self, name: &str) -> String {
        let entered = FailedForm::of(self.url, |failed| {
            let mut entries = failed.entries.iter();
            entries.find_map(|(it, value)| (it == name).then(|| value.clone()))
        });
        entered.flatten().unwrap_or_default()
    }

    /// Whether the page answers this form, which was sent without JavaScript and failed.
    pub fn is_answered_by_page(self) -> bool {
        FailedForm::of(self.url, |_| ()).is_some()
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

/// Path and query of this page.
pub fn use_page() -> impl Fn() -> String + Clone {
    let location = use_location();
    move || {
        let query = location.search.get();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{mark}{query}", location.pathname.get())
    }
}

/// The requests of a form after which somebody else is signed in, or nobody. Its faults are told to the
/// fields below the caller. Once it succeeds, what the tab keeps is forgotten and a document is loaded: where
/// the server redirects to, or `next`.
pub fn session_form_action(url: &'static str, next: Option<String>) -> FormAction {
    let mut sending = FormAction::new(url);
    sending.loads_document = true;
    FieldFaults::provide_of(move || sending.error());
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
    // As it is now: what is typed here stays this account's, whoever signs in meanwhile.
    let account = use_session().account_now().map(|it| it.to_string());
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
            <input type="hidden" name=ACCOUNT value=account autocomplete="off" />
            <input type="hidden" name=RETURN_TO value=use_page() />
            {children()}
        </form>
    }
}
