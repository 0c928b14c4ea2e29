//! The conventions of the API: where a result will be, waiting for it, idempotency keys in a header, tags, and what is
//! left of a limit.

use std::time::{Duration, Instant};

use reqwest::header::HeaderName;
use reqwest::{Method, Response as Reply};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{
    Browser, Engine, PRICE, Response, Site, TIMEOUT, predict_body, sample, shared_idle_server,
    shared_server, unique, wait_for,
};

on_both_databases!(
    a_submit_without_a_result_is_202_and_names_its_task,
    a_submit_may_wait_for_its_result,
    a_wait_ends_after_its_time_without_a_result,
    a_task_may_be_waited_for,
    waits_of_a_user_are_limited_and_end_with_the_connection,
    a_stopping_process_ends_waits,
    a_key_may_be_in_the_header,
    keys_that_differ_are_both_named,
    a_repeated_request_is_marked,
    unchanged_data_is_not_sent_again,
    only_programs_may_store_responses,
    responses_say_what_is_left_of_a_limit,
);

/// As many as one user may have waiting.
const WAITS_MAX: usize = 16;

async fn send(
    browser: &Browser,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Response {
    let mut request = browser.request(method, path);
    for (name, value) in headers {
        request = request.header(HeaderName::try_from(*name).unwrap(), *value);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    browser.send(request).await
}

async fn submit(browser: &Browser, headers: &[(&str, &str)], body: &Value) -> Response {
    send(
        browser,
        Method::POST,
        "/api/tasks/predict",
        headers,
        Some(body),
    )
    .await
}

async fn get(browser: &Browser, path: &str, headers: &[(&str, &str)]) -> Response {
    send(browser, Method::GET, path, headers, None).await
}

async fn a_submit_without_a_result_is_202_and_names_its_task(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let response = submit(&browser, &[], &predict_body(&unique("accepted"))).await;
    assert_eq!(response.status, 202);
    let task = response.ok();
    assert_eq!(task["status"], "queued");
    let location = response.header("location");
    assert_eq!(location, format!("/api/task?id={}", task["id"]));
    assert_eq!(browser.get(location).await.ok()["id"], task["id"]);
    assert_eq!(response.header("preference-applied"), "");
}

async fn a_submit_may_wait_for_its_result(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let body = predict_body(&unique("wait"));
    let prefer = [("prefer", "respond-async, wait=600")];
    let response = submit(&browser, &prefer, &body).await;
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(response.header("preference-applied"), "wait=60");
    let task = response.ok();
    assert_eq!(task["status"], "succeeded");
    assert!(task["result"]["probability"].is_f64());
    // A repeat has the result at once.
    let again = submit(&browser, &[], &body).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.ok()["result"], task["result"]);
    assert_eq!(browser.balance().await, [0, 0, 0]);
}

async fn a_wait_ends_after_its_time_without_a_result(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let body = predict_body(&unique("in-vain"));
    let response = submit(&browser, &[("prefer", "wait=1")], &body).await;
    assert_eq!(response.status, 202);
    assert_eq!(response.header("preference-applied"), "wait=1");
    assert_eq!(response.ok()["status"], "queued");
    assert_eq!(browser.balance().await, [PRICE, PRICE, 0]);
    for ignored in ["wait=soon", "wait=0", "return=minimal"] {
        let response = submit(&browser, &[("prefer", ignored)], &body).await;
        assert_eq!(response.status, 202, "{ignored}");
        assert_eq!(response.header("preference-applied"), "", "{ignored}");
    }
}

async fn a_task_may_be_waited_for(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let id = browser.submit().await["id"].clone();
    let path = format!("/api/task?id={id}");
    let waiting = get(&browser, &path, &[("prefer", "wait=60")]);
    let canceling = async {
        // It ends only because of the cancellation: there is no worker.
        tokio::time::sleep(Duration::from_millis(300)).await;
        browser.cancel(&id).await.ok();
    };
    let (waited, ()) = futures::future::join(waiting, canceling).await;
    assert_eq!(waited.ok()["status"], "canceled");
    let other = Browser::registered(shared_idle_server(engine).await).await;
    let response = get(&other, &path, &[("prefer", "wait=60")]).await;
    response.problem(404);
}

/// Whether one more request of the user may wait.
async fn may_wait(browser: &Browser, path: &str) -> bool {
    let response = get(browser, path, &[("prefer", "wait=1")]).await;
    response.ok();
    !response.header("preference-applied").is_empty()
}

/// Requests that wait for a task, until no other request of the user may.
async fn wait_at_all_places(browser: &Browser, path: &str) -> JoinSet<reqwest::Result<Reply>> {
    let start = Instant::now();
    let wait = || {
        let request = browser.request(Method::GET, path);
        request.header("prefer", "wait=60").send()
    };
    let mut waits = JoinSet::new();
    for _ in 0..WAITS_MAX {
        waits.spawn(wait());
    }
    // The probe takes a place, too, so that one of them may have found none.
    while may_wait(browser, path).await {
        assert!(start.elapsed() < TIMEOUT, "the waits are not limited");
        waits.spawn(wait());
    }
    waits
}

async fn waits_of_a_user_are_limited_and_end_with_the_connection(engine: Engine) {
    let server = shared_idle_server(engine).await;
    let browser = Browser::registered(server).await;
    let id = browser.submit().await["id"].clone();
    let path = format!("/api/task?id={id}");
    let waits = wait_at_all_places(&browser, &path).await;
    let other = Browser::registered(server).await;
    let own = other.submit().await["id"].clone();
    assert!(may_wait(&other, &format!("/api/task?id={own}")).await);
    // Without a place, the response comes at once and is complete.
    let at_once = get(&browser, &path, &[("prefer", "wait=60")]).await;
    assert_eq!(at_once.ok()["status"], "queued");
    assert_eq!(at_once.header("preference-applied"), "");

    // Dropping the requests closes their connections.
    drop(waits);
    wait_for("the places to be free", || async {
        may_wait(&browser, &path).await.then_some(())
    })
    .await;
}

async fn a_stopping_process_ends_waits(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let id = browser.submit().await["id"].clone();
    let path = format!("/api/task?id={id}");
    let mut waits = wait_at_all_places(&browser, &path).await;
    server.program.stop().await;
    while let Some(response) = waits.join_next().await {
        let response = response.unwrap().unwrap();
        assert_eq!(response.status(), 200);
        let task: Value = response.json().await.unwrap();
        assert_eq!(task["status"], "queued");
    }
    site.assert_audit_is_clean().await;
}

async fn a_key_may_be_in_the_header(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    browser.top_up(90).await;
    let key = unique("header");
    let first = submit(&browser, &[("idempotency-key", &key)], &sample()).await;
    assert_eq!(first.status, 202);
    let quoted = format!("\"{key}\"");
    let in_field = predict_body(&key);
    for (headers, body) in [
        (vec![("idempotency-key", quoted.as_str())], &sample()),
        (vec![], &in_field),
        (vec![("idempotency-key", key.as_str())], &in_field),
    ] {
        let again = submit(&browser, &headers, body).await;
        assert_eq!(again.ok()["id"], first.ok()["id"], "{headers:?}");
    }
    let missing = submit(&browser, &[], &sample()).await;
    missing.names_fields(&["idempotency_key"]);
    let amount = json!({ "amount": 5 });
    let path = "/api/balance/top_up";
    let top_up = async |key: &str| {
        let headers = [("idempotency-key", key)];
        send(&browser, Method::POST, path, &headers, Some(&amount)).await
    };
    let (first, second) = (top_up("one").await, top_up("one").await);
    assert_eq!(first.ok(), second.ok());
    assert_eq!(browser.balance().await, [105, PRICE, 95]);
    top_up("two words").await.names_fields(&["idempotency_key"]);
}

async fn keys_that_differ_are_both_named(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let both = ["Idempotency-Key", "idempotency_key"];
    let headers = [("idempotency-key", "one")];
    let response = submit(&browser, &headers, &predict_body("other")).await;
    response.names_fields(&both);
    let body = json!({ "amount": 5, "idempotency_key": "other" });
    let path = "/api/balance/top_up";
    let response = send(&browser, Method::POST, path, &headers, Some(&body)).await;
    response.names_fields(&both);
    assert_eq!(browser.balance().await, [PRICE, 0, PRICE]);
}

async fn a_repeated_request_is_marked(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    browser.top_up(90).await;
    let paid = [
        ("/api/tasks/predict", predict_body(&unique("mark"))),
        (
            "/api/balance/top_up",
            json!({ "amount": 5, "idempotency_key": unique("mark") }),
        ),
    ];
    for (path, body) in paid {
        let first = browser.post_json(path, &body).await;
        assert_eq!(first.header("idempotent-replayed"), "", "{path}");
        let again = browser.post_json(path, &body).await;
        assert_eq!(again.header("idempotent-replayed"), "true", "{path}");
        assert_eq!(again.status, first.status, "{path}");
    }
}

async fn unchanged_data_is_not_sent_again(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let id = browser.submit().await["id"].clone();
    browser.wait_until_final(&id).await;
    for path in [
        "/api/balance".to_owned(),
        format!("/api/task?id={id}"),
        format!("/api/task/insight?id={id}"),
        "/api/models".to_owned(),
        "/api/openapi.json".to_owned(),
    ] {
        let first = browser.get(&path).await;
        let tag = first.header("etag");
        assert!(tag.starts_with("W/\""), "{path}: {tag}");
        let list = format!("\"other\", {tag}");
        for known in [tag, list.as_str(), "*"] {
            let again = get(&browser, &path, &[("if-none-match", known)]).await;
            assert_eq!(again.status, 304, "{path} {known}");
            assert_eq!(again.bytes(), b"", "{path}");
            assert_eq!(again.header("etag"), tag, "{path}");
        }
    }
    let before = browser.get("/api/balance").await;
    browser.top_up(5).await;
    let known = [("if-none-match", before.header("etag"))];
    let after = get(&browser, "/api/balance", &known).await;
    assert_eq!(after.ok()["amount"], 5);
    // Errors have no tag.
    let refused = get(
        &Browser::new(server),
        "/api/balance",
        &[("if-none-match", "*")],
    )
    .await;
    refused.problem(401);
}

async fn only_programs_may_store_responses(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let caching = |response: &Response| response.header("cache-control").to_owned();
    assert_eq!(caching(&browser.get("/api/models").await), "no-store");
    let program = server.get("/api/models").await;
    assert_eq!(caching(&program), "private, no-cache");
    assert!(program.header("vary").contains("cookie"));
    assert_eq!(caching(&server.get("/api/balance").await), "no-store");
}

async fn responses_say_what_is_left_of_a_limit(engine: Engine) {
    let settings = [
        ("PLEDGECAST_SHARED_PER_MINUTE", "2"),
        ("PLEDGECAST_WHAT_IF_PER_MINUTE", "2"),
    ];
    let (_site, server) = Site::serving(engine, &settings).await;
    let browser = Browser::registered(&server).await;
    let id = browser.submit().await["id"].clone();
    browser.wait_until_final(&id).await;
    let changes = json!({ "id": id, "usd_goal": 5000 });
    let goal = json!({ "usd_goal": 5000 });
    for (policy, method, path, body) in [
        ("shared-results", Method::GET, "/api/shared?token=x", None),
        (
            "changed-campaigns",
            Method::POST,
            "/api/task/what_if",
            Some(&changes),
        ),
        (
            "changed-example",
            Method::POST,
            "/api/example/what_if",
            Some(&goal),
        ),
    ] {
        for left in ["r=1;t=30", "r=0;t=60", "r=0;t=60"] {
            let response = send(&browser, method.clone(), path, &[], body).await;
            let expected = format!("\"{policy}\";q=2;w=60");
            assert_eq!(response.header("ratelimit-policy"), expected, "{path}");
            let expected = format!("\"{policy}\";{left}");
            assert_eq!(response.header("ratelimit"), expected, "{path}");
        }
        let refused = send(&browser, method, path, &[], body).await;
        refused.problem(429);
        assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    }
    assert_eq!(browser.get("/api/balance").await.header("ratelimit"), "");
    let visitor = Browser::new(&server);
    let new = json!({ "email": format!("{}@example.org", unique("new")), "password": "another long one" });
    let response = visitor.post_json("/api/auth/register", &new).await;
    assert!(
        response
            .header("ratelimit")
            .starts_with("\"registrations\";r=")
    );
}
