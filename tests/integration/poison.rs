//! A model that makes no sense of one campaign: that task fails, in words, and takes no other with it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::support::{Browser, Engine, Server, Site, predict_body, unique, wait_for};

on_both_databases!(
    a_campaign_that_a_model_answers_with_no_number_fails_alone,
    a_process_that_cannot_load_a_model_says_so,
    a_process_that_cannot_load_one_model_works_on_the_others,
);

/// A model that answers what is no number where the goal is one dollar; made the default one, for 3 credits.
async fn register_poisonous(site: &Site, server: &Server) {
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

async fn a_campaign_that_a_model_answers_with_no_number_fails_alone(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    register_poisonous(&site, &server).await;
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
    let answer = server.get("/health/ready").await;
    (answer.status, serde_json::from_str(&answer.text()).unwrap())
}

async fn spoil_the_models(site: &Site) {
    let garbage = match site.database.engine {
        Engine::Sqlite => "UPDATE model SET onnx = X'00'",
        Engine::Postgres => "UPDATE model SET onnx = '\\x00'",
    };
    site.database.execute(garbage).await;
}

async fn a_process_that_cannot_load_a_model_says_so(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let (status, told) = ready(&server).await;
    assert_eq!((status, &told["status"]), (200, &json!("ready")), "{told}");
    server.program.stop().await;
    spoil_the_models(&site).await;

    let server = site.serve(&[]).await;
    let (status, told) = ready(&server).await;
    assert_eq!(status, 503, "{told}");
    let reason = told["reason"].as_str().unwrap();
    assert!(reason.contains("cannot be loaded"), "{reason}");
    assert_eq!(server.get("/health/live").await.status, 200);
    // A process that works on no tasks can do without.
    let web = site.serve(&[("PLEDGECAST_WORKERS", "0")]).await;
    assert_eq!(ready(&web).await.0, 200);
}

async fn a_process_that_cannot_load_one_model_works_on_the_others(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(90).await;
    let shipped = browser.submit().await;
    register_poisonous(&site, &server).await;
    let stuck = submit(&browser, 10_000).await;
    server.program.stop().await;
    let garbage = match site.database.engine {
        Engine::Sqlite => "UPDATE model SET onnx = X'00' WHERE price = 3",
        Engine::Postgres => "UPDATE model SET onnx = '\\x00' WHERE price = 3",
    };
    assert_eq!(site.database.execute(garbage).await, 1);

    let server = site.serve(&[]).await;
    let (status, told) = ready(&server).await;
    assert_eq!((status, &told["status"]), (200, &json!("ready")), "{told}");
    let not_loaded = told["models_not_loaded"].as_array().unwrap();
    assert_eq!(not_loaded.len(), 1, "{told}");
    assert!(not_loaded[0]["reason"].is_string(), "{told}");
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
async fn a_worker_tells_its_health_where_it_is_asked_to() {
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
    assert_eq!(worker.get("/").await.status, 404, "it serves nothing else");
    worker.program.stop().await;

    spoil_the_models(&site).await;
    let worker = start().await;
    wait_for("the worker to see it", || async {
        let (status, told) = ready(&worker).await;
        let reason = told["reason"].as_str().unwrap_or_default();
        (status == 503 && reason.contains("cannot be loaded")).then_some(())
    })
    .await;
    worker.program.stop().await;
}
