//! The error type of all responses: typed in the code, problem details (RFC 9457) on the wire.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use super::{
    CapPeriod, CapReached, Credits, FieldErrors, FieldProblem, JsonText, Scope, Violation,
};

/// When to check again whether tasks have become final.
const OPEN_RETRY_S: u64 = 5;

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(into = "ProblemDetails", from = "ProblemDetails")]
pub enum AppError {
    /// The request cannot be parsed.
    #[error("{0}")]
    Malformed(String),
    /// Some fields are invalid.
    #[error("{}", describe_fields(.0))]
    Invalid(FieldErrors),
    /// The idempotency key was used before with a different request.
    #[error("idempotency_key was already used for a different request; use a new key")]
    KeyReused,
    /// Nobody is signed in, or the session has ended.
    #[error("log in first")]
    Unauthorized,
    /// The `Authorization` header contains no valid API key; the text says why.
    #[error("{0}")]
    InvalidKey(String),
    /// Unknown e-mail or wrong password. The response does not say which.
    #[error("wrong email or password")]
    BadCredentials,
    /// The password was right, but the account also has a second factor.
    #[error("give a code of the second factor: POST it to /api/auth/login/second_factor")]
    SecondFactorRequired,
    /// The available credits do not cover the price.
    #[error("this costs {needed} credits and {available} are available; top up first")]
    InsufficientCredits {
        /// The price.
        needed: Credits,
        /// The available credits.
        available: Credits,
    },
    /// The API key has reached a cap.
    #[error("{0}")]
    CapReached(CapReached),
    /// The API key may not do this.
    #[error("the API key lacks the scope {0}")]
    MissingScope(Scope),
    /// The user of the session authenticated too long ago for this.
    #[error("authenticate again first: POST the password to /api/auth/reauthenticate")]
    ReauthenticationRequired,
    /// Signed in but not allowed, or sent from another site.
    #[error("{0}")]
    Forbidden(String),
    /// The request was sent to an address other than the configured one.
    #[error("the service runs at {public_url}; use that address")]
    WrongAddress {
        /// The configured address of the service.
        public_url: String,
    },
    /// It does not exist, or belongs to another user.
    #[error("not found")]
    NotFound,
    /// The path does not support this HTTP method.
    #[error("this path does not support this method; the Allow header lists those it does")]
    WrongMethod,
    /// The current state does not allow this.
    #[error("{0}")]
    Conflict(String),
    /// The price is higher than the one that the client agreed to.
    #[error("the price is now {price} credits; no credits were held")]
    PriceChanged {
        /// The current price.
        price: Credits,
    },
    /// The page was made for an account other than the signed-in one.
    #[error("another account is logged in now, so nothing was changed; reload the page")]
    OtherAccount,
    /// The request is larger than allowed.
    #[error("the request is too large; the limit is {max_bytes} bytes")]
    TooLarge {
        /// Maximum size of the body.
        max_bytes: u64,
    },
    /// Too many attempts.
    #[error("too many attempts; try again in {retry_after_s} seconds")]
    TooManyRequests {
        /// When to retry, in seconds.
        retry_after_s: u64,
    },
    /// The user has the maximum number of open tasks.
    #[error("you already have {limit} open tasks, the maximum; wait for results or cancel some")]
    TooManyOpen {
        /// Maximum number of open tasks per user.
        limit: u64,
    },
    /// The service cannot process the request now.
    #[error("{reason}; try again in {retry_after_s} seconds")]
    Unavailable {
        /// The problem, in English, without internals.
        reason: String,
        /// When to retry, in seconds.
        retry_after_s: u64,
    },
    /// The browser could not reach the server.
    #[error("cannot reach the server")]
    Unreachable,
    /// A bug or fault in the service. Its cause is logged with the request ID.
    #[error("something went wrong on our side; quote the request ID when you report it")]
    Internal,
}

impl AppError {
    /// One violation of one field.
    pub fn invalid(field: &str, violation: Violation) -> Self {
        Self::Invalid(FieldErrors::from([(field.to_owned(), violation)]))
    }

    /// The error of a page whose path contains the id of a request: what is no id is not found.
    #[must_use]
    pub fn of_id_in_path(self) -> Self {
        match self {
            Self::Invalid(_) => Self::NotFound,
            error => error,
        }
    }

    /// The service cannot process the request now; `reason` is in English, without internals.
    pub fn unavailable(reason: impl Into<String>, retry_after_s: u64) -> Self {
        Self::Unavailable {
            reason: reason.into(),
            retry_after_s,
        }
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        self.facts().0
    }

