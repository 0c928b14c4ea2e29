//! The errors of a form, for its summary and its fields.

use leptos::prelude::*;

use crate::types::{AppError, FieldErrors};

/// The id of the control of the field with that wire name.
pub fn control_id(name: &str) -> String {
    format!("field-{name}")
}

/// The errors of a form as a whole and of its fields. A form provides them as a context.
#[derive(Clone, Copy)]
pub struct FieldFaults {
    /// The request's error, if any.
    pub error: Signal<Option<AppError>>,
    /// The broken rules by field.
    pub fields: Signal<FieldErrors>,
}

impl FieldFaults {
    /// Provides the errors of a form whose last request failed with that error.
    pub fn provide_of(error: impl Fn() -> Option<AppError> + Send + Sync + 'static) -> Self {
        let error = Signal::derive(error);
        let fields = Signal::derive(move || fields_of(error.get()));
        let faults = Self { error, fields };
        provide_context(faults);
        faults
    }
}

/// The broken rules by field in an error.
pub fn fields_of(error: Option<AppError>) -> FieldErrors {
    match error {
        Some(AppError::Invalid(fields)) => fields,
        _ => FieldErrors::new(),
    }
}
