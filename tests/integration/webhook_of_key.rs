//! Webhooks that are told about the tasks of one API key.

use serde_json::json;

use crate::support::{ALLOW_RECEIVERS, Behaviour, Browser, Engine, Receiver, Site};

on_both_databases!(a_webhook_of_a_key_is_told_about_tasks_of_that_key_only);

async fn a_webhook_of_a_key_is_told_about_tasks_of_that_key_only(engine: Engine) {
    let (_site, server) = Site::serving(engine, &ALLOW_RECEIVERS).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(90).await;
    let receiver = Receiver::start(Behaviour::Respond(200)).await;
    let (secret, key) = browser.create_key(json!({ "predict": true })).await;
    let (other, _) = browser.create_key(json!({ "predict": true })).await;
    let body = json!({
        "url": receiver.url, "task_succeeded": true, "balance_topped_up": true, "api_key_id": key["id"],
    });
    let created = browser.post_json("/api/webhooks/create", body).await.ok();
    assert_eq!(created["api_key_id"], key["id"]);
    let (program, other) = (
        Browser::with_key(&server, &secret),
        Browser::with_key(&server, &other),
    );
    for sender in [&browser, &other] {
        let id = sender.submit().await["id"].clone();
        browser.wait_until_final(&id).await;
    }
    let told = program.submit().await["id"].clone();
    browser.wait_until_final(&told).await;
    let request = receiver.wait_for_event("task.succeeded").await;
    assert_eq!(request.payload()["data"]["task_id"], told);
    browser.top_up(10).await;
    receiver.wait_for_event("balance.topped_up").await;
    assert_eq!(
        receiver.wait_for(2).await.len(),
        2,
        "of one task and one top-up"
    );
}
