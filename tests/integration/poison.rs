//! A model that fails on one campaign: that task fails with a message, and no other task does.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::support::{Browser, Engine, Server, Site, predict_body, unique, wait_for};

on_both_databases!(
    a_campaign_with_a_nan_score_fails_alone,
    a_process_that_cannot_load_a_model_reports_it,
    a_process_that_cannot_load_one_model_works_on_the_others,
);

/// Registers a model that returns NaN if the goal is one dollar, as the default, for 3 credits.
pub async fn register_nan_model(site: &Site, server: &Server) {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/misfits/sometimes_not_a_number.onnx"
    );
    let body = json!({
        "onnx": BASE64_STANDARD.encode(std::fs::read(path).unwrap()),
        "price": 3,
        "state": "live",
    });
    let admin = site.admin(server).await;
    admin.post_json("/api/models/create", &body).await.ok();
}

async fn submit(browser: &Browser, goal: u32) -> Value {
    let mut body = predict_body(&unique("poison"));
    body["usd_goal"] = json!(goal);
    let task = browser.post_json("/api/tasks/predict", &body).await.ok();
    task["id"].clone()
}

async fn a_campaign_with_a_nan_score_fails_alone(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    register_nan_model(&site, &server).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(20).await;
    let mut good = Vec::new();
    for _ in 0..3 {
        good.push(submit(&browser, 10_000).await);
    }
    let bad = submit(&browser, 1).await;
    for _ in 0..3 {
        good.push(submit(&browser, 10_000).await);
    }
    server.program.stop().await;

    let server = site.serve(&[]).await;
    let browser = browser.copy_at(&server);
    let task = browser.wait_until_final(&bad).await;
    assert_eq!(task["status"], "failed");
    assert_eq!(task["attempts"], 3);
    assert_eq!(task["error"], "the model could not score this campaign");
    for id in &good {
        let task = browser.wait_until_final(id).await;
        assert_eq!(task["status"], "succeeded", "{task}");
        assert_eq!(task["attempts"], 1, "{task}");
    }
    assert_eq!(browser.balance().await, [30 - 6 * 3, 0, 30 - 6 * 3]);
    let page = browser.get(format!("/tasks/{bad}")).await;
    assert!(
        page.text()
            .contains("the model couldn’t score this campaign")
    );
    site.assert_audit_is_clean().await;
}

async fn ready(server: &Server) -> (u16, Value) {
    let response = server.get("/health/ready").await;
    (
        response.status,
        serde_json::from_str(&response.text()).unwrap(),
    )
}

async fn corrupt_all_models(site: &Site) {
    let garbage = match site.database.engine {
        Engine::Sqlite => "UPDATE model SET onnx = X'00'",
        Engine::Postgres => "UPDATE model SET onnx = '\\x00'",
    };
    site.database.execute(garbage).await;
}

async fn a_process_that_cannot_load_a_model_reports_it(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let (status, health) = ready(&server).await;
    assert_eq!(
        (status, &health["status"]),
        (200, &json!("ready")),
        "{health}"
    );
    server.program.stop().await;
    corrupt_all_models(&site).await;

    let server = site.serve(&[]).await;
    let (status, health) = ready(&server).await;
    assert_eq!(status, 503, "{health}");
    let reason = health["reason"].as_str().unwrap();
    assert!(reason.contains("cannot be loaded"), "{reason}");
    assert_eq!(server.get("/health/live").await.status, 200);
    // A process without workers does not need the model to be ready.
    let web = site.serve(&[("PLEDGECAST_WORKERS", "0")]).await;
    assert_eq!(ready(&web).await.0, 200);
}

async fn a_process_that_cannot_load_one_model_works_on_the_others(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(90).await;
    let shipped = browser.submit().await;
    register_nan_model(&site, &server).await;
    let stuck = submit(&browser, 10_000).await;
    server.program.stop().await;
    let garbage = match site.database.engine {
        Engine::Sqlite => "UPDATE model SET onnx = X'00' WHERE price = 3",
        Engine::Postgres => "UPDATE model SET onnx = '\\x00' WHERE price = 3",
    };
    assert_eq!(site.database.execute(garbage).await, 1);

    let server = site.serve(&[]).await;
    let (status, health) = ready(&server).await;
    assert_eq!(
        (status, &health["status"]),
        (200, &json!("ready")),
        "{health}"
    );
    let not_loaded = health["models_not_loaded"].as_array().unwrap();
    assert_eq!(not_loaded.len(), 1, "{health}");
    assert!(not_loaded[0]["reason"].is_string(), "{health}");
    let browser = browser.copy_at(&server);
    let done = browser.wait_until_final(&shipped["id"]).await;
    assert_eq!(done["status"], "succeeded");
    let mut body = predict_body(&unique("shipped"));
    body["model_id"] = shipped["model"]["id"].clone();
    let later = browser.post_json("/api/tasks/predict", &body).await.ok();
    let done = browser.wait_until_final(&later["id"]).await;
    assert_eq!(
        (&done["status"], &done["attempts"]),
        (&json!("succeeded"), &json!(1))
    );
    let task = browser.task(&stuck).await;
    assert_eq!(
        (&task["status"], &task["attempts"]),
        (&json!("queued"), &json!(0))
    );
    browser.cancel(&stuck).await.ok();
    assert_eq!(browser.balance().await, [80, 0, 80]);
    site.assert_audit_is_clean().await;
}

#[tokio::test]
async fn a_worker_reports_its_health_at_the_configured_address() {
    let (site, _server) = Site::serving(Engine::Postgres, &[("PLEDGECAST_WORKERS", "0")]).await;
    let settings = [("PLEDGECAST_HEALTH_ADDRESS", "127.0.0.1:0")];
    let start = async || {
        let mut program = site.worker(&settings);
        let url = program
            .wait_for_line("Pledgecast reports its health at ")
            .await;
        Server { url, program }
    };
    let worker = start().await;
    assert_eq!(worker.get("/health/live").await.status, 200);
    assert_eq!(ready(&worker).await.0, 200);
    assert_eq!(
        worker.get("/").await.status,
        404,
        "the worker serves nothing else"
    );
    worker.program.stop().await;

    corrupt_all_models(&site).await;
    let worker = start().await;
    wait_for("the worker to report it", || async {
        let (status, health) = ready(&worker).await;
        let reason = health["reason"].as_str().unwrap_or_default();
        (status == 503 && reason.contains("cannot be loaded")).then_some(())
    })
    .await;
    worker.program.stop().await;
}
