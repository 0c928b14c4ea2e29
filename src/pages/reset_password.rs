//! A forgotten password: the form that requests a link, and the form that the link opens.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{RequestPasswordReset, ResetPassword, get_email_link};
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::respond::respond_in_private;
use crate::client::{browser, tr, use_locale};
use crate::components::field::Submit;
use crate::components::field_faults::FieldFaults;
use crate::components::form::PostForm;
use crate::components::new_password::NewPasswordField;
use crate::components::page_title::PageTitle;
use crate::components::query::use_query;
use crate::components::{Field, FormErrors, Icon, Loaded};
use crate::pages::chunk::page_chunk;
use crate::types::EmailLinkView;

const FORM_ID: &str = "reset-form";

page_chunk!(reset_password, ResetPasswordPage);

/// The page for a forgotten password.
#[component]
pub fn ResetPasswordPage() -> impl IntoView {
    respond_in_private();
    let locale = use_locale();
    let query = use_query();
    let token = move || query("token").unwrap_or_default();
    let link = Data::new(move || get_email_link(token()));
    let request = FormAction::new(RequestPasswordReset::PATH);
    let reset = FormAction::new(ResetPassword::PATH).loading_document();
    reset.on_response(|answer| {
        if answer.is_ok() {
            browser::forget_all();
        }
    });
    let is_sent = move || query("done").is_some() && request.error().is_none();
    view! {
        <PageTitle page=tr!(locale, reset.title) />
        <div class="card card-narrow">
            <h1>{tr!(locale, reset.title)}</h1>
            <div role="status">
                {move || {
                    is_sent()
                        .then(|| {
                            view! {
                                <p class="notice notice-good">
                                    <Icon name="check" />
                                    {tr!(locale, reset.sent)}
                                </p>
                            }
                        })
                }}
            </div>
            <Loaded
                resource=link
                lines=4
                show=move |link| view! { <Forms link token=token() request reset /> }.into_any()
            />
            <p class="quiet">
                <a href="/login">{tr!(locale, reset.login)}</a>
            </p>
        </div>
    }
}

#[component]
fn Forms(
    /// What the link can do.
    link: EmailLinkView,
    /// The token of the link; blank without one.
    token: String,
    /// Requests a link.
    request: FormAction,
    /// Sets the password.
    reset: FormAction,
) -> impl IntoView {
    let locale = use_locale();
    // The answer to a form that failed without JavaScript must be shown even if its link has just ended.
    let may_reset = link.is_valid || reset.is_answered_by_page();
    if !token.is_empty() && may_reset {
        return view! { <PasswordForm token reset /> }.into_any();
    }
    if !link.sends_email {
        return view! {
            <p class="notice">
                <Icon name="alert" />
                {tr!(locale, reset.no_email)}
            </p>
        }
        .into_any();
    }
    let ended = (!token.is_empty()).then(|| {
        view! {
            <p class="notice notice-bad" role="alert">
                <Icon name="alert" />
                {tr!(locale, reset.link_ended)}
            </p>
        }
    });
    view! {
        {ended}
        <RequestForm request />
    }
    .into_any()
}

#[component]
fn RequestForm(
    /// Requests a link.
    request: FormAction,
) -> impl IntoView {
    let locale = use_locale();
    FieldFaults::provide_of(move || request.error());
    view! {
        <p class="lead">{tr!(locale, reset.lead)}</p>
        <PostForm url=RequestPasswordReset::PATH send=request.sender(|| true)>
            <FormErrors conflict=tr!(locale, reset.no_email) />
            <Field
                name="email"
                kind="email"
                autocomplete="username"
                value=request.entered("email")
            />
            <Submit pending=request.pending()>{tr!(locale, reset.request)}</Submit>
        </PostForm>
    }
}

#[component]
fn PasswordForm(
    /// The token of the link.
    token: String,
    /// Sets the password.
    reset: FormAction,
) -> impl IntoView {
    let locale = use_locale();
    FieldFaults::provide_of(move || reset.error());
    view! {
        <p class="lead">{tr!(locale, reset.new_lead)}</p>
        <PostForm url=ResetPassword::PATH send=reset.sender(|| true) id=FORM_ID>
            <FormErrors conflict=tr!(locale, reset.link_ended) />
            <input type="hidden" name="token" value=token autocomplete="off" />
            <NewPasswordField name="new_password" form=FORM_ID />
            <Submit pending=reset.pending()>{tr!(locale, reset.submit)}</Submit>
        </PostForm>
        <p class="quiet">
            <a href="/reset-password">{tr!(locale, reset.request_new)}</a>
        </p>
    }
}
