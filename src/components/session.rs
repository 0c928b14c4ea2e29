//! Who is signed in and what they have, as the whole application sees it.

use leptos::prelude::*;

use super::data::Data;
use super::shared::shared;
use crate::api::{get_balance, me};
use crate::types::{AppError, BalanceView, UserView};

/// The signed-in user, their balance, and the clock by which everything that was loaded is loaded anew.
#[derive(Clone, Copy)]
pub struct Session {
    version: RwSignal<u32>,
    /// The id of the account that is signed in; empty where nobody is, or where the browser cannot know yet.
    account: RwSignal<String>,
    /// `Ok(None)` where nobody is signed in.
    pub user: Data<Option<UserView>>,
    /// `Ok(None)` where nobody is signed in.
    pub balance: Data<Option<BalanceView>>,
}

impl Session {
    /// Makes it and gives it to everything below.
    pub fn provide() -> Self {
        let version = RwSignal::new(0);
        let account = RwSignal::new(shared(account_of_request));
        let session = Self {
            version,
            account,
            user: Data::new(move || {
                version.track();
                async { if_signed_in(me().await) }
            }),
            balance: Data::new(move || {
                version.track();
                async { if_signed_in(get_balance().await) }
            }),
        };
        Effect::new(move || {
            if let Some(Ok(user)) = session.user.get() {
                account.set(user.map(|user| user.id.to_string()).unwrap_or_default());
            }
        });
        provide_context(session);
        session
    }

    /// Counts the reloads: part of the source of every resource that a live change can age.
    pub fn version(self) -> u32 {
        self.version.get()
    }

    /// The account that is signed in now, for a form that is made now.
    pub fn account_now(self) -> String {
        self.account.get_untracked()
    }

    /// Forgets whose page this is, until it is known who is signed in now.
    pub fn forget_account(self) {
        self.account.set(String::new());
    }

    /// Loads everything anew: somebody signed in or out, or changes may have been missed.
    pub fn refresh(self) {
        self.version.update(|version| *version += 1);
    }

    /// Takes over a balance that the server told.
    pub fn set_balance(self, balance: BalanceView) {
        self.balance.set(Some(balance));
    }
}

/// The account of the request behind a page; the browser finds it in the page.
fn account_of_request() -> String {
    #[cfg(feature = "ssr")]
    {
        crate::api::current_account()
            .map(|user| user.to_string())
            .unwrap_or_default()
    }
    #[cfg(not(feature = "ssr"))]
    String::new()
}

/// The answer to somebody who is signed in; `None` for anybody else.
fn if_signed_in<T>(answer: Result<T, AppError>) -> Result<Option<T>, AppError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(AppError::Unauthorized) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The session of this application.
///
/// # Panics
/// Outside of `App`, which provides it.
#[expect(
    clippy::expect_used,
    reason = "every component is rendered under `App`, which provides the session first"
)]
pub fn use_session() -> Session {
    use_context().expect("`App` provides the session")
}
