//! Emails: their settings, the verification of the address, and new passwords with a link.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use crate::types::{AppError, EmailLinkView, EmailSettingsView, JsonAnswer, UserView};

/// `GET /api/account/email`: the settings of the user's emails.
///
/// # Errors
/// 401.
#[server(prefix = "/api", endpoint = "account/email", input = GetUrl, output = JsonAnswer)]
pub async fn get_email_settings() -> Result<EmailSettingsView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services.emails.settings(&user).await
}

/// `POST /api/account/low_balance`: sets the balance below which the user gets an email; blank for none.
///
/// # Errors
/// 422 naming `low_balance`; 401; 409 if the page belongs to another account; 429 if the user has too many changes in
/// progress.
#[server(prefix = "/api", endpoint = "account/low_balance", output = JsonAnswer)]
pub async fn set_low_balance(
    #[server(default)] low_balance: String,
    #[server(default)] account: String,
) -> Result<EmailSettingsView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    let settings = services.emails.set_low_balance(&user, &low_balance).await?;
    leptos_axum::redirect("/account?done=low_balance");
    Ok(settings)
}

/// `POST /api/account/send_verification`: sends the link that verifies the address again.
///
/// # Errors
/// 401; 409 if the address is verified, the service sends no email, or the page belongs to another account; 429.
#[server(prefix = "/api", endpoint = "account/send_verification", output = JsonAnswer)]
pub async fn send_verification(#[server(default)] account: String) -> Result<(), AppError> {
    let (services, request) = super::request::visitor()?;
    let user = request.user_as(&services, &account).await?;
    let accounts = &services.accounts;
    accounts.send_verification(&user, &request.client).await?;
    leptos_axum::redirect("/account?done=verification");
    Ok(())
}

/// `GET /api/auth/email_link`: whether a link from an email works. A token that is none does not.
///
/// # Errors
/// 503 if the database is unavailable.
#[server(prefix = "/api", endpoint = "auth/email_link", input = GetUrl, output = JsonAnswer)]
pub async fn get_email_link(#[server(default)] token: String) -> Result<EmailLinkView, AppError> {
    let (services, _request) = super::request::visitor()?;
    services.emails.view_link(&token).await
}

/// `POST /api/auth/verify_email`: verifies an address with the link from an email.
///
/// # Errors
/// 409 if the link was used or has expired.
#[server(prefix = "/api", endpoint = "auth/verify_email", output = JsonAnswer)]
pub async fn verify_email(#[server(default)] token: String) -> Result<(), AppError> {
    let (services, _request) = super::request::visitor()?;
    services.accounts.verify_email(&token).await?;
    leptos_axum::redirect("/verify-email?done=verified");
    Ok(())
}

/// `POST /api/auth/request_password_reset`: sends a link for a new password to an address, if it has an account. The
/// response is the same if it has none.
///
/// # Errors
/// 422 naming `email`; 409 if the service sends no email; 429.
#[server(prefix = "/api", endpoint = "auth/request_password_reset", output = JsonAnswer)]
pub async fn request_password_reset(#[server(default)] email: String) -> Result<(), AppError> {
    let (services, request) = super::request::visitor()?;
    let accounts = &services.accounts;
    accounts
        .request_password_reset(&email, &request.client)
        .await?;
    leptos_axum::redirect("/reset-password?done=sent");
    Ok(())
}

/// `POST /api/auth/reset_password`: sets a new password with the link from an email, ends all sessions and signs the user
/// in.
///
/// # Errors
/// 422 naming `new_password`; 409 if the link was used or has expired; 401 if the account has a second factor, which
/// `POST /api/auth/login/second_factor` takes: the password is changed; 429; 503.
#[server(prefix = "/api", endpoint = "auth/reset_password", output = JsonAnswer)]
pub async fn reset_password(
    #[server(default)] token: String,
    #[server(default)] new_password: String,
) -> Result<UserView, AppError> {
    let (services, request) = super::request::visitor()?;
    let user = services
        .accounts
        .reset_password_with_link(&token, &new_password, &request.client)
        .await?;
    request.check_second_step(&services, &user).await?;
    request.sign_in(&services, &user).await?;
    leptos_axum::redirect("/overview");
    Ok(user.into())
}
