//! What needs a user who authenticated recently, and how they do it again.

use reqwest::Method;
use serde_json::json;

use crate::support::second_factor::{FORGET_STEPS, code, turn_on};
use crate::support::{Browser, Engine, Response, Site};

on_both_databases!(
    sensitive_changes_need_a_recent_password,
    api_keys_are_exempt,
    a_wrong_password_is_refused_and_counted,
    an_account_with_a_second_factor_needs_a_code_too,
    copies_of_the_earlier_cookie_end,
    without_javascript_the_password_page_leads_back,
);

const LONG_AGO: &str = "UPDATE session SET authenticated_at = '2026-01-01T00:00:00+00:00'";

fn key() -> serde_json::Value {
    json!({ "label": "key", "read": true })
}

async fn reauthenticate(browser: &Browser, password: &str) -> Response {
    let body = json!({ "password": password });
    browser.post_json("/api/auth/reauthenticate", body).await
}

async fn sensitive_changes_need_a_recent_password(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    browser.post_json("/api/keys/create", key()).await.ok();
    site.database.execute(LONG_AGO).await;
    for path in [
        "/api/keys/create",
        "/api/webhooks/create",
        "/api/webhook/update",
        "/api/webhook/rotate_secret",
    ] {
        let problem = browser.post_json(path, key()).await.problem(403);
        assert_eq!(problem["type"], "/problems/reauthentication_required");
    }
    // Everything else goes on.
    browser.top_up(5).await;
    let keys = browser.get("/api/keys").await.ok();
    assert_eq!(keys.as_array().unwrap().len(), 1);
    let password = browser.credentials()["password"].clone();
    let response = reauthenticate(&browser, password.as_str().unwrap()).await;
    response.ok();
    browser.post_json("/api/keys/create", key()).await.ok();
    // So does a login.
    site.database.execute(LONG_AGO).await;
    let response = browser.post_json("/api/auth/login", browser.credentials());
    response.await.ok();
    browser.post_json("/api/keys/create", key()).await.ok();
}

async fn api_keys_are_exempt(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let (manage, _) = browser
        .create_key(json!({ "manage": true, "read": true }))
        .await;
    site.database.execute(LONG_AGO).await;
    let program = Browser::with_key(&server, &manage);
    program.post_json("/api/keys/create", key()).await.ok();
    let problem = reauthenticate(&program, "correct horse battery").await;
    problem.problem(403);
}

async fn a_wrong_password_is_refused_and_counted(engine: Engine) {
    let settings = [("PLEDGECAST_AUTH_PER_MINUTE", "20")];
    let (site, server) = Site::serving(engine, &settings).await;
    let browser = Browser::registered(&server).await;
    site.database.execute(LONG_AGO).await;
    reauthenticate(&browser, "")
        .await
        .names_fields(&["password"]);
    for _ in 0..5 {
        let response = reauthenticate(&browser, "not the password").await;
        response.names_fields(&["password"]);
    }
    let response = reauthenticate(&browser, "correct horse battery").await;
    response.problem(429);
    let response = browser.post_json("/api/keys/create", key()).await;
    response.problem(403);
}

async fn an_account_with_a_second_factor_needs_a_code_too(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let page = "/account/confirm";
    let html = browser.get(page).await.text();
    assert!(!html.contains("name=\"code\""), "{html}");
    let (secret, codes) = turn_on(&browser).await;
    let html = browser.get(page).await.text();
    assert!(html.contains("name=\"code\""), "{html}");
    site.database.execute(LONG_AGO).await;
    site.database.execute(FORGET_STEPS).await;
    let reauthenticate = async |password: &str, code: &str| {
        let body = json!({ "password": password, "code": code });
        browser.post_json("/api/auth/reauthenticate", body).await
    };
    let password = "correct horse battery";
    for wrong in ["", "000000"] {
        let response = reauthenticate(password, wrong).await;
        response.names_fields(&["code"]);
    }
    let response = reauthenticate("not the password", &codes[0]).await;
    response.names_fields(&["password"]);
    let response = browser.post_json("/api/keys/create", key()).await;
    response.problem(403);
    let now = code(&secret);
    reauthenticate(password, &now).await.ok();
    browser.post_json("/api/keys/create", key()).await.ok();
    reauthenticate(password, &now).await.names_fields(&["code"]);
    // The wrong password has not used it up.
    reauthenticate(password, &codes[0]).await.ok();
}

async fn copies_of_the_earlier_cookie_end(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let copy = browser.copy_at(&server);
    let sessions = browser.get("/api/auth/sessions").await.ok();
    reauthenticate(&browser, "correct horse battery").await.ok();
    copy.get("/api/auth/me").await.problem(401);
    // It is still the same session.
    let after = browser.get("/api/auth/sessions").await.ok();
    assert_eq!(after, sessions);
}

async fn without_javascript_the_password_page_leads_back(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    site.database.execute(LONG_AGO).await;
    let send = async |path: &str, form: &[(&str, &str)]| {
        let request = browser.request(Method::POST, path).form(form);
        // The body of a request that is refused is not read, so the page is known from here only.
        let request = request.header("referer", format!("{}/account/keys", server.url));
        browser.send(request.header("accept", "text/html")).await
    };
    let form = [
        ("label", "key"),
        ("read", "true"),
        ("return_to", "/account/keys"),
    ];
    let response = send("/api/keys/create", &form).await;
    let page = "/account/confirm?next=%2Faccount%2Fkeys";
    assert_eq!(response.location(), page);
    let html = browser.get(page).await.text();
    assert!(
        html.contains("action=\"/api/auth/reauthenticate\""),
        "{html}"
    );
    let wrong = [("password", "not the password"), ("return_to", page)];
    let response = send("/api/auth/reauthenticate", &wrong).await;
    assert_eq!(response.status, 422);
    assert!(response.text().contains("<h1>Confirm that it’s you"));
    let right = [("password", "correct horse battery"), ("return_to", page)];
    let response = send("/api/auth/reauthenticate", &right).await;
    assert_eq!(response.location(), "/account/keys");
    let response = send("/api/keys/create", &form).await;
    assert!(response.text().contains("pc_"), "{}", response.text());
}
