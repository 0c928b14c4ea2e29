//! The page that asks for the password again, and for a code of an account with a second factor. It leads back to where
//! that was needed.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{Reauthenticate, get_second_factor};
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::local_path::{NEXT, local_path};
use crate::client::{browser, tr, use_locale, use_session};
use crate::components::field::Submit;
use crate::components::field_faults::FieldFaults;
use crate::components::form::PostForm;
use crate::components::page_title::PageTitle;
use crate::components::query::use_query;
use crate::components::{Field, FormErrors, Loaded, SignedInOnly};
use crate::pages::chunk::page_chunk;
use crate::types::SecondFactorView;

page_chunk!(reauthenticate, ReauthenticatePage);

/// The page.
#[component]
pub fn ReauthenticatePage() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let query = use_query();
    let next = untrack(|| query(NEXT)).and_then(|next| local_path(&next));
    let sending = FormAction::new(Reauthenticate::PATH).loading_document();
    FieldFaults::provide_of(move || sending.error());
    sending.on_response(move |response| {
        if let (Ok(_), Some(next)) = (response, &next) {
            browser::load(next);
        }
    });
    let state = Data::new(move || {
        session.version();
        get_second_factor()
    });
    let show = move |state: SecondFactorView| {
        let needs_code = state.enabled_at.is_some();
        view! { <PasswordForm sending needs_code /> }.into_any()
    };
    view! {
        <PageTitle page=tr!(locale, reauthenticate.title) />
        <SignedInOnly />
        <div class="card card-narrow">
            <h1>{tr!(locale, reauthenticate.title)}</h1>
            <p class="lead">{tr!(locale, reauthenticate.text)}</p>
            <Loaded resource=state lines=4 show />
        </div>
    }
}

#[component]
fn PasswordForm(
    sending: FormAction,
    /// Whether the account has a second factor.
    needs_code: bool,
) -> impl IntoView {
    let locale = use_locale();
    let code = needs_code.then(|| {
        view! {
            <Field name="code" autocomplete="one-time-code" hint=tr!(locale, login_code.hint) />
        }
    });
    view! {
        <PostForm url=Reauthenticate::PATH send=sending.sender(|| true)>
            <FormErrors />
            <Field name="password" kind="password" autocomplete="current-password" />
            {code}
            <Submit pending=sending.pending()>{tr!(locale, reauthenticate.submit)}</Submit>
        </PostForm>
    }
}
