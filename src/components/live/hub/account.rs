//! Whose page a tab holds, and what happens where somebody else is signed in.

use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::device::random;
use super::{Hub, RETRY_SPREAD_MS, Session};
use crate::api::me;
use crate::components::browser;
use crate::types::AppError;

const SESSION_RETRY_S: u64 = 5;

impl Hub {
    /// Asks the server who is signed in, and begins anew where that is somebody else than on this page.
    pub(super) fn check_session(self: &Rc<Self>) {
        if self.is_checking.replace(true) {
            return;
        }
        let hub = Rc::clone(self);
        spawn_local(async move {
            let account = match me().await {
                Ok(user) => Some(user.id.0),
                Err(AppError::Unauthorized) => Some(0),
                Err(_) => None,
            };
            hub.is_checking.set(false);
            if account.is_none() || account == hub.account.get() {
                return;
            }
            if hub.account.get() == Some(0) {
                hub.session.refresh();
            } else {
                leave_account();
            }
        });
    }
}

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
