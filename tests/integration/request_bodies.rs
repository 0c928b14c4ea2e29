//! Bodies that cannot be read, or are too large, on every endpoint that takes one.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Browser, Engine, Raw, form_of, predict_body, shared_server, unique};

on_both_databases!(
    what_is_no_flat_json_object_is_400,
    a_form_that_is_no_text_is_400,
    a_body_of_another_kind_is_refused,
    an_empty_body_names_what_is_missing,
    an_over_large_body_is_413,
    an_over_large_body_is_413_whatever_its_size_and_the_speed_of_its_client,
    a_body_from_anybody_is_as_large_as_the_largest_login,
    a_body_is_not_read_from_those_who_are_not_signed_in,
    unknown_fields_do_no_harm,
);

const WITH_FIELDS: [&str; 4] = [
    "/api/auth/register",
    "/api/auth/login",
    "/api/balance/top_up",
    "/api/tasks/predict",
];

async fn post(browser: &Browser, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
    let request = browser
        .request(Method::POST, path)
        .header("content-type", content_type)
        .body(body);
    browser.send(request).await
}

async fn what_is_no_flat_json_object_is_400(engine: Engine) {
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
            let answer = post(&browser, path, "application/json", body.to_vec()).await;
            let problem = answer.problem(400);
            assert_eq!(problem["type"], "/problems/malformed", "{path}");
        }
    }
    assert_eq!(browser.balance().await, [10, 0, 10]);
}

async fn a_form_that_is_no_text_is_400(engine: Engine) {
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
    let answer = post(&browser, "/api/tasks/predict", form, body).await;
    answer.problem(400);
    assert_eq!(browser.balance().await, [10, 0, 10]);
}

async fn a_body_of_another_kind_is_refused(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let body = predict_body(&unique("kind")).to_string().into_bytes();
    for path in WITH_FIELDS {
        for content_type in ["text/plain", "application/xml", "nonsense"] {
            let answer = post(&browser, path, content_type, body.clone()).await;
            assert!(
                matches!(answer.status, 400 | 415),
                "{path} as {content_type}: {}",
                answer.status
            );
            answer.problem(answer.status);
        }
    }
    assert_eq!(browser.balance().await, [10, 0, 10]);
}

async fn an_empty_body_names_what_is_missing(engine: Engine) {
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
        let answer = browser.post_json(path, &body).await;
        answer.problem(413);
        let answer = browser.post_form(path, &form_of(&body)).await;
        answer.problem(413);
    }
    assert_eq!(browser.balance().await, [10, 0, 10]);
}

/// The whole body is sent before anything is read, as simple clients do.
async fn an_over_large_body_is_413_whatever_its_size_and_the_speed_of_its_client(engine: Engine) {
    const PART: usize = 100_000;
    let server = shared_server(engine).await;
    let user = Browser::registered(server).await;
    let cookie = user.cookie("pledgecast_session");
    // More than 64 MiB, and longer than a client may be silent.
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
            let answer = client.answer().await;
            assert_eq!(answer.problem(413)["max_bytes"], 65536);
            assert!(answer.head.contains("connection: close"), "{answer:?}");
        }
    }
}

async fn a_body_from_anybody_is_as_large_as_the_largest_login(engine: Engine) {
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
    let answer = browser.post_form("/api/auth/login", &login).await;
    assert_ne!(answer.status, 413, "{}", answer.text());
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

/// No byte of the body is sent: whoever waits for it would not answer.
async fn a_body_is_not_read_from_those_who_are_not_signed_in(engine: Engine) {
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
            let answer = client.answer().await;
            answer.problem(401);
            assert!(answer.head.contains("connection: close"), "{answer:?}");
        }
    }
}

async fn unknown_fields_do_no_harm(engine: Engine) {
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
