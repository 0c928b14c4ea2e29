//! What server functions need from their request: the services, the cookies or the API key, the client.

use http::HeaderValue;
use http::header::USER_AGENT;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use tower_cookies::Cookies;

use crate::services::attempts::Client;
use crate::services::positions::PagePosition;
use crate::services::predictions::Payer;
use crate::services::sessions::{Origin, SessionRow};
use crate::services::user_slots::Slot;
use crate::services::{Services, SignedIn, UsedKey, User};
use crate::types::{AppError, UserId};

/// The request behind a server function or a page.
pub struct Request {
    cookies: Cookies,
    /// The user, if [`crate::server`] has already checked the session or the key.
    signed_in: Option<SignedIn>,
    /// The API key, which takes the place of the cookies.
    key: Option<UsedKey>,
    /// The browser's description of itself.
    user_agent: Option<String>,
    /// The client, for the limits on logins.
    pub client: Client,
}

/// The services and the request.
///
/// # Errors
/// [`AppError::Internal`] if the router's middleware is missing.
pub fn visitor() -> Result<(Services, Request), AppError> {
    let services = use_context::<Services>().ok_or(AppError::Internal)?;
    let parts = use_context::<http::request::Parts>().ok_or(AppError::Internal)?;
    let cookies = parts
        .extensions
        .get::<Cookies>()
        .ok_or(AppError::Internal)?;
    let mut client = parts
        .extensions
        .get::<Client>()
        .ok_or(AppError::Internal)?
        .clone();
    client.device = services.sessions.device(cookies);
    let request = Request {
        cookies: cookies.clone(),
        signed_in: parts.extensions.get::<SignedIn>().cloned(),
        key: parts.extensions.get::<UsedKey>().cloned(),
        user_agent: parts
            .headers
            .get(USER_AGENT)
            .and_then(|it| it.to_str().ok())
            .map(ToOwned::to_owned),
        client,
    };
    Ok((services, request))
}

/// The services and the signed-in user.
///
/// # Errors
/// 401.
pub async fn signed_in() -> Result<(Services, User), AppError> {
    let page = use_context::<PagePosition>();
    let (services, request) = visitor()?;
    let user = request.user(&services).await?;
    if let Some(page) = page {
        // Read before any other data of the page, so that the position is never ahead of the data.
        page.token(&services.positions, user.id).await;
    }
    Ok((services, user))
}

/// Like [`signed_in`], but refuses requests from a page of another account.
///
/// # Errors
/// 401; 409 if the page belongs to another account.
pub async fn signed_in_as(account: &str) -> Result<(Services, User), AppError> {
    let (services, request) = visitor()?;
    let user = request.user_as(&services, account).await?;
    Ok((services, user))
}

/// Like [`signed_in_as`], for a change. Waits for one of the user's slots for changes, which the caller must keep until
/// the change is done.
///
/// # Errors
/// 401; 409 if the page belongs to another account; 429 if the user has too many changes in progress.
pub async fn signed_in_to_change(account: &str) -> Result<(Services, User, Slot), AppError> {
    let (services, user) = signed_in_as(account).await?;
    let slot = services.write_slots.take(user.id).await?;
    Ok((services, user, slot))
}

impl Request {
    /// The account in the session cookie. Does not check that the session is still valid.
    pub fn claimed_account(&self, services: &Services) -> Option<UserId> {
        services.sessions.claimed_user(&self.cookies)
    }

    /// The signed-in user, if `account` is blank or the id of that user. Pages send the account that they were rendered
    /// for.
    ///
    /// # Errors
    /// 401; 409 if `account` is another user.
    pub async fn user_as(&self, services: &Services, account: &str) -> Result<User, AppError> {
        let user = self.user(services).await?;
        let account = account.trim();
        if account.is_empty() || account == user.id.to_string() {
            Ok(user)
        } else {
            Err(AppError::OtherAccount)
        }
    }

    /// The signed-in user.
    ///
    /// # Errors
    /// 401.
    pub async fn user(&self, services: &Services) -> Result<User, AppError> {
        match (&self.signed_in, &self.key) {
            (Some(SignedIn(user)), _) => Ok(User::clone(user)),
            (None, Some(key)) => services.api_keys.user(key).await,
            (None, None) => services.sessions.user(&self.cookies).await,
        }
    }

