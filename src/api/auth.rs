//! Accounts and sessions.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use crate::types::parse_required_id;
use crate::types::{AppError, JsonAnswer, PasswordStrengthView, SessionView, UserView};

/// `POST /api/auth/register`: creates an account with its welcome credits and signs the user in.
///
/// # Errors
/// 422 naming `email`, `password` or `invitation`; 403 if only the operator creates accounts; 409 if the address already
/// has an account; 429.
#[server(prefix = "/api", endpoint = "auth/register", output = JsonAnswer)]
pub async fn register(
    #[server(default)] email: String,
    #[server(default)] password: String,
    #[server(default)] invitation: String,
) -> Result<UserView, AppError> {
    let (services, request) = super::request::visitor()?;
    let user = services
        .accounts
        .register(&email, &password, &invitation, &request.client)
        .await?;
    request.sign_in(&services, &user).await?;
    leptos_axum::redirect("/overview");
    Ok(user.into())
}

/// `POST /api/auth/login`: signs the user in.
///
/// # Errors
/// 422 if a field is blank or too long; 401, the same for an unknown address and a wrong password; another 401 if the
/// account has a second factor, which `POST /api/auth/login/second_factor` takes; 429 after failed logins of this client;
/// 503.
#[server(prefix = "/api", endpoint = "auth/login", output = JsonAnswer)]
pub async fn login(
    #[server(default)] email: String,
    #[server(default)] password: String,
) -> Result<UserView, AppError> {
    let (services, request) = super::request::visitor()?;
    let user = services
        .accounts
        .log_in(&email, &password, &request.client)
        .await?;
    request.check_second_step(&services, &user).await?;
    request.log_in(&services, &user).await?;
    leptos_axum::redirect("/overview");
    Ok(user.into())
}

/// `POST /api/auth/logout`: ends this session, including copies of its cookie; does nothing without a session.
///
/// # Errors
/// 503 if the database is unavailable.
#[server(prefix = "/api", endpoint = "auth/logout", output = JsonAnswer)]
pub async fn logout() -> Result<(), AppError> {
    let (services, request) = super::request::visitor()?;
    request.sign_out(&services).await?;
    leptos_axum::redirect("/");
    Ok(())
}

/// `POST /api/auth/reauthenticate`: notes that the user of this session has given the password, and a code if the account
/// has a second factor. Some changes need that within 15 minutes. The session gets a new cookie.
///
/// # Errors
/// 422 naming `password` or `code`; 401; 409 if the page belongs to another account; 429 after failed attempts of this client; 503.
#[server(prefix = "/api", endpoint = "auth/reauthenticate", output = JsonAnswer)]
pub async fn reauthenticate(
    #[server(default)] password: String,
    #[server(default)] code: String,
    #[server(default)] account: String,
) -> Result<(), AppError> {
    let (services, request) = super::request::visitor()?;
    let user = request.user_as(&services, &account).await?;
    let (id, client) = (user.id, &request.client);
    services
        .accounts
        .verify_password(user, &password, client)
        .await?;
    services
        .second_factor
        .check_if_enabled(id, &code, client)
        .await?;
    request.renew_session(&services).await?;
    leptos_axum::redirect("/account");
    Ok(())
}

/// The account in the session cookie of a page's request; the session is not checked.
#[cfg(feature = "ssr")]
pub fn current_account() -> Option<crate::types::UserId> {
    let (services, request) = super::request::visitor().ok()?;
    request.claimed_account(&services)
}

/// `GET /api/auth/me`: the signed-in user.
///
/// # Errors
/// 401.
#[server(prefix = "/api", endpoint = "auth/me", input = GetUrl, output = JsonAnswer)]
pub async fn me() -> Result<UserView, AppError> {
    let (_services, user) = super::request::signed_in().await?;
    Ok(user.into())
}

/// `POST /api/auth/change_password`: sets a new password and ends all other sessions.
///
/// # Errors
/// 422 naming `current_password` or `new_password`; 401; 409 if the page belongs to another account; 429 after failed
/// attempts of this client; 503.
#[server(prefix = "/api", endpoint = "auth/change_password", output = JsonAnswer)]
pub async fn change_password(
    #[server(default)] current_password: String,
    #[server(default)] new_password: String,
    #[server(default)] account: String,
) -> Result<UserView, AppError> {
    let (services, request) = super::request::visitor()?;
    let user = request.user_as(&services, &account).await?;
    let user = services
        .accounts
        .change_password(user, &current_password, &new_password, &request.client)
        .await?;
    request.sign_in(&services, &user).await?;
    leptos_axum::redirect("/account?done=password");
    Ok(user.into())
}

/// `POST /api/auth/rate_password`: says how strong a new password is. Nothing is stored.
///
/// # Errors
/// 429; 503.
#[server(prefix = "/api", endpoint = "auth/rate_password", output = JsonAnswer)]
pub async fn rate_password(
    #[server(default)] password: String,
    #[server(default)] email: String,
) -> Result<PasswordStrengthView, AppError> {
    let (services, request) = super::request::visitor()?;
    let email = if email.is_empty() {
        let user = request.user(&services).await;
        user.map(|user| user.email).unwrap_or_default()
    } else {
        email
    };
    services
        .accounts
        .rate_password(&password, &email, &request.client)
        .await
}

/// `POST /api/auth/end_sessions`: ends every session of the signed-in user, including this one.
///
/// # Errors
/// 401; 409 if the page belongs to another account; 429 if the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "auth/end_sessions", output = JsonAnswer)]
pub async fn end_sessions(#[server(default)] account: String) -> Result<(), AppError> {
    let (services, request) = super::request::visitor()?;
    let user = request.user_as(&services, &account).await?;
    let _slot = services.write_slots.take(user.id).await?;
    services.accounts.end_sessions(user.id).await?;
    request.forget(&services);
    leptos_axum::redirect("/login");
    Ok(())
}

/// `GET /api/auth/sessions`: where the user is signed in: this session, then the last used first.
///
/// # Errors
/// 401.
#[server(prefix = "/api", endpoint = "auth/sessions", input = GetUrl, output = JsonAnswer)]
pub async fn list_sessions() -> Result<Vec<SessionView>, AppError> {
    let (services, request) = super::request::visitor()?;
    let (user, session) = request.user_and_session(&services).await?;
    let _slot = services.list_slots.take(user.id).await?;
    services.sessions.list(&user, session.map(|it| it.id)).await
}

/// `POST /api/auth/end_session`: ends one session of the signed-in user.
///
/// # Errors
/// 422 naming `id`; 401; 404 if it has ended; 409 if the page belongs to another account; 429 if the user has too many
/// changes in progress.
#[server(prefix = "/api", endpoint = "auth/end_session", output = JsonAnswer)]
pub async fn end_session(
    #[server(default)] id: String,
    #[server(default)] account: String,
) -> Result<(), AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    services
        .sessions
        .end(user.id, parse_required_id(&id)?)
        .await
}

/// `POST /api/auth/end_other_sessions`: ends every session of the signed-in user except this one; with an API key, all.
///
/// # Errors
/// 401; 409 if the page belongs to another account; 429 if the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "auth/end_other_sessions", output = JsonAnswer)]
pub async fn end_other_sessions(#[server(default)] account: String) -> Result<(), AppError> {
    let (services, request) = super::request::visitor()?;
    let user = request.user_as(&services, &account).await?;
    let _slot = services.write_slots.take(user.id).await?;
    let current = request.session(&services).await?.map(|it| it.id);
    services.sessions.end_others(user.id, current).await
}
