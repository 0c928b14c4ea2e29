//! Paid requests from submission to result, and why they may be refused.

use serde_json::{Value, json};

use crate::support::{
    Browser, Engine, PRICE, Site, form_of, predict_body, sample, shared_idle_server, shared_server,
    unique,
};

on_both_databases!(
    the_sample_with_native_types_gives_a_result,
    the_sample_with_strings_gives_the_same_result,
    the_sample_as_a_form_gives_the_same_result,
    optional_fields_are_derived,
    a_queued_task_holds_its_price,
    a_canceled_task_releases_its_hold,
    a_final_task_cannot_be_canceled,
    an_unknown_model_is_not_found,
    without_enough_credits_the_needed_amount_is_returned,
    of_200_concurrent_submits_only_affordable_ones_are_accepted,
    a_full_queue_refuses_before_anything_is_held,
    the_price_is_fixed_at_submit,
);

async fn predict_and_wait(browser: &Browser, task: &Value) -> Value {
    assert_eq!(task["price"], PRICE);
    assert!(task["model"]["id"].as_i64().unwrap() > 0);
    assert!(task["queued_at"].is_string());
    let task = browser.wait_until_final(&task["id"]).await;
    assert_eq!(task["status"], "succeeded", "{task}");
    assert_eq!(task["error"], json!(null));
    assert!(task["started_at"].as_str() >= task["queued_at"].as_str());
    assert!(task["finished_at"].as_str() >= task["started_at"].as_str());
    let result = &task["result"];
    let part = |name: &str| result[name].as_f64().unwrap();
    let (low, high) = (part("interval_low"), part("interval_high"));
    assert!((0.0..=1.0).contains(&part("probability")), "{result}");
    assert!(low <= part("probability") && part("probability") <= high);
    assert!(["likely", "toss_up", "unlikely"].contains(&result["verdict"].as_str().unwrap()));
    assert_eq!(browser.balance().await, [0, 0, 0]);
    task
}

async fn the_sample_with_native_types_gives_a_result(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let body = predict_body(&unique("native"));
    let task = browser.post_json("/api/tasks/predict", &body).await.ok();
    let task = predict_and_wait(&browser, &task).await;
    assert_eq!(task["campaign"]["name"], sample()["name"]);
    assert_eq!(task["campaign"]["ppohasaction"], false);
}

/// The result of the sample with native types; other encodings must give the same.
async fn result_of_native(engine: Engine) -> Value {
    let browser = Browser::registered(shared_server(engine).await).await;
    let task = browser.submit().await;
    browser.wait_until_final(&task["id"]).await["result"]["probability"].clone()
}

async fn the_sample_with_strings_gives_the_same_result(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let strings = form_of(&predict_body(&unique("strings")));
    let body: serde_json::Map<_, _> = strings
        .into_iter()
        .map(|(name, text)| (name, json!(text)))
        .collect();
    let task = browser.post_json("/api/tasks/predict", json!(body)).await;
    let task = predict_and_wait(&browser, &task.ok()).await;
    let native = result_of_native(engine).await;
    assert_eq!(task["result"]["probability"], native);
}

async fn the_sample_as_a_form_gives_the_same_result(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let form = form_of(&predict_body(&unique("form")));
    let task = browser.post_form("/api/tasks/predict", &form).await.ok();
    let task = predict_and_wait(&browser, &task).await;
    let native = result_of_native(engine).await;
    assert_eq!(task["result"]["probability"], native);
}

async fn optional_fields_are_derived(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let body = json!({
        "idempotency_key": unique("short"),
        "country": "gb",
        "currency": "gbp",
        "launched_at": "2025-03-01",
        "deadline": "2025-03-31",
        "name": "Маленькие фонари — 小さなランタン 🏮",
        "usd_goal": 8000.5,
        "analytics_name": "tabletop games",
        "blurb": null,
    });
    let task = browser.post_json("/api/tasks/predict", &body).await.ok();
    let task = predict_and_wait(&browser, &task).await;
    let campaign = &task["campaign"];
    assert_eq!(campaign["country"], "GB");
    assert_eq!(campaign["parent_name"], "Games");
    assert_eq!(campaign["created_at"], "2025-03-01");
    assert_eq!(campaign["name"], body["name"]);
    assert!(campaign["static_usd_rate"].as_f64().unwrap() > 1.0);
}

async fn a_queued_task_holds_its_price(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let task = browser.submit().await;
    assert_eq!(task["status"], "queued");
    assert_eq!(task["result"], json!(null));
    assert_eq!(task["started_at"], json!(null));
    assert_eq!(browser.balance().await, [PRICE, PRICE, 0]);
    assert_eq!(browser.items("/api/transactions").await.len(), 1);
    let mut seen = browser.task(&task["id"]).await;
    // The place in the queue is only in this response, and changes.
    seen.as_object_mut().unwrap().remove("queue");
    assert_eq!(seen, task);
}

