//! A code as its user gives it.

use crate::services::typed_codes;
use crate::types::{AppError, Violation};

/// The field of a code.
pub(super) const CODE: &str = "code";

/// A code as given.
pub(super) enum Given {
    /// Of an authenticator app.
    App(String),
    /// A recovery code, normalized.
    Recovery(String),
}

impl Given {
    pub(super) fn parse(code: &str) -> Result<Self, AppError> {
        let digits: String = code.chars().filter(|it| !it.is_whitespace()).collect();
        if digits.is_empty() {
            return Err(AppError::invalid(CODE, Violation::Required));
        }
        // A code of another form is as wrong as any other, and counts as a failure.
        Ok(match typed_codes::normalize(code) {
            Some(code) => Self::Recovery(code),
            None => Self::App(digits),
        })
    }
}
