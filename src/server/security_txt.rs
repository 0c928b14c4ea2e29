//! `/.well-known/security.txt` (RFC 9116): whom to tell about a vulnerability of this installation.

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse as _;
use chrono::{DateTime, Days, Timelike as _, Utc};

use super::problem::Problem;
use super::public_url::PublicUrl;
use super::security_contact::SecurityContact;
use super::state::AppState;
use crate::types::AppError;

/// The path that RFC 9116 defines.
pub const PATH: &str = "/.well-known/security.txt";

/// How long the file may be relied on after it was read. RFC 9116 asks for less than a year.
const VALID_FOR: Days = Days::new(90);

/// `GET /.well-known/security.txt`; 404 if no contact is configured.
pub async fn security_txt(State(state): State<AppState>) -> Result<Response<Body>, Problem> {
    let contact = state.security_contact.as_ref().ok_or(AppError::NotFound)?;
    let text = text_of(contact, state.public_url.as_ref(), state.clock.now());
    let plain = (CONTENT_TYPE, "text/plain; charset=utf-8");
    let an_hour = (CACHE_CONTROL, "public, max-age=3600");
    Ok(([plain, an_hour], text).into_response())
}

fn text_of(
    contact: &SecurityContact,
    public_url: Option<&PublicUrl>,
    now: DateTime<Utc>,
) -> String {
    let expires = (now + VALID_FOR)
        .with_nanosecond(0)
        .unwrap_or(now)
        .to_rfc3339();
    let canonical = public_url.map(|url| format!("Canonical: {}{PATH}\n", url.text()));
    let canonical = canonical.unwrap_or_default();
    format!(
        "Contact: {}\nExpires: {expires}\n{canonical}",
        contact.url()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_names_contact_expiry_and_its_address() {
        let contact = "mailto:security@pledgecast.example".parse().unwrap();
        let url: PublicUrl = "https://pledgecast.example".parse().unwrap();
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(
            text_of(&contact, Some(&url), now),
            "Contact: mailto:security@pledgecast.example\nExpires: 1970-04-01T00:00:00+00:00\n\
             Canonical: https://pledgecast.example/.well-known/security.txt\n"
        );
        assert!(!text_of(&contact, None, now).contains("Canonical"));
    }
}
