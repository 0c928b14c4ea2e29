//! Checks whose session the browser has.

use std::rc::Rc;

use leptos::task::spawn_local;

use super::Hub;
use super::account::leave_account;
use crate::api::me;
use crate::types::AppError;

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
