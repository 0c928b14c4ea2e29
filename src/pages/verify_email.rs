//! The page that the link in a verification email opens. It needs one click, because mail programs open links by themselves.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{VerifyEmail, get_email_link};
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::respond::respond_in_private;
use crate::client::{tr, use_locale};
use crate::components::field::Submit;
use crate::components::field_faults::FieldFaults;
use crate::components::form::PostForm;
use crate::components::page_title::PageTitle;
use crate::components::query::use_query;
use crate::components::{FormErrors, Icon, Loaded};
use crate::pages::chunk::page_chunk;
use crate::types::EmailLinkView;

page_chunk!(verify_email, VerifyEmailPage);

/// The page that verifies an address.
#[component]
pub fn VerifyEmailPage() -> impl IntoView {
    respond_in_private();
    let locale = use_locale();
    let query = use_query();
    let token = move || query("token").unwrap_or_default();
    let link = Data::new(move || get_email_link(token()));
    let verify = FormAction::new(VerifyEmail::PATH);
    let is_done = move || query("done").is_some();
    view! {
        <PageTitle page=tr!(locale, verify.title) />
        <div class="card card-narrow">
            <h1>{tr!(locale, verify.title)}</h1>
            <div role="status">
                {move || {
                    is_done()
                        .then(|| {
                            view! {
                                <p class="notice notice-good">
                                    <Icon name="check" />
                                    {tr!(locale, verify.done)}
                                </p>
                            }
                        })
                }}
            </div>
            <Loaded
                resource=link
                lines=2
                show=move |link| {
                    if is_done() {
                        return ().into_any();
                    }
                    view! { <Form link token=token() verify /> }.into_any()
                }
            />
            <p class="quiet">
                <a href="/account">{tr!(locale, verify.account)}</a>
            </p>
        </div>
    }
}

#[component]
fn Form(
    /// What the link can do.
    link: EmailLinkView,
    /// The token of the link.
    token: String,
    /// Verifies the address.
    verify: FormAction,
) -> impl IntoView {
    let locale = use_locale();
    FieldFaults::provide_of(move || verify.error());
    if !link.is_valid && !verify.is_answered_by_page() {
        return view! {
            <p class="notice notice-bad" role="alert">
                <Icon name="alert" />
                {tr!(locale, verify.link_ended)}
            </p>
        }
        .into_any();
    }
    view! {
        <p class="lead">{tr!(locale, verify.lead)}</p>
        <PostForm url=VerifyEmail::PATH send=verify.sender(|| true)>
            <FormErrors conflict=tr!(locale, verify.link_ended) />
            <input type="hidden" name="token" value=token autocomplete="off" />
            <Submit pending=verify.pending()>{tr!(locale, verify.submit)}</Submit>
        </PostForm>
    }
    .into_any()
}
