//! An insight is computed once, by the model of its result, and never changes afterwards.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::insight::ambitious_body;
use crate::support::{Browser, Engine, Site, predict_body, unique, wait_for};

on_both_databases!(
    concurrent_requests_get_the_same_insight,
    an_insight_outlives_its_process,
    results_are_immutable,
    a_retired_model_still_explains_its_results,
    a_killed_server_computes_the_insight_on_the_next_request,
    what_if_requests_are_limited_per_user,
);

async fn submit(browser: &Browser, body: &Value) -> Value {
    let task = browser.post_json("/api/tasks/predict", body).await.ok();
    let task = browser.wait_until_final(&task["id"]).await;
    assert_eq!(task["status"], "succeeded", "{task}");
    task
}

fn path_of(task: &Value) -> String {
    format!("/api/task/insight?id={}", task["id"])
}

async fn concurrent_requests_get_the_same_insight(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[("PLEDGECAST_INFERENCE_THREADS", "2")]).await;
    let browser = Browser::registered(&server).await;
    let task = submit(&browser, &ambitious_body(&unique("both"))).await;
    let asking = (0..8).map(|_| browser.get(path_of(&task)));
    let responses = futures::future::join_all(asking).await;
    let first = responses[0].ok();
    for response in responses {
        assert_eq!(response.ok(), first);
    }
    assert_eq!(browser.get(path_of(&task)).await.ok(), first);
}

async fn an_insight_outlives_its_process(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let task = submit(&browser, &ambitious_body(&unique("outlives"))).await;
    let first = browser.get(path_of(&task)).await.ok();
    server.program.stop().await;
    let server = site.serve(&[]).await;
    let browser = browser.copy_at(&server);
    assert_eq!(browser.get(path_of(&task)).await.ok(), first);
    assert_eq!(browser.task(&task["id"]).await, task);
    site.assert_audit_is_clean().await;
}

async fn assert_refused(site: &Site, sql: &str) {
    let done = site.database.try_execute(sql).await;
    assert!(done.is_err(), "not refused: {sql}");
}

async fn results_are_immutable(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let task = submit(&browser, &ambitious_body(&unique("guarded"))).await;
    let changes = [
        "probability = 0.99",
        "verdict = 'likely'",
        "interval_low = 0",
        "context = NULL",
        "task_id = task_id + 1",
        "explanation = '{}'",
        "explanation = '{}', curves = '{}', advice = '{}', probability = 0.99",
    ];
    for change in changes {
        assert_refused(&site, &format!("UPDATE task_result SET {change}")).await;
    }
    let first = browser.get(path_of(&task)).await.ok();
    for change in changes.into_iter().chain([
        "explanation = NULL, curves = NULL, advice = NULL",
        "explanation = '{}', curves = '{}', advice = '{}'",
    ]) {
        assert_refused(&site, &format!("UPDATE task_result SET {change}")).await;
    }
    if engine == Engine::Sqlite {
        let columns = "task_id, verdict, interval_low, interval_high, inference_us, created_at";
        let replace = format!(
            "INSERT OR REPLACE INTO task_result ({columns}, probability) \
             SELECT {columns}, 0.99 FROM task_result"
        );
        assert_refused(&site, &replace).await;
    }
    assert_eq!(browser.get(path_of(&task)).await.ok(), first);
    assert_eq!(browser.task(&task["id"]).await, task);
}

