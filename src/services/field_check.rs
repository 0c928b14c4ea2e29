//! Reads the fields of a request and collects their errors, so that all are reported at once.

use crate::types::{AppError, text_violation};

/// The errors of the fields that were read so far.
#[derive(Default)]
pub(super) struct FieldCheck {
    error: Option<AppError>,
}

impl FieldCheck {
    /// The value of a field; `None` if it is invalid.
    pub(super) fn read<T>(&mut self, value: Result<T, AppError>) -> Option<T> {
        match value {
            Ok(value) => return Some(value),
            Err(AppError::Invalid(more)) => match &mut self.error {
                Some(AppError::Invalid(fields)) => fields.extend(more),
                known => {
                    known.get_or_insert(AppError::Invalid(more));
                }
            },
            Err(other) => self.error = Some(other),
        }
        None
    }

    /// What is wrong, if any field is invalid.
    pub(super) fn error(self) -> AppError {
        self.error.unwrap_or(AppError::Internal)
    }
}

/// A free text of at most `max` characters, without the white space around it.
///
/// # Errors
/// [`AppError::Invalid`] naming `field`.
pub(super) fn check_text<'a>(field: &str, text: &'a str, max: u32) -> Result<&'a str, AppError> {
    let text = text.trim();
    match text_violation(text, max) {
        Some(violation) => Err(AppError::invalid(field, violation)),
        None => Ok(text),
    }
}
