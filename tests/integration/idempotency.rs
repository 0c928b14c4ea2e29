//! A request that is sent again is paid only once.

use serde_json::{Value, json};

use crate::support::{
    Browser, Engine, PRICE, Response, Server, Site, predict_body, shared_idle_server,
    shared_server, unique,
};

on_both_databases!(
    a_repeated_top_up_returns_the_same_line,
    a_top_up_key_is_bound_to_its_amount,
    concurrent_top_ups_with_one_key_write_one_line,
    a_repeated_prediction_returns_the_same_task,
    a_prediction_key_is_bound_to_its_campaign,
    a_repeat_is_recognized_in_another_encoding_and_without_credits,
    concurrent_predictions_with_one_key_create_one_task,
    two_users_may_use_the_same_key,
    a_repeat_is_recognized_after_a_restart,
    a_repeat_is_recognized_with_equivalent_values,
    a_repeat_of_a_request_to_an_earlier_version_is_recognized,
);

async fn a_repeated_top_up_returns_the_same_line(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let body = json!({ "amount": 30, "idempotency_key": unique("again") });
    let first = browser.post_json("/api/balance/top_up", &body).await.ok();
    browser.top_up(5).await;
    let second = browser.post_json("/api/balance/top_up", &body).await.ok();
    assert_eq!(first, second);
    assert_eq!(browser.balance().await, [45, 0, 45]);
}

fn assert_key_was_used(problem: &Value) {
    assert_eq!(problem["type"], "/problems/key_reused", "{problem}");
}

async fn a_top_up_key_is_bound_to_its_amount(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let mut body = json!({ "amount": 30, "idempotency_key": unique("other") });
    browser.post_json("/api/balance/top_up", &body).await.ok();
    body["amount"] = json!(31);
    let response = browser.post_json("/api/balance/top_up", &body).await;
    assert_key_was_used(&response.problem(422));
    assert_eq!(browser.balance().await, [40, 0, 40]);
}

/// Sends the same request on fifty connections at once.
async fn from_fifty_connections(
    server: &Server,
    browser: &Browser,
    path: &str,
    body: &Value,
) -> Vec<Response> {
    let browsers: Vec<Browser> = (0..50).map(|_| browser.copy_at(server)).collect();
    let attempts = browsers.iter().map(|it| it.post_json(path, body));
    futures::future::join_all(attempts).await
}

async fn concurrent_top_ups_with_one_key_write_one_line(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let body = json!({ "amount": 30, "idempotency_key": unique("burst") });
    let responses = from_fifty_connections(server, &browser, "/api/balance/top_up", &body).await;
    let first = responses[0].ok();
    assert!(responses.iter().all(|response| response.ok() == first));
    assert_eq!(browser.balance().await, [40, 0, 40]);
}

async fn a_repeated_prediction_returns_the_same_task(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    browser.top_up(90).await;
    let body = predict_body(&unique("again"));
    let first = browser.post_json("/api/tasks/predict", &body).await.ok();
    let again = browser.post_json("/api/tasks/predict", &body).await.ok();
    assert_eq!(again["id"], first["id"]);
    browser.wait_until_final(&first["id"]).await;
    let finished = browser.post_json("/api/tasks/predict", &body).await.ok();
    assert_eq!(finished["id"], first["id"]);
    assert_eq!(browser.items("/api/tasks").await.len(), 1);
    assert_eq!(browser.balance().await, [90, 0, 90]);
}

async fn a_prediction_key_is_bound_to_its_campaign(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    browser.top_up(90).await;
    let mut body = predict_body(&unique("other"));
    browser.post_json("/api/tasks/predict", &body).await.ok();
    body["usd_goal"] = json!(20_000);
    let response = browser.post_json("/api/tasks/predict", &body).await;
    assert_key_was_used(&response.problem(422));
    assert_eq!(browser.items("/api/tasks").await.len(), 1);
}

async fn a_repeat_is_recognized_in_another_encoding_and_without_credits(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let body = predict_body(&unique("shape"));
    let first = browser.post_json("/api/tasks/predict", &body).await.ok();
    let fields = body.as_object().unwrap().iter();
    let form: Vec<_> = fields
        .map(|(name, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (name.clone(), text)
        })
        .collect();
    let again = browser.post_form("/api/tasks/predict", &form).await.ok();
    assert_eq!(again["id"], first["id"]);
    browser.wait_until_final(&first["id"]).await;
    assert_eq!(browser.balance().await, [0, 0, 0]);
    let late = browser.post_form("/api/tasks/predict", &form).await.ok();
    assert_eq!(late["id"], first["id"]);
}

