//! A new account.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::Register;
use crate::client::{tr, use_locale};
use crate::components::field::Submit;
use crate::components::form::{PostForm, session_form_action};
use crate::components::new_password::NewPasswordField;
use crate::components::page_title::PageTitle;
use crate::components::{Field, FormErrors};
use crate::pages::chunk::page_chunk;

const FORM_ID: &str = "register-form";

page_chunk!(register, RegisterPage);

/// Creates an account and signs in.
#[component]
pub fn RegisterPage() -> impl IntoView {
    let locale = use_locale();
    let sending = session_form_action(Register::PATH, None);
    view! {
        <PageTitle page=tr!(locale, register.title) />
        <div class="card card-narrow">
            <h1>{tr!(locale, register.title)}</h1>
            <p class="lead">{tr!(locale, register.lead)}</p>
            <PostForm url=Register::PATH send=sending.sender(|| true) id=FORM_ID>
                <FormErrors conflict=tr!(locale, error.email_taken) />
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
            <p class="quiet">
                {tr!(locale, register.have_account)} " " <a href="/login">{tr!(locale, register.login)}</a>
            </p>
        </div>
    }
}
