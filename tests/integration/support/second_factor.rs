//! The second factor of a user: an authenticator app, and a login in two steps.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use super::{Browser, Response, Server};

/// Makes the code of this moment usable again.
pub const FORGET_STEPS: &str = "UPDATE second_factor SET last_step = NULL";

/// The code that an app with this secret shows now.
#[expect(
    clippy::disallowed_methods,
    reason = "the service under test has the clock of the system"
)]
pub fn code(secret: &str) -> String {
    let app = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    app.build().unwrap().generate(now.as_secs()).to_string()
}

/// Sends a request about the second factor of a user.
pub async fn post(browser: &Browser, name: &str, body: Value) -> Response {
    let path = format!("/api/auth/second_factor/{name}");
    browser.post_json(&path, body).await
}

/// Turns it on; returns the secret and the recovery codes.
pub async fn turn_on(browser: &Browser) -> (String, Vec<String>) {
    let state = post(browser, "start", json!({})).await.ok();
    let secret = state["setup"]["secret"].as_str().unwrap().to_owned();
    let enabled = post(browser, "enable", json!({ "code": code(&secret) })).await;
    let codes = enabled.ok()["recovery_codes"].clone();
    (secret, serde_json::from_value(codes).unwrap())
}

/// The first step of a login in another browser.
pub async fn begin_login(server: &Server, of: &Browser) -> Browser {
    let browser = Browser::new(server);
    let response = browser.post_json("/api/auth/login", of.credentials()).await;
    let problem = response.problem(401);
    assert_eq!(problem["type"], "/problems/second_factor_required");
    browser
}

/// The second step.
pub async fn finish_login(browser: &Browser, code: &str) -> Response {
    let body = json!({ "code": code });
    browser
        .post_json("/api/auth/login/second_factor", body)
        .await
}
