//! Request and response headers of server functions: preferences, idempotency keys, and where a result will be.
//!
//! Pages call server functions, too, while the server renders them. The headers of a page's request are not meant for
//! them, and theirs not for the page.

use std::time::Duration;

use http::header::{HeaderName, HeaderValue, LOCATION};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use tokio_util::sync::CancellationToken;

use crate::services::Services;
use crate::services::idempotency::Keyed;
use crate::types::{AppError, FieldErrors, TaskView, UserId, Violation};

/// The longest wait that a request can ask for.
pub const WAIT_MAX: Duration = Duration::from_mins(1);

const PREFER: HeaderName = HeaderName::from_static("prefer");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
/// The header with the client's idempotency key.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header that marks the response to a repeated request.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The name of the header in errors.
const KEY_HEADER: &str = "Idempotency-Key";
const KEY_FIELD: &str = "idempotency_key";

/// The wait of the header `Prefer: wait=N` (RFC 7240), in seconds and at most [`WAIT_MAX`]. As the RFC requires, a
/// preference that cannot be read is ignored.
pub fn preferred_wait(headers: &HeaderMap) -> Option<Duration> {
    let values = headers
        .get_all(PREFER)
        .iter()
        .filter_map(|it| it.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split(','));
    let seconds = preferences.find_map(|preference| {
        let preference = preference.split(';').next().unwrap_or_default();
        let (name, value) = preference.split_once('=')?;
        let value = value.trim().trim_matches('"');
        let is_wait = name.trim().eq_ignore_ascii_case("wait");
        is_wait.then(|| value.parse::<u64>().ok())?
    })?;
    let wait = Duration::from_secs(seconds).min(WAIT_MAX);
    (!wait.is_zero()).then_some(wait)
}

/// The request, unless a page calls the server function.
fn own_request() -> Option<Parts> {
    use_context::<Parts>().filter(|request| request.uri.path().starts_with("/api/"))
}

fn set_header(name: HeaderName, value: HeaderValue) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(name, value);
    }
}

/// The idempotency key of a request, from its field or its header.
///
/// # Errors
/// 422 naming both if they differ, or the header if it is not text.
pub fn idempotency_key(field: String) -> Result<String, AppError> {
    let request = own_request();
    let header = request
        .as_ref()
        .and_then(|it| it.headers.get(IDEMPOTENCY_KEY));
    idempotency_key_of(field, header)
}

/// The idempotency key in a field or in the value of its header; blank without either.
///
/// # Errors
/// 422 naming both if they differ, or the header if it is not text.
pub fn idempotency_key_of(field: String, header: Option<&HeaderValue>) -> Result<String, AppError> {
    let Some(header) = header else {
        return Ok(field);
    };
    let Ok(header) = header.to_str() else {
        let violation = Violation::rejected("must be printable ASCII, such as a UUID");
        return Err(AppError::invalid(KEY_HEADER, violation));
    };
    // The draft of the IETF writes it as a quoted string; most services take it without quotes.
    let header = header.trim();
    let unquoted = header
        .strip_prefix('"')
        .and_then(|it| it.strip_suffix('"'))
        .unwrap_or(header);
    if field.trim().is_empty() || field.trim() == unquoted {
        return Ok(unquoted.to_owned());
    }
    let differs = |other: &str| Violation::rejected(format!("must not differ from {other}"));
    Err(AppError::Invalid(FieldErrors::from([
        (KEY_FIELD.to_owned(), differs(KEY_HEADER)),
        (KEY_HEADER.to_owned(), differs(KEY_FIELD)),
    ])))
}

/// Takes the value of a request with a key, and marks the response if it repeats an earlier one.
pub fn mark_replay<T>(keyed: Keyed<T>) -> T {
    if keyed.is_replay {
        set_header(REPLAYED, HeaderValue::from_static("true"));
    }
    keyed.value
}

/// Waits until the task is final if the request prefers that. Returns the task as it is then.
///
/// # Errors
/// 404, also for another user's task; 503 if the database is unavailable.
pub async fn wait_for_result(
    services: &Services,
    user: UserId,
    task: TaskView,
) -> Result<TaskView, AppError> {
    let wait = own_request().and_then(|request| preferred_wait(&request.headers));
    let (Some(wait), Some(stop)) = (wait, use_context::<CancellationToken>()) else {
        return Ok(task);
    };
    if task.status.is_final() {
        return Ok(task);
    }
    let waited = services
        .waits
        .until_final(user, task.id, wait, &stop)
        .await?;
    let Some(task) = waited else {
        return Ok(task);
    };
    if let Ok(applied) = HeaderValue::from_str(&format!("wait={}", wait.as_secs())) {
        set_header(PREFERENCE_APPLIED, applied);
    }
    Ok(task)
}

/// Says where the task of a submit is, with the status 202 unless it is final already.
pub fn announce_task(task: &TaskView) {
    // Also tells the client of our pages that there is a page to go to.
    leptos_axum::redirect("/");
    if let Ok(location) = HeaderValue::from_str(&format!("/api/task?id={}", task.id)) {
        set_header(LOCATION, location);
    }
    if let Some(response) = use_context::<ResponseOptions>()
        && !task.status.is_final()
    {
        response.set_status(StatusCode::ACCEPTED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_s(lines: &[&'static str]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(PREFER, HeaderValue::from_static(line));
        }
        preferred_wait(&headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_wait_is_found_among_preferences_and_limited() {
        for (lines, seconds) in [
            (&["wait=10"][..], Some(10)),
            (&["Wait = \"7\""], Some(7)),
            (&["respond-async, wait=10; x=1"], Some(10)),
            (&["respond-async", "wait=3"], Some(3)),
            (&["wait=600"], Some(60)),
            (&["wait=0"], None),
            (&["wait=-1"], None),
            (&["wait=soon"], None),
            (&["wait"], None),
            (&["return=minimal"], None),
            (&[], None),
        ] {
            assert_eq!(wait_s(lines), seconds, "{lines:?}");
        }
    }

    #[test]
    fn the_key_is_in_the_field_or_in_the_header() {
        let key = |field: &str, header: Option<&'static str>| {
            let header = header.map(HeaderValue::from_static);
            idempotency_key_of(field.to_owned(), header.as_ref())
        };
        for (field, header, expected) in [
            ("a", None, "a"),
            ("", Some("a"), "a"),
            ("", Some("\"a\""), "a"),
            (" a ", Some("a"), "a"),
            ("", None, ""),
        ] {
            assert_eq!(key(field, header), Ok(expected.to_owned()));
        }
        let Err(AppError::Invalid(errors)) = key("a", Some("b")) else {
            panic!("accepted")
        };
        let names: Vec<_> = errors.keys().map(String::as_str).collect();
        assert_eq!(names, [KEY_HEADER, KEY_FIELD]);
    }
}
