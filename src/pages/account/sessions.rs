//! Where the user is signed in.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{EndOtherSessions, EndSession, EndSessions, list_sessions};
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::{Locale, tr, use_locale, use_session};
use crate::components::errors::error_line;
use crate::components::field::Submit;
use crate::components::form::{PostForm, session_form_action};
use crate::components::{FormErrors, Loaded, Time};
use crate::types::{AppError, SessionId, SessionView};

/// The list, with a button that ends each session but this one.
#[component]
pub fn SessionsCard() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let sessions = Data::new(move || {
        session.version();
        list_sessions()
    });
    let actions = SessionActions::new(sessions);
    view! {
        <section class="card" aria-labelledby="devices-title">
            <h2 id="devices-title">{tr!(locale, account.devices_title)}</h2>
            <p class="quiet">{tr!(locale, account.devices_text)}</p>
            <Loaded
                resource=sessions
                lines=4
                show=move |sessions| view! { <SessionList sessions actions /> }.into_any()
            />
        </section>
    }
}

/// The requests that end sessions.
#[derive(Clone, Copy)]
struct SessionActions {
    end: FormAction,
    end_others: FormAction,
    /// The session that the last request was about.
    target: RwSignal<Option<SessionId>>,
}

impl SessionActions {
    fn new(sessions: Data<Vec<SessionView>>) -> Self {
        let end = FormAction::new(EndSession::PATH);
        let this = Self {
            end,
            end_others: FormAction::new(EndOtherSessions::PATH),
            target: RwSignal::new(end.entered("id").parse().ok()),
        };
        for action in [this.end, this.end_others] {
            action.on_response(move |response| {
                // A session that is not found has ended meanwhile.
                if matches!(response, Ok(_) | Err(AppError::NotFound)) {
                    sessions.refetch();
                }
            });
        }
        this
    }

    /// The error of the last request, if it was about this session.
    fn error_of(self, id: SessionId) -> Option<AppError> {
        (self.target.get() == Some(id))
            .then(|| self.end.error())
            .flatten()
    }
}

#[component]
fn SessionList(sessions: Vec<SessionView>, actions: SessionActions) -> impl IntoView {
    let locale = use_locale();
    let has_others = sessions.iter().any(|session| !session.is_current);
    let rows = sessions
        .into_iter()
        .map(|session| view! { <SessionRow session actions /> })
        .collect_view();
    view! {
        <ul class="key-list">{rows}</ul>
        {has_others
            .then(|| {
                view! {
                    <PostForm
                        url=EndOtherSessions::PATH
                        send=actions.end_others.sender(|| true)
                    >
                        {move || error_line(locale, actions.end_others.error())}
                        <Submit pending=actions.end_others.pending() class="button">
                            {tr!(locale, account.end_others_submit)}
                        </Submit>
                    </PostForm>
                }
            })}
    }
}

#[component]
fn SessionRow(session: SessionView, actions: SessionActions) -> impl IntoView {
    let locale = use_locale();
    let id = session.id;
    let device = device(locale, &session);
    let of_device = device.clone();
    let end = move || {
        let send = actions.end.sender(move || {
            actions.target.set(Some(id));
            true
        });
        view! {
            <PostForm url=EndSession::PATH send>
                <input type="hidden" name="id" value=id.to_string() />
                {move || error_line(locale, actions.error_of(id))}
                <Submit pending=actions.end.pending() class="button">
                    {tr!(locale, account.end_session)}
                    <span class="visually-hidden">": " {of_device.clone()}</span>
                </Submit>
            </PostForm>
        }
    };
    view! {
        <li class="key">
            <div class="key-head">
                <h3>{device}</h3>
                {session
                    .is_current
                    .then(|| {
                        view! { <span class="quiet">{tr!(locale, account.this_device)}</span> }
                    })}
            </div>
            <dl class="facts facts-wide">
                <dt>{tr!(locale, account.last_used)}</dt>
                <dd>
                    <Time at=session.last_used_at />
                </dd>
                <dt>{tr!(locale, account.started)}</dt>
                <dd>
                    <Time at=session.created_at />
                </dd>
                <dt>{tr!(locale, account.network)}</dt>
                <dd>
                    <code>{session.network.clone()}</code>
                </dd>
            </dl>
            {(!session.is_current).then(end)}
        </li>
    }
}

/// The names of browsers and systems are the same in every language.
fn device(locale: Locale, session: &SessionView) -> String {
    match (&session.browser, &session.system) {
        (Some(browser), Some(system)) => tr!(
            locale,
            account.device_on,
            browser = browser.clone(),
            system = system.clone()
        ),
        (Some(name), None) | (None, Some(name)) => name.clone(),
        (None, None) => tr!(locale, account.unknown_device).to_owned(),
    }
}

/// Ends all sessions, this one too.
#[component]
pub fn EndSessionsForm() -> impl IntoView {
    let locale = use_locale();
    let sending = session_form_action(EndSessions::PATH, None);
    view! {
        <section class="card" aria-labelledby="sessions-title">
            <h2 id="sessions-title">{tr!(locale, account.sessions_title)}</h2>
            <p class="quiet">{tr!(locale, account.sessions_text)}</p>
            <PostForm url=EndSessions::PATH send=sending.sender(|| true)>
                <FormErrors />
                <Submit pending=sending.pending() class="button button-bad">
                    {tr!(locale, account.sessions_submit)}
                </Submit>
            </PostForm>
        </section>
    }
}
