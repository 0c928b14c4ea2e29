//! What a server function needs of its request: the services, the cookies, the client.

use leptos::prelude::{expect_context, use_context};
use tower_cookies::Cookies;

use crate::services::attempts::Client;
use crate::services::positions::PagePosition;
use crate::services::{Services, User};
use crate::types::AppError;

/// The request behind a server function or a page.
pub struct Request {
    cookies: Cookies,
    /// Who is asking, for the limits of log-in.
    pub client: Client,
}

/// The services and the request.
///
/// # Errors
/// [`AppError::Internal`] where the router was set up without its layers.
pub fn visitor() -> Result<(Services, Request), AppError> {
    let services = expect_context::<Services>();
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

impl Request {
    /// Who is signed in.
    ///
    /// # Errors
    /// 401.
    pub async fn user(&self, services: &Services) -> Result<User, AppError> {
        services.sessions.user(&self.cookies).await
    }

    /// Opens a session in this browser.
    pub fn sign_in(&self, services: &Services, user: &User) {
        services.sessions.open(&self.cookies, user);
    }

    /// Ends the session of this browser.
    ///
    /// # Errors
    /// 503 where the database is away.
    pub async fn sign_out(&self, services: &Services) -> Result<(), AppError> {
        services.sessions.close(&self.cookies).await
    }

    /// Takes the cookie of a session that has ended.
    pub fn forget(&self, services: &Services) {
        services.sessions.forget(&self.cookies);
    }
}
