//! Models that need too many resources: refused within limits, by a separate process.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::onnx_file::{Message, constant, model, node};
use crate::support::{Browser, Engine, Response, Site, wait_for};

on_both_databases!(
    base64_is_accepted_in_all_common_forms,
    a_graph_that_needs_too_much_memory_is_refused
);

const CREATE: &str = "/api/models/create";
/// The processor time of a check: what is refused for its time is refused no earlier.
const CHECK_MAX: Duration = Duration::from_secs(15);

fn second_model() -> Vec<u8> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/second_model.onnx"
    );
    std::fs::read(path).unwrap()
}

/// The number of inputs of the second model.
fn columns() -> i64 {
    let text = String::from_utf8_lossy(&second_model()).into_owned();
    let features = text.split_once("\"features\"").unwrap().1;
    let features = features
        .split_once('[')
        .unwrap()
        .1
        .split_once(']')
        .unwrap()
        .0;
    i64::try_from(features.matches(',').count() + 1).unwrap()
}

/// The output is the mean of the input plus a constant that the given nodes compute.
fn with_constant(mut nodes: Vec<Message>, constants: &[Message], result: &str) -> Vec<u8> {
    let mean = node("ReduceMean", &["input"], "mean");
    let axes = Message::default()
        .bytes(1, "axes")
        .bytes(8, [1])
        .number(20, 7);
    nodes.push(mean.bytes(5, axes));
    nodes.push(node("ReduceMax", &[result], "largest"));
    nodes.push(node("Mul", &["mean", "largest"], "scaled"));
    let to_float = Message::default().bytes(1, "to").number(3, 1).number(20, 2);
    nodes.push(node("Cast", &["scaled"], "float").bytes(5, to_float));
    nodes.push(node("Sigmoid", &["float"], "output"));
    model(&second_model(), columns(), &nodes, constants)
}

async fn create(admin: &Browser, file: &[u8]) -> Response {
    let body = json!({ "onnx": BASE64_STANDARD.encode(file), "price": 3, "state": "live" });
    admin.post_json(CREATE, &body).await
}

fn reason(response: &Response) -> String {
    response.names_fields(&["onnx"]);
    let problem = response.problem(422);
    problem["errors"]["onnx"]["reason"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn models(browser: &Browser) -> Value {
    browser.get("/api/models").await.ok()
}

async fn a_graph_that_needs_too_much_memory_is_refused(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let admin = site.admin(&server).await;
    let before = models(&admin).await;
    let small = node("ConstantOfShape", &["shape"], "zeros");
    let small = with_constant(vec![small], &[constant("shape", &[2, 2])], "zeros");
    // The graph is accepted when it is small, so it is refused for its size.
    create(&admin, &small).await.ok();
    // Each makes 2 GiB of zeros, twice the limit.
    for (nodes, constants) in [
        (
            vec![node("ConstantOfShape", &["shape"], "zeros")],
            vec![constant("shape", &[1 << 14, 1 << 15])],
        ),
        (
            vec![
                node("ConstantOfShape", &["shape"], "few"),
                node("Tile", &["few", "times"], "zeros"),
            ],
            vec![
                constant("shape", &[2, 2]),
                constant("times", &[1 << 13, 1 << 14]),
            ],
        ),
        (
            vec![
                node("ConstantOfShape", &["shape"], "few"),
                node("Expand", &["few", "wide"], "zeros"),
            ],
            vec![
                constant("shape", &[1, 1]),
                constant("wide", &[1 << 14, 1 << 15]),
            ],
        ),
    ] {
        let file = with_constant(nodes, &constants, "zeros");
        let begun = Instant::now();
        // The reason names the limit, or is the error of a library that could not allocate memory.
        assert!(!reason(&create(&admin, &file).await).is_empty());
        assert!(begun.elapsed() < CHECK_MAX, "refused for its time");
    }
    assert_eq!(
        models(&admin).await.as_array().unwrap().len(),
        before.as_array().unwrap().len() + 1
    );
    server.get("/health/live").await.ok();
}

#[tokio::test]
async fn a_graph_that_computes_for_minutes_is_refused_in_time() {
    let (site, server) = Site::serving(Engine::Sqlite, &[]).await;
    let admin = site.admin(&server).await;
    let mut nodes = vec![node("ConstantOfShape", &["shape"], "m0")];
    for step in 0..100 {
        let before = format!("m{step}");
        nodes.push(node(
            "MatMul",
            &[&before, &before],
            &format!("m{}", step + 1),
        ));
    }
    let file = with_constant(nodes, &[constant("shape", &[4096, 4096])], "m100");
    let other = site.admin(&server).await;
    let hostile = async { reason(&once_free(&admin, &file).await) };
    // A model that arrives meanwhile has to wait for its turn, and gets it.
    let good = second_model();
    let (reason, good) = tokio::join!(hostile, once_free(&other, &good));
    assert!(reason.contains("seconds"), "{reason}");
    good.ok();
}

/// Registers a file as soon as no other one is being checked.
async fn once_free(admin: &Browser, file: &[u8]) -> Response {
    wait_for("the turn of a model", || async {
        let response = create(admin, file).await;
        if response.status != 503 {
            return Some(response);
        }
        response.problem(503);
        assert!(response.header("retry-after").parse::<u64>().unwrap() > 0);
        None
    })
    .await
}

async fn base64_is_accepted_in_all_common_forms(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let admin = site.admin(&server).await;
    let file = BASE64_STANDARD.encode(second_model());
    let lines: Vec<&str> = (0..file.len())
        .step_by(76)
        .map(|from| &file[from..file.len().min(from + 76)])
        .collect();
    let body = json!({ "onnx": lines.join("\r\n"), "price": 3, "state": "" });
    let model = admin.post_json(CREATE, &body).await.ok();
    let plain = BASE64_URL_SAFE_NO_PAD.encode(second_model());
    let body = json!({ "onnx": plain, "price": 3, "state": "" });
    // The file is the same.
    admin.post_json(CREATE, &body).await.problem(409);
    assert_eq!(model["state"], "candidate");
}
