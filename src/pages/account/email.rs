//! The user's emails: whether the address is verified, and the balance below which there is one.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{SendVerification, SetLowBalance, get_email_settings};
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::{tr, use_locale, use_session};
use crate::components::field::Submit;
use crate::components::field_faults::FieldFaults;
use crate::components::form::PostForm;
use crate::components::query::use_query;
use crate::components::{Field, FormErrors, Icon, Loaded};
use crate::types::{Credits, EmailSettingsView};

/// The settings of emails.
#[component]
pub fn EmailSettings() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let settings = Data::new(move || {
        session.version();
        get_email_settings()
    });
    let resend = FormAction::new(SendVerification::PATH);
    let limit = FormAction::new(SetLowBalance::PATH);
    view! {
        <section class="card" aria-labelledby="email-title">
            <h2 id="email-title">{tr!(locale, emails.title)}</h2>
            <Loaded
                resource=settings
                lines=4
                show=move |settings: EmailSettingsView| {
                    if settings.sends_email {
                        let low_balance = settings.low_balance;
                        let verification = (!settings.is_verified)
                            .then(|| view! { <Verification resend /> });
                        view! {
                            {verification}
                            <LowBalance limit low_balance />
                        }
                            .into_any()
                    } else {
                        view! { <p class="quiet">{tr!(locale, emails.none)}</p> }.into_any()
                    }
                }
            />
        </section>
    }
}

/// The notice that the address is not verified.
#[component]
fn Verification(
    /// Sends the link again.
    resend: FormAction,
) -> impl IntoView {
    let locale = use_locale();
    FieldFaults::provide_of(move || resend.error());
    let query = use_query();
    let text = move || {
        let is_sent = query("done").is_some_and(|done| done == "verification");
        if is_sent && resend.error().is_none() {
            tr!(locale, emails.sent)
        } else {
            tr!(locale, emails.unverified)
        }
    };
    view! {
        <div class="notice" role="status">
            <Icon name="alert" />
            <p>{text}</p>
        </div>
        <PostForm url=SendVerification::PATH send=resend.sender(|| true)>
            <FormErrors />
            <Submit pending=resend.pending() class="button">
                {tr!(locale, emails.resend)}
            </Submit>
        </PostForm>
    }
}

/// The balance below which there is an email.
#[component]
fn LowBalance(
    /// Sets it.
    limit: FormAction,
    /// The current limit.
    low_balance: Option<Credits>,
) -> impl IntoView {
    let locale = use_locale();
    FieldFaults::provide_of(move || limit.error());
    let query = use_query();
    let is_done =
        move || query("done").is_some_and(|done| done == "low_balance") && limit.error().is_none();
    let value = if limit.is_answered_by_page() {
        limit.entered("low_balance")
    } else {
        low_balance.map(|it| it.to_string()).unwrap_or_default()
    };
    view! {
        <div role="status">
            {move || {
                is_done()
                    .then(|| {
                        view! {
                            <p class="notice notice-good">
                                <Icon name="check" />
                                {tr!(locale, emails.saved)}
                            </p>
                        }
                    })
            }}
        </div>
        <PostForm url=SetLowBalance::PATH send=limit.sender(|| true)>
            <FormErrors />
            <Field
                name="low_balance"
                inputmode="numeric"
                autocomplete="off"
                optional=true
                value
                hint=tr!(locale, hint.low_balance)
            />
            <Submit pending=limit.pending() class="button">
                {tr!(locale, emails.save)}
            </Submit>
        </PostForm>
    }
}
