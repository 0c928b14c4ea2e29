//! The second step of a login: a code of the authenticator app, or a recovery code.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{LoginSecondFactor, Logout};
use crate::client::local_path::{NEXT, local_path};
use crate::client::{tr, use_locale};
use crate::components::field::Submit;
use crate::components::form::{PostForm, session_form_action};
use crate::components::page_title::PageTitle;
use crate::components::query::use_query;
use crate::components::{Field, FormErrors};
use crate::pages::chunk::page_chunk;

page_chunk!(login_code, LoginCodePage);

/// The page.
#[component]
pub fn LoginCodePage() -> impl IntoView {
    let locale = use_locale();
    view! {
        <PageTitle page=tr!(locale, login_code.title) />
        <div class="card card-narrow">
            <h1>{tr!(locale, login_code.title)}</h1>
            <p class="lead">{tr!(locale, login_code.text)}</p>
            <CodeForm />
            <CancelForm />
        </div>
    }
}

#[component]
fn CodeForm() -> impl IntoView {
    let locale = use_locale();
    let query = use_query();
    let next = untrack(|| query(NEXT)).and_then(|next| local_path(&next));
    let sending = session_form_action(LoginSecondFactor::PATH, next);
    view! {
        <PostForm url=LoginSecondFactor::PATH send=sending.sender(|| true)>
            <FormErrors />
            <Field
                name="code"
                autocomplete="one-time-code"
                hint=tr!(locale, login_code.hint)
            />
            <Submit pending=sending.pending()>{tr!(locale, login.submit)}</Submit>
        </PostForm>
    }
}

/// Logging out also ends a login that has only begun.
#[component]
fn CancelForm() -> impl IntoView {
    let locale = use_locale();
    let sending = session_form_action(Logout::PATH, None);
    view! {
        <PostForm url=Logout::PATH send=sending.sender(|| true)>
            <Submit pending=sending.pending() class="button">
                {tr!(locale, login_code.cancel)}
            </Submit>
        </PostForm>
    }
}
