//! What the tests of batches send and read.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Browser, Response, unique, wait_for};

pub const CREATE: &str = "/api/batches/create";
pub const START: &str = "/api/batches/start";
pub const CANCEL: &str = "/api/batches/cancel";
pub const HEADER: &str = "name,usd_goal,country,currency,launched_at,deadline,analytics_name";

/// A file of campaigns with these goals, called "Lamp 1" and so on.
pub fn file(goals: &[u32]) -> String {
    let lines = goals.iter().zip(1..).map(|(goal, number)| {
        format!("Lamp {number},{goal},US,USD,2026-04-01,2026-05-01,Product Design\n")
    });
    let lines: String = lines.collect();
    format!("{HEADER}\n{lines}")
}

/// Sends a file as the body.
pub async fn upload(browser: &Browser, kind: &str, body: impl Into<Vec<u8>>) -> Response {
    let request = browser.request(Method::POST, &format!("{CREATE}?file_name=plans.csv"));
    let request = request.header("content-type", kind).body(body.into());
    browser.send(request).await
}

/// A draft of these goals.
pub async fn draft(browser: &Browser, goals: &[u32]) -> Value {
    upload(browser, "text/csv", file(goals)).await.ok()
}

pub async fn start(browser: &Browser, id: &Value, key: &str) -> Response {
    let body = json!({ "id": id, "idempotency_key": key });
    browser.post_json(START, body).await
}

/// Buys a batch of these goals.
pub async fn bought(browser: &Browser, goals: &[u32]) -> Value {
    let id = draft(browser, goals).await["id"].clone();
    start(browser, &id, &unique("batch")).await.ok()
}

pub async fn batch(browser: &Browser, id: &Value) -> Value {
    browser.get(format!("/api/batch?id={id}")).await.ok()
}

pub async fn wait_until_finished(browser: &Browser, id: &Value) -> Value {
    wait_for("the batch to finish", || async {
        let batch = batch(browser, id).await;
        (batch["state"] == "finished").then_some(batch)
    })
    .await
}

pub fn counts(batch: &Value) -> [i64; 5] {
    let counts = &batch["counts"];
    ["queued", "running", "succeeded", "failed", "canceled"]
        .map(|state| counts[state].as_i64().unwrap())
}

pub fn credits(batch: &Value) -> [i64; 3] {
    ["charged", "held", "released"].map(|kind| batch[kind].as_i64().unwrap())
}
