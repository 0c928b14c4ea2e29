//! Who is signed in and what they have, as the whole application sees it.

use leptos::prelude::*;

use super::browser;
use super::data::Data;
use crate::api::{get_balance, me, page_position};
use crate::types::{AppError, BalanceView, JsonText, UserId, UserView};

/// The signed-in user, their balance, and the clock by which everything that was loaded is loaded anew.
#[derive(Clone, Copy)]
pub struct Session {
    version: RwSignal<u32>,
    /// The account that this page belongs to: none where nobody is signed in. It never becomes somebody else's.
    account: RwSignal<Option<UserId>>,
    /// `Ok(None)` where nobody is signed in.
    pub user: Data<Option<UserView>>,
    /// `Ok(None)` where nobody is signed in.
    pub balance: Data<Option<BalanceView>>,
    /// Where the data of the page that the server drew stands, for its event stream to begin from.
    pub position: Data<Option<String>>,
}

impl Session {
    /// Makes it and gives it to everything below.
    pub fn provide() -> Self {
        let version = RwSignal::new(0);
        let session = Self {
            version,
            account: RwSignal::new(
                SharedValue::<_, JsonText>::new_with_encoding(account_of_request).into_inner(),
            ),
            user: Data::new(move || {
                version.track();
                async { if_signed_in(me().await) }
            }),
            balance: Data::new(move || {
                version.track();
                async { if_signed_in(get_balance().await) }
            }),
            position: Data::new(|| async {
                if_signed_in(page_position().await).map(Option::flatten)
            }),
        };
        provide_context(session);
        session
    }

    /// Counts the reloads: part of the source of every resource that a live change can age.
    pub fn version(self) -> u32 {
        self.version.get()
    }

    /// Loads everything anew: somebody signed in or out, or changes may have been missed.
    pub fn refresh(self) {
        self.version.update(|version| *version += 1);
    }

    /// Calls `act` after each [`Self::refresh`] from now on.
    pub fn on_refresh(self, act: impl Fn() + 'static) {
        Effect::new(move |before: Option<u32>| {
            let version = self.version();
            if before.is_some_and(|before| before != version) {
                untrack(&act);
            }
            version
        });
    }

    /// Takes over a balance that the server told.
    pub fn set_balance(self, balance: BalanceView) {
        self.balance.set(Some(balance));
    }

    /// The server has said whose page this is.
    pub fn enter(self, account: Option<UserId>) {
        if self.account.get_untracked() != account {
            self.account.set(account);
        }
    }

    /// Whether this page belongs to an account.
    pub fn has_account(self) -> bool {
        self.account.with(Option::is_some)
    }

    /// The account of the page as it is now, for a form that is made now.
    pub fn account_now(self) -> Option<UserId> {
        self.account.get_untracked()
    }

    /// What this tab keeps under that name for the account of the page.
    pub fn stored(self, name: &str) -> Option<String> {
        browser::stored(&self.storage_key(name)?)
    }

    /// Keeps a value in this tab until it is closed or the account is left.
    pub fn store(self, name: &str, value: &str) {
        if let Some(key) = self.storage_key(name) {
            browser::store(&key, value);
        }
    }

    /// Forgets what is kept under that name.
    pub fn forget(self, name: &str) {
        if let Some(key) = self.storage_key(name) {
            browser::forget(&key);
        }
    }

    /// Told apart by account, so that nobody is shown what somebody else has typed, even where the account was
    /// left in a way that no page could notice.
    fn storage_key(self, name: &str) -> Option<String> {
        let account = self.account_now()?;
        Some(format!("{name}:{account}"))
    }
}

/// The account of the request behind a page; the browser finds it in the page.
fn account_of_request() -> Option<UserId> {
    #[cfg(feature = "ssr")]
    {
        crate::api::current_account()
    }
    #[cfg(not(feature = "ssr"))]
    None
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
