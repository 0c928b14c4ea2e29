//! The models on offer, and how an admin registers more.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::{
    Browser, Engine, Response, Server, Site, predict_body, shared_server, unique,
};

on_both_databases!(
    the_shipped_model_is_on_offer_from_the_first_start,
    an_admin_registers_a_model_with_json,
    an_admin_registers_a_model_with_a_form_and_a_file,
    only_an_admin_registers_models,
    a_candidate_is_visible_only_to_admins_and_cannot_be_used,
    an_invalid_model_file_is_refused_with_its_field,
    an_invalid_price_or_state_is_refused_with_its_field,
    the_same_file_is_registered_once,
    a_restart_registers_nothing_again,
);

const CREATE: &str = "/api/models/create";

fn second_model() -> Vec<u8> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/second_model.onnx"
    );
    std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn model_body() -> Value {
    json!({
        "onnx": BASE64_STANDARD.encode(second_model()),
        "price": 3,
        "state": "live",
        "description": "A second opinion",
    })
}

async fn models(browser: &Browser) -> Vec<Value> {
    let models = browser.get("/api/models").await.ok();
    models.as_array().unwrap().clone()
}

async fn with_admin(engine: Engine) -> (Site, Server, Browser) {
    let (site, server) = Site::serving(engine, &[]).await;
    let admin = site.admin(&server).await;
    (site, server, admin)
}

async fn the_shipped_model_is_on_offer_from_the_first_start(engine: Engine) {
    let visitor = Browser::new(shared_server(engine).await);
    let models = models(&visitor).await;
    assert_eq!(models.len(), 1);
    let model = &models[0];
    assert_eq!(model["price"], 10);
    assert_eq!(model["state"], "live");
    assert_eq!(model["is_default"], true);
    assert_eq!(model["sha256"].as_str().unwrap().len(), 64);
    let auc = model["auc"].as_f64().unwrap();
    assert!((0.5..1.0).contains(&auc), "{auc}");
    for part in ["name", "version", "description"] {
        assert!(!model[part].as_str().unwrap().is_empty(), "{part}");
    }
}

/// Uses both models and checks that each charges its own price.
async fn assert_can_predict(server: &Server, model: &Value) {
    let browser = Browser::registered(server).await;
    browser.top_up(3).await;
    let mut body = predict_body(&unique("second"));
    body["model_id"] = model["id"].clone();
    let task = browser.post_json("/api/tasks/predict", &body).await.ok();
    assert_eq!(task["price"], 3);
    assert_eq!(task["model"]["id"], model["id"]);
    let task = browser.wait_until_final(&task["id"]).await;
    assert_eq!(task["status"], "succeeded", "{task}");

    let shipped = models(&browser)
        .await
        .into_iter()
        .find(|it| it["id"] != model["id"]);
    let mut body = predict_body(&unique("shipped"));
    body["model_id"] = shipped.unwrap()["id"].clone();
    let task = browser.post_json("/api/tasks/predict", &body).await.ok();
    assert_eq!(task["price"], 10);
    let task = browser.wait_until_final(&task["id"]).await;
    assert_eq!(task["status"], "succeeded", "{task}");
    assert_eq!(browser.balance().await, [0, 0, 0]);
}

async fn an_admin_registers_a_model_with_json(engine: Engine) {
    let (site, server, admin) = with_admin(engine).await;
    let model = admin.post_json(CREATE, &model_body()).await.ok();
    assert_eq!(model["price"], 3);
    assert_eq!(model["state"], "live");
    assert_eq!(model["description"], "A second opinion");
    assert_eq!(
        model["is_default"], true,
        "the newest live model is the default"
    );
    assert_can_predict(&server, &model).await;
    site.assert_audit_is_clean().await;
}

async fn send_file(browser: &Browser, file: Vec<u8>) -> Response {
    let form = Form::new()
        .text("price", "3")
        .text("state", "live")
        .text("description", "A second opinion")
        .part("onnx", Part::bytes(file).file_name("second_model.onnx"));
    let request = browser.request(Method::POST, CREATE).multipart(form);
    browser.send(request).await
}

