//! What a hostile page, a stranger or a fault must not achieve.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Browser, Engine, Site, predict_body, shared_server, unique};

on_both_databases!(
    a_state_change_from_another_site_is_refused,
    a_request_of_this_site_or_of_no_browser_passes,
    a_get_on_a_post_endpoint_changes_nothing,
    every_page_carries_the_security_headers,
    somebody_elses_task_is_not_found,
    a_fault_of_ours_hides_its_cause_and_logs_it,
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

async fn top_up_with(browser: &Browser, headers: &[(&'static str, &str)]) -> Answer {
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
            let answer = browser.send(request.header(name, value)).await;
            answer.problem(403);
        }
        top_up_with(&browser, &[(name, value)]).await.problem(403);
    }
    let browsers_own = [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("accept", "text/html"),
    ];
    let answer = top_up_with(&browser, &browsers_own).await;
    assert_eq!(answer.status, 403, "{}", answer.text());
    assert_eq!(browser.balance().await, [10, 0, 10]);
    browser.get("/api/auth/me").await.ok();
}

async fn a_request_of_this_site_or_of_no_browser_passes(engine: Engine) {
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
        let answer = browser.get(format!("{path}?{query}")).await;
        assert_eq!(answer.problem(405)["type"], "/problems/wrong_method");
        assert_eq!(answer.header("allow"), "POST");
    }
    assert_eq!(browser.balance().await, [10, 0, 10]);
    assert_eq!(browser.items("/api/transactions").await.len(), 1);
    browser.get("/api/auth/me").await.ok();
}

async fn every_page_carries_the_security_headers(engine: Engine) {
    let server = shared_server(engine).await;
    let mut nonces = Vec::new();
    for path in ["/", "/login", "/no-such-page"] {
        let answer = server.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!answer.header("referrer-policy").is_empty(), "{path}");
        let policy = answer.header("content-security-policy");
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
        let html = answer.text();
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

async fn somebody_elses_task_is_not_found(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    let stranger = Browser::registered(server).await;
    let id = owner.submit().await["id"].clone();
    let answer = stranger.get(format!("/api/task?id={id}")).await;
    let theirs = answer.problem(404);
    let none = stranger.get("/api/task?id=999999999").await.problem(404);
    assert_eq!(theirs["detail"], none["detail"]);
    stranger.cancel(&id).await.problem(404);
    assert!(stranger.items("/api/tasks").await.is_empty());
    assert_eq!(owner.wait_until_final(&id).await["status"], "succeeded");
    assert_eq!(stranger.items("/api/transactions").await.len(), 1);
}

async fn a_fault_of_ours_hides_its_cause_and_logs_it(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    site.database
        .execute("ALTER TABLE balance RENAME TO balance_away")
        .await;
    let answer = browser.get("/api/balance").await;
    let problem = answer.problem(500);
    assert!(!answer.text().contains("balance"), "{problem}");
    let body = predict_body(&unique("fault"));
    let answer = browser.post_json("/api/tasks/predict", &body).await;
    answer.problem(500);

    let request_id = problem["request_id"].as_str().unwrap();
    let log = server.program.log();
    let mut lines = log.lines().filter(|line| line.contains(request_id));
    let told = lines.any(|line| line.contains("balance"));
    assert!(told, "no cause under {request_id}:\n{log}");
}
