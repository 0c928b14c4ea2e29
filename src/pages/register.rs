//! A new account.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::Register;
use crate::client::form_action::FormAction;
use crate::client::{browser, tr, use_locale};
use crate::components::field::Submit;
use crate::components::form::{PostForm, session_form_action};
use crate::components::new_password::NewPasswordField;
use crate::components::page_title::PageTitle;
use crate::components::query::use_query;
use crate::components::{Field, FormErrors, Icon};
use crate::pages::chunk::page_chunk;
use crate::types::Registration;

const FORM_ID: &str = "register-form";

page_chunk!(register, RegisterPage);

/// Creates an account and signs in, if the operator allows it.
#[component]
pub fn RegisterPage() -> impl IntoView {
    let locale = use_locale();
    let sending = session_form_action(Register::PATH, None);
    let content = match browser::site_rules().registration {
        Registration::Open => view! { <RegisterForm sending by_invitation=false /> }.into_any(),
        Registration::Invitation => {
            view! { <RegisterForm sending by_invitation=true /> }.into_any()
        }
        Registration::Closed => view! {
            <p class="notice">
                <Icon name="alert" />
                {tr!(locale, register.closed)}
            </p>
        }
        .into_any(),
    };
    view! {
        <PageTitle page=tr!(locale, register.title) />
        <div class="card card-narrow">
            <h1>{tr!(locale, register.title)}</h1>
            {content}
            <p class="quiet">
                {tr!(locale, register.have_account)} " " <a href="/login">{tr!(locale, register.login)}</a>
            </p>
        </div>
    }
}

#[component]
fn RegisterForm(
    /// Creates the account.
    sending: FormAction,
    /// Whether a code of an invitation is needed.
    by_invitation: bool,
) -> impl IntoView {
    let locale = use_locale();
    let query = use_query();
    let lead = if by_invitation {
        tr!(locale, register.invitation_lead)
    } else {
        tr!(locale, register.lead)
    };
    let invitation = by_invitation.then(|| {
        let entered = Some(sending.entered("invitation")).filter(|code| !code.is_empty());
        let code = entered.or_else(|| untrack(|| query("invitation")));
        view! { <Field name="invitation" autocomplete="off" value=code.unwrap_or_default() /> }
    });
    view! {
        <p class="lead">{lead}</p>
        <PostForm url=Register::PATH send=sending.sender(|| true) id=FORM_ID>
            <FormErrors conflict=tr!(locale, error.email_taken) />
            {invitation}
            <Field
                name="email"
                kind="email"
                autocomplete="username"
                value=sending.entered("email")
                hint=tr!(locale, hint.email)
            />
            <NewPasswordField name="password" form=FORM_ID />
            <Submit pending=sending.pending()>{tr!(locale, register.submit)}</Submit>
        </PostForm>
    }
}
