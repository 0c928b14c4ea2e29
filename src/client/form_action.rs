//! The requests of a form to its server function.
//!
//! It does what `ActionForm` and `ServerAction` of Leptos do, but is one type for all server functions and sends what the
//! browser itself reads from the form. Theirs are compiled anew for each server function.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::browser;
use super::data::{Payload, Response, Wire, value_of};
use super::hydration::is_taking_over;
use crate::types::{AppError, JsonText};

/// A form that was sent without JavaScript and to which its page is the answer: it failed, or its result must not be in a
/// URL.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AnsweredForm {
    /// Path and query of the page.
    pub page: String,
    /// The server function's URL.
    pub url: String,
    /// What is wrong, or the JSON of the result.
    pub answer: FormAnswer,
    /// What was entered, by name; no passwords.
    pub entries: Vec<(String, String)>,
}

/// The answer to a form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum FormAnswer {
    /// The error.
    Error(AppError),
    /// The JSON of the result.
    Value(String),
}

impl FormAnswer {
    fn into_response(self) -> Response {
        match self {
            Self::Error(error) => Err(error),
            Self::Value(json) => Ok(Payload::of_json(&json)),
        }
    }
}

/// The form that the page answers, if it does.
#[derive(Clone, Copy)]
struct Answered(StoredValue<Option<AnsweredForm>>);

impl AnsweredForm {
    /// Tells the forms below of it, the server's and the browser's. To be called once, for the application.
    pub fn provide() {
        let answered =
            SharedValue::<_, JsonText>::new_with_encoding(use_context::<Self>).into_inner();
        provide_context(Answered(StoredValue::new(answered)));
    }

    /// What loads this page anew: nothing, which stands for its address, but where that is the form's.
    pub fn reload_url() -> String {
        Self::read(|answered| answered.page.clone()).unwrap_or_default()
    }

    /// Reads it for a form with that URL.
    fn of<T>(url: &str, read: impl FnOnce(&Self) -> T) -> Option<T> {
        Self::read(|answered| (answered.url == url).then(|| read(answered))).flatten()
    }

    /// Reads it in the page that the server sent for it; `None` in every other.
    fn read<T>(read: impl FnOnce(&Self) -> T) -> Option<T> {
        if cfg!(feature = "hydrate") && !is_taking_over() {
            return None;
        }
        let Answered(answered) = use_context()?;
        answered.with_value(|answered| answered.as_ref().map(read))
    }
}

/// The requests of one form to one server function, one at a time.
#[derive(Clone, Copy)]
pub struct FormAction {
    url: &'static str,
    /// Whether its redirect is followed by loading a document, so that nothing of this page remains.
    loads_document: bool,
    pending: RwSignal<bool>,
    answer: RwSignal<Option<Response>>,
    /// Counts the answers that came while the page was live.
    answers: RwSignal<usize>,
    /// Counts the requests: only the answer to the last one is taken.
    requests: StoredValue<usize>,
}

impl FormAction {
    /// Requests to a server function. The answer to a form sent without JavaScript is its first answer.
    pub fn new(url: &'static str) -> Self {
        let first = AnsweredForm::of(url, |answered| answered.answer.clone());
        Self {
            url,
            loads_document: false,
            pending: RwSignal::new(false),
            answer: RwSignal::new(first.map(FormAnswer::into_response)),
            answers: RwSignal::new(0),
            requests: StoredValue::new(0),
        }
    }

    /// Follows redirects by loading a document, so that nothing of this page remains.
    #[must_use]
    pub fn loading_document(mut self) -> Self {
        self.loads_document = true;
        self
    }

    /// True while a request is on the way.
    pub fn pending(self) -> Signal<bool> {
        self.pending.into()
    }

    /// The error of the last answer, until it is cleared or the next request is sent.
    pub fn error(self) -> Option<AppError> {
        self.answer.get().and_then(Result::err)
    }

    /// The value of the last answer, until it is cleared or the next request is sent.
    pub fn value<T: Wire>(self) -> Option<T> {
        value_of(self.answer.get()?).ok()
    }

    /// The error of the last answer, without following it.
    pub fn error_untracked(self) -> Option<AppError> {
        self.answer.get_untracked().and_then(Result::err)
    }

    /// What a field held when the form was sent without JavaScript and failed; empty otherwise.
    pub fn entered(self, name: &str) -> String {
        let entered = AnsweredForm::of(self.url, |answered| {
            let mut entries = answered.entries.iter();
            entries.find_map(|(it, value)| (it == name).then(|| value.clone()))
        });
        entered.flatten().unwrap_or_default()
    }

    /// Whether the page answers this form, which was sent without JavaScript.
    pub fn is_answered_by_page(self) -> bool {
        AnsweredForm::of(self.url, |_| ()).is_some()
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
        let answered = move |response| {
            // The page may have been left meanwhile.
            if self.requests.try_get_value() == Some(this) {
                self.pending.set(false);
                self.answer.set(Some(response));
                self.answers.update(|answers| *answers += 1);
            }
        };
        browser::post(self.url, body, self.loads_document, answered);
    }

    /// Calls `act` with each answer that comes while the page is live.
    pub fn on_response(self, act: impl Fn(Response) + 'static) {
        Effect::new(move |seen: Option<usize>| {
            let answers = self.answers.get();
            if seen.is_some_and(|seen| seen != answers)
                && let Some(response) = self.answer.get_untracked()
            {
                untrack(|| act(response));
            }
            answers
        });
    }

    /// Calls `act` with the value of each answer that comes while the page is live.
    pub fn on_result<T: Wire>(self, act: impl Fn(Result<T, AppError>) + 'static) {
        self.on_response(move |response| act(value_of(response)));
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
