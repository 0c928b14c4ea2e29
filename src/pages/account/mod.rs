//! The account: password, emails, sessions, signing out. API keys and webhooks have pages of their own.

mod email;
mod sessions;

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{ChangePassword, Logout, get_second_factor};
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::{browser, tr, use_locale, use_session};
use crate::components::async_view::{AsyncView, load};
use crate::components::field::Submit;
use crate::components::field_faults::FieldFaults;
use crate::components::form::{PostForm, session_form_action};
use crate::components::new_password::NewPasswordField;
use crate::components::page_title::PageTitle;
use crate::components::query::use_query;
use crate::components::{ErrorPanel, Field, FormErrors, Icon, Loaded, SignedInOnly, Time};
use crate::pages::chunk::page_chunk;
use crate::types::SecondFactorView;

use email::EmailSettings;
use sessions::{EndSessionsForm, SessionsCard};

const PASSWORD_FORM_ID: &str = "password-form";

page_chunk!(account, AccountPage);

/// The account page.
#[component]
pub fn AccountPage() -> impl IntoView {
    let locale = use_locale();
    view! {
        <PageTitle page=tr!(locale, account.title) />
        <SignedInOnly />
        <h1>{tr!(locale, account.title)}</h1>
        <Who />
        <div class="columns">
            <div class="stack">
                <PasswordForm />
                <EmailSettings />
            </div>
            <div class="stack">
                <SecondFactorLink />
                <ApiKeysLink />
                <WebhooksLink />
                <SignOutForm />
                <EndSessionsForm />
            </div>
        </div>
        <SessionsCard />
    }
}

#[component]
fn Who() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let view = load(move || async move {
        let user = match session.user.await {
            Ok(user) => user,
            Err(error) => return view! { <ErrorPanel error /> }.into_any(),
        };
        user.map(|user| {
            view! {
                <p class="lead">
                    {tr!(locale, account.signed_in_as, email = user.email)} <br />
                    <span class="quiet">
                        {tr!(locale, account.since)} " " <Time at=user.created_at />
                    </span>
                </p>
            }
        })
        .into_any()
    });
    view! { <AsyncView view lines=2 /> }
}

#[component]
fn PasswordForm() -> impl IntoView {
    let locale = use_locale();
    let sending = FormAction::new(ChangePassword::PATH);
    FieldFaults::provide_of(move || sending.error());
    sending.on_response(|answer| {
        if answer.is_ok() {
            browser::write_control(PASSWORD_FORM_ID, "current_password", "");
            browser::write_control(PASSWORD_FORM_ID, "new_password", "");
        }
    });
    // Tells password managers whose password this is.
    let session = use_session();
    let username = load(move || async move {
        let user = session.user.await.ok().flatten();
        user.map(|user| {
            view! {
                <input
                    type="text"
                    autocomplete="username"
                    value=user.email
                    readonly
                    hidden
                />
            }
        })
        .into_any()
    });
    let query = use_query();
    let is_done =
        move || query("done").is_some_and(|done| done == "password") && sending.error().is_none();
    view! {
        <section class="card" aria-labelledby="password-title">
            <h2 id="password-title">{tr!(locale, account.password_title)}</h2>
            <p class="quiet">{tr!(locale, account.password_text)}</p>
            <div role="status">
                {move || {
                    is_done()
                        .then(|| {
                            view! {
                                <p class="notice notice-good">
                                    <Icon name="check" />
                                    {tr!(locale, account.password_done)}
                                </p>
                            }
                        })
                }}
            </div>
            <PostForm
                url=ChangePassword::PATH
                send=sending.sender(|| true)
                id=PASSWORD_FORM_ID
            >
                <FormErrors />
                <AsyncView view=username />
                <Field
                    name="current_password"
                    kind="password"
                    autocomplete="current-password"
                />
                <NewPasswordField name="new_password" form=PASSWORD_FORM_ID />
                <Submit pending=sending.pending()>{tr!(locale, account.password_submit)}</Submit>
            </PostForm>
        </section>
    }
}

#[component]
fn SecondFactorLink() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let state = Data::new(move || {
        session.version();
        get_second_factor()
    });
    let show = move |state: SecondFactorView| {
        if state.enabled_at.is_some() {
            view! { <p class="quiet">{tr!(locale, second_factor.account_on)}</p> }.into_any()
        } else if state.is_required {
            view! {
                <p class="notice">
                    <Icon name="alert" />
                    {tr!(locale, second_factor.required)}
                </p>
            }
            .into_any()
        } else {
            view! { <p class="quiet">{tr!(locale, second_factor.account_text)}</p> }.into_any()
        }
    };
    view! {
        <section class="card" aria-labelledby="second-factor-title">
            <h2 id="second-factor-title">{tr!(locale, second_factor.title)}</h2>
            <Loaded resource=state lines=1 show />
            <p>
                <a class="button" href="/account/second-factor">
                    {tr!(locale, second_factor.manage)}
                </a>
            </p>
        </section>
    }
}

#[component]
fn ApiKeysLink() -> impl IntoView {
    let locale = use_locale();
    view! {
        <section class="card" aria-labelledby="api-keys-title">
            <h2 id="api-keys-title">{tr!(locale, api_keys.title)}</h2>
            <p class="quiet">{tr!(locale, api_keys.account_text)}</p>
            <p>
                <a class="button" href="/account/keys">
                    {tr!(locale, api_keys.link)}
                </a>
            </p>
        </section>
    }
}

#[component]
fn WebhooksLink() -> impl IntoView {
    let locale = use_locale();
    view! {
        <section class="card" aria-labelledby="webhooks-title">
            <h2 id="webhooks-title">{tr!(locale, webhooks.title)}</h2>
            <p class="quiet">{tr!(locale, webhooks.lead)}</p>
            <p>
                <a class="button" href="/account/webhooks">
                    {tr!(locale, webhooks.manage)}
                </a>
            </p>
        </section>
    }
}

#[component]
fn SignOutForm() -> impl IntoView {
    let locale = use_locale();
    let sending = session_form_action(Logout::PATH, None);
    view! {
        <section class="card" aria-labelledby="sign-out-title">
            <h2 id="sign-out-title">{tr!(locale, account.sign_out_title)}</h2>
            <p class="quiet">{tr!(locale, account.sign_out_text)}</p>
            <PostForm url=Logout::PATH send=sending.sender(|| true)>
                <FormErrors />
                <Submit pending=sending.pending() class="button">
                    {tr!(locale, account.sign_out_submit)}
                </Submit>
            </PostForm>
        </section>
    }
}
