//! Errors in words: a whole request's above its form or in place of what could not be loaded, a field's
//! at the field.

use leptos::prelude::*;

use super::form::FailedForm;
use super::guard::respond_with_error;
use super::{Icon, Locale, browser, format, labels, tr, use_locale};
use crate::types::{AppError, FieldErrors, Violation};

/// Id of the summary above a form.
const SUMMARY_ID: &str = "form-errors";

/// What is wrong with a form, for the form and each of its fields; a form provides it as a context.
#[derive(Clone, Copy)]
pub struct FieldFaults {
    /// The request's error, if any.
    pub error: Signal<Option<AppError>>,
    /// The rules that fields break.
    pub fields: Signal<FieldErrors>,
}

impl FieldFaults {
    /// The faults of a form where the server's last answer was that error.
    pub fn provide_of(error: impl Fn() -> Option<AppError> + Send + Sync + 'static) -> Self {
        let error = Signal::derive(error);
        let fields = Signal::derive(move || fields_of(error.get()));
        let faults = Self { error, fields };
        provide_context(faults);
        faults
    }
}

/// The broken rules that an error tells by field.
pub fn fields_of(error: Option<AppError>) -> FieldErrors {
    match error {
        Some(AppError::Invalid(fields)) => fields,
        _ => FieldErrors::new(),
    }
}

/// A broken rule, as the person at the field reads it.
pub fn violation_text(l: Locale, violation: &Violation) -> String {
    match violation {
        Violation::Required => tr!(l, violation.required).to_owned(),
        Violation::NotANumber => tr!(l, violation.number).to_owned(),
        Violation::AmbiguousNumber => tr!(l, violation.ambiguous_number).to_owned(),
        Violation::NotAWholeNumber => tr!(l, violation.whole_number).to_owned(),
        Violation::NotADate => tr!(l, violation.date).to_owned(),
        Violation::NotABoolean => tr!(l, violation.boolean).to_owned(),
        Violation::NotAnId => tr!(l, violation.id).to_owned(),
        Violation::NotAnEmail => tr!(l, violation.email).to_owned(),
        Violation::NotACursor => tr!(l, violation.cursor).to_owned(),
        Violation::TooShort { min } => tr!(l, violation.too_short, min = *min),
        Violation::TooLong { max } => tr!(l, violation.too_long, max = *max),
        Violation::TooManyWords { max } => tr!(l, violation.too_many_words, max = *max),
        Violation::NothingVisible => tr!(l, violation.nothing_visible).to_owned(),
        Violation::OutOfRange { min, max } => tr!(
            l,
            violation.out_of_range,
            min = format::plain_number(l, *min),
            max = format::plain_number(l, *max)
        ),
        Violation::NotOneOf { .. } => tr!(l, violation.one_of).to_owned(),
        Violation::DateOutOfRange { min, max } => {
            tr!(
                l,
                violation.date_range,
                min = min.clone(),
                max = max.clone()
            )
        }
        Violation::Before { other } => {
            tr!(
                l,
                violation.before,
                other = labels::field(l, other).to_owned()
            )
        }
        Violation::NotAfter { other } => {
            tr!(
                l,
                violation.not_after,
                other = labels::field(l, other).to_owned()
            )
        }
        Violation::TooLongAfter { other, max_days } => tr!(
            l,
            violation.too_long_after,
            other = labels::field(l, other).to_owned(),
            days = *max_days
        ),
        Violation::Wrong => tr!(l, violation.wrong).to_owned(),
        Violation::Rejected { reason } => reason.clone(),
    }
}

/// An error, as the person who asked reads it.
pub fn error_text(l: Locale, error: &AppError) -> String {
    match error {
        AppError::Malformed(_) | AppError::WrongMethod => tr!(l, error.malformed).to_owned(),
        AppError::Invalid(_) => tr!(l, error.invalid).to_owned(),
        AppError::KeyReused => tr!(l, error.key_reused).to_owned(),
        AppError::Unauthorized => tr!(l, error.unauthorized).to_owned(),
        AppError::BadCredentials => tr!(l, error.bad_credentials).to_owned(),
        AppError::InsufficientCredits { needed, available } => tr!(
            l,
            error.insufficient,
            needed = format::credits(l, *needed),
            available = format::credits(l, *available)
        ),
        AppError::Forbidden(_) => tr!(l, error.forbidden).to_owned(),
        AppError::WrongAddress { public_url } => {
            tr!(l, error.wrong_address, url = public_url.clone())
        }
        AppError::NotFound => tr!(l, error.not_found).to_owned(),
        AppError::Conflict(_) => tr!(l, error.conflict).to_owned(),
        AppError::PriceChanged { price } => {
            tr!(l, error.price_changed, price = format::credits(l, *price))
        }
        AppError::OtherAccount => tr!(l, error.other_account).to_owned(),
        AppError::TooLarge { .. } => tr!(l, error.too_large).to_owned(),
        AppError::TooManyRequests { retry_after_s } => {
            tr!(l, error.too_many, seconds = *retry_after_s)
        }
        AppError::TooManyOpen { limit } => tr!(l, error.too_many_open, limit = *limit),
        AppError::Unavailable { retry_after_s, .. } => {
            tr!(l, error.unavailable, seconds = *retry_after_s)
        }
        AppError::Unreachable => tr!(l, error.unreachable).to_owned(),
        AppError::Internal => tr!(l, error.internal).to_owned(),
    }
}

/// The summary above a form: what is wrong, with a link to each field. It takes the focus when it appears.
#[component]
pub fn FormErrors(
    /// The words for a 409, which means something else in each form.
    #[prop(optional)]
    conflict: Option<&'static str>,
) -> impl IntoView {
    let l = use_locale();
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
                _ => error_text(l, &error),
            };
            let top_up = matches!(error, AppError::InsufficientCredits { .. });
            let fields = fields_of(Some(error))
                .into_iter()
                .map(|(name, violation)| {
                    let id = super::field::control_id(&name);
                    let href = format!("#{id}");
                    let label = labels::field(l, &name).to_owned();
                    let text = violation_text(l, &violation);
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
                        <h2 class="notice-title">{tr!(l, error.summary)}</h2>
                        <p>{text}</p>
                        <ul>{fields}</ul>
                        {top_up
                            .then(|| {
                                view! {
                                    <p>
                                        <a class="button" href="/overview#top-up">
                                            {tr!(l, error.top_up)}
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

/// In place of something that could not be loaded; the server's answer has the status of the error.
#[component]
pub fn ErrorPanel(
    /// Why.
    error: AppError,
) -> impl IntoView {
    let l = use_locale();
    respond_with_error(&error);
    // What was asked for stands in the URL then.
    let what = match error {
        AppError::Invalid(fields) => {
            let line = |(name, violation): (String, Violation)| {
                let label = labels::field(l, &name).to_owned();
                view! { <li>{label} ": " {violation_text(l, &violation)}</li> }
            };
            let lines: Vec<_> = fields.into_iter().map(line).collect();
            view! { <ul>{lines}</ul> }.into_any()
        }
        error => view! { <p>{error_text(l, &error)}</p> }.into_any(),
    };
    view! {
        <div class="notice notice-bad" role="alert">
            <Icon name="alert" />
            <div>
                <h2 class="notice-title">{tr!(l, error.load_title)}</h2>
                {what}
                <p>
                    <a href=FailedForm::reload_url() rel="external">
                        {tr!(l, error.reload)}
                    </a>
                </p>
            </div>
        </div>
    }
}
