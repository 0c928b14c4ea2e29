//! The second factor of an account: set it up, renew the recovery codes, turn it off.

mod codes;
mod setup;

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{
    DisableSecondFactor, EnableSecondFactor, RenewRecoveryCodes, StartSecondFactor,
    get_second_factor,
};
use crate::client::data::{Data, Response};
use crate::client::form_action::FormAction;
use crate::client::{tr, use_locale, use_session};
use crate::components::errors::error_line;
use crate::components::field::Submit;
use crate::components::form::PostForm;
use crate::components::page_title::PageTitle;
use crate::components::{Icon, Loaded, SignedInOnly, Time};
use crate::pages::chunk::page_chunk;
use crate::types::{AppError, SecondFactorView};

use codes::NewCodes;
use setup::SetupForm;

page_chunk!(second_factor, SecondFactorPage);

/// The requests of the page. Created once, because what they change is rendered again.
#[derive(Clone, Copy)]
struct Actions {
    start: FormAction,
    enable: FormAction,
    renew: FormAction,
    disable: FormAction,
}

impl Actions {
    /// Each success loads the state again.
    fn new(state: Data<SecondFactorView>) -> Self {
        let this = Self {
            start: FormAction::new(StartSecondFactor::PATH),
            enable: FormAction::new(EnableSecondFactor::PATH),
            renew: FormAction::new(RenewRecoveryCodes::PATH),
            disable: FormAction::new(DisableSecondFactor::PATH),
        };
        let reload = move |response: Response| {
            // Another page of the user may have changed it.
            if matches!(response, Ok(_) | Err(AppError::Conflict(_))) {
                state.refetch();
            }
        };
        for action in [this.start, this.enable, this.renew, this.disable] {
            action.on_response(reload);
        }
        // Codes that no longer work are no longer shown.
        this.renew.on_response(move |response| {
            if response.is_ok() {
                this.enable.clear();
            }
        });
        this.disable.on_response(move |response| {
            if response.is_ok() {
                this.enable.clear();
                this.renew.clear();
            }
        });
        this
    }
}

/// The page.
#[component]
pub fn SecondFactorPage() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let state = Data::new(move || {
        session.version();
        get_second_factor()
    });
    let actions = Actions::new(state);
    view! {
        <PageTitle page=tr!(locale, second_factor.title) />
        <SignedInOnly />
        <p class="crumbs">
            <a href="/account">{tr!(locale, account.title)}</a>
        </p>
        <div class="page-head">
            <div>
                <h1>{tr!(locale, second_factor.title)}</h1>
                <p class="lead">{tr!(locale, second_factor.lead)}</p>
            </div>
        </div>
        <NewCodes action=actions.enable />
        <NewCodes action=actions.renew />
        <section class="card" aria-labelledby="state-title">
            <h2 id="state-title">{tr!(locale, second_factor.app_title)}</h2>
            <Loaded
                resource=state
                lines=4
                show=move |state| view! { <State state actions /> }.into_any()
            />
        </section>
    }
}

#[component]
fn State(state: SecondFactorView, actions: Actions) -> impl IntoView {
    match (state.enabled_at, state.setup) {
        (Some(since), _) => {
            let left = state.recovery_codes_left;
            view! { <TurnedOn since left actions /> }.into_any()
        }
        (None, Some(setup)) => {
            view! { <SetupForm setup enable=actions.enable start=actions.start /> }.into_any()
        }
        (None, None) => {
            let is_required = state.is_required;
            view! { <TurnedOff is_required start=actions.start /> }.into_any()
        }
    }
}

#[component]
fn TurnedOff(is_required: bool, start: FormAction) -> impl IntoView {
    let locale = use_locale();
    view! {
        {is_required
            .then(|| {
                view! {
                    <p class="notice">
                        <Icon name="alert" />
                        {tr!(locale, second_factor.required)}
                    </p>
                }
            })}
        <p>{tr!(locale, second_factor.off)}</p>
        <PostForm url=StartSecondFactor::PATH send=start.sender(|| true)>
            {move || error_line(locale, start.error())}
            <Submit pending=start.pending()>{tr!(locale, second_factor.start)}</Submit>
        </PostForm>
    }
}

#[component]
fn TurnedOn(since: chrono::DateTime<chrono::Utc>, left: u64, actions: Actions) -> impl IntoView {
    let locale = use_locale();
    view! {
        <p>
            {tr!(locale, second_factor.on)} " "
            <span class="quiet">
                {tr!(locale, second_factor.since)} " " <Time at=since />
            </span>
        </p>
        <h3>{tr!(locale, second_factor.codes_title)}</h3>
        <p>{tr!(locale, second_factor.codes_left, left = left)}</p>
        <p class="quiet">{tr!(locale, second_factor.codes_text)}</p>
        <PostForm url=RenewRecoveryCodes::PATH send=actions.renew.sender(|| true)>
            {move || error_line(locale, actions.renew.error())}
            <Submit pending=actions.renew.pending() class="button">
                {tr!(locale, second_factor.renew)}
            </Submit>
        </PostForm>
        <details class="second-factor-off">
            <summary>{tr!(locale, second_factor.turn_off)}</summary>
            <PostForm url=DisableSecondFactor::PATH send=actions.disable.sender(|| true)>
                <p>{tr!(locale, second_factor.turn_off_text)}</p>
                {move || error_line(locale, actions.disable.error())}
                <Submit pending=actions.disable.pending() class="button button-bad">
                    {tr!(locale, second_factor.turn_off)}
                </Submit>
            </PostForm>
        </details>
    }
}
