//! `pledgecast client watch`: the changes of an account as lines, from `/events`.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::error::Error;
use super::predict::{check, follow, state};
use super::requests::{Api, Request};
use super::sse::{Event, Parser};
use super::terminal::{note, print, print_json};

/// A stream without a heartbeat for this long has been lost.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// The pause before reconnecting, unless the server names one.
const RECONNECT_MS: u64 = 3_000;

/// Prints changes until the task is final, or for good.
///
/// # Errors
/// If there is no such task, it fails, or the server cannot be reached.
pub async fn run(api: &Api, task: Option<i64>, is_json: bool) -> Result<(), Error> {
    let Some(id) = task else {
        return all(api, is_json).await;
    };
    let id = id.to_string();
    let task = follow(api, &id, is_json, |task| {
        if is_json {
            print_json(task)
        } else {
            print(&state(task))
        }
    });
    check(&task.await?)
}

/// Prints all events. A broken connection is opened again from the last event on.
async fn all(api: &Api, is_json: bool) -> Result<(), Error> {
    let mut parser = Parser::default();
    loop {
        let mut request = Request::get("/events");
        if let Some(id) = &parser.last_id {
            request = request.header("last-event-id", id);
        }
        let mut response = api.send(&request).await?;
        parser = parser.for_new_connection();
        // An error, an end and silence all mean that the connection is lost.
        while let Ok(Ok(Some(bytes))) = timeout(SILENCE_MAX, response.chunk()).await {
            let events = parser.push(&bytes).ok_or_else(|| {
                let message = "the server sends no events; is this a Pledgecast server?";
                Error::Unreachable(message.to_owned())
            });
            for event in events? {
                show(&event, is_json)?;
            }
        }
        if !is_json {
            note("connection lost; connecting again");
        }
        sleep(Duration::from_millis(
            parser.retry_ms.unwrap_or(RECONNECT_MS),
        ))
        .await;
    }
}

fn show(event: &Event, is_json: bool) -> Result<(), Error> {
    if event.kind == "heartbeat" {
        return Ok(());
    }
    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
    if is_json {
        return print_json(&json!({ "event": event.kind, "data": data }));
    }
    match event.kind.as_str() {
        "task" => print(&state(&data)),
        "balance" => print(&balance(&data)),
        "batch" => print(&batch(&data)),
        "transaction" => print(&format!(
            "{} credits: {}",
            data["amount"],
            data["description"].as_str().unwrap_or_default()
        )),
        "resync" => print("changes before now may be missing here"),
        kind => print(&format!("{kind}: {}", event.data)),
    }
}

/// A balance as a line.
pub fn balance(balance: &Value) -> String {
    format!(
        "{} credits available, {} held",
        balance["available"], balance["held"]
    )
}

/// A batch as a line.
fn batch(batch: &Value) -> String {
    let counts = &batch["counts"];
    let state = batch["state"].as_str().unwrap_or_default();
    format!(
        "batch {} {state}: {} of {} predicted, {} failed",
        batch["id"], counts["succeeded"], batch["lines"], counts["failed"]
    )
}
