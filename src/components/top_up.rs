//! The form that buys credits.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use super::field::Submit;
use super::form::PostForm;
use super::{Field, FormErrors, format, toast};
use crate::api;
use crate::client::form_action::FormAction;
use crate::client::idempotency::IdempotencyKey;
use crate::client::{browser, tr, use_locale, use_session};
use crate::components::field_faults::FieldFaults;
use crate::types::{TopUps, TransactionView};

const FORM_ID: &str = "top-up";
const AMOUNT_DEFAULT: &str = "100";

/// How the user gets more credits.
#[component]
pub fn TopUp() -> impl IntoView {
    let locale = use_locale();
    match browser::site_rules().top_ups {
        TopUps::Demonstration => view! { <TopUpForm /> }.into_any(),
        TopUps::Off => view! { <p id=FORM_ID>{tr!(locale, top_up.off)}</p> }.into_any(),
    }
}

/// Buys credits by a demonstration payment.
#[component]
fn TopUpForm() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let sending = FormAction::new(api::TopUp::PATH);
    let key = IdempotencyKey::new("top_up", sending);
    FieldFaults::provide_of(move || sending.error());
    sending.on_result(move |answer: Result<TransactionView, _>| {
        key.settle(&answer);
        if let Ok(line) = answer {
            browser::write_control(FORM_ID, "amount", AMOUNT_DEFAULT);
            session.refresh();
            toast::say(tr!(
                locale,
                top_up.done,
                credits = format::credits(locale, line.amount),
                balance = format::credits(locale, line.balance_after)
            ));
        }
    });
    let send = sending.sender(move || {
        key.keep();
        true
    });
    let amount = Some(sending.entered("amount")).filter(|amount| !amount.is_empty());
    view! {
        <PostForm url=api::TopUp::PATH send=send id=FORM_ID>
            <FormErrors />
            {key.input()}
            <Field
                name="amount"
                inputmode="numeric"
                autocomplete="off"
                value=amount.unwrap_or_else(|| AMOUNT_DEFAULT.to_owned())
                hint=tr!(locale, hint.amount)
            />
            <Submit pending=sending.pending()>{tr!(locale, top_up.submit)}</Submit>
        </PostForm>
    }
}
