//! Deliveries of webhooks: what is sent when, retries, slow and failing receivers, crashes, and the log.

use serde_json::{Value, json};

use crate::support::{
    ALLOW_RECEIVERS, Behaviour, Browser, Engine, Received, Receiver, Server, Site, unique, wait_for,
};

on_both_databases!(
    events_arrive_with_a_signature,
    a_low_balance_is_told_once,
    a_canceled_task_is_told,
    only_chosen_events_are_sent,
    an_event_is_stored_with_its_cause_or_not_at_all,
    an_event_survives_a_crash_before_it_is_sent,
    a_delivery_survives_a_crash_before_it_is_recorded,
    a_failed_delivery_is_retried_with_the_same_id,
    a_redirect_is_not_followed,
    a_receiver_on_this_machine_is_not_called_by_default,
    a_slow_receiver_delays_no_other,
    a_delivery_is_sent_again_on_request,
    a_webhook_that_failed_for_days_is_turned_off,
    a_webhook_that_is_gone_is_turned_off,
    a_webhook_that_is_off_gets_nothing,
);

/// A server that may call receivers of tests, and a user.
async fn served(engine: Engine, settings: &[(&str, &str)]) -> (Site, Server, Browser) {
    let settings: Vec<_> = ALLOW_RECEIVERS.iter().chain(settings).copied().collect();
    let (site, server) = Site::serving(engine, &settings).await;
    let browser = Browser::registered(&server).await;
    (site, server, browser)
}

async fn create(browser: &Browser, receiver: &Receiver, events: &[&str]) -> Value {
    let mut body = json!({ "url": receiver.url });
    for event in events {
        body[event] = json!(true);
    }
    browser.post_json("/api/webhooks/create", body).await.ok()
}

/// Queues a test; returns the id of its delivery.
async fn test(browser: &Browser, webhook: &Value) -> Value {
    let body = json!({ "id": webhook["id"] });
    browser.post_json("/api/webhook/test", body).await.ok()["id"].clone()
}

async fn log(browser: &Browser, delivery: &Value) -> Value {
    let path = format!("/api/webhook/delivery?id={delivery}");
    browser.get(path).await.ok()
}

/// Waits until a delivery has this number of recorded attempts; returns its log.
async fn attempted(browser: &Browser, delivery: &Value, count: usize) -> Value {
    wait_for(&format!("{count} attempts"), || async {
        let log = log(browser, delivery).await;
        let attempts = log["log"].as_array().unwrap().len();
        (attempts >= count).then_some(log)
    })
    .await
}

/// Makes all pending deliveries due, as if their delays or leases were over.
async fn make_due(site: &Site) {
    let sql = "UPDATE webhook_delivery SET next_attempt_at = created_at WHERE status = 'pending'";
    site.database.execute(sql).await;
}

async fn events_arrive_with_a_signature(engine: Engine) {
    let (site, _server, browser) = served(engine, &[]).await;
    let receiver = Receiver::start(Behaviour::Respond(204)).await;
    let events = ["task_succeeded", "balance_topped_up", "balance_adjusted"];
    let webhook = create(&browser, &receiver, &events).await;
    let line = browser.top_up(90).await;
    let request = receiver.wait_for_event("balance.topped_up").await;
    assert!(request.is_signed_with(&webhook["secret"]));
    let data = &request.payload()["data"];
    assert_eq!(data["transaction_id"], line["id"]);
    assert_eq!(data["amount"], 90);
    assert_eq!(data["balance_after"], 100);

    let task = browser.submit().await;
    let request = receiver.wait_for_event("task.succeeded").await;
    assert!(request.is_signed_with(&webhook["secret"]));
    let payload = request.payload();
    assert!(payload["timestamp"].is_string());
    let (data, task) = (&payload["data"], browser.task(&task["id"]).await);
    assert_eq!(data["task_id"], task["id"]);
    assert_eq!(data["status"], "succeeded");
    assert_eq!(data["name"], task["campaign"]["name"]);
    for field in ["probability", "verdict", "interval_low", "interval_high"] {
        assert_eq!(data["result"][field], task["result"][field], "{field}");
    }

    let email = browser.email.as_str();
    let grant = [
        "user",
        "grant",
        "--email",
        email,
        "--amount=-5",
        "--reason=x",
    ];
    site.run_ok(&grant, "").await;
    let request = receiver.wait_for_event("balance.adjusted").await;
    assert_eq!(request.payload()["data"]["amount"], -5);
    let ids: Vec<String> = receiver
        .received()
        .iter()
        .map(|it| it.id().to_owned())
        .collect();
    assert_eq!(ids.len(), 3, "{ids:?}");
    site.assert_audit_is_clean().await;
}

