//! What a server function needs of its request: the services, the cookies, the client.

use http::HeaderValue;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use tower_cookies::Cookies;

use crate::services::attempts::Client;
use crate::services::positions::PagePosition;
use crate::services::user_slots::Slot;
use crate::services::{Services, SignedIn, User};
use crate::types::{AppError, UserId};

/// The request behind a server function or a page.
pub struct Request {
    cookies: Cookies,
    /// Where it was found already.
    signed_in: Option<SignedIn>,
    /// Who is asking, for the limits of log-in.
    pub client: Client,
}

/// The services and the request.
///
/// # Errors
/// [`AppError::Internal`] where the router was set up without its layers.
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
        // Before the page reads anything else, so that its position is never ahead of its data.
        page.token(&services.positions, user.id()).await;
    }
    Ok((services, user))
}

/// As [`signed_in`], where the page that asks was made for that user.
///
/// # Errors
/// 401; 409 where the page was made for another account.
pub async fn signed_in_as(account: &str) -> Result<(Services, User), AppError> {
    let (services, request) = visitor()?;
    let user = request.user_as(&services, account).await?;
    Ok((services, user))
}

/// As [`signed_in_as`], for a change: it waits its turn among the changes of that user.
///
/// # Errors
/// 401; 409 where the page was made for another account; 429 where the user has too many changes under way.
pub async fn signed_in_to_change(account: &str) -> Result<(Services, User, Slot), AppError> {
    let (services, user) = signed_in_as(account).await?;
    let slot = services.write_slots.take(user.id()).await?;
    Ok((services, user, slot))
}

impl Request {
    /// The account of the session cookie, without asking whether the session still stands.
    pub fn claimed_account(&self, services: &Services) -> Option<UserId> {
        services.sessions.claimed_user(&self.cookies)
    }

    /// Who is signed in, where `account` is blank or the id of that user: a page sends whom it was made for.
    ///
    /// # Errors
    /// 401; 409 where it is somebody else.
    pub async fn user_as(&self, services: &Services, account: &str) -> Result<User, AppError> {
        let user = self.user(services).await?;
        let account = account.trim();
        if account.is_empty() || account == user.id.to_string() {
            Ok(user)
        } else {
            Err(AppError::OtherAccount)
        }
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// 401.
    pub async fn user(&self, services: &Services) -> Result<User, AppError> {
        match &self.signed_in {
            Some(SignedIn(user)) => Ok(User::clone(user)),
            None => services.sessions.user(&self.cookies).await,
        }
    }

    /// Opens a session in this browser.
    pub fn sign_in(&self, services: &Services, user: &User) {
        services.sessions.open(&self.cookies, user);
    }

    /// Ends the session of this browser.
    ///
    /// # Errors
    /// 503 where the database is unavailable.
    pub async fn sign_out(&self, services: &Services) -> Result<(), AppError> {
        clear_browser_storage();
        let _slot = match self.claimed_account(services) {
            Some(user) => Some(services.write_slots.take(user).await?),
            None => None,
        };
        services.sessions.close(&self.cookies).await
    }

    /// Takes the cookie of a session that has ended.
    pub fn forget(&self, services: &Services) {
        clear_browser_storage();
        services.sessions.forget(&self.cookies);
    }
}

/// Has the browser forget what pages stored in it: no data outlives its session. Browsers heed it over https and at
/// localhost.
fn clear_browser_storage() {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(
            http::HeaderName::from_static("clear-site-data"),
            HeaderValue::from_static("\"storage\""),
        );
    }
}