async fn a_canceled_task_releases_its_hold(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let id = browser.submit().await["id"].clone();
    let cancel = json!({ "id": id });
    let task = browser.post_json("/api/tasks/cancel", &cancel).await.ok();
    assert_eq!(task["status"], "canceled");
    assert!(task["finished_at"].is_string());
    assert_eq!(browser.balance().await, [PRICE, 0, PRICE]);
    let again = browser.post_json("/api/tasks/cancel", &cancel).await.ok();
    assert_eq!(again["status"], "canceled", "canceling is idempotent");
    assert_eq!(browser.balance().await, [PRICE, 0, PRICE]);
    let next = browser.submit().await;
    assert_ne!(next["id"], id);
}

async fn a_final_task_cannot_be_canceled(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let id = browser.submit().await["id"].clone();
    browser.wait_until_final(&id).await;
    browser.cancel(&id).await.problem(409);
    assert_eq!(browser.task(&id).await["status"], "succeeded");
    let unknown = json!({ "id": 999_999_999 });
    let response = browser.post_json("/api/tasks/cancel", &unknown).await;
    response.problem(404);
}

async fn an_unknown_model_is_not_found(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let mut body = predict_body(&unique("model"));
    body["model_id"] = json!(999_999);
    let response = browser.post_json("/api/tasks/predict", &body).await;
    response.problem(404);
    for model_id in [json!("abc"), json!(0), json!(-1), json!(1.5)] {
        body["model_id"] = model_id;
        let response = browser.post_json("/api/tasks/predict", &body).await;
        response.names_fields(&["model_id"]);
    }
    assert_eq!(browser.balance().await, [PRICE, 0, PRICE]);
}

async fn without_enough_credits_the_needed_amount_is_returned(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    browser.top_up(9).await;
    browser.submit().await;
    let body = predict_body(&unique("poor"));
    let response = browser.post_json("/api/tasks/predict", &body).await;
    let problem = response.problem(402);
    assert_eq!(problem["needed"], PRICE);
    assert_eq!(problem["available"], 9);
    assert_eq!(browser.balance().await, [19, PRICE, 9]);
    assert_eq!(browser.items("/api/tasks").await.len(), 1);

    // The refusal has not used up the key.
    browser.top_up(1).await;
    browser.post_json("/api/tasks/predict", &body).await.ok();
}

async fn of_200_concurrent_submits_only_affordable_ones_are_accepted(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(6 * PRICE).await;
    let attempts = (0..200).map(|number| {
        let body = predict_body(&unique(&format!("rush-{number}")));
        let browser = &browser;
        async move { browser.post_json("/api/tasks/predict", &body).await.status }
    });
    let statuses = futures::future::join_all(attempts).await;
    let count = |status| statuses.iter().filter(|it| **it == status).count();
    assert_eq!((count(202), count(402)), (7, 193), "{statuses:?}");
    browser.wait_until_idle().await;
    assert_eq!(browser.balance().await, [0, 0, 0]);
    let charges = browser.items("/api/transactions?kind=charge").await;
    assert_eq!(charges.len(), 7);
    site.assert_audit_is_clean().await;
}

async fn a_full_queue_refuses_before_anything_is_held(engine: Engine) {
    let settings = [("PLEDGECAST_WORKERS", "0"), ("PLEDGECAST_MAX_QUEUED", "2")];
    let (site, server) = Site::serving(engine, &settings).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(90).await;
    let first = browser.submit().await;
    browser.submit().await;
    let body = predict_body(&unique("full"));
    let response = browser.post_json("/api/tasks/predict", &body).await;
    response.problem(503);
    assert!(response.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(browser.balance().await, [100, 2 * PRICE, 100 - 2 * PRICE]);
    assert_eq!(browser.items("/api/tasks").await.len(), 2);

    let cancel = json!({ "id": first["id"] });
    browser.post_json("/api/tasks/cancel", &cancel).await.ok();
    browser.post_json("/api/tasks/predict", &body).await.ok();
    site.assert_audit_is_clean().await;
}

async fn the_price_is_fixed_at_submit(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(90).await;
    let task = browser.submit().await;
    server.program.stop().await;
    site.database.execute("UPDATE model SET price = 77").await;

    let server = site.serve(&[]).await;
    let browser = browser.copy_at(&server);
    let task = browser.wait_until_final(&task["id"]).await;
    assert_eq!(task["price"], PRICE);
    assert_eq!(browser.balance().await, [90, 0, 90]);
    assert_eq!(browser.submit().await["price"], 77);
    site.assert_audit_is_clean().await;
}
