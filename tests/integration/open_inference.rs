//! The Open Inference Protocol: rows of tensors are predicted, charged like any other prediction, and bought once.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::poison::register_nan_model;
use crate::support::{
    Browser, Engine, PRICE, Response, Server, Site, send_and_disconnect, shared_server, unique,
};

on_both_databases!(
    a_client_learns_what_a_model_takes_and_returns,
    rows_are_predicted_and_charged,
    a_repeated_request_buys_nothing,
    a_key_needs_its_scope_and_stays_within_its_cap,
    refusals_name_what_is_wrong_and_buy_nothing,
    rows_that_fail_are_not_charged,
    results_that_are_late_are_not_bought_again,
    a_request_is_bought_whole_or_not_at_all_if_its_client_disconnects,
);

const MODEL: &str = "/v2/models/Campaign%20Outlook";
const INFER: &str = "/v2/models/Campaign%20Outlook/infer";

/// The tensors of campaigns with these goals.
fn inputs(goals: &[u32]) -> Value {
    let rows = goals.len();
    let same = |name: &str, datatype: &str, value: Value| json!({ "name": name, "shape": [rows], "datatype": datatype, "data": vec![value; rows] });
    json!([
        same("name", "BYTES", "Little Lanterns".into()),
        same("analytics_name", "BYTES", "Tabletop Games".into()),
        same("country", "BYTES", "US".into()),
        same("currency", "BYTES", "USD".into()),
        same("launched_at", "BYTES", "2026-03-02".into()),
        same("deadline", "BYTES", "2026-04-01".into()),
        same("has_video", "BOOL", true.into()),
        { "name": "usd_goal", "shape": [rows], "datatype": "INT64", "data": goals },
    ])
}

fn body(goals: &[u32]) -> Value {
    json!({ "id": "ours", "inputs": inputs(goals) })
}

async fn infer(browser: &Browser, key: &str, body: Value) -> Response {
    let request = browser.request(Method::POST, INFER).json(&body);
    browser.send(request.header("idempotency-key", key)).await
}

fn output<'a>(response: &'a Value, name: &str) -> &'a Value {
    let outputs = response["outputs"].as_array().unwrap();
    let found = outputs.iter().find(|it| it["name"] == name);
    &found.unwrap_or_else(|| panic!("no {name}: {response}"))["data"]
}

async fn a_client_learns_what_a_model_takes_and_returns(engine: Engine) {
    let server = shared_server(engine).await;
    assert_eq!(server.get("/v2").await.ok()["name"], "pledgecast");
    assert_eq!(
        server.get("/v2/health/live").await.ok(),
        json!({ "live": true })
    );
    assert_eq!(
        server.get("/v2/health/ready").await.ok(),
        json!({ "ready": true })
    );
    let model = server.get(MODEL).await.ok();
    assert_eq!(model["parameters"]["price"], PRICE);
    let inputs = model["inputs"].as_array().unwrap();
    let goal = json!({ "name": "usd_goal", "datatype": "FP64", "shape": [-1] });
    assert!(inputs.contains(&goal), "{model}");
    let version = model["versions"][0].as_str().unwrap();
    let versioned = format!("{MODEL}/versions/{version}");
    assert_eq!(server.get(&versioned).await.ok(), model);
    for path in [MODEL, &versioned] {
        let ready = server.get(&format!("{path}/ready")).await.ok();
        assert_eq!(ready, json!({ "name": "Campaign Outlook", "ready": true }));
    }
    for path in [
        "/v2/models/other",
        "/v2/models/other/ready",
        "/v2/models/Campaign%20Outlook/versions/0",
        "/v2/models/%ff",
        "/v2/models",
        "/v2/repository/index",
    ] {
        let problem = server.get(path).await.problem(404);
        assert_eq!(problem["error"], problem["detail"], "{path}");
    }
    let problem = server.get(INFER).await.problem(405);
    assert!(problem["error"].is_string());
}

