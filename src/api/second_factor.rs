//! The second factor of an account, and the second step of a login.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use crate::types::{AppError, JsonAnswer, RecoveryCodesView, SecondFactorView, UserView};

/// `POST /api/auth/login/second_factor`: ends a login that `POST /api/auth/login` has begun, with a `code` of the
/// authenticator app or a recovery code.
///
/// # Errors
/// 422 naming `code`; 401 if no login was begun within ten minutes; 429 after failures; 503.
#[server(prefix = "/api", endpoint = "auth/login/second_factor", output = JsonAnswer)]
pub async fn login_second_factor(#[server(default)] code: String) -> Result<UserView, AppError> {
    let (services, request) = super::request::visitor()?;
    let user = request.pending_login(&services).await?;
    services
        .second_factor
        .check(user.id, &code, &request.client)
        .await?;
    request.log_in(&services, &user).await?;
    leptos_axum::redirect("/overview");
    Ok(user.into())
}

/// `GET /api/auth/second_factor`: whether the account has a second factor, and a set-up in progress.
///
/// # Errors
/// 401.
#[server(prefix = "/api", endpoint = "auth/second_factor", input = GetUrl, output = JsonAnswer)]
pub async fn get_second_factor() -> Result<SecondFactorView, AppError> {
    let (services, request) = super::request::visitor()?;
    let (user, session) = request.user_and_session(&services).await?;
    let is_recent = session.is_some_and(|it| services.sessions.require_recent(&it).is_ok());
    services.second_factor.view(&user, is_recent).await
}

/// `POST /api/auth/second_factor/start`: begins a set-up with a new secret. Its first code enables it.
///
/// # Errors
/// 401; 403 if the password was given too long ago; 409 if there is a second factor, or the page belongs to another
/// account; 429 if the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "auth/second_factor/start", output = JsonAnswer)]
pub async fn start_second_factor(
    #[server(default)] account: String,
) -> Result<SecondFactorView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    services.second_factor.start(&user).await
}

/// `POST /api/auth/second_factor/enable`: ends a set-up with a `code` of the authenticator app. From now on logging in needs
/// a code. All other sessions end. The response is the only one that contains the recovery codes.
///
/// # Errors
/// 422 naming `code`; 401; 403 if the password was given too long ago; 409 if no set-up is in progress, or the page belongs
/// to another account; 429 after failures.
#[server(prefix = "/api", endpoint = "auth/second_factor/enable", output = JsonAnswer)]
pub async fn enable_second_factor(
    #[server(default)] code: String,
    #[server(default)] account: String,
) -> Result<RecoveryCodesView, AppError> {
    let (services, request) = super::request::visitor()?;
    let user = request.user_as(&services, &account).await?;
    let _slot = services.write_slots.take(user.id).await?;
    let (user, codes) = services
        .second_factor
        .enable(&user, &code, &request.client)
        .await?;
    request.sign_in(&services, &user).await?;
    Ok(codes)
}

/// `POST /api/auth/second_factor/recovery_codes`: creates new recovery codes; the earlier ones end.
///
/// # Errors
/// 401; 403 if the password was given too long ago; 409 if there is no second factor, or the page belongs to another
/// account; 429 if the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "auth/second_factor/recovery_codes", output = JsonAnswer)]
pub async fn renew_recovery_codes(
    #[server(default)] account: String,
) -> Result<RecoveryCodesView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    services.second_factor.renew_recovery_codes(user.id).await
}

/// `POST /api/auth/second_factor/disable`: removes the second factor, or a set-up in progress.
///
/// # Errors
/// 401; 403 if the password was given too long ago; 409 if the page belongs to another account; 429 if the user has too many
/// changes in progress.
#[server(prefix = "/api", endpoint = "auth/second_factor/disable", output = JsonAnswer)]
pub async fn disable_second_factor(#[server(default)] account: String) -> Result<(), AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    services.second_factor.disable(user.id).await
}