    /// The kind of error in one word.
    pub const fn code(&self) -> &'static str {
        self.facts().1
    }

    /// When to retry, in seconds, if waiting helps.
    pub const fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::TooManyRequests { retry_after_s } | Self::Unavailable { retry_after_s, .. } => {
                Some(*retry_after_s)
            }
            Self::TooManyOpen { .. } => Some(OPEN_RETRY_S),
            _ => None,
        }
    }

    /// The HTTP status, the code on the wire, and the title.
    const fn facts(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::Malformed(_) => (400, "malformed", "The request could not be read"),
            Self::Unauthorized => (401, "unauthorized", "Not logged in"),
            Self::InvalidKey(_) => (401, "invalid_key", "No valid API key"),
            Self::BadCredentials => (401, "bad_credentials", "Wrong email or password"),
            Self::SecondFactorRequired => {
                (401, "second_factor_required", "The second factor is needed")
            }
            Self::InsufficientCredits { .. } => (402, "insufficient_credits", "Not enough credits"),
            Self::CapReached(_) => (402, "cap_reached", "A cap of the API key is reached"),
            Self::MissingScope(_) => (403, "missing_scope", "The API key lacks a scope"),
            Self::ReauthenticationRequired => (
                403,
                "reauthentication_required",
                "The password is needed again",
            ),
            Self::Forbidden(_) => (403, "forbidden", "Not allowed"),
            Self::WrongAddress { .. } => (403, "wrong_address", "Wrong address"),
            Self::NotFound => (404, "not_found", "Not found"),
            Self::WrongMethod => (405, "wrong_method", "Method not allowed"),
            Self::Conflict(_) => (409, "conflict", "Not possible in the current state"),
            Self::PriceChanged { .. } => (409, "price_changed", "The price has changed"),
            Self::OtherAccount => (409, "other_account", "Another account is logged in"),
            Self::TooLarge { .. } => (413, "too_large", "Request too large"),
            Self::Invalid(_) => (422, "invalid", "Some fields are invalid"),
            Self::KeyReused => (422, "key_reused", "Idempotency key already used"),
            Self::TooManyRequests { .. } => (429, "too_many_requests", "Too many attempts"),
            Self::TooManyOpen { .. } => (429, "too_many_open", "Too many open tasks"),
            Self::Internal => (500, "internal", "Internal error"),
            Self::Unavailable { .. } => (503, "unavailable", "Temporarily unavailable"),
            Self::Unreachable => (503, "unreachable", "Temporarily unavailable"),
        }
    }
}

/// The violations as one text.
pub fn describe_fields(errors: &FieldErrors) -> String {
    let lines: Vec<_> = errors
        .iter()
        .map(|(field, violation)| format!("{field} {violation}"))
        .collect();
    lines.join("; ")
}

impl FromServerFnError for AppError {
    type Encoder = JsonText;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(reason)
            | ServerFnErrorErr::MissingArg(reason)
            | ServerFnErrorErr::UnsupportedRequestMethod(reason) => Self::Malformed(reason),
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::Unreachable
            }
            _ => Self::Internal,
        }
    }
}

/// Problem details (RFC 9457), with the members of all kinds of errors.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ProblemDetails {
    /// The kind of error, such as `/problems/invalid`.
    #[serde(rename = "type")]
    kind: String,
    /// The kind of error in words.
    title: String,
    /// The HTTP status.
    #[cfg_attr(feature = "ssr", schema(minimum = 400, maximum = 599))]
    status: u16,
    /// What is wrong, and what is allowed.
    detail: String,
    /// The same as `detail`; only of the Open Inference Protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The broken rules, by the name of the field; only of `/problems/invalid`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    errors: BTreeMap<String, FieldProblem>,
    /// The price; only of `/problems/insufficient_credits` and `/problems/cap_reached`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    needed: Option<Credits>,
    /// The credits that can be spent; only of `/problems/insufficient_credits`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    available: Option<Credits>,
    /// The current price; only of `/problems/price_changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    price: Option<Credits>,
    /// The largest allowed body; only of `/problems/too_large`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_bytes: Option<u64>,
    /// The most open tasks of a user, of `/problems/too_many_open`; the cap in credits, of `/problems/cap_reached`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    /// When to try again, in seconds, if waiting helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u64>,
    /// The address of the service; only of `/problems/wrong_address`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    public_url: Option<String>,
    /// The missing scope; only of `/problems/missing_scope`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<Scope>,
    /// The period of the cap. This and the following are only of `/problems/cap_reached`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cap: Option<CapPeriod>,
    /// What was spent in the period, in credits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spent: Option<Credits>,
    /// When the next period begins; absent for `total`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resets_at: Option<DateTime<Utc>>,
    /// The start and the end of the key whose cap it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api_key: Option<String>,
}

