//! The page that asks for the password again, and leads back to where it was needed.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::Reauthenticate;
use crate::client::form_action::FormAction;
use crate::client::local_path::{NEXT, local_path};
use crate::client::{browser, tr, use_locale};
use crate::components::field::Submit;
use crate::components::field_faults::FieldFaults;
use crate::components::form::PostForm;
use crate::components::page_title::PageTitle;
use crate::components::query::use_query;
use crate::components::{Field, FormErrors, SignedInOnly};
use crate::pages::chunk::page_chunk;

page_chunk!(reauthenticate, ReauthenticatePage);

/// The page.
#[component]
pub fn ReauthenticatePage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query();
    let next = untrack(|| query(NEXT)).and_then(|next| local_path(&next));
    let sending = FormAction::new(Reauthenticate::PATH).loading_document();
    FieldFaults::provide_of(move || sending.error());
    sending.on_response(move |response| {
        if let (Ok(_), Some(next)) = (response, &next) {
            browser::load(next);
        }
    });
    view! {
        <PageTitle page=tr!(locale, reauthenticate.title) />
        <SignedInOnly />
        <div class="card card-narrow">
            <h1>{tr!(locale, reauthenticate.title)}</h1>
            <p class="lead">{tr!(locale, reauthenticate.text)}</p>
            <PostForm url=Reauthenticate::PATH send=sending.sender(|| true)>
                <FormErrors />
                <Field name="password" kind="password" autocomplete="current-password" />
                <Submit pending=sending.pending()>{tr!(locale, reauthenticate.submit)}</Submit>
            </PostForm>
        </div>
    }
}
