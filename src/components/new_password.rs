//! The field for a new password, which says how strong it is while it is typed. The server rates it, because the lists of
//! common passwords and words are larger than the whole client bundle. Without JavaScript, the rules are checked when the
//! form is sent.

use std::time::Duration;

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use super::Field;
use super::error_text::violation_text;
use super::query::query;
use crate::api::RatePassword;
use crate::client::data::value_of;
use crate::client::{Locale, browser, tr, use_locale};
use crate::types::{AppError, PASSWORD_MIN_CHARS, PasswordStrengthView, Strength};

/// How long typing must pause before the password is rated.
const REST: Duration = Duration::from_millis(400);

/// The field for a new password.
#[component]
pub fn NewPasswordField(
    /// Wire name.
    name: &'static str,
    /// The form that it is in; its field `email`, if any, must not be part of the password.
    form: &'static str,
) -> impl IntoView {
    let locale = use_locale();
    let rating = RwSignal::new(None::<PasswordStrengthView>);
    let rate_later = move || {
        let value = |name| browser::control_value(form, name).unwrap_or_default();
        let typed = value(name);
        rating.set(None);
        if typed.is_empty() {
            return;
        }
        set_timeout(
            move || rate(form, name, typed, value("email"), rating),
            REST,
        );
    };
    view! {
        <div class="new-password" on:input=move |_| rate_later()>
            <Field
                name
                kind="password"
                autocomplete="new-password"
                hint=tr!(locale, hint.new_password, min = PASSWORD_MIN_CHARS)
            />
            <div class="strength" aria-live="polite">
                {move || rating.get().map(|rating| strength_view(locale, rating))}
            </div>
        </div>
    }
}

/// Has the server rate a password, unless it has been changed meanwhile.
fn rate(
    form: &'static str,
    name: &'static str,
    typed: String,
    email: String,
    rating: RwSignal<Option<PasswordStrengthView>>,
) {
    let is_current =
        move |typed: &str| browser::control_value(form, name).is_some_and(|now| now == typed);
    if !is_current(&typed) {
        return;
    }
    let body = query([("password", typed.clone()), ("email", email)]);
    browser::post(RatePassword::PATH, body, false, move |response| {
        // The form checks the rules again, so an error here only means that nothing is shown. The page may have been left.
        let rated: Result<PasswordStrengthView, AppError> = value_of(response);
        if let (Ok(rated), true) = (rated, is_current(&typed)) {
            let _ = rating.try_set(Some(rated));
        }
    });
}

fn strength_view(locale: Locale, rating: PasswordStrengthView) -> impl IntoView {
    let word = match rating.strength {
        Strength::Weak => tr!(locale, password.weak),
        Strength::Fair => tr!(locale, password.fair),
        Strength::Good => tr!(locale, password.good),
        Strength::Strong => tr!(locale, password.strong),
    };
    let violation = rating.violation.as_ref();
    let text = violation.map_or_else(
        || tr!(locale, password.strength, strength = word),
        |problem| violation_text(locale, &problem.violation),
    );
    view! {
        <span class="strength-bar" data-strength=rating.strength.as_str() aria-hidden="true"></span>
        <p class="field-hint">{text}</p>
    }
}
