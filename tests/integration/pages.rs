//! Every page is complete HTML, signed in or not; health checks; unknown paths.

use reqwest::Method;
use serde_json::json;

use crate::support::{Browser, Engine, Site, shared_server, unique};

on_both_databases!(
    every_page_is_html_for_a_signed_in_user,
    private_pages_send_visitors_to_the_login,
    public_pages_are_open_to_visitors,
    a_query_is_decoded_once,
    an_unknown_page_is_404_html,
    an_unknown_endpoint_is_a_404_problem,
    user_text_is_escaped,
    the_service_is_live_and_ready,
    a_service_without_its_database_is_live_and_not_ready,
    each_response_has_a_request_id,
);

const PRIVATE: [&str; 11] = [
    "/overview",
    "/predict",
    "/tasks",
    "/batches",
    "/outcomes",
    "/transactions",
    "/account",
    "/account/confirm",
    "/account/keys",
    "/account/second-factor",
    "/account/webhooks",
];

async fn every_page_is_html_for_a_signed_in_user(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let id = browser.submit().await["id"].clone();
    browser.wait_until_final(&id).await;
    let task = format!("/tasks/{id}");
    for path in ["/", &task].into_iter().chain(PRIVATE) {
        let response = browser.get(path).await;
        assert_eq!(response.status, 200, "{path}");
        assert!(response.is_html(), "{path}");
        let html = response.text();
        assert!(html.contains("<title>"), "{path} has no title");
        assert!(html.contains("<h1"), "{path} has no heading");
        assert!(html.contains("</html>"), "{path} is cut off");
    }
    let again = browser.request(Method::GET, &format!("{task}/again"));
    let again = browser.send(again.header("accept", "text/html")).await;
    assert!(again.location().starts_with("/predict?country=US&"));
}

async fn private_pages_send_visitors_to_the_login(engine: Engine) {
    let server = shared_server(engine).await;
    let others = [
        "/tasks/1",
        "/tasks/1/again",
        "/batches/1",
        "/report?task=1",
        "/account/webhooks/1",
        "/account/deliveries/1",
    ];
    for path in PRIVATE.into_iter().chain(others) {
        let response = server.get(path).await;
        if response.status == 200 {
            assert!(response.is_html(), "{path}");
            assert!(response.text().contains("/login"), "{path}");
        } else {
            assert!(response.location().starts_with("/login"), "{path}");
        }
    }
}

async fn a_query_is_decoded_once(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    for path in ["/tasks?search=20%25back", "/predict?name=20%25back"] {
        let html = browser.get(path).await.text();
        assert!(html.contains("value=\"20%back\""), "{path}");
    }
}

async fn public_pages_are_open_to_visitors(engine: Engine) {
    let server = shared_server(engine).await;
    for path in [
        "/",
        "/example",
        "/explore",
        "/plan",
        "/docs",
        "/login",
        "/register",
        "/reset-password",
        "/verify-email",
        "/models/1/track-record",
    ] {
        let response = server.get(path).await;
        assert_eq!(response.status, 200, "{path}");
        assert!(response.is_html(), "{path}");
    }
}

async fn an_unknown_page_is_404_html(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    for path in ["/no-such-page", "/tasks/1/more", "/favicon.png"] {
        let response = browser.get(path).await;
        assert_eq!(response.status, 404, "{path}");
        assert!(response.is_html(), "{path}");
    }
    let stranger = Browser::registered(server).await;
    let id = browser.submit().await["id"].clone();
    for path in [
        format!("/tasks/{id}"),
        format!("/tasks/{id}/again"),
        "/tasks/999999999".to_owned(),
        "/tasks/abc".to_owned(),
    ] {
        let response = stranger.get(&path).await;
        assert_eq!(response.status, 404, "{path}");
        assert!(response.is_html(), "{path}");
    }
}

async fn an_unknown_endpoint_is_a_404_problem(engine: Engine) {
    let browser = Browser::new(shared_server(engine).await);
    for path in ["/api", "/api/", "/api/nothing", "/api/tasks/1", "/api/auth"] {
        browser.get(path).await.problem(404);
        browser.post_json(path, json!({})).await.problem(404);
    }
}

async fn user_text_is_escaped(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let mut body = crate::support::predict_body(&unique("script"));
    body["name"] = json!("</title><script>alert(1)</script>");
    body["blurb"] = json!("</script><img src=x onerror=alert(1)>");
    let task = browser.post_json("/api/tasks/predict", &body).await.ok();
    for path in [format!("/tasks/{}", task["id"]), "/tasks".to_owned()] {
        let html = browser.get(&path).await.text();
        assert!(html.contains("alert(1)"), "{path} does not show it");
        assert!(!html.contains("<script>alert"), "{path}");
        assert!(!html.contains("<img src=x"), "{path}");
        assert_eq!(html.matches("</title>").count(), 1, "{path}");
    }
}

async fn the_service_is_live_and_ready(engine: Engine) {
    let server = shared_server(engine).await;
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
}

async fn a_service_without_its_database_is_live_and_not_ready(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    for table in ["task", "users", "balance", "model"] {
        let sql = format!("ALTER TABLE {table} RENAME TO {table}_away");
        site.database.execute(&sql).await;
    }
    assert_eq!(server.get("/health/live").await.status, 200);
    assert_eq!(server.get("/health/ready").await.status, 503);
}

async fn each_response_has_a_request_id(engine: Engine) {
    let server = shared_server(engine).await;
    let page = server.get("/").await;
    let api = server.get("/api/auth/me").await;
    let (first, second) = (page.header("x-request-id"), api.header("x-request-id"));
    assert!(!first.is_empty());
    assert_ne!(first, second);
    assert_eq!(api.problem(401)["request_id"], second);
}
