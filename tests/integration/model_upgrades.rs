//! A newer program on the database of an older one: which model becomes the default, and what happens to the results
//! of earlier models.

use serde_json::{Value, json};

use crate::support::{Browser, Engine, Server, Site, predict_body, unique};

on_both_databases!(
    a_newer_shipped_model_takes_over_at_the_previous_price,
    a_model_that_can_no_longer_run_is_retired_and_its_results_stay,
    the_operators_own_model_stays_the_default,
    an_older_program_does_not_bring_its_model_back,
    the_operator_puts_models_on_offer_and_retires_them,
    a_model_that_cannot_run_does_not_go_live,
);

/// A model that no program can run.
const INCOMPATIBLE_MODEL: &[u8] = include_bytes!("../fixtures/misfits/no_probability.onnx");

/// An installation as an older program left it: its only model has that version and costs 7 credits; it has a result
/// without an insight.
async fn left_by_an_older_program(engine: Engine, version: &str) -> (Site, Browser, Value) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let task = submit(&browser, &json!("")).await;
    let sql = format!(
        "UPDATE model SET version = '{version}', price = 7, sha256 = '{}'",
        "0".repeat(64)
    );
    site.database.execute(&sql).await;
    server.program.stop().await;
    (site, browser, task)
}

async fn make_model_incompatible(site: &Site) {
    let bytes: Vec<String> = INCOMPATIBLE_MODEL
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let bytes = bytes.concat();
    let literal = match site.database.engine {
        Engine::Sqlite => format!("X'{bytes}'"),
        Engine::Postgres => format!("decode('{bytes}', 'hex')"),
    };
    let sql = format!("UPDATE model SET onnx = {literal}");
    site.database.execute(&sql).await;
}

async fn submit(browser: &Browser, model: &Value) -> Value {
    let mut body = predict_body(&unique("upgrade"));
    body["model_id"] = model.clone();
    let task = browser.post_json("/api/tasks/predict", &body).await.ok();
    let task = browser.wait_until_final(&task["id"]).await;
    assert_eq!(task["status"], "succeeded", "{task}");
    task
}

async fn models(server: &Server) -> Vec<Value> {
    let models = server.get("/api/models").await.ok();
    models.as_array().unwrap().clone()
}

/// The lines of `pledgecast model list`.
async fn listed(site: &Site) -> Vec<String> {
    let message = site.run_ok(&["model", "list"], "").await;
    message.lines().map(str::to_owned).collect()
}

async fn a_newer_shipped_model_takes_over_at_the_previous_price(engine: Engine) {
    let (site, browser, old) = left_by_an_older_program(engine, "0.9.0").await;
    let server = site.serve(&[]).await;
    let browser = browser.copy_at(&server);

    let models = models(&server).await;
    assert_eq!(models.len(), 2, "{models:?}");
    assert_eq!(models[0]["is_default"], true);
    assert_ne!(models[0]["version"], "0.9.0");
    assert_eq!(models[0]["price"], 7);
    assert_eq!(models[1]["version"], "0.9.0");
    assert_eq!(
        models[1]["state"], "live",
        "the old model stays available by its id"
    );

    browser.top_up(14).await;
    let new = submit(&browser, &json!("")).await;
    assert_eq!(new["model"]["version"], models[0]["version"]);
    assert_eq!(new["price"], 7);
    let pinned = submit(&browser, &models[1]["id"]).await;
    assert_eq!(pinned["model"]["version"], "0.9.0");

    let task = browser
        .get(format!("/api/task?id={}", old["id"]))
        .await
        .ok();
    assert_eq!(
        task["model"]["version"], "0.9.0",
        "a result keeps its model"
    );
    assert_eq!(task["result"], old["result"]);
    let insight = browser
        .get(format!("/api/task/insight?id={}", old["id"]))
        .await;
    assert_eq!(insight.ok()["model"]["version"], "0.9.0");

    server.program.stop().await;
    let server = site.serve(&[]).await;
    assert_eq!(self::models(&server).await, models, "registered once");
    site.assert_audit_is_clean().await;
}

