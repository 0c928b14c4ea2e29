//! What several operations have in common: examples and errors.

use crate::types::{AppError, CapPeriod, CapReached, Credits, Violation};

/// An example of a response, from a file.
macro_rules! example {
    ($name:literal) => {
        include_str!(concat!("../examples/", $name, ".json"))
    };
}

pub(super) use example;

/// The longest code that is worth typing: a recovery code, or that of an invitation, with spaces.
pub(super) const CODE_MAX_CHARS: u32 = 40;

/// The errors of a request about a task of the user.
pub(super) fn no_task() -> [AppError; 2] {
    [
        AppError::invalid("id", Violation::NotAnId),
        AppError::NotFound,
    ]
}

/// The errors of a page of a list.
pub(super) fn no_page() -> [AppError; 3] {
    [
        AppError::invalid("limit", Violation::out_of_range(1.0, 100.0)),
        AppError::invalid("cursor", Violation::NotACursor),
        busy(),
    ]
}

/// A user has too many requests of a kind in progress.
pub(super) fn busy() -> AppError {
    AppError::TooManyRequests { retry_after_s: 2 }
}

/// The cap of an API key in total, here 300 credits, does not cover what is needed.
pub(super) fn total_cap_reached(spent: Credits, needed: Credits) -> AppError {
    AppError::CapReached(CapReached {
        cap: CapPeriod::Total,
        limit: Credits(300),
        spent,
        needed,
        resets_at: None,
        api_key: "pc_4fXy…Qr9Z".to_owned(),
    })
}

/// The state of a task or a model does not allow the request.
pub(super) fn conflict(reason: &str) -> AppError {
    AppError::Conflict(reason.to_owned())
}
