//! Bodies that cannot be parsed or are too large, on every endpoint with a body.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::{
    Browser, Engine, Raw, Response, form_of, predict_body, shared_server, unique,
};

on_both_databases!(
    anything_but_a_flat_json_object_is_400,
    a_form_that_is_not_utf_8_is_400,
    a_body_with_another_content_type_is_refused,
    an_empty_body_names_the_missing_fields,
    an_over_large_body_is_413,
    an_over_large_body_is_413_at_any_size_and_speed,
    an_anonymous_body_may_be_as_large_as_the_largest_login,
    a_body_is_not_read_without_a_session,
    unknown_fields_are_ignored,
);

const WITH_FIELDS: [&str; 4] = [
    "/api/auth/register",
    "/api/auth/login",
    "/api/balance/top_up",
    "/api/tasks/predict",
];

async fn post(browser: &Browser, path: &str, content_type: &str, body: Vec<u8>) -> Response {
    let request = browser
        .request(Method::POST, path)
        .header("content-type", content_type)
        .body(body);
    browser.send(request).await
}

async fn anything_but_a_flat_json_object_is_400(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let bodies: [&[u8]; 11] = [
        b"not json",
        b"{",
        b"{\"email\":\"a@example.org\"",
        b"[]",
        b"[1, 2]",
        b"\"text\"",
        b"12",
        b"null",
        b"{\"email\": {\"a\": 1}, \"amount\": {\"a\": 1}, \"name\": {\"a\": 1}}",
        b"{\"email\": [1], \"amount\": [1], \"name\": [1]}",
        b"{\"email\": \"\xff\xfe\", \"amount\": \"\xff\", \"name\": \"\xff\"}",
    ];
    for path in WITH_FIELDS {
        for body in bodies {
            let response = post(&browser, path, "application/json", body.to_vec()).await;
            let problem = response.problem(400);
            assert_eq!(problem["type"], "/problems/malformed", "{path}");
        }
    }
    assert_eq!(browser.balance().await, [10, 0, 10]);
}

async fn a_form_that_is_not_utf_8_is_400(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let form = "application/x-www-form-urlencoded";
    let mut body = form_of(&predict_body(&unique("bytes")))
        .iter()
        .filter(|(name, _)| name != "name")
        .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")))
        .collect::<Vec<_>>()
        .join("&")
        .into_bytes();
    body.extend(b"&name=\xff\xfe");
    let response = post(&browser, "/api/tasks/predict", form, body).await;
    response.problem(400);
    assert_eq!(browser.balance().await, [10, 0, 10]);
}

async fn a_body_with_another_content_type_is_refused(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let body = predict_body(&unique("kind")).to_string().into_bytes();
    for path in WITH_FIELDS {
        for content_type in ["text/plain", "application/xml", "nonsense"] {
            let response = post(&browser, path, content_type, body.clone()).await;
            assert!(
                matches!(response.status, 400 | 415),
                "{path} as {content_type}: {}",
                response.status
            );
            response.problem(response.status);
        }
    }
    assert_eq!(browser.balance().await, [10, 0, 10]);
}

async fn an_empty_body_names_the_missing_fields(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let top_up = browser.post_json("/api/balance/top_up", json!({})).await;
    top_up.names_fields(&["amount", "idempotency_key"]);
    let predict = browser.post_json("/api/tasks/predict", json!({})).await;
    predict.names_fields(&[
        "analytics_name",
        "country",
        "currency",
        "deadline",
        "idempotency_key",
        "launched_at",
        "name",
        "usd_goal",
    ]);
    let cancel = browser.post_json("/api/tasks/cancel", json!({})).await;
    cancel.names_fields(&["id"]);
    browser.get("/api/task").await.names_fields(&["id"]);
}

async fn an_over_large_body_is_413(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let mut body = predict_body(&unique("large"));
    body["blurb"] = json!("x".repeat(70_000));
    for path in WITH_FIELDS {
        let response = browser.post_json(path, &body).await;
        response.problem(413);
        let response = browser.post_form(path, &form_of(&body)).await;
        response.problem(413);
    }
    assert_eq!(browser.balance().await, [10, 0, 10]);
}

/// The whole body is sent before anything is read, as simple clients do.
async fn an_over_large_body_is_413_at_any_size_and_speed(engine: Engine) {
    const PART: usize = 100_000;
    let server = shared_server(engine).await;
    let user = Browser::registered(server).await;
    let cookie = user.cookie("pledgecast_session");
    // More than 64 MiB in total, and longer than a client may pause.
    for (parts, pause_ms) in [(50, 0), (700, 0), (50, 20), (12, 600)] {
        for is_chunked in [false, true] {
            let length = if is_chunked {
                "Transfer-Encoding: chunked".to_owned()
            } else {
                format!("Content-Length: {}", parts * PART)
            };
            let mut client = Raw::connect(server).await;
            let head = format!(
                "POST /api/tasks/predict HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\
                 Content-Type: application/json\r\n{length}\r\n\r\n"
            );
            client.send(head).await;
            let mut part = vec![b'x'; PART];
            if is_chunked {
                part.splice(..0, format!("{PART:x}\r\n").into_bytes());
                part.extend(b"\r\n");
            }
            for _ in 0..parts {
                client.send(&part).await;
                tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            }
            let response = client.read_response().await;
            assert_eq!(response.problem(413)["max_bytes"], 65536);
            assert!(response.head.contains("connection: close"), "{response:?}");
        }
    }
}

async fn an_anonymous_body_may_be_as_large_as_the_largest_login(engine: Engine) {
    const MAX_BYTES: usize = 16 * 1024;
    let browser = Browser::new(shared_server(engine).await);
    let many = |length: usize| "😀".repeat(length);
    let encode =
        |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let next = encode(&format!("/tasks?search={}", encode(&many(100))));
    let login = [
        ("email", many(254)),
        ("password", many(200)),
        ("account", i64::MAX.to_string()),
        ("return_to", format!("/login?next={next}")),
    ];
    let response = browser.post_form("/api/auth/login", &login).await;
    assert_ne!(response.status, 413, "{}", response.text());
    for path in [
        "/api/auth/login",
        "/api/auth/register",
        "/api/auth/logout",
        "/preferences",
    ] {
        let form = [("more", "x".repeat(MAX_BYTES))];
        let problem = browser.post_form(path, &form).await.problem(413);
        assert_eq!(problem["max_bytes"], MAX_BYTES, "{path}");
    }
}

/// Sends no byte of the body: a server that waited for it would not respond.
async fn a_body_is_not_read_without_a_session(engine: Engine) {
    let server = shared_server(engine).await;
    for path in [
        "/api/tasks/predict",
        "/api/tasks/cancel",
        "/api/balance/top_up",
        "/api/task/what_if",
        "/api/task/share",
        "/api/auth/change_password",
        "/api/models/create",
    ] {
        for length in ["Content-Length: 60000", "Transfer-Encoding: chunked"] {
            let mut client = Raw::connect(server).await;
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\n\
                 Content-Type: application/json\r\n{length}\r\n\r\n"
            );
            client.send(head).await;
            let response = client.read_response().await;
            response.problem(401);
            assert!(response.head.contains("connection: close"), "{response:?}");
        }
    }
}

async fn unknown_fields_are_ignored(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let mut body = predict_body(&unique("more"));
    for (name, value) in [
        ("price", json!(1)),
        ("status", json!("succeeded")),
        ("user_id", json!(1)),
        ("comment", json!("hello")),
    ] {
        body[name] = value;
    }
    let task = browser.post_json("/api/tasks/predict", &body).await.ok();
    assert_eq!(task["price"], 10);
}
