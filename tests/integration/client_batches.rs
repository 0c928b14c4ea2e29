//! `pledgecast client batch`, with a server that sells predictions for 10 credits each and keeps what it is asked.

use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::support::{Behaviour, Received, Receiver};

const BINARY: &str = env!("CARGO_BIN_EXE_pledgecast");
const KEY: &str = "pc_0000";
const CSV: &str = "name,usd_goal\nLanterns,8000\nGames,9000\n";
const RESULTS: &str = "line,task_id,status,probability\n2,7,succeeded,0.9\n3,8,failed,\n";

/// A request to the server.
#[derive(Clone, Debug)]
struct Request {
    target: String,
    content_type: String,
    body: String,
}

/// A server with one batch, of which one prediction fails.
struct Shop {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Shop {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let app = Router::new().fallback(serve).with_state(requests.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, requests }
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The paths that were asked for, in order.
    fn paths(&self) -> Vec<String> {
        let path = |it: Request| it.target.split('?').next().unwrap().to_owned();
        self.requests().into_iter().map(path).collect()
    }

    /// Runs the client in a folder with a file.
    async fn client(&self, folder: &TempDir, arguments: &[&str]) -> Output {
        std::fs::write(folder.path().join("plan.csv"), CSV).unwrap();
        run(&self.url, folder, arguments).await
    }
}

async fn run(server: &str, folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command
        .arg("client")
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .env("XDG_CONFIG_HOME", folder.path())
        .env("PLEDGECAST_SERVER", server)
        .env("PLEDGECAST_API_KEY", KEY);
    let done = tokio::task::spawn_blocking(move || command.output().unwrap());
    done.await.unwrap()
}

fn batch(state: &str) -> Response {
    let counts = json!({ "queued": 0, "running": 0, "succeeded": 1, "failed": 1, "canceled": 0 });
    let batch = json!({
        "id": 3, "state": state, "lines": 2, "price": 10, "total": 20, "available": 90, "counts": counts, "charged": 10,
    });
    Json(batch).into_response()
}

async fn serve(
    State(requests): State<Arc<Mutex<Vec<Request>>>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    assert_eq!(headers["authorization"], format!("Bearer {KEY}"));
    let content_type = headers.get("content-type");
    let request = Request {
        target: uri.to_string(),
        content_type: content_type.map_or_else(String::new, |it| it.to_str().unwrap().to_owned()),
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let is_bad = request.body.contains("bad");
    let reads = {
        let mut requests = requests.lock().unwrap();
        requests.push(request);
        let reads = requests
            .iter()
            .filter(|it| it.target.starts_with("/api/batch?"));
        reads.count()
    };
    match uri.path() {
        "/api/batches/create" if is_bad => {
            let errors = json!({
                "line 10: name": { "code": "required", "detail": "line 10: name is required" },
                "line 2: usd_goal": { "code": "required", "detail": "line 2: usd_goal is required" },
            });
            let problem = json!({ "type": "/problems/invalid", "status": 422, "errors": errors });
            (StatusCode::UNPROCESSABLE_ENTITY, Json(problem)).into_response()
        }
        "/api/batches/create" => batch("draft"),
        "/api/batches/start" => batch("running"),
        "/api/batch" => batch(if reads > 1 { "finished" } else { "running" }),
        "/api/batch/tasks.csv" => ([(header::CONTENT_TYPE, "text/csv")], RESULTS).into_response(),
        "/api/batches/delete" => Json(Value::Null).into_response(),
        path => panic!("{path}"),
    }
}

#[tokio::test]
async fn a_batch_is_bought_followed_and_saved() {
    let (shop, folder) = (Shop::open().await, TempDir::new().unwrap());
    let batch = ["--json", "batch", "plan.csv", "--yes", "--model", "4"];
    let output = shop.client(&folder, &batch).await;
    // One prediction has no result.
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["charged"], 10);
    assert_eq!(printed["output"], "plan.predictions.csv");
    let saved = std::fs::read_to_string(folder.path().join("plan.predictions.csv"));
    assert_eq!(saved.unwrap(), RESULTS);
    let requests = shop.requests();
    assert_eq!(requests[0].content_type, "text/csv");
    assert_eq!(requests[0].body, CSV);
    let target = "/api/batches/create?file_name=plan.csv&model_id=4";
    assert_eq!(requests[0].target, target);
    let start: Value = serde_json::from_str(&requests[1].body).unwrap();
    assert_eq!((&start["id"], &start["max_total"]), (&json!(3), &json!(20)));
    assert!(!start["idempotency_key"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn results_may_go_to_standard_output() {
    let (shop, folder) = (Shop::open().await, TempDir::new().unwrap());
    let batch = ["batch", "--id", "3", "--output", "-"];
    let output = shop.client(&folder, &batch).await;
    assert_eq!(String::from_utf8(output.stdout).unwrap(), RESULTS);
    assert!(!shop.paths().iter().any(|it| it.contains("batches")));
}

#[tokio::test]
async fn a_batch_above_the_limit_is_not_bought() {
    let (shop, folder) = (Shop::open().await, TempDir::new().unwrap());
    let batch = ["batch", "plan.csv", "--max-total", "19"];
    let output = shop.client(&folder, &batch).await;
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert_eq!(shop.paths(), ["/api/batches/create", "/api/batches/delete"]);
}

#[tokio::test]
async fn without_a_terminal_and_an_agreed_price_nothing_is_uploaded() {
    let (shop, folder) = (Shop::open().await, TempDir::new().unwrap());
    let output = shop.client(&folder, &["batch", "plan.csv"]).await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(shop.requests().is_empty());
}

#[tokio::test]
async fn the_errors_of_a_file_are_listed_by_line() {
    let (shop, folder) = (Shop::open().await, TempDir::new().unwrap());
    std::fs::write(folder.path().join("bad.jsonl"), "{\"name\": \"bad\"}\n").unwrap();
    let output = shop.client(&folder, &["batch", "bad.jsonl", "--yes"]).await;
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let errors = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<_> = errors.lines().collect();
    assert_eq!(
        lines,
        [
            "pledgecast: 2 errors:",
            "  line 2: usd_goal is required",
            "  line 10: name is required"
        ]
    );
    assert_eq!(shop.requests()[0].content_type, "application/jsonl");
}

#[tokio::test]
async fn a_busy_server_is_asked_again_with_the_same_key() {
    let folder = TempDir::new().unwrap();
    let busy = Receiver::start(Behaviour::Respond(503)).await;
    let server = busy.url.trim_end_matches("/events").to_owned();
    let predict = tokio::spawn(async move {
        let arguments = ["predict", "--name", "Lanterns"];
        run(&server, &folder, &arguments).await
    });
    busy.wait_for(2).await;
    busy.set(Behaviour::Respond(500));
    assert_eq!(predict.await.unwrap().status.code(), Some(5));
    let received = busy.received();
    let key_of = |it: &Received| it.payload()["idempotency_key"].clone();
    let keys: Vec<_> = received.iter().map(key_of).collect();
    assert!(keys[0].is_string() && keys.iter().all(|it| *it == keys[0]));
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_key() {
    let folder = TempDir::new().unwrap();
    let other = Receiver::start(Behaviour::Respond(200)).await;
    let first = Receiver::start(Behaviour::Redirect(other.url.clone())).await;
    let server = first.url.trim_end_matches("/events");
    let output = run(server, &folder, &["balance"]).await;
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains(&other.url)
    );
    assert!(other.received().is_empty());
}