async fn a_retired_model_still_explains_its_results(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let admin = site.admin(&server).await;
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/second_model.onnx"
    );
    let onnx = BASE64_STANDARD.encode(std::fs::read(path).unwrap());
    let model = json!({ "onnx": onnx, "price": 3, "state": "live" });
    let model = admin.post_json("/api/models/create", model).await.ok();
    let browser = Browser::registered(&server).await;
    let mut body = predict_body(&unique("retired"));
    body["model_id"] = model["id"].clone();
    let task = submit(&browser, &body).await;
    site.database
        .execute("UPDATE model SET state = 'retired' WHERE price = 3")
        .await;
    assert_eq!(
        browser
            .get("/api/models")
            .await
            .ok()
            .as_array()
            .unwrap()
            .len(),
        1
    );

    let insight = browser.get(path_of(&task)).await.ok();
    assert_eq!(insight["model"], task["model"]);
    assert_eq!(insight["model"]["id"], model["id"]);
    let probability = &task["result"]["probability"];
    assert_eq!(insight["explanation"]["probability"], *probability);
    let question = json!({ "id": task["id"] });
    let response = browser.post_json("/api/task/what_if", question).await.ok();
    let again = response["probability"].as_f64().unwrap();
    assert!((again - probability.as_f64().unwrap()).abs() < 1e-6);
    let explored = browser.get("/api/explore").await.ok();
    assert_ne!(
        explored["model"]["id"], model["id"],
        "the default model is live"
    );
}

async fn stored(site: &Site) -> i64 {
    let sql = "SELECT COUNT(*) FROM task_result WHERE explanation IS NOT NULL";
    site.database.number(sql).await
}

async fn a_killed_server_computes_the_insight_on_the_next_request(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(110).await;
    let bodies: Vec<Value> = (0..12).map(|_| ambitious_body(&unique("killed"))).collect();
    let tasks = futures::future::join_all(bodies.iter().map(|body| submit(&browser, body))).await;
    let asking = tasks.iter().map(|task| {
        let request = browser.request(reqwest::Method::GET, &path_of(task));
        // Whether a response arrives depends on the time of the kill.
        async { request.send().await.is_ok() }
    });
    let kill = async {
        wait_for("an insight to be stored", || async {
            (stored(&site).await > 0).then_some(())
        })
        .await;
        server.program.signal("KILL");
    };
    futures::future::join(futures::future::join_all(asking), kill).await;

    let server = site.serve(&[]).await;
    let browser = browser.copy_at(&server);
    for task in &tasks {
        assert_eq!(browser.task(&task["id"]).await, *task);
        let first = browser.get(path_of(task)).await.ok();
        assert_eq!(browser.get(path_of(task)).await.ok(), first);
    }
    assert_eq!(stored(&site).await, 12);
    assert_eq!(browser.balance().await, [0, 0, 0]);
    site.assert_audit_is_clean().await;
}

async fn what_if_requests_are_limited_per_user(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[("PLEDGECAST_WHAT_IF_PER_MINUTE", "4")]).await;
    let greedy = Browser::registered(&server).await;
    let task = submit(&greedy, &predict_body(&unique("greedy"))).await;
    let question = json!({ "id": task["id"], "usd_goal": 9_000 });
    let mut responses = Vec::new();
    for _ in 0..8 {
        responses.push(greedy.post_json("/api/task/what_if", &question).await);
    }
    responses[0].ok();
    let problem = responses[7].problem(429);
    let seconds: u64 = responses[7].header("retry-after").parse().unwrap();
    assert!(seconds > 0);
    assert_eq!(problem["retry_after_s"], seconds);
    let advice = format!("/api/task/advice?id={}", task["id"]);
    let advice = greedy.get(advice).await;
    assert!(
        matches!(advice.status, 200 | 429),
        "the elapsed time may allow one more"
    );
    greedy.get(path_of(&task)).await.ok();

    let other = Browser::registered(&server).await;
    let task = submit(&other, &predict_body(&unique("other"))).await;
    let question = json!({ "id": task["id"] });
    other.post_json("/api/task/what_if", &question).await.ok();
}

#[tokio::test]
async fn a_server_without_workers_explains_results_of_other_processes() {
    let idle = [("PLEDGECAST_WORKERS", "0")];
    let (site, server) = Site::serving(Engine::Postgres, &idle).await;
    let _worker = site.worker(&[]);
    let browser = Browser::registered(&server).await;
    let task = submit(&browser, &ambitious_body(&unique("elsewhere"))).await;
    let insight = browser.get(path_of(&task)).await.ok();
    let explained = insight["explanation"]["probability"].as_f64().unwrap();
    assert!((explained - task["result"]["probability"].as_f64().unwrap()).abs() < 1e-12);
}