async fn an_admin_registers_a_model_with_a_form_and_a_file(engine: Engine) {
    let (_site, server, admin) = with_admin(engine).await;
    let model = send_file(&admin, second_model()).await.ok();
    assert_eq!(model["price"], 3);
    assert_can_predict(&server, &model).await;
    send_file(&admin, second_model()).await.problem(409);
    let garbage = send_file(&admin, b"garbage".to_vec()).await;
    garbage.names_fields(&["onnx"]);
}

async fn only_an_admin_registers_models(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let response = browser.post_json(CREATE, &model_body()).await;
    response.problem(403);
    send_file(&browser, second_model()).await.problem(403);
    let response = browser.post_json(CREATE, json!({})).await;
    response.problem(403);
    let visitor = Browser::new(server);
    let response = visitor.post_json(CREATE, &model_body()).await;
    response.problem(401);
    assert_eq!(models(&browser).await.len(), 1);
}

async fn a_candidate_is_visible_only_to_admins_and_cannot_be_used(engine: Engine) {
    let (_site, server, admin) = with_admin(engine).await;
    let mut body = model_body();
    body["state"] = json!("");
    let model = admin.post_json(CREATE, &body).await.ok();
    assert_eq!(model["state"], "candidate");
    assert_eq!(model["is_default"], false);
    assert_eq!(models(&admin).await.len(), 2);
    let browser = Browser::registered(&server).await;
    assert_eq!(models(&browser).await.len(), 1);
    let mut body = predict_body(&unique("candidate"));
    body["model_id"] = model["id"].clone();
    let response = browser.post_json("/api/tasks/predict", &body).await;
    response.problem(404);
}

async fn an_invalid_model_file_is_refused_with_its_field(engine: Engine) {
    let (_site, _server, admin) = with_admin(engine).await;
    let mut damaged = second_model();
    let middle = damaged.len() / 2;
    damaged.truncate(middle);
    let encode = |bytes: &[u8]| json!(BASE64_STANDARD.encode(bytes));
    for onnx in [
        json!(""),
        json!("not base64!"),
        json!(null),
        encode(b"garbage"),
        encode(&[0; 4096]),
        encode(&damaged),
    ] {
        let mut body = model_body();
        body["onnx"] = onnx;
        let response = admin.post_json(CREATE, &body).await;
        response.names_fields(&["onnx"]);
    }
    assert_eq!(models(&admin).await.len(), 1);
}

async fn an_invalid_price_or_state_is_refused_with_its_field(engine: Engine) {
    let (_site, _server, admin) = with_admin(engine).await;
    for (field, value) in [
        ("price", json!("")),
        ("price", json!(-1)),
        ("price", json!(1.5)),
        ("price", json!("abc")),
        ("price", json!(1e18)),
        ("state", json!("online")),
        ("description", json!("x".repeat(100_000))),
        ("description", json!("a\u{0}b")),
    ] {
        let mut body = model_body();
        body[field] = value;
        let response = admin.post_json(CREATE, &body).await;
        response.names_fields(&[field]);
    }
    assert_eq!(models(&admin).await.len(), 1);
}

async fn the_same_file_is_registered_once(engine: Engine) {
    let (_site, _server, admin) = with_admin(engine).await;
    let first = admin.post_json(CREATE, &model_body()).await.ok();
    let mut body = model_body();
    body["price"] = json!(7);
    admin.post_json(CREATE, &body).await.problem(409);
    let models = models(&admin).await;
    assert_eq!(models.len(), 2);
    assert!(models.contains(&first));
}

async fn a_restart_registers_nothing_again(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let before = models(&Browser::new(&server)).await;
    server.program.stop().await;
    let server = site.serve(&[]).await;
    assert_eq!(models(&Browser::new(&server)).await, before);
}
