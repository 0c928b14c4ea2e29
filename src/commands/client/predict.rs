//! `pledgecast client predict`, and following one task.

use serde_json::{Value, json};
use uuid::Uuid;

use super::args::PredictArgs;
use super::campaign;
use super::error::Error;
use super::requests::{Api, Repeat, Request};
use super::terminal::{Progress, blocking, note, percent, print, print_json};

/// How long one request waits for a result, in seconds; the most that servers allow.
const WAIT_S: u32 = 60;

/// Buys a prediction. Without `--wait`, the result may be missing.
///
/// # Errors
/// If the campaign is not accepted, or the prediction fails.
pub async fn run(api: &Api, args: &PredictArgs, is_json: bool) -> Result<(), Error> {
    let (file, flags) = (args.file.clone(), args.campaign.clone());
    let mut fields = blocking(move || campaign::read(file.as_deref(), &flags)).await?;
    let key = match &args.idempotency_key {
        Some(key) => key.clone(),
        // A campaign may come from somewhere that makes keys.
        None => match fields.get("idempotency_key").and_then(Value::as_str) {
            Some(key) => key.to_owned(),
            None => Uuid::new_v4().to_string(),
        },
    };
    fields.insert("idempotency_key".to_owned(), json!(key));
    if let Some(price) = args.max_price {
        fields.insert("max_price".to_owned(), json!(price));
    }
    if let Some(model) = args.model {
        fields.insert("model_id".to_owned(), json!(model));
    }
    let mut submit = Request::post("/api/tasks/predict", &Value::Object(fields), Repeat::Safe);
    if args.wait {
        submit = submit.header("prefer", format!("wait={WAIT_S}"));
    }
    let mut task = api.json(&submit).await?;
    if args.wait && !is_final(&task) {
        note(&format!("waiting for prediction {}", task["id"]));
        task = follow(api, &task["id"].to_string(), is_json, |_| Ok(())).await?;
    }
    report(api, &task, is_json)
}

/// Waits until a task is final. `changed` sees each state that differs from the one before.
///
/// # Errors
/// If there is no such task.
pub async fn follow(
    api: &Api,
    id: &str,
    is_json: bool,
    changed: impl Fn(&Value) -> Result<(), Error>,
) -> Result<Value, Error> {
    let progress = Progress::new(is_json);
    let mut status = String::new();
    // The first request does not wait, so that the present state is shown at once.
    let mut request = Request::get("/api/task").query("id", id);
    loop {
        let task = api.json(&request).await?;
        if task["status"] != status.as_str() {
            task["status"]
                .as_str()
                .unwrap_or_default()
                .clone_into(&mut status);
            changed(&task)?;
        }
        if is_final(&task) {
            return Ok(task);
        }
        progress.show(&state(&task));
        let wait = format!("wait={WAIT_S}");
        request = Request::get("/api/task")
            .query("id", id)
            .header("prefer", wait);
    }
}

fn is_final(task: &Value) -> bool {
    // Unknown states of newer servers are waited for.
    let status = task["status"].as_str().unwrap_or_default();
    ["succeeded", "failed", "canceled"].contains(&status)
}

/// Prints a task. One that has failed or was canceled is an error.
pub fn report(api: &Api, task: &Value, is_json: bool) -> Result<(), Error> {
    if is_json {
        print_json(task)?;
    } else {
        for line in lines(task) {
            print(&line)?;
        }
        print(&api.page(&format!("/tasks/{}", task["id"])))?;
    }
    check(task)
}

/// A task that has failed or was canceled is an error.
pub fn check(task: &Value) -> Result<(), Error> {
    let id = &task["id"];
    match task["status"].as_str() {
        Some("failed") => {
            let reason = task["error"].as_str().unwrap_or("without a reason");
            Err(Error::Failed(format!("prediction {id} failed: {reason}")))
        }
        Some("canceled") => Err(Error::Failed(format!("prediction {id} was canceled"))),
        _ => Ok(()),
    }
}

/// The result in words, or the state while there is none.
fn lines(task: &Value) -> Vec<String> {
    let result = &task["result"];
    let Some(probability) = result["probability"].as_f64() else {
        return vec![state(task)];
    };
    let mut lines = vec![format!(
        "{} {}",
        percent(probability),
        verdict(result["verdict"].as_str().unwrap_or_default())
    )];
    let bounds = ["interval_low", "interval_high"].map(|it| result[it].as_f64());
    if let [Some(low), Some(high)] = bounds {
        lines.push(format!("between {} and {}", percent(low), percent(high)));
    }
    lines.push(format!("charged {} credits", task["price"]));
    lines
}

/// A task as one line.
pub fn state(task: &Value) -> String {
    let id = &task["id"];
    let status = task["status"].as_str().unwrap_or_default();
    let result = &task["result"];
    if let Some(probability) = result["probability"].as_f64() {
        let verdict = verdict(result["verdict"].as_str().unwrap_or_default());
        return format!(
            "prediction {id} {status}: {} {verdict}",
            percent(probability)
        );
    }
    let ahead = task["queue"]["ahead"].as_u64();
    let ahead = ahead.map_or_else(String::new, |it| format!(", {it} before it"));
    let error = task["error"].as_str();
    let error = error.map_or_else(String::new, |it| format!(": {it}"));
    format!("prediction {id} {status}{ahead}{error}")
}

fn verdict(word: &str) -> &str {
    match word {
        "toss_up" => "toss-up",
        word => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_probability_verdict_interval_and_price() {
        let task = json!({
            "id": 7, "status": "succeeded", "price": 10,
            "result": { "probability": 0.969, "verdict": "toss_up", "interval_low": 0.718, "interval_high": 0.988 },
        });
        let expected = [
            "96.9 % toss-up",
            "between 71.8 % and 98.8 %",
            "charged 10 credits",
        ];
        assert_eq!(lines(&task), expected);
        assert_eq!(state(&task), "prediction 7 succeeded: 96.9 % toss-up");
        assert!(is_final(&task) && check(&task).is_ok());
    }

    #[test]
    fn an_open_task_says_its_place_in_the_queue() {
        let task = json!({ "id": 7, "status": "queued", "result": null, "queue": { "ahead": 3 } });
        assert_eq!(lines(&task), ["prediction 7 queued, 3 before it"]);
        assert!(!is_final(&task) && check(&task).is_ok());
    }

    #[test]
    fn failed_and_canceled_tasks_are_errors() {
        let failed = json!({ "id": 7, "status": "failed", "error": "the model failed" });
        let error = check(&failed).unwrap_err();
        assert_eq!(error.to_string(), "prediction 7 failed: the model failed");
        assert!(check(&json!({ "id": 7, "status": "canceled" })).is_err());
    }
}
