//! What must not outlive a session, and what must not be logged.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Browser, Engine, Raw, Site, shared_server};

on_both_databases!(
    pages_of_a_session_are_not_stored,
    the_end_of_a_session_clears_the_browser,
    secrets_in_urls_are_not_logged,
    security_events_are_logged_with_their_user,
    a_log_line_names_the_user_of_its_request_once,
    refused_requests_are_logged,
    request_ids_of_clients_are_ignored,
);

async fn pages_of_a_session_are_not_stored(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    for path in [
        "/",
        "/overview",
        "/tasks",
        "/account",
        "/api/balance",
        "/api/tasks",
        "/api/transactions.csv",
        "/no-such-page",
    ] {
        let caching = browser.get(path).await.header("cache-control").to_owned();
        assert_eq!(caching, "no-store", "{path}");
    }
    let visitor = Browser::new(server);
    let caching = visitor
        .get("/login")
        .await
        .header("cache-control")
        .to_owned();
    assert_eq!(caching, "private, no-cache");
    // What a browser does when the user goes back after logging out.
    browser
        .post_form("/api/auth/logout", &[("", ""); 0])
        .await
        .ok();
    for (page, login) in [
        ("/overview", "/login?next=/overview"),
        (
            "/tasks?status=failed&search=a%20b",
            "/login?next=/tasks%3Fstatus%3Dfailed%26search%3Da%2520b",
        ),
    ] {
        let request = browser.request(Method::GET, page);
        let response = browser.send(request.header("accept", "text/html")).await;
        assert_eq!(response.location(), login);
    }
}

async fn the_end_of_a_session_clears_the_browser(engine: Engine) {
    let server = shared_server(engine).await;
    for path in ["/api/auth/logout", "/api/auth/end_sessions"] {
        for accept in ["application/json", "text/html"] {
            let browser = Browser::registered(server).await;
            let request = browser.request(Method::POST, path).header("accept", accept);
            let response = browser.send(request).await;
            assert!(matches!(response.status, 200 | 303), "{path}");
            let cleared = response.header("clear-site-data");
            assert_eq!(cleared, "\"cache\", \"storage\"", "{path}");
        }
    }
    let browser = Browser::registered(server).await;
    let response = browser.get("/overview").await;
    assert_eq!(response.header("clear-site-data"), "");
}

async fn secrets_in_urls_are_not_logged(engine: Engine) {
    let settings = [
        ("PLEDGECAST_LOG", "debug,sqlx=warn"),
        ("PLEDGECAST_LOG_FORMAT", "json"),
        ("PLEDGECAST_WORKERS", "0"),
    ];
    let (_site, server) = Site::serving(engine, &settings).await;
    for path in [
        "/shared/SECRET-token",
        "/shared/SECRET-token/",
        "/shared/SECRET-token/badge.svg",
        "/shared/SECRET-token/card.png",
        "/shared/SECRET-token/report.pdf",
        "/api/shared?token=SECRET-token",
        "/api/unknown/SECRET-token",
        "/tasks?search=SECRET-token",
    ] {
        server.get(path).await;
    }
    let log = server.program.log();
    let leaks: Vec<&str> = log.lines().filter(|line| line.contains("SECRET")).collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
    assert!(log.contains(r#""route":"/shared/{token}""#), "no route");
}

async fn security_events_are_logged_with_their_user(engine: Engine) {
    let settings = [
        ("PLEDGECAST_LOG_FORMAT", "json"),
        ("PLEDGECAST_WORKERS", "0"),
    ];
    let (_site, server) = Site::serving(engine, &settings).await;
    let browser = Browser::registered(&server).await;
    let user = browser.get("/api/auth/me").await.ok()["id"].clone();
    let credentials = browser.credentials();
    let password = &credentials["password"];
    for (path, body) in [
        ("reauthenticate", json!({ "password": password })),
        (
            "change_password",
            json!({ "current_password": password, "new_password": "another long one" }),
        ),
        ("logout", json!({})),
    ] {
        let path = format!("/api/auth/{path}");
        browser.post_json(&path, body).await.ok();
    }
    let wrong = browser.post_json("/api/auth/login", &credentials).await;
    wrong.problem(401);
    let log = server.program.log();
    let lines: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    for (event, is_of_user) in [
        ("registered", false),
        ("started a session", false),
        ("authenticated again", true),
        ("changed the password", true),
        ("logged out", false),
        ("login failed", false),
    ] {
        let line = line_of(&lines, event);
        if is_of_user {
            assert_eq!(line["span"]["user"], user, "{line}");
        }
    }
    let failed = line_of(&lines, "login failed");
    assert_eq!(failed["fields"]["factor"], "password");
    assert_eq!(failed["fields"]["user"], user);
    assert!(!log.contains("another long one"));
}

fn line_of<'a>(lines: &'a [Value], message: &str) -> &'a Value {
    let line = lines.iter().find(|it| it["fields"]["message"] == message);
    line.expect(message)
}

async fn refused_requests_are_logged(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let foreign = browser
        .request(Method::POST, "/api/auth/logout")
        .header("sec-fetch-site", "cross-site");
    browser.send(foreign).await.problem(403);
    let unknown = Browser::with_key(&server, "pck_unknown");
    unknown.get("/api/balance").await.problem(401);
    let log = server.program.log();
    for code in ["forbidden", "invalid_key"] {
        let line = log
            .lines()
            .find(|it| it.contains("refused") && it.contains(code));
        // With the request that it belongs to.
        assert!(line.expect(code).contains("route="), "{log}");
    }
}

async fn a_log_line_names_the_user_of_its_request_once(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let body = json!({ "password": browser.credentials()["password"] });
    // Checks the session twice.
    browser
        .post_json("/api/auth/reauthenticate", body)
        .await
        .ok();
    let log = server.program.log();
    let line = log.lines().find(|it| it.contains("authenticated again"));
    // In the span and in the event.
    assert_eq!(line.unwrap().matches("user=").count(), 2, "{log}");
}

async fn request_ids_of_clients_are_ignored(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::new(server);
    for theirs in ["mine", "a b=c", &"x".repeat(5000)] {
        let request = browser.request(Method::GET, "/api/balance");
        let response = browser.send(request.header("x-request-id", theirs)).await;
        let problem = response.problem(401);
        let id = response.header("x-request-id");
        assert_eq!(problem["request_id"], id);
        assert_ne!(id, theirs);
        assert_eq!(id.len(), 36, "{id}");
    }
    let mut client = Raw::connect(server).await;
    client
        .send("GET /api/balance HTTP/1.1\r\nHost: a\r\nX-Request-Id: a\r\nX-Request-Id: b\r\n\r\n")
        .await;
    let head = client.read_response().await.head;
    assert_eq!(head.matches("x-request-id: ").count(), 1, "{head}");
}
