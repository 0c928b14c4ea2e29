//! The log-in page. Afterwards the user returns to the page that required an account.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::Login;
use crate::client::local_path::{NEXT, local_path};
use crate::client::{browser, tr, use_locale};
use crate::components::field::Submit;
use crate::components::form::{PostForm, session_form_action};
use crate::components::page_title::PageTitle;
use crate::components::query::use_query;
use crate::components::{Field, FormErrors};
use crate::pages::chunk::page_chunk;
use crate::types::Registration;

page_chunk!(login, LoginPage);

/// The log-in page.
#[component]
pub fn LoginPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query();
    let next = untrack(|| query(NEXT)).and_then(|next| local_path(&next));
    let was_sent_here = next.is_some();
    let sending = session_form_action(Login::PATH, next);

    let may_register = browser::site_rules().registration != Registration::Closed;
    let register = may_register.then(|| {
        view! {
            <p class="quiet">
                {tr!(locale, login.no_account)} " " <a href="/register">{tr!(locale, login.register)}</a>
            </p>
        }
    });
    view! {
        <PageTitle page=tr!(locale, login.title) />
        <div class="card card-narrow">
            <h1>{tr!(locale, login.title)}</h1>
            {was_sent_here.then(|| view! { <p class="lead">{tr!(locale, login.first)}</p> })}
            <PostForm url=Login::PATH send=sending.sender(|| true)>
                <FormErrors />
                <Field
                    name="email"
                    kind="email"
                    autocomplete="username"
                    value=sending.entered("email")
                />
                <Field name="password" kind="password" autocomplete="current-password" />
                <Submit pending=sending.pending()>{tr!(locale, login.submit)}</Submit>
            </PostForm>
            <p class="quiet">
                <a href="/reset-password">{tr!(locale, login.forgotten)}</a>
            </p>
            {register}
        </div>
    }
}
