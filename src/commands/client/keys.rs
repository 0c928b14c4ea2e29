//! `pledgecast client keys`.

use serde_json::{Value, json};

use super::args::{KeysCommand, LimitArgs};
use super::error::Error;
use super::requests::{Api, Repeat, Request};
use super::terminal::{note, print, print_json};
use crate::types::{CapPeriod, Scope, cap_field};

/// Lists, creates, renames or revokes keys.
///
/// # Errors
/// As the server says.
pub async fn run(api: &Api, command: &KeysCommand, is_json: bool) -> Result<(), Error> {
    let request = match command {
        KeysCommand::List => Request::get("/api/keys"),
        KeysCommand::Create {
            label,
            scopes,
            limits,
        } => {
            // Sent twice, it would create two keys.
            let new = new_key(label, scopes, limits);
            Request::post("/api/keys/create", &new, Repeat::IfRefused)
        }
        KeysCommand::Rename { id, label } => {
            let new = json!({ "id": id, "label": label });
            Request::post("/api/keys/rename", &new, Repeat::Safe)
        }
        KeysCommand::Revoke { id } => {
            Request::post("/api/keys/revoke", &json!({ "id": id }), Repeat::Safe)
        }
    };
    let answer = api.json(&request).await?;
    if is_json {
        return print_json(&answer);
    }
    match command {
        KeysCommand::List => {
            for key in answer.as_array().into_iter().flatten() {
                print(&describe(key))?;
            }
            Ok(())
        }
        KeysCommand::Create { .. } => {
            note("This key is not shown again:");
            print(answer["secret"].as_str().unwrap_or_default())
        }
        KeysCommand::Rename { .. } => print(&describe(&answer)),
        KeysCommand::Revoke { .. } => print(&format!("revoked: {}", describe(&answer))),
    }
}

/// The request for a new key.
pub fn new_key(label: &str, scopes: &[Scope], limits: &LimitArgs) -> Value {
    let mut new = json!({ "label": label, "expires_in_days": limits.expires_in_days });
    for scope in scopes {
        new[scope.as_str()] = json!(true);
    }
    for (period, cap) in [
        (CapPeriod::Day, limits.cap_day),
        (CapPeriod::Week, limits.cap_week),
        (CapPeriod::Month, limits.cap_month),
        (CapPeriod::Total, limits.cap_total),
    ] {
        new[cap_field(period)] = json!(cap);
    }
    new
}

/// A key as a line: ID, label, hint, scopes, and what it has spent of its caps.
fn describe(key: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let scopes = key["scopes"].as_array().into_iter().flatten();
    let scopes: Vec<_> = scopes.map(text).collect();
    let mut parts = vec![
        key["id"].to_string(),
        text(&key["label"]),
        text(&key["hint"]),
        scopes.join(","),
        format!("spent {}", key["spent"]["total"]),
    ];
    for period in CapPeriod::ALL {
        let name = period.as_str();
        if let Some(cap) = key["caps"][name].as_i64() {
            parts.push(format!("{name} {}/{cap}", key["spent"][name]));
        }
    }
    if key["is_expired"] == true {
        parts.push("expired".to_owned());
    } else if let Some(expires) = key["expires_at"].as_str() {
        parts.push(format!("until {expires}"));
    }
    parts.join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_has_only_what_was_asked_for() {
        let limits = LimitArgs {
            cap_day: Some(70),
            ..LimitArgs::default()
        };
        let new = new_key("nightly", &[Scope::Read, Scope::TopUp], &limits);
        let expected = json!({
            "label": "nightly", "read": true, "top_up": true, "expires_in_days": null,
            "cap_day": 70, "cap_week": null, "cap_month": null, "cap_total": null,
        });
        assert_eq!(new, expected);
    }

    #[test]
    fn a_key_is_a_line() {
        let key = json!({
            "id": 4, "label": "nightly", "hint": "pc_4fXy…Qr9Z", "scopes": ["read", "predict"],
            "spent": { "day": 10, "total": 30 }, "caps": { "day": 70, "total": null }, "is_expired": false,
        });
        let line = "4  nightly  pc_4fXy…Qr9Z  read,predict  spent 30  day 10/70";
        assert_eq!(describe(&key), line);
    }
}
