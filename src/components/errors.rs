//! Errors on the page: above a form, beside a button, and instead of data that could not be loaded.

use leptos::prelude::*;

use super::error_text::{error_text, violation_text};
use super::field_faults::{FieldFaults, control_id, fields_of};
use super::{Icon, labels};
use crate::client::form_action::AnsweredForm;
use crate::client::respond::respond_with_error;
use crate::client::{Locale, browser, tr, use_locale};
use crate::types::{AppError, Violation};

/// Id of the summary above a form.
const SUMMARY_ID: &str = "form-errors";

/// What went wrong with the button beside it.
pub fn error_line(locale: Locale, error: Option<AppError>) -> Option<AnyView> {
    error.map(|error| alert_line(error_text(locale, &error)))
}

/// A line that screen readers read at once.
pub fn alert_line(text: String) -> AnyView {
    view! {
        <p class="field-error" role="alert">
            {text}
        </p>
    }
    .into_any()
}

/// The summary above a form: what is wrong, with a link to each field. It takes the focus when it appears.
#[component]
pub fn FormErrors(
    /// The text for a 409, which has another meaning in each form.
    #[prop(optional)]
    conflict: Option<&'static str>,
) -> impl IntoView {
    let locale = use_locale();
    let faults = use_context::<FieldFaults>();
    let shown = Memo::new(move |_| faults.and_then(|faults| faults.error.get()));
    Effect::new(move |_| {
        if shown.with(Option::is_some) {
            request_animation_frame(|| browser::focus(SUMMARY_ID));
        }
    });
    move || {
        shown.get().map(|error| {
            let text = match (&error, conflict) {
                (AppError::Conflict(_), Some(text)) => text.to_owned(),
                _ => error_text(locale, &error),
            };
            let top_up = matches!(error, AppError::InsufficientCredits { .. });
            let fields = fields_of(Some(error))
                .into_iter()
                .map(|(name, violation)| {
                    let id = control_id(&name);
                    let href = format!("#{id}");
                    let label = labels::field(locale, &name).to_owned();
                    let text = violation_text(locale, &violation);
                    view! {
                        <li>
                            <a
                                href=href
                                rel="external"
                                on:click=move |event| {
                                    event.prevent_default();
                                    browser::focus(&id);
                                }
                            >
                                {label}
                            </a>
                            ": "
                            {text}
                        </li>
                    }
                })
                .collect_view();
            view! {
                <div class="notice notice-bad" id=SUMMARY_ID role="alert" tabindex="-1">
                    <Icon name="alert" />
                    <div>
                        <h2 class="notice-title">{tr!(locale, error.summary)}</h2>
                        <p>{text}</p>
                        <ul>{fields}</ul>
                        {top_up
                            .then(|| {
                                view! {
                                    <p>
                                        <a class="button" href="/overview#top-up">
                                            {tr!(locale, error.top_up)}
                                        </a>
                                    </p>
                                }
                            })}
                    </div>
                </div>
            }
        })
    }
}

/// Shown instead of data that could not be loaded. The response of the server gets the status of the error.
#[component]
pub fn ErrorPanel(
    /// The error.
    error: AppError,
) -> impl IntoView {
    let locale = use_locale();
    respond_with_error(&error);
    // The request came from the URL, so there is no form to mark the fields in.
    let what = match error {
        AppError::Invalid(fields) => {
            let line = |(name, violation): (String, Violation)| {
                let label = labels::field(locale, &name).to_owned();
                view! { <li>{label} ": " {violation_text(locale, &violation)}</li> }
            };
            let lines: Vec<_> = fields.into_iter().map(line).collect();
            view! { <ul>{lines}</ul> }.into_any()
        }
        error => view! { <p>{error_text(locale, &error)}</p> }.into_any(),
    };
    view! {
        <div class="notice notice-bad" role="alert">
            <Icon name="alert" />
            <div>
                <h2 class="notice-title">{tr!(locale, error.load_title)}</h2>
                {what}
                <p>
                    <a href=AnsweredForm::reload_url() rel="external">
                        {tr!(locale, error.reload)}
                    </a>
                </p>
            </div>
        </div>
    }
}