async fn a_low_balance_is_told_once(engine: Engine) {
    let (_site, _server, browser) = served(engine, &[]).await;
    browser.top_up(90).await;
    let receiver = Receiver::start(Behaviour::Respond(200)).await;
    let body = json!({
        "url": receiver.url, "task_succeeded": true, "balance_low": true, "low_balance": 85,
    });
    browser.post_json("/api/webhooks/create", body).await.ok();
    for _ in 0..3 {
        let task = browser.submit().await;
        browser.wait_until_final(&task["id"]).await;
    }
    // Three results and one low balance: 100, 90, 80, 70.
    let requests = receiver.wait_for(4).await;
    let low: Vec<Value> = requests
        .iter()
        .map(Received::payload)
        .filter(|it| it["type"] == "balance.low")
        .map(|it| it["data"].clone())
        .collect();
    assert_eq!(low, [json!({ "amount": 80, "limit": 85 })]);
}

async fn a_canceled_task_is_told(engine: Engine) {
    let (_site, _server, browser) = served(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let receiver = Receiver::start(Behaviour::Respond(200)).await;
    create(&browser, &receiver, &["task_canceled"]).await;
    let id = browser.submit().await["id"].clone();
    browser.cancel(&id).await.ok();
    let request = receiver.wait_for_event("task.canceled").await;
    assert_eq!(request.payload()["data"]["task_id"], id);
}

async fn only_chosen_events_are_sent(engine: Engine) {
    let (site, _server, browser) = served(engine, &[]).await;
    let receiver = Receiver::start(Behaviour::Respond(200)).await;
    create(&browser, &receiver, &["task_failed"]).await;
    browser.top_up(5).await;
    let task = browser.submit().await;
    browser.wait_until_final(&task["id"]).await;
    let deliveries = "SELECT COUNT(*) FROM webhook_delivery";
    assert_eq!(site.database.number(deliveries).await, 0);
}

async fn an_event_is_stored_with_its_cause_or_not_at_all(engine: Engine) {
    let settings = [("PLEDGECAST_WEBHOOK_DELIVERIES", "0")];
    let (site, _server, browser) = served(engine, &settings).await;
    let receiver = Receiver::start(Behaviour::Respond(200)).await;
    create(&browser, &receiver, &["balance_topped_up"]).await;
    let rename = |from: &str, to: &str| format!("ALTER TABLE {from} RENAME TO {to}");
    let away = rename("webhook_delivery", "webhook_delivery_away");
    site.database.execute(&away).await;
    let key = unique("top-up");
    let body = json!({ "amount": 5, "idempotency_key": key });
    let refused = browser.post_json("/api/balance/top_up", &body).await;
    assert!(refused.status >= 500, "{}", refused.text());
    assert_eq!(browser.balance().await, [10, 0, 10]);

    let back = rename("webhook_delivery_away", "webhook_delivery");
    site.database.execute(&back).await;
    browser.post_json("/api/balance/top_up", &body).await.ok();
    browser.post_json("/api/balance/top_up", &body).await.ok();
    assert_eq!(browser.balance().await, [15, 0, 15]);
    let deliveries = "SELECT COUNT(*) FROM webhook_delivery";
    assert_eq!(site.database.number(deliveries).await, 1);
    site.assert_audit_is_clean().await;
}

async fn an_event_survives_a_crash_before_it_is_sent(engine: Engine) {
    let settings = [("PLEDGECAST_WEBHOOK_DELIVERIES", "0")];
    let (site, server, browser) = served(engine, &settings).await;
    let receiver = Receiver::start(Behaviour::Respond(200)).await;
    create(&browser, &receiver, &["balance_topped_up"]).await;
    browser.top_up(5).await;
    server.program.kill();
    let _server = site.serve(&ALLOW_RECEIVERS).await;
    receiver.wait_for_event("balance.topped_up").await;
}

async fn a_delivery_survives_a_crash_before_it_is_recorded(engine: Engine) {
    let (site, server, browser) = served(engine, &[]).await;
    let receiver = Receiver::start(Behaviour::Hang).await;
    let webhook = create(&browser, &receiver, &["task_failed"]).await;
    let delivery = test(&browser, &webhook).await;
    let first = receiver.wait_for(1).await.remove(0);
    server.program.kill();
    receiver.set(Behaviour::Respond(200));
    make_due(&site).await;
    let server = site.serve(&ALLOW_RECEIVERS).await;
    let second = receiver.wait_for(2).await.remove(1);
    assert_eq!((second.id(), &second.body), (first.id(), &first.body));
    assert!(second.is_signed_with(&webhook["secret"]));
    let browser = browser.copy_at(&server);
    let log = attempted(&browser, &delivery, 1).await;
    assert_eq!(log["delivery"]["status"], "succeeded");
    assert_eq!(log["delivery"]["attempts"], 2);
}

async fn a_failed_delivery_is_retried_with_the_same_id(engine: Engine) {
    let (site, _server, browser) = served(engine, &[]).await;
    let receiver = Receiver::start(Behaviour::Respond(503)).await;
    let webhook = create(&browser, &receiver, &["task_failed"]).await;
    let delivery = test(&browser, &webhook).await;
    let failed = attempted(&browser, &delivery, 1).await;
    assert_eq!(failed["delivery"]["status"], "pending");
    assert!(failed["delivery"]["next_attempt_at"].is_string());
    assert_eq!(failed["log"][0]["status_code"], 503);
    assert_eq!(failed["log"][0]["response"], "received");
    let one = format!("/api/webhook?id={}", webhook["id"]);
    assert!(browser.get(&one).await.ok()["failing_since"].is_string());

    receiver.set(Behaviour::Respond(202));
    make_due(&site).await;
    let done = attempted(&browser, &delivery, 2).await;
    assert_eq!(done["delivery"]["status"], "succeeded");
    assert_eq!(done["delivery"]["next_attempt_at"], Value::Null);
    assert_eq!(done["log"][0]["status_code"], 202);
    assert_eq!(browser.get(&one).await.ok()["failing_since"], Value::Null);
    let requests = receiver.received();
    assert_eq!(requests[0].id(), requests[1].id());
    assert_eq!(requests[0].id(), done["delivery"]["message_id"]);
    assert_eq!(requests[0].body, done["payload"]);
}

async fn a_redirect_is_not_followed(engine: Engine) {
    let (_site, _server, browser) = served(engine, &[]).await;
    let target = Receiver::start(Behaviour::Respond(200)).await;
    let receiver = Receiver::start(Behaviour::Redirect(target.url.clone())).await;
    let webhook = create(&browser, &receiver, &["task_failed"]).await;
    let delivery = test(&browser, &webhook).await;
    let log = attempted(&browser, &delivery, 1).await;
    assert_eq!(log["log"][0]["status_code"], 302);
    assert_eq!(log["delivery"]["status"], "pending");
    assert!(target.received().is_empty());
    let page = browser.get(format!("/account/deliveries/{delivery}")).await;
    assert!(page.text().contains("Redirects aren’t followed"));
}

async fn a_receiver_on_this_machine_is_not_called_by_default(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let receiver = Receiver::start(Behaviour::Respond(200)).await;
    let body = json!({ "url": receiver.url, "task_failed": true });
    let refused = browser.post_json("/api/webhooks/create", &body).await;
    refused.names_fields(&["url"]);
    // As if the operator had allowed it before.
    let body = json!({ "url": "https://receiver.invalid/", "task_failed": true });
    let created = browser.post_json("/api/webhooks/create", &body).await.ok();
    for scheme in ["http", "https"] {
        let url = receiver.url.replacen("http", scheme, 1);
        let sql = format!("UPDATE webhook SET url = '{url}'");
        site.database.execute(&sql).await;
        let delivery = test(&browser, &created).await;
        let log = attempted(&browser, &delivery, 1).await;
        assert_eq!(log["log"][0]["error"], "url_not_allowed", "{url}");
    }
    assert!(receiver.received().is_empty());
}

async fn a_slow_receiver_delays_no_other(engine: Engine) {
    let settings = [("PLEDGECAST_WEBHOOK_DELIVERIES", "5")];
    let (_site, _server, browser) = served(engine, &settings).await;
    let slow = Receiver::start(Behaviour::Hang).await;
    let quick = Receiver::start(Behaviour::Respond(200)).await;
    let to_slow = create(&browser, &slow, &["task_failed"]).await;
    let to_quick = create(&browser, &quick, &["task_failed"]).await;
    for _ in 0..8 {
        test(&browser, &to_slow).await;
    }
    slow.wait_for(4).await;
    for count in 1..=3 {
        test(&browser, &to_quick).await;
        quick.wait_for(count).await;
    }
}

async fn a_delivery_is_sent_again_on_request(engine: Engine) {
    let (_site, _server, browser) = served(engine, &[]).await;
    let receiver = Receiver::start(Behaviour::Respond(200)).await;
    let webhook = create(&browser, &receiver, &["task_failed"]).await;
    let delivery = test(&browser, &webhook).await;
    attempted(&browser, &delivery, 1).await;
    let body = json!({ "id": delivery });
    let queued = browser.post_json("/api/webhook/resend", &body).await.ok();
    assert_eq!(queued["delivery"]["id"], delivery);
    let done = attempted(&browser, &delivery, 2).await;
    assert_eq!(done["delivery"]["status"], "succeeded");
    let requests = receiver.received();
    assert_eq!(requests[0].id(), requests[1].id());

    let log = format!("/api/webhook/deliveries?id={}&limit=1", webhook["id"]);
    let page = browser.get(&log).await.ok();
    assert_eq!(page["items"][0]["id"], delivery);
    assert_eq!(page["next"], Value::Null);
    receiver.set(Behaviour::Respond(500));
    let another = test(&browser, &webhook).await;
    let pending = browser.post_json("/api/webhook/resend", json!({ "id": another }));
    pending.await.problem(409);
    let page = browser.get(&log).await.ok();
    assert_eq!(page["items"][0]["id"], another);
    let next = format!("{log}&cursor={}", page["next"].as_str().unwrap());
    assert_eq!(browser.items(next).await[0]["id"], delivery);
}

async fn a_webhook_that_failed_for_days_is_turned_off(engine: Engine) {
    let (site, _server, browser) = served(engine, &[]).await;
    let receiver = Receiver::start(Behaviour::Respond(500)).await;
    let webhook = create(&browser, &receiver, &["balance_topped_up"]).await;
    let delivery = test(&browser, &webhook).await;
    attempted(&browser, &delivery, 1).await;
    let days_ago = match engine {
        Engine::Sqlite => "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '-4 days')",
        Engine::Postgres => "now() - interval '4 days'",
    };
    let sql = format!("UPDATE webhook SET failing_since = {days_ago}");
    site.database.execute(&sql).await;
    let last = test(&browser, &webhook).await;
    attempted(&browser, &last, 1).await;
    let one = browser.get(format!("/api/webhook?id={}", webhook["id"]));
    let one = one.await.ok();
    assert_eq!(one["enabled"], false);
    assert_eq!(one["disabled_reason"], "failing");
    let canceled = log(&browser, &delivery).await;
    assert_eq!(canceled["delivery"]["status"], "canceled");
    let page = browser.get(format!("/account/webhooks/{}", webhook["id"]));
    assert!(page.await.text().contains("Turned off because"));

    receiver.set(Behaviour::Respond(200));
    let on = json!({ "id": webhook["id"], "enabled": true });
    let on = browser.post_json("/api/webhook/set_enabled", on).await.ok();
    assert_eq!(on["disabled_reason"], Value::Null);
    browser.top_up(5).await;
    receiver.wait_for_event("balance.topped_up").await;
}

async fn a_webhook_that_is_gone_is_turned_off(engine: Engine) {
    let (_site, _server, browser) = served(engine, &[]).await;
    let receiver = Receiver::start(Behaviour::Respond(410)).await;
    let webhook = create(&browser, &receiver, &["task_failed"]).await;
    let delivery = test(&browser, &webhook).await;
    let log = attempted(&browser, &delivery, 1).await;
    assert_eq!(log["delivery"]["status"], "canceled");
    let one = browser.get(format!("/api/webhook?id={}", webhook["id"]));
    assert_eq!(one.await.ok()["disabled_reason"], "gone");
}

async fn a_webhook_that_is_off_gets_nothing(engine: Engine) {
    let (site, _server, browser) = served(engine, &[]).await;
    let receiver = Receiver::start(Behaviour::Respond(500)).await;
    let webhook = create(&browser, &receiver, &["balance_topped_up"]).await;
    let delivery = test(&browser, &webhook).await;
    attempted(&browser, &delivery, 1).await;
    let off = json!({ "id": webhook["id"], "enabled": false });
    browser
        .post_json("/api/webhook/set_enabled", off)
        .await
        .ok();
    let canceled = log(&browser, &delivery).await;
    assert_eq!(canceled["delivery"]["status"], "canceled");
    browser.top_up(5).await;
    let deliveries = "SELECT COUNT(*) FROM webhook_delivery";
    assert_eq!(site.database.number(deliveries).await, 1);
    for (path, id) in [("test", &webhook["id"]), ("resend", &delivery)] {
        let (path, body) = (format!("/api/webhook/{path}"), json!({ "id": id }));
        browser.post_json(&path, body).await.problem(409);
    }
}
