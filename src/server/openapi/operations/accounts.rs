//! Accounts and sessions.

use axum::http::StatusCode;
use leptos::server_fn::ServerFn as _;
use serde_json::{Value, json};

use super::common::{CODE_MAX_CHARS, busy, conflict, example};
use crate::api::{
    ChangePassword, EndOtherSessions, EndSession, EndSessions, ListSessions, Login, Logout, Me,
    RatePassword, Reauthenticate, Register,
};
use crate::server::openapi::fields::{Field, SESSION_ID, email, id_of, text};
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Body, Content, Group, Operation};
use crate::types::{
    AppError, PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS, PasswordStrengthView, SessionView, UserView,
    Violation,
};

const ADDRESS: &str = "analyst@example.org";
const PASSWORD: &str = "a long passphrase";

pub(super) fn all() -> Vec<Operation> {
    let all = [
        register(),
        login(),
        logout(),
        reauthenticate(),
        me(),
        change_password(),
        rate_password(),
        end_sessions(),
        list_sessions(),
        end_session(),
        end_other_sessions(),
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
    let about = "The code of an invitation, if the service asks for one; ignored otherwise.";
    let invitation = Field::new("invitation", text(0, CODE_MAX_CHARS), about);
    let fields = vec![address(), password.required().such_as(PASSWORD), invitation];
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
        .fails([
            conflict("this email address is already registered"),
            AppError::Forbidden("only the operator of this service creates accounts".to_owned()),
        ])
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
            AppError::SecondFactorRequired,
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

fn reauthenticate() -> Operation {
    let password = Field::new("password", text(1, PASSWORD_MAX_CHARS), "The password.");
    let about =
        "A code as for a login. Required if the account has a second factor, otherwise ignored.";
    let code = Field::new("code", text(0, CODE_MAX_CHARS), about);
    Operation::post("reauthenticate", Reauthenticate::PATH)
        .about(
            "Some changes need a session whose user logged in or did this within 15 minutes; otherwise they fail with \
             `reauthentication_required`. API keys are exempt. The response sets a new session cookie.",
        )
        .body(Body::Json(
            "ReauthenticateRequest",
            vec![password.required().such_as(PASSWORD), code],
        ))
        .answers(StatusCode::OK, "The password was right, and so was the code.", Content::Null)
        .sends(headers::LOCATION)
        .refuses("password", Violation::Wrong)
        .refuses("code", Violation::Required)
        .fails([AppError::TooManyRequests { retry_after_s: 4 }])
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

fn list_sessions() -> Operation {
    Operation::get("list_sessions", ListSessions::PATH)
        .about("The session of the request, which `is_current` marks, then the last used first.")
        .header(headers::IF_NONE_MATCH)
        .returns_list::<SessionView>("The sessions.", example!("sessions"))
        .fails([busy()])
}

fn end_session() -> Operation {
    Operation::post("end_session", EndSession::PATH)
        .about("At once, in all processes.")
        .body(Body::Json(
            "EndSessionRequest",
            vec![id_of("session", SESSION_ID)],
        ))
        .answers(StatusCode::OK, "The session has ended.", Content::Null)
        .refuses("id", Violation::NotAnId)
        .fails([AppError::NotFound, busy()])
}

fn end_other_sessions() -> Operation {
    Operation::post("end_other_sessions", EndOtherSessions::PATH)
        .about("Keeps the session of the request. With an API key, all sessions end.")
        .answers(
            StatusCode::OK,
            "All other sessions have ended.",
            Content::Null,
        )
        .fails([busy()])
}
