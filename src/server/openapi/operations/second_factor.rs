//! The second factor of an account, and the second step of a login.

use axum::http::StatusCode;
use leptos::server_fn::ServerFn as _;

use super::common::{CODE_MAX_CHARS, busy, conflict, example};
use crate::api::{
    DisableSecondFactor, EnableSecondFactor, GetSecondFactor, LoginSecondFactor,
    RenewRecoveryCodes, StartSecondFactor,
};
use crate::server::openapi::fields::{Field, text};
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Body, Content, Group, Operation};
use crate::types::{AppError, RecoveryCodesView, SecondFactorView, UserView, Violation};

pub(super) fn all() -> Vec<Operation> {
    let all = [login(), get(), start(), enable(), renew(), disable()];
    all.into_iter()
        .map(|it| it.within(Group::Accounts))
        .collect()
}

fn code(about: &'static str) -> Field {
    let field = Field::new("code", text(1, CODE_MAX_CHARS), about);
    field.required().such_as("492039")
}

fn login() -> Operation {
    let about = "Six digits of the authenticator app, or a recovery code. Each is accepted once.";
    Operation::post("login_second_factor", LoginSecondFactor::PATH)
        .about(
            "The second step of a login that has failed with `second_factor_required`. Send the cookies of that response; \
             this one sets the session cookie.",
        )
        .body(Body::Json(
            "LoginSecondFactorRequest",
            vec![code(about)],
        ))
        .returns::<UserView>("The user.", example!("user"))
        .sends(headers::LOCATION)
        .refuses("code", Violation::Wrong)
        .fails([
            AppError::Unauthorized,
            AppError::TooManyRequests { retry_after_s: 4 },
        ])
}

fn get() -> Operation {
    Operation::get("get_second_factor", GetSecondFactor::PATH)
        .header(headers::IF_NONE_MATCH)
        .returns::<SecondFactorView>("The state.", example!("second_factor"))
}

fn start() -> Operation {
    Operation::post("start_second_factor", StartSecondFactor::PATH)
        .about("Makes a secret for an authenticator app. Nothing changes for logins until its first code is given.")
        .returns::<SecondFactorView>("The secret.", example!("second_factor_setup"))
        .fails([
            conflict("there is a second factor; turn it off first"),
            busy(),
        ])
}

fn enable() -> Operation {
    let about = "Six digits of the authenticator app.";
    Operation::post("enable_second_factor", EnableSecondFactor::PATH)
        .about(
            "From now on logging in needs a code. All other sessions end; the response sets a new cookie for this one.",
        )
        .body(Body::Json("EnableSecondFactorRequest", vec![code(about)]))
        .returns::<RecoveryCodesView>(
            "Recovery codes, each for one login. They cannot be read again.",
            example!("recovery_codes"),
        )
        .refuses("code", Violation::Wrong)
        .fails([
            conflict("no set-up is in progress; start again"),
            AppError::TooManyRequests { retry_after_s: 4 },
        ])
}

fn renew() -> Operation {
    Operation::post("renew_recovery_codes", RenewRecoveryCodes::PATH)
        .about("The earlier ones end.")
        .returns::<RecoveryCodesView>(
            "Recovery codes. They cannot be read again.",
            example!("recovery_codes"),
        )
        .fails([conflict("there is no second factor"), busy()])
}

fn disable() -> Operation {
    Operation::post("disable_second_factor", DisableSecondFactor::PATH)
        .about("Also ends a set-up in progress.")
        .answers(StatusCode::OK, "There is no second factor.", Content::Null)
        .fails([busy()])
}
