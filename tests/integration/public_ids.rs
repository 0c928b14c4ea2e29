//! Ids that clients see say nothing about how many rows there are.

use serde_json::{Value, json};

use crate::support::{Browser, Engine, Site};

on_both_databases!(
    no_id_shows_the_number_of_its_row,
    an_id_is_the_same_everywhere_and_after_a_restart,
    the_operator_finds_the_row_of_an_id,
    an_id_that_cannot_exist_is_not_found,
);

/// More rows than any test has.
const MANY: i64 = 1_000_000;

fn assert_hidden(id: &Value, what: &str) {
    let number = match id {
        Value::String(text) => text.parse().unwrap(),
        id => id.as_i64().unwrap(),
    };
    assert!(number > MANY, "{what}: {number}");
}

async fn no_id_shows_the_number_of_its_row(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let me = browser.get("/api/auth/me").await.ok();
    assert_hidden(&me["id"], "user");
    assert_hidden(&browser.top_up(100).await["id"], "transaction");
    let task = browser.submit().await;
    assert_hidden(&task["id"], "task");
    browser.wait_until_final(&task["id"]).await;
    let (_, key) = browser.create_key(json!({ "read": true })).await;
    assert_hidden(&key["id"], "key");
    let webhook = json!({ "url": "https://receiver.invalid/events", "task_failed": true });
    let webhook = browser
        .post_json("/api/webhooks/create", webhook)
        .await
        .ok();
    assert_hidden(&webhook["id"], "webhook");
    let test = json!({ "id": webhook["id"] });
    let delivery = browser.post_json("/api/webhook/test", test).await.ok();
    assert_hidden(&delivery["id"], "delivery");
    let payload = format!("/api/webhook/delivery?id={}", delivery["id"]);
    let payload = browser.get(payload).await.ok()["payload"].clone();
    let payload: Value = serde_json::from_str(payload.as_str().unwrap()).unwrap();
    assert_eq!(payload["data"]["webhook_id"], webhook["id"]);
    let page = browser.get("/api/transactions?limit=1").await.ok();
    assert_hidden(&page["next"], "cursor");
}

async fn an_id_is_the_same_everywhere_and_after_a_restart(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let id = browser.submit().await["id"].clone();
    browser.wait_until_final(&id).await;
    let charge = browser.items("/api/transactions?kind=charge").await;
    assert_eq!(charge[0]["task_id"], id);
    let file = browser.get("/api/tasks.csv").await.text();
    assert!(file.contains(&format!("\n{id},succeeded")), "{file}");
    let page = browser.get(format!("/tasks/{id}")).await;
    assert_eq!(page.status, 200);
    drop(server);
    let server = site.serve(&[]).await;
    let browser = browser.copy_at(&server);
    assert_eq!(browser.items("/api/tasks").await[0]["id"], id);
    assert_eq!(browser.task(&id).await["status"], "succeeded");
}

async fn the_operator_finds_the_row_of_an_id(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let id = &browser.submit().await["id"];
    let row = site.database.number("SELECT MAX(id) FROM task").await;
    let printed = site.run_ok(&["row-id", &id.to_string()], "").await;
    assert_eq!(printed.trim(), row.to_string());
}

async fn an_id_that_cannot_exist_is_not_found(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    browser.submit().await;
    for id in [1, 2, i64::MAX] {
        browser.get(format!("/api/task?id={id}")).await.problem(404);
        assert_eq!(browser.get(format!("/tasks/{id}")).await.status, 404);
    }
}