const PROBLEM_PREFIX: &str = "/problems/";

impl From<AppError> for ProblemDetails {
    fn from(error: AppError) -> Self {
        let (status, code, title) = error.facts();
        let mut problem = Self {
            kind: format!("{PROBLEM_PREFIX}{code}"),
            title: title.to_owned(),
            status,
            detail: error.to_string(),
            retry_after_s: error.retry_after_s(),
            ..Self::default()
        };
        match error {
            AppError::Invalid(errors) => {
                problem.errors = errors
                    .into_iter()
                    .map(|(field, violation)| {
                        let problem = FieldProblem::new(&field, violation);
                        (field, problem)
                    })
                    .collect();
            }
            AppError::InsufficientCredits { needed, available } => {
                problem.needed = Some(needed);
                problem.available = Some(available);
            }
            AppError::CapReached(reached) => {
                problem.cap = Some(reached.cap);
                problem.limit = Some(reached.limit.0.unsigned_abs());
                problem.spent = Some(reached.spent);
                problem.needed = Some(reached.needed);
                problem.resets_at = reached.resets_at;
                problem.api_key = Some(reached.api_key);
            }
            AppError::MissingScope(scope) => problem.scope = Some(scope),
            AppError::PriceChanged { price } => problem.price = Some(price),
            AppError::TooLarge { max_bytes } => problem.max_bytes = Some(max_bytes),
            AppError::TooManyOpen { limit } => problem.limit = Some(limit),
            AppError::WrongAddress { public_url } => problem.public_url = Some(public_url),
            AppError::Unavailable { reason, .. } => problem.detail = reason,
            _ => {}
        }
        problem
    }
}

impl From<ProblemDetails> for AppError {
    fn from(problem: ProblemDetails) -> Self {
        let retry_after_s = problem.retry_after_s.unwrap_or(1);
        match problem
            .kind
            .strip_prefix(PROBLEM_PREFIX)
            .unwrap_or_default()
        {
            "malformed" => Self::Malformed(problem.detail),
            "invalid" => {
                let fields = problem.errors.into_iter();
                Self::Invalid(fields.map(|(field, it)| (field, it.violation)).collect())
            }
            "key_reused" => Self::KeyReused,
            "unauthorized" => Self::Unauthorized,
            "bad_credentials" => Self::BadCredentials,
            "second_factor_required" => Self::SecondFactorRequired,
            "insufficient_credits" => Self::InsufficientCredits {
                needed: problem.needed.unwrap_or_default(),
                available: problem.available.unwrap_or_default(),
            },
            "invalid_key" => Self::InvalidKey(problem.detail),
            "cap_reached" => Self::CapReached(CapReached {
                cap: problem.cap.unwrap_or(CapPeriod::Total),
                limit: Credits(problem.limit.unwrap_or_default().cast_signed()),
                spent: problem.spent.unwrap_or_default(),
                needed: problem.needed.unwrap_or_default(),
                resets_at: problem.resets_at,
                api_key: problem.api_key.unwrap_or_default(),
            }),
            "missing_scope" => problem.scope.map_or(Self::Internal, Self::MissingScope),
            "reauthentication_required" => Self::ReauthenticationRequired,
            "forbidden" => Self::Forbidden(problem.detail),
            "wrong_address" => Self::WrongAddress {
                public_url: problem.public_url.unwrap_or_default(),
            },
            "not_found" => Self::NotFound,
            "wrong_method" => Self::WrongMethod,
            "conflict" => Self::Conflict(problem.detail),
            "price_changed" => Self::PriceChanged {
                price: problem.price.unwrap_or_default(),
            },
            "other_account" => Self::OtherAccount,
            "too_large" => Self::TooLarge {
                max_bytes: problem.max_bytes.unwrap_or_default(),
            },
            "too_many_requests" => Self::TooManyRequests { retry_after_s },
            "too_many_open" => Self::TooManyOpen {
                limit: problem.limit.unwrap_or_default(),
            },
            "unavailable" => Self::Unavailable {
                reason: problem.detail,
                retry_after_s,
            },
            "unreachable" => Self::Unreachable,
            _ => Self::Internal,
        }
    }
}