async fn concurrent_predictions_with_one_key_create_one_task(engine: Engine) {
    let server = shared_idle_server(engine).await;
    let browser = Browser::registered(server).await;
    browser.top_up(990).await;
    let body = predict_body(&unique("burst"));
    let responses = from_fifty_connections(server, &browser, "/api/tasks/predict", &body).await;
    let first = responses[0].ok();
    assert!(responses.iter().all(|response| response.ok() == first));
    assert_eq!(browser.items("/api/tasks").await.len(), 1);
    assert_eq!(browser.balance().await, [1000, PRICE, 1000 - PRICE]);
}

async fn two_users_may_use_the_same_key(engine: Engine) {
    let server = shared_server(engine).await;
    let body = predict_body(&unique("shared"));
    let mut ids = Vec::new();
    for _ in 0..2 {
        let browser = Browser::registered(server).await;
        let task = browser.post_json("/api/tasks/predict", &body).await.ok();
        ids.push(task["id"].clone());
        let top_up = json!({ "amount": 5, "idempotency_key": body["idempotency_key"] });
        browser.post_json("/api/balance/top_up", &top_up).await.ok();
    }
    assert_ne!(ids[0], ids[1]);
}

async fn a_repeat_is_recognized_after_a_restart(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let top_up = json!({ "amount": 30, "idempotency_key": unique("restart") });
    let line = browser.post_json("/api/balance/top_up", &top_up).await.ok();
    let predict = predict_body(&unique("restart"));
    let task = browser.post_json("/api/tasks/predict", &predict).await.ok();
    server.program.stop().await;

    let server = site.serve(&[]).await;
    let browser = browser.copy_at(&server);
    let again = browser.post_json("/api/balance/top_up", &top_up).await.ok();
    assert_eq!(again, line);
    let again = browser.post_json("/api/tasks/predict", &predict).await.ok();
    assert_eq!(again["id"], task["id"]);
    browser.wait_until_idle().await;
    assert_eq!(browser.balance().await, [30, 0, 30]);
    site.assert_audit_is_clean().await;
}

async fn a_repeat_is_recognized_with_equivalent_values(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let mut body = predict_body(&unique("written"));
    let first = browser.post_json("/api/tasks/predict", &body).await.ok();
    for goal in ["10000.0", "1e4", " 10000 "] {
        body["usd_goal"] = json!(goal);
        let again = browser.post_json("/api/tasks/predict", &body).await.ok();
        assert_eq!(again["id"], first["id"], "{goal}");
    }
    body["usd_goal"] = json!("10001");
    let response = browser.post_json("/api/tasks/predict", &body).await;
    assert_key_was_used(&response.problem(422));
}

/// The fields in the order in which earlier versions hashed them.
const FIELDS_AS_SENT: [&str; 21] = [
    "country",
    "currency",
    "prelaunch_activated",
    "staff_pick",
    "static_usd_rate",
    "fx_rate",
    "created_at",
    "launched_at",
    "deadline",
    "name",
    "blurb",
    "usd_goal",
    "name_city",
    "region",
    "type",
    "ppohasaction",
    "analytics_name",
    "position",
    "parent_name",
    "is_not_first_project",
    "has_video",
];

/// The hash of a request as sent, which earlier versions stored.
fn hash_as_sent(body: &Value) -> String {
    use sha2::{Digest as _, Sha256};

    let fields = FIELDS_AS_SENT.iter().map(|name| {
        let text = body[name].as_str().map(ToOwned::to_owned);
        let text = text.unwrap_or_else(|| body[name].to_string());
        format!("{}:{}", json!(name), json!(text))
    });
    let sent = format!("{{{}}}", fields.collect::<Vec<_>>().join(","));
    let mut hash = Sha256::new();
    for part in ["predict", &sent, ""] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    format!("{:x}", hash.finalize())
}

async fn a_repeat_of_a_request_to_an_earlier_version_is_recognized(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let mut body = predict_body(&unique("earlier"));
    let first = browser.post_json("/api/tasks/predict", &body).await.ok();
    let hash = hash_as_sent(&body);
    let sql = format!("UPDATE task SET request_hash = '{hash}'");
    site.database.execute(&sql).await;
    let again = browser.post_json("/api/tasks/predict", &body).await.ok();
    assert_eq!(again["id"], first["id"]);
    body["name"] = json!("ANOTHER PROJECT");
    let response = browser.post_json("/api/tasks/predict", &body).await;
    assert_key_was_used(&response.problem(422));
}
