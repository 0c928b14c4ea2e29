//! Who is signed in and what they have, as the whole application sees it.

use leptos::prelude::*;

use super::data::Data;
use crate::api::{get_balance, me};
use crate::types::{AppError, BalanceView, UserView};

/// The signed-in user, their balance, and the clock by which everything that was loaded is loaded anew.
#[derive(Clone, Copy)]
pub struct Session {
    version: RwSignal<u32>,
    /// `Ok(None)` where nobody is signed in.
    pub user: Data<Option<UserView>>,
    /// `Ok(None)` where nobody is signed in.
    pub balance: Data<Option<BalanceView>>,
}

impl Session {
    /// Makes it and gives it to everything below.
    pub fn provide() -> Self {
        let version = RwSignal::new(0);
        let session = Self {
            version,
            user: Data::new(move || {
                version.track();
                async { if_signed_in(me().await) }
            }),
            balance: Data::new(move || {
                version.track();
                async { if_signed_in(get_balance().await) }
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

    /// Takes over a balance that the server told.
    pub fn set_balance(self, balance: BalanceView) {
        self.balance.set(Some(balance));
    }
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
