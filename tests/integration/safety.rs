//! Protection against hostile pages, other users and internal errors.

use reqwest::Method;
use serde_json::json;

use crate::support::{Browser, Engine, Response, Site, predict_body, shared_server, unique};

on_both_databases!(
    a_state_change_from_another_site_is_refused,
    requests_from_this_site_or_without_a_browser_pass,
    a_get_on_a_post_endpoint_changes_nothing,
    every_page_has_the_security_headers,
    tasks_of_other_users_are_not_found,
    an_internal_error_hides_its_cause_and_logs_it,
);

const POSTS: [&str; 9] = [
    "/api/auth/register",
    "/api/auth/login",
    "/api/auth/logout",
    "/api/auth/change_password",
    "/api/auth/end_sessions",
    "/api/balance/top_up",
    "/api/tasks/predict",
    "/api/tasks/cancel",
    "/api/models/create",
];

async fn top_up_with(browser: &Browser, headers: &[(&'static str, &str)]) -> Response {
    let body = json!({ "amount": 5, "idempotency_key": unique("headers") });
    let mut request = browser
        .request(Method::POST, "/api/balance/top_up")
        .json(&body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.send(request).await
}

async fn a_state_change_from_another_site_is_refused(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let foreign = [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1:1"),
        ("sec-fetch-site", "cross-site"),
    ];
    for (name, value) in foreign {
        for path in POSTS {
            let request = browser.request(Method::POST, path).json(&json!({}));
            let response = browser.send(request.header(name, value)).await;
            response.problem(403);
        }
        top_up_with(&browser, &[(name, value)]).await.problem(403);
    }
    let browsers_own = [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("accept", "text/html"),
    ];
    let response = top_up_with(&browser, &browsers_own).await;
    assert_eq!(response.status, 403, "{}", response.text());
    assert_eq!(browser.balance().await, [10, 0, 10]);
    browser.get("/api/auth/me").await.ok();
}

async fn requests_from_this_site_or_without_a_browser_pass(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    top_up_with(&browser, &[]).await.ok();
    top_up_with(&browser, &[("origin", &server.url)]).await.ok();
    let both = [
        ("origin", server.url.as_str()),
        ("sec-fetch-site", "same-origin"),
    ];
    top_up_with(&browser, &both).await.ok();
    assert_eq!(browser.balance().await, [25, 0, 25]);
}

async fn a_get_on_a_post_endpoint_changes_nothing(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    for path in POSTS {
        let query = "amount=5&idempotency_key=a-key-of-a-link";
        let response = browser.get(format!("{path}?{query}")).await;
        assert_eq!(response.problem(405)["type"], "/problems/wrong_method");
        assert_eq!(response.header("allow"), "POST");
    }
    assert_eq!(browser.balance().await, [10, 0, 10]);
    assert_eq!(browser.items("/api/transactions").await.len(), 1);
    browser.get("/api/auth/me").await.ok();
}

async fn every_page_has_the_security_headers(engine: Engine) {
    let server = shared_server(engine).await;
    let mut nonces = Vec::new();
    for path in ["/", "/login", "/no-such-page"] {
        let response = server.get(path).await;
        assert_eq!(
            response.header("x-content-type-options"),
            "nosniff",
            "{path}"
        );
        assert!(!response.header("referrer-policy").is_empty(), "{path}");
        let policy = response.header("content-security-policy");
        for part in ["'wasm-unsafe-eval'", "frame-ancestors 'none'", "'nonce-"] {
            assert!(policy.contains(part), "{path}: no {part}: {policy}");
        }
        let script_source = policy
            .split(';')
            .map(str::trim)
            .find(|part| part.starts_with("script-src"))
            .unwrap();
        assert!(!script_source.contains("'unsafe-inline'"), "{policy}");
        assert!(!script_source.contains("'unsafe-eval'"), "{policy}");

        let (_, rest) = policy.split_once("'nonce-").unwrap();
        let nonce = rest.split('\'').next().unwrap().to_owned();
        let html = response.text();
        for script in html.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains(&nonce), "{path}: <script{tag}>");
        }
        nonces.push(nonce);
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 3, "a nonce was used twice");
}

async fn tasks_of_other_users_are_not_found(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    let stranger = Browser::registered(server).await;
    let id = owner.submit().await["id"].clone();
    let response = stranger.get(format!("/api/task?id={id}")).await;
    let theirs = response.problem(404);
    let none = stranger.get("/api/task?id=999999999").await.problem(404);
    assert_eq!(theirs["detail"], none["detail"]);
    stranger.cancel(&id).await.problem(404);
    assert!(stranger.items("/api/tasks").await.is_empty());
    assert_eq!(owner.wait_until_final(&id).await["status"], "succeeded");
    assert_eq!(stranger.items("/api/transactions").await.len(), 1);
}

async fn an_internal_error_hides_its_cause_and_logs_it(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    site.database
        .execute("ALTER TABLE balance RENAME TO balance_away")
        .await;
    let response = browser.get("/api/balance").await;
    let problem = response.problem(500);
    assert!(!response.text().contains("balance"), "{problem}");
    let body = predict_body(&unique("fault"));
    let response = browser.post_json("/api/tasks/predict", &body).await;
    response.problem(500);

    let request_id = problem["request_id"].as_str().unwrap();
    let log = server.program.log();
    let mut lines = log.lines().filter(|line| line.contains(request_id));
    let is_logged = lines.any(|line| line.contains("balance"));
    assert!(is_logged, "no cause under {request_id}:\n{log}");
}
