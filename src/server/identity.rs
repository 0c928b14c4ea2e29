//! Who sends a request to a route that is no server function: a user with a session or with an API key.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tower_cookies::Cookies;

use crate::services::predictions::Payer;
use crate::services::{Services, UsedKey, User};
use crate::types::AppError;

/// The cookies and the API key of a request.
#[derive(Clone)]
pub struct Identity {
    cookies: Option<Cookies>,
    key: Option<UsedKey>,
}

impl<S: Sync> FromRequestParts<S> for Identity {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self {
            cookies: parts.extensions.get::<Cookies>().cloned(),
            key: parts.extensions.get::<UsedKey>().cloned(),
        })
    }
}

impl Identity {
    /// The user, whose session or key is checked and used now.
    ///
    /// # Errors
    /// 401; 503 if the database is unavailable.
    pub async fn user(&self, services: &Services) -> Result<User, AppError> {
        match (&self.key, &self.cookies) {
            (Some(key), _) => services.api_keys.user(key).await,
            (None, Some(cookies)) => services.sessions.user(cookies).await,
            (None, None) => Err(AppError::Internal),
        }
    }

    /// Who pays for what this user requests.
    pub fn payer(&self, user: &User) -> Payer {
        Payer::of(user, self.key.as_ref())
    }

    /// Checks the session or key again. A stream that stays open does not keep its session from expiring.
    ///
    /// # Errors
    /// 401; 503 if the database is unavailable.
    pub async fn check(&self, services: &Services) -> Result<(), AppError> {
        match (&self.key, &self.cookies) {
            (None, Some(cookies)) => services.sessions.check(cookies).await.map(drop),
            _ => self.user(services).await.map(drop),
        }
    }
}