async fn rows_are_predicted_and_charged(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    browser.top_up(3 * PRICE).await;
    let key = unique("infer");
    let result = infer(&browser, &key, body(&[900_000, 500, 20_000]))
        .await
        .ok();
    assert_eq!(result["id"], "ours");
    assert_eq!(result["parameters"]["charged"], 3 * PRICE);
    assert_eq!(browser.balance().await, [PRICE, 0, PRICE]);
    let tasks = output(&result, "task_id").as_array().unwrap();
    assert_eq!(tasks.len(), 3);
    for (row, id) in tasks.iter().enumerate() {
        let task = browser.task(id).await;
        let goal = [900_000.0, 500.0, 20_000.0][row];
        assert_eq!(task["campaign"]["usd_goal"], goal);
        assert_eq!(task["batch_id"], result["parameters"]["batch_id"]);
        for name in ["probability", "interval_low", "interval_high", "verdict"] {
            assert_eq!(output(&result, name)[row], task["result"][name], "{name}");
        }
    }
    let batches = browser.items("/api/batches").await;
    assert_eq!(batches[0]["file_name"], "ours");

    let some = json!({ "inputs": inputs(&[700]), "outputs": [{ "name": "verdict" }] });
    let some = infer(&browser, &unique("infer"), some).await.ok();
    assert_eq!(some["outputs"].as_array().unwrap().len(), 1);
    assert_eq!(some["id"], some["parameters"]["batch_id"].to_string());
}

async fn a_repeated_request_buys_nothing(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    browser.top_up(3 * PRICE).await;
    let key = unique("infer");
    let at_once = join_all((0..8).map(|_| infer(&browser, &key, body(&[500, 700]))));
    let answers = at_once.await;
    let mut first: Vec<&Response> = answers.iter().collect();
    first.retain(|it| it.header("idempotent-replayed") != "true");
    assert_eq!(first.len(), 1);
    let result = first[0].ok();
    for answer in &answers {
        assert_eq!(answer.ok(), result);
    }
    assert_eq!(browser.balance().await, [2 * PRICE, 0, 2 * PRICE]);
    let mut reordered = body(&[500, 700]);
    reordered["inputs"].as_array_mut().unwrap().reverse();
    assert_eq!(infer(&browser, &key, reordered).await.ok(), result);
    let other = infer(&browser, &key, body(&[500, 701])).await.problem(422);
    assert_eq!(other["type"], "/problems/key_reused");
    let blank = infer(&browser, "", body(&[500])).await;
    blank.names_fields(&["idempotency_key"]);
    // Without a key, the same request is a new one.
    browser.post_json(INFER, body(&[500])).await.ok();
    browser.post_json(INFER, body(&[500])).await.ok();
    assert_eq!(browser.balance().await, [0, 0, 0]);
}

async fn a_key_needs_its_scope_and_stays_within_its_cap(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    browser.top_up(9 * PRICE).await;
    let (key, _) = browser.create_key(json!({ "read": true })).await;
    let reader = Browser::with_key(server, &key);
    let problem = reader.post_json(INFER, body(&[500])).await.problem(403);
    assert_eq!(problem["scope"], "predict");
    let limits = json!({ "predict": true, "cap_total": 3 * PRICE });
    let (key, _) = browser.create_key(limits).await;
    let program = Browser::with_key(server, &key);
    program.post_json(INFER, body(&[500, 600])).await.ok();
    let problem = program
        .post_json(INFER, body(&[500, 600]))
        .await
        .problem(402);
    assert_eq!(problem["type"], "/problems/cap_reached");
    program.post_json(INFER, body(&[500])).await.ok();
    let stranger = Browser::new(server).post_json(INFER, body(&[500])).await;
    stranger.problem(401);
}