    /// The API key of the request.
    pub fn key(&self) -> Option<&UsedKey> {
        self.key.as_ref()
    }

    /// Who pays for what this user requests.
    pub fn payer(&self, user: &User) -> Payer {
        Payer::of(user, self.key.as_ref())
    }

    /// Starts a session in this browser, which ends its earlier one. A program with an API key gets none.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn sign_in(&self, services: &Services, user: &User) -> Result<(), AppError> {
        if self.key.is_none() {
            let origin = Origin::new(self.user_agent.as_deref(), self.client.address);
            services.sessions.open(&self.cookies, user, origin).await?;
        }
        Ok(())
    }

    /// Ends the login of a user who has given the password if the account has a second factor, and notes that it waits.
    ///
    /// # Errors
    /// [`AppError::SecondFactorRequired`]; 503 if the database is unavailable.
    pub async fn check_second_step(
        &self,
        services: &Services,
        user: &User,
    ) -> Result<(), AppError> {
        if services.second_factor.is_enabled(user.id).await? {
            services.sessions.begin_login(&self.cookies, user);
            return Err(AppError::SecondFactorRequired);
        }
        Ok(())
    }

    /// Starts a session for a user who has given all that a login needs. The user is told of a new browser.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn log_in(&self, services: &Services, user: &User) -> Result<(), AppError> {
        services.accounts.note_login(user, &self.client).await?;
        self.sign_in(services, user).await
    }

    /// The user whose password was given in this browser, as the first step of a login.
    ///
    /// # Errors
    /// 401; 503 if the database is unavailable.
    pub async fn pending_login(&self, services: &Services) -> Result<User, AppError> {
        services.sessions.pending_login(&self.cookies).await
    }

    /// The signed-in user, with the session of this browser; without one if there is an API key.
    ///
    /// # Errors
    /// 401; 503 if the database is unavailable.
    pub async fn user_and_session(
        &self,
        services: &Services,
    ) -> Result<(User, Option<SessionRow>), AppError> {
        if self.key.is_some() {
            return Ok((self.user(services).await?, None));
        }
        let (session, user) = services.sessions.find(&self.cookies).await?;
        Ok((user, Some(session)))
    }

    /// The session of this browser; none with an API key.
    ///
    /// # Errors
    /// 401; 503 if the database is unavailable.
    pub async fn session(&self, services: &Services) -> Result<Option<SessionRow>, AppError> {
        if self.key.is_some() {
            return Ok(None);
        }
        let (session, _) = services.sessions.check(&self.cookies).await?;
        Ok(Some(session))
    }

    /// Notes that the user has just authenticated again, and gives the session a new cookie.
    ///
    /// # Errors
    /// 401; 503 if the database is unavailable.
    pub async fn renew_session(&self, services: &Services) -> Result<(), AppError> {
        services.sessions.renew(&self.cookies).await
    }

    /// Ends the session of this browser.
    ///
    /// # Errors
    /// 429 if the user has too many changes in progress; 503 if the database is unavailable.
    pub async fn sign_out(&self, services: &Services) -> Result<(), AppError> {
        clear_browser_storage();
        let _slot = match self.claimed_account(services) {
            Some(user) => Some(services.write_slots.take(user).await?),
            None => None,
        };
        services.sessions.close(&self.cookies).await
    }

    /// Removes the cookie of a session that has ended. A program with an API key has none.
    pub fn forget(&self, services: &Services) {
        if self.key.is_none() {
            clear_browser_storage();
            services.sessions.forget(&self.cookies);
        }
    }
}

/// Makes the browser delete what pages have stored and what it has cached, so that no data outlives its session. Cookies
/// stay: language, theme and the mark of a known browser belong to no session. Browsers obey only over https and on
/// localhost.
fn clear_browser_storage() {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(
            http::HeaderName::from_static("clear-site-data"),
            HeaderValue::from_static("\"cache\", \"storage\""),
        );
    }
}
