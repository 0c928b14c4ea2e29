//! Leaving an account, and trying again later.

use std::time::Duration;

use leptos::prelude::*;

use super::device::random;
use crate::client::{Session, browser};
use crate::types::AppError;

const SESSION_RETRY_S: u64 = 5;
/// Retries are spread over this time, so that clients do not come back all at once.
pub(super) const RETRY_SPREAD_MS: u32 = 5_000;

/// Nothing of an account outlives it: not what is stored, and not what the page holds.
pub(super) fn leave_account() {
    browser::forget_all();
    browser::reload();
}

/// Loads everything anew once the server may be back.
pub(super) fn look_again(session: Session, error: &AppError) {
    let wait_s = error.retry_after_s().unwrap_or(SESSION_RETRY_S);
    let wait = Duration::from_secs(wait_s) + Duration::from_millis(random(RETRY_SPREAD_MS).into());
    set_timeout(move || session.refresh(), wait);
}
