//! What is wrong with a form, for its summary and its fields.

use leptos::prelude::*;

use crate::types::{AppError, FieldErrors};

/// Id of the control of a field, by its wire name.
pub fn control_id(name: &str) -> String {
    format!("field-{name}")
}

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
