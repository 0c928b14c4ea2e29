//! Emails: settings, verification of the address, new passwords with a link.

use axum::http::StatusCode;
use leptos::server_fn::ServerFn as _;
use serde_json::json;

use super::accounts::{address, new_password};
use super::common::{busy, conflict, example};
use crate::api::{
    GetEmailLink, GetEmailSettings, RequestPasswordReset, ResetPassword, SendVerification,
    SetLowBalance, VerifyEmail,
};
use crate::server::openapi::fields::{Field, whole};
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Body, Content, Group, Operation};
use crate::types::{
    AppError, EmailLinkView, EmailSettingsView, LOW_BALANCE_MAX, PASSWORD_MIN_CHARS, UserView,
    Violation,
};

const TOKEN: &str = "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k";

pub(super) fn all() -> Vec<Operation> {
    let all = [
        get_email_settings(),
        set_low_balance(),
        send_verification(),
        get_email_link(),
        verify_email(),
        request_password_reset(),
        reset_password(),
    ];
    all.into_iter()
        .map(|it| it.within(Group::Accounts))
        .collect()
}

fn token() -> Field {
    let about = "The token of the link in the email.";
    Field::new("token", json!({ "type": "string", "minLength": 1 }), about).such_as(TOKEN)
}

fn link_ended() -> AppError {
    conflict("the link was used or has expired")
}

fn no_email() -> AppError {
    conflict("this service sends no email; ask its operator")
}

fn get_email_settings() -> Operation {
    Operation::get("get_email_settings", GetEmailSettings::PATH)
        .header(headers::IF_NONE_MATCH)
        .returns::<EmailSettingsView>("The settings.", example!("email_settings"))
}

fn set_low_balance() -> Operation {
    let about =
        "Credits; no email if it is left out. The email comes once, when the balance falls below.";
    let limit = Field::new("low_balance", whole(1, LOW_BALANCE_MAX), about).such_as(50);
    Operation::post("set_low_balance", SetLowBalance::PATH)
        .body(Body::Json("SetLowBalanceRequest", vec![limit]))
        .returns::<EmailSettingsView>("The settings.", example!("email_settings"))
        .sends(headers::LOCATION)
        .refuses("low_balance", Violation::NotAWholeNumber)
        .fails([busy()])
}

fn send_verification() -> Operation {
    Operation::post("send_verification", SendVerification::PATH)
        .about("The email has a link that works once, within three days.")
        .answers(StatusCode::OK, "The email is queued.", Content::Null)
        .sends(headers::LOCATION)
        .fails([no_email(), AppError::TooManyRequests { retry_after_s: 900 }])
}

fn get_email_link() -> Operation {
    Operation::get("get_email_link", GetEmailLink::PATH)
        .about("The link is not used.")
        .takes([token().in_query()])
        .returns::<EmailLinkView>("What it can do.", example!("email_link"))
}

fn verify_email() -> Operation {
    Operation::post("verify_email", VerifyEmail::PATH)
        .body(Body::Json("VerifyEmailRequest", vec![token().required()]))
        .answers(StatusCode::OK, "The address is verified.", Content::Null)
        .sends(headers::LOCATION)
        .refuses("token", Violation::Required)
        .fails([link_ended()])
}

fn request_password_reset() -> Operation {
    Operation::post("request_password_reset", RequestPasswordReset::PATH)
        .about("The link works once, within an hour. The response is the same if the address has no account.")
        .body(Body::Json("RequestPasswordResetRequest", vec![address()]))
        .answers(StatusCode::OK, "The request is queued.", Content::Null)
        .sends(headers::LOCATION)
        .refuses("email", Violation::Required)
        .fails([
            no_email(),
            AppError::TooManyRequests { retry_after_s: 900 },
        ])
}

fn reset_password() -> Operation {
    let password = Field::new("new_password", new_password(), "The new password.");
    let fields = vec![
        token().required(),
        password.required().such_as("another long passphrase"),
    ];
    Operation::post("reset_password", ResetPassword::PATH)
        .about(
            "Ends all sessions. The response sets the session cookie of a new one. If the account has a second factor, it \
             begins a login that waits for it.",
        )
        .body(Body::Json("ResetPasswordRequest", fields))
        .returns::<UserView>("The user.", example!("user"))
        .sends(headers::LOCATION)
        .refuses(
            "new_password",
            Violation::TooShort {
                min: PASSWORD_MIN_CHARS,
            },
        )
        .fails([AppError::SecondFactorRequired, link_ended(), busy()])
}
