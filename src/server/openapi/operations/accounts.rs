//! Accounts and sessions.

use axum::http::StatusCode;
use leptos::server_fn::ServerFn as _;
use serde_json::{Value, json};

use super::common::{busy, conflict, example};
use crate::api::{ChangePassword, EndSessions, Login, Logout, Me, RatePassword, Register};
use crate::server::openapi::fields::{Field, email, text};
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Body, Content, Group, Operation};
use crate::types::{
    AppError, PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS, PasswordStrengthView, UserView, Violation,
};

const ADDRESS: &str = "analyst@example.org";
const PASSWORD: &str = "a long passphrase";

pub(super) fn all() -> Vec<Operation> {
    let all = [
        register(),
        login(),
        logout(),
        me(),
        change_password(),
        rate_password(),
        end_sessions(),
    ];
    all.into_iter()
        .map(|it| it.within(Group::Accounts))
        .collect()
}

pub(super) fn new_password() -> Value {
    let mut schema = text(PASSWORD_MIN_CHARS, PASSWORD_MAX_CHARS);
    schema["pattern"] = "^[^\\x00-\\x1f\\x7f-\\x9f]+$".into();
    schema
}

pub(super) fn address() -> Field {
    Field::new("email", email(), "The email address.")
        .required()
        .such_as(ADDRESS)
}

fn register() -> Operation {
    let password = Field::new("password", new_password(), "The new password.");
    let fields = vec![address(), password.required().such_as(PASSWORD)];
    Operation::post("register", Register::PATH)
        .about("It starts with the price of one prediction. The response sets the session cookie.")
        .body(Body::Json("RegisterRequest", fields))
        .returns::<UserView>("The new user.", example!("user"))
        .sends(headers::LOCATION)
        .limited()
        .refuses(
            "password",
            Violation::TooShort {
                min: PASSWORD_MIN_CHARS,
            },
        )
        .fails([conflict("this email address is already registered")])
}

fn login() -> Operation {
    let password = Field::new("password", text(1, PASSWORD_MAX_CHARS), "The password.");
    let fields = vec![address(), password.required().such_as(PASSWORD)];
    Operation::post("login", Login::PATH)
        .about("The response sets the session cookie. After several failures, further attempts have to wait.")
        .body(Body::Json("LoginRequest", fields))
        .returns::<UserView>("The user.", example!("user"))
        .sends(headers::LOCATION)
        .refuses("email", Violation::Required)
        .fails([
            AppError::BadCredentials,
            AppError::TooManyRequests { retry_after_s: 4 },
        ])
}

fn logout() -> Operation {
    Operation::post("logout", Logout::PATH)
        .about("Copies of the cookie are invalid, too. Does nothing without a session.")
        .answers(StatusCode::OK, "The session has ended.", Content::Null)
        .sends(headers::LOCATION)
        .fails([busy()])
}

fn me() -> Operation {
    Operation::get("me", Me::PATH)
        .header(headers::IF_NONE_MATCH)
        .returns::<UserView>("The user.", example!("user"))
}

fn change_password() -> Operation {
    let current = text(1, PASSWORD_MAX_CHARS);
    let fields = vec![
        Field::new("current_password", current, "The current password.")
            .required()
            .such_as(PASSWORD),
        Field::new("new_password", new_password(), "The new password.")
            .required()
            .such_as("another long passphrase"),
    ];
    Operation::post("change_password", ChangePassword::PATH)
        .about("Ends all other sessions.")
        .body(Body::Json("ChangePasswordRequest", fields))
        .returns::<UserView>("The user.", example!("user"))
        .sends(headers::LOCATION)
        .refuses("current_password", Violation::Wrong)
        .fails([AppError::TooManyRequests { retry_after_s: 4 }])
}

fn rate_password() -> Operation {
    let fields = vec![
        Field::new("password", json!({ "type": "string" }), "The new password.").such_as(PASSWORD),
        Field::new(
            "email",
            json!({ "type": "string" }),
            "The address of the account.",
        )
        .such_as(ADDRESS),
    ];
    Operation::post("rate_password", RatePassword::PATH)
        .about("Says how strong it is, and which rule refuses it. Nothing is stored. Without an address, that of the signed-in user counts.")
        .body(Body::Json("RatePasswordRequest", fields))
        .returns::<PasswordStrengthView>("How strong it is.", example!("password_strength"))
        .limited()
}

fn end_sessions() -> Operation {
    Operation::post("end_sessions", EndSessions::PATH)
        .about("This one, too.")
        .answers(StatusCode::OK, "All sessions have ended.", Content::Null)
        .sends(headers::LOCATION)
        .fails([busy()])
}