async fn refusals_name_what_is_wrong_and_buy_nothing(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let post = async |body: Value| browser.post_json(INFER, body).await;
    post(json!({ "id": "ours" })).await.problem(400);
    post(json!({ "inputs": 7 })).await.problem(400);
    post(json!([])).await.problem(400);
    post(json!({ "inputs": [] }))
        .await
        .names_fields(&["inputs"]);
    post(body(&[500, 0])).await.names_fields(&["usd_goal[1]"]);
    let outputs = json!({ "inputs": inputs(&[500]), "outputs": [{ "name": "odds" }] });
    post(outputs).await.names_fields(&["outputs"]);
    let total =
        |max: Value| json!({ "inputs": inputs(&[500]), "parameters": { "max_total": max } });
    post(total("cheap".into()))
        .await
        .names_fields(&["max_total"]);
    let problem = post(total((PRICE - 1).into())).await.problem(409);
    assert_eq!(problem["price"], PRICE);
    let problem = post(body(&[500, 600])).await.problem(402);
    assert_eq!(problem["needed"], 2 * PRICE);
    let other = "/v2/models/Campaign%20Outlook/versions/0/infer";
    browser.post_json(other, body(&[500])).await.problem(404);
    let foreign = browser.request(Method::POST, INFER).json(&body(&[500]));
    let foreign = foreign.header("origin", "https://evil.test");
    browser.send(foreign).await.problem(403);
    let large = format!("{{\"id\": \"{}\"}}", "x".repeat(5_000_000));
    let large = browser.request(Method::POST, INFER).body(large);
    assert_eq!(
        browser.send(large).await.problem(413)["max_bytes"],
        4_194_304
    );
    assert_eq!(browser.balance().await, [PRICE, 0, PRICE]);
    assert!(browser.items("/api/batches").await.is_empty());
    post(total(PRICE.into())).await.ok();
}

async fn rows_that_fail_are_not_charged(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    register_nan_model(&site, &server).await;
    let models = server.get("/api/models").await.ok();
    let infer = format!("/v2/models/{}/infer", models[0]["name"].as_str().unwrap());
    let browser = Browser::registered(&server).await;
    // It costs 3 credits, and has no result for a goal of one dollar.
    let problem = browser
        .post_json(&infer, body(&[1, 500]))
        .await
        .problem(409);
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("1 of 2 predictions have no result"),
        "{detail}"
    );
    assert_eq!(browser.balance().await, [PRICE - 3, 0, PRICE - 3]);
    site.assert_audit_is_clean().await;
}

/// A server without workers, so that nothing is predicted.
async fn idle_server(engine: Engine) -> (Site, Server) {
    Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await
}

async fn results_that_are_late_are_not_bought_again(engine: Engine) {
    let (site, server) = idle_server(engine).await;
    let browser = Browser::registered(&server).await;
    let key = unique("infer");
    for _ in 0..2 {
        let request = browser.request(Method::POST, INFER).json(&body(&[500]));
        let request = request
            .header("idempotency-key", &key)
            .header("prefer", "wait=1");
        let late = browser.send(request).await;
        let problem = late.problem(503);
        assert!(
            problem["error"]
                .as_str()
                .unwrap()
                .contains("Idempotency-Key")
        );
        assert_ne!(late.header("retry-after"), "");
        assert_eq!(browser.balance().await, [PRICE, PRICE, 0]);
    }
    drop(server);
    let server = site.serve(&[]).await;
    let browser = browser.copy_at(&server);
    let result = infer(&browser, &key, body(&[500])).await.ok();
    assert_eq!(result["parameters"]["charged"], PRICE);
    assert_eq!(browser.balance().await, [0, 0, 0]);
    site.assert_audit_is_clean().await;
}

async fn a_request_is_bought_whole_or_not_at_all_if_its_client_disconnects(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(29 * PRICE).await;
    let cookie = browser.cookie("pledgecast_session");
    // The longest ones are enough for a slow machine.
    for pause_ms in [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] {
        let pause = Duration::from_millis(pause_ms);
        send_and_disconnect(&server.url, &cookie, INFER, &body(&[500, 600]), pause).await;
    }
    let last = browser.post_json(INFER, body(&[500])).await.ok();
    browser.wait_until_idle().await;
    let batches = browser.items("/api/batches").await;
    let lines: i64 = batches.iter().map(|it| it["lines"].as_i64().unwrap()).sum();
    assert_eq!(batches[0]["id"], last["parameters"]["batch_id"]);
    assert!(
        batches.len() > 1,
        "no request arrived before its client disconnected"
    );
    assert!(batches.iter().all(|it| it["state"] == "finished"));
    let left = (30 - lines) * PRICE;
    assert_eq!(browser.balance().await, [left, 0, left]);
    site.assert_audit_is_clean().await;
}