async fn a_model_that_can_no_longer_run_is_retired_and_its_results_stay(engine: Engine) {
    let (site, browser, old) = left_by_an_older_program(engine, "0.9.0").await;
    let sql = format!(
        "INSERT INTO model \
         (name, version, description, price, onnx, sha256, manifest, metrics, state, created_at) \
         SELECT name, '0.8.0', description, price, onnx, '{}', manifest, metrics, state, created_at \
         FROM model",
        "1".repeat(64)
    );
    site.database.execute(&sql).await;
    make_model_incompatible(&site).await;
    let server = site.serve(&[]).await;
    let browser = browser.copy_at(&server);

    let models = models(&server).await;
    assert_eq!(
        models.len(),
        1,
        "earlier models are not on offer: {models:?}"
    );
    assert_eq!(models[0]["is_default"], true);

    // As after a start that was killed between the two steps.
    server.program.stop().await;
    let sql = "UPDATE model SET state = 'live' WHERE version IN ('0.8.0', '0.9.0')";
    site.database.execute(sql).await;
    let server = site.serve(&[]).await;
    let browser = browser.copy_at(&server);
    assert_eq!(self::models(&server).await, models);

    browser.top_up(7).await;
    submit(&browser, &json!("")).await;

    let task = browser
        .get(format!("/api/task?id={}", old["id"]))
        .await
        .ok();
    assert_eq!(task["result"], old["result"]);
    for path in ["/api/task/insight", "/api/task/advice"] {
        let response = browser.get(format!("{path}?id={}", old["id"])).await;
        let problem = response.problem(409);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("cannot run it"), "{path}: {detail}");
    }
    let question = json!({ "id": old["id"], "usd_goal": 5000 });
    let response = browser.post_json("/api/task/what_if", &question).await;
    response.problem(409);

    let page = browser.get(format!("/tasks/{}", old["id"])).await;
    assert_eq!(page.status, 200);
    let text = page.text();
    assert!(text.contains("Details are no longer available"), "{text}");
    assert!(text.contains("version 0.9.0"), "{text}");
    site.assert_audit_is_clean().await;
}

async fn the_operators_own_model_stays_the_default(engine: Engine) {
    let (site, _, _) = left_by_an_older_program(engine, "0.9.0").await;
    let sql = "UPDATE model SET name = 'House model'";
    site.database.execute(sql).await;
    let server = site.serve(&[]).await;
    let models = models(&server).await;
    assert_eq!(models.len(), 1, "{models:?}");
    assert_eq!(models[0]["name"], "House model");
    let listed = listed(&site).await;
    assert_eq!(listed.len(), 2);
    assert!(listed[0].contains("live, default"), "{listed:?}");
    assert!(listed[1].contains("candidate"), "{listed:?}");
}

async fn an_older_program_does_not_bring_its_model_back(engine: Engine) {
    let (site, _, _) = left_by_an_older_program(engine, "99.0.0").await;
    let server = site.serve(&[]).await;
    let models = models(&server).await;
    assert_eq!(models.len(), 1, "{models:?}");
    assert_eq!(models[0]["version"], "99.0.0");
}

async fn the_operator_puts_models_on_offer_and_retires_them(engine: Engine) {
    let (site, _, _) = left_by_an_older_program(engine, "0.9.0").await;
    let server = site.serve(&[]).await;
    let newer = models(&server).await[0]["id"].to_string();
    let set = ["model", "set", "--id", &newer];

    let message = site
        .run_ok(&[&set[..], &["--state", "retired"]].concat(), "")
        .await;
    assert!(message.contains("retired"), "{message}");
    let offered = models(&server).await;
    assert_eq!(offered.len(), 1);
    assert_eq!(offered[0]["version"], "0.9.0");
    assert_eq!(offered[0]["is_default"], true);

    let live = ["--state", "live", "--price", "25"];
    site.run_ok(&[&set[..], &live].concat(), "").await;
    let offered = models(&server).await;
    assert_eq!(offered[0]["id"].to_string(), newer);
    assert_eq!(offered[0]["price"], 25);
    assert_eq!(listed(&site).await.len(), 2);

    for bad in [
        &["--state", "online"][..],
        &["--price", "-1"],
        &["--price", "1000001"],
        &[],
    ] {
        let output = site.run(&[&set[..], bad].concat(), "").await;
        assert!(!output.status.success(), "{bad:?}: {output:?}");
    }
    let nobody = site
        .run(&["model", "set", "--id", "999", "--price", "3"], "")
        .await;
    assert!(!nobody.status.success(), "{nobody:?}");
    assert_eq!(models(&server).await, offered);
}

async fn a_model_that_cannot_run_does_not_go_live(engine: Engine) {
    let (site, _, _) = left_by_an_older_program(engine, "0.9.0").await;
    make_model_incompatible(&site).await;
    let server = site.serve(&[]).await;
    let before = listed(&site).await;
    assert_eq!(before.len(), 2, "{before:?}");
    assert!(before[1].contains("retired"), "{before:?}");
    let id = before[1].split('\t').next().unwrap();
    let set = ["model", "set", "--id", id, "--state", "live"];
    let output = site.run(&set, "").await;
    assert!(!output.status.success(), "{output:?}");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("cannot go live"), "{message}");
    assert_eq!(listed(&site).await, before);
    assert_eq!(models(&server).await.len(), 1);
}
