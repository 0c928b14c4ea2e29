//! Batches beside other things: caps of keys, other users, limits, event streams, webhooks and pages.

use futures::future::join_all;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use crate::support::batches::{
    CANCEL, CREATE, START, batch, bought, counts, draft, file, start, wait_until_finished,
};
use crate::support::{
    ALLOW_RECEIVERS, Behaviour, Browser, Engine, EventStream, PRICE, Receiver, Site, predict_body,
    shared_idle_server, shared_server, unique, wait_for,
};

on_both_databases!(
    the_caps_of_a_key_hold_for_the_whole_batch,
    a_batch_does_not_delay_another_user,
    open_tasks_are_limited,
    only_the_owner_sees_a_batch,
    drafts_can_be_deleted_and_few_are_kept,
    a_stream_counts_the_tasks_of_a_batch,
    a_webhook_is_told_of_the_batch_and_not_of_its_tasks,
    pages_and_forms_work_without_javascript,
);

async fn the_caps_of_a_key_hold_for_the_whole_batch(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let owner = Browser::registered(&server).await;
    owner.top_up(100 * PRICE).await;
    let capped = json!({ "read": true, "predict": true, "cap_total": 5 * PRICE });
    let (secret, _) = owner.create_key(capped).await;
    let program = Browser::with_key(&server, &secret);
    let drafts = join_all((0..4).map(|_| draft(&program, &[1000, 2000]))).await;
    let starts = drafts.iter().map(|draft| {
        let key = unique("capped");
        let program = &program;
        async move { start(program, &draft["id"], &key).await }
    });
    let starts = join_all(starts).await;
    let (passed, refused): (Vec<_>, Vec<_>) = starts.iter().partition(|it| it.status == 200);
    assert_eq!(passed.len(), 2, "two of four batches fit");
    for response in refused {
        let problem = response.problem(402);
        assert_eq!(problem["type"], "/problems/cap_reached");
        assert_eq!(problem["needed"], 2 * PRICE);
    }
    let spent = async || {
        let key = program.get("/api/keys/current").await.ok();
        key["spent"]["total"].as_i64().unwrap()
    };
    assert_eq!(spent().await, 4 * PRICE);
    let id = passed[0].ok()["id"].clone();
    program.post_json(CANCEL, json!({ "id": id })).await.ok();
    assert_eq!(spent().await, 2 * PRICE, "given back");
    // Reading is another scope than buying.
    let (secret, _) = owner.create_key(json!({ "read": true })).await;
    let reader = Browser::with_key(&server, &secret);
    batch(&reader, &id).await;
    let refused = start(&reader, &id, "x").await.problem(403);
    assert_eq!(refused["scope"], "predict");
    site.assert_audit_is_clean().await;
}

async fn a_batch_does_not_delay_another_user(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let (analyst, other) = (
        Browser::registered(&server).await,
        Browser::registered(&server).await,
    );
    analyst.top_up(300 * PRICE).await;
    bought(&analyst, &[1000; 300]).await;
    let task = other.submit().await;
    let task = other.task(&task["id"]).await;
    let ahead = task["queue"]["ahead"].as_i64().unwrap();
    assert!(ahead <= 1, "{task}");
    site.assert_audit_is_clean().await;
}

async fn open_tasks_are_limited(engine: Engine) {
    let settings = [
        ("PLEDGECAST_WORKERS", "0"),
        ("PLEDGECAST_MAX_OPEN_TASKS", "3"),
    ];
    let (_site, server) = Site::serving(engine, &settings).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(100).await;
    let two = draft(&browser, &[1000, 2000]).await["id"].clone();
    start(&browser, &two, "two").await.ok();
    let more = draft(&browser, &[1000, 2000]).await["id"].clone();
    let refused = start(&browser, &more, "more").await.problem(429);
    assert_eq!(refused["type"], "/problems/too_many_open");
    browser.submit().await;
    let body = predict_body(&unique("fourth"));
    let refused = browser.post_json("/api/tasks/predict", body).await;
    refused.problem(429);
    // A repeat is answered although there is no room for a new batch.
    let again = start(&browser, &two, "two").await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    browser.post_json(CANCEL, json!({ "id": two })).await.ok();
    wait_for("room for the batch", || async {
        let response = start(&browser, &more, "more").await;
        (response.status == 200).then_some(())
    })
    .await;
}

async fn only_the_owner_sees_a_batch(engine: Engine) {
    let server = shared_idle_server(engine).await;
    let (owner, stranger) = (
        Browser::registered(server).await,
        Browser::registered(server).await,
    );
    let id = draft(&owner, &[1000]).await["id"].clone();
    for path in [
        format!("/api/batch?id={id}"),
        format!("/api/batch/tasks?id={id}"),
        format!("/api/batch/tasks.csv?id={id}"),
    ] {
        stranger.get(path).await.problem(404);
    }
    let body = json!({ "id": id, "idempotency_key": "mine" });
    for path in [START, CANCEL, "/api/batches/delete"] {
        stranger.post_json(path, &body).await.problem(404);
    }
    assert_eq!(stranger.get(format!("/batches/{id}")).await.status, 404);
    assert!(stranger.items("/api/batches").await.is_empty());
}

async fn drafts_can_be_deleted_and_few_are_kept(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let mut ids = Vec::new();
    for goal in 1..=7 {
        ids.push(draft(&browser, &[goal * 1000]).await["id"].clone());
    }
    let kept = browser.items("/api/batches").await;
    let kept: Vec<_> = kept.iter().map(|it| it["id"].clone()).collect();
    let newest: Vec<_> = ids[2..].iter().rev().cloned().collect();
    assert_eq!(kept, newest);
    let body = json!({ "id": ids[6] });
    let delete = "/api/batches/delete";
    browser.post_json(delete, &body).await.ok();
    browser.post_json(delete, &body).await.problem(404);
    start(&browser, &ids[5], "kept").await.ok();
    let started = browser.post_json(delete, json!({ "id": ids[5] })).await;
    started.problem(409);
}

async fn a_stream_counts_the_tasks_of_a_batch(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    browser.top_up(200 * PRICE).await;
    let mut stream = EventStream::open(&browser).await;
    stream.first().await;
    let id = bought(&browser, &[1000; 200]).await["id"].clone();
    let last = stream
        .wait_for("the end of the batch", |event| {
            event.name == "batch" && event.data["state"] == "finished"
        })
        .await;
    assert_eq!(last.data["id"], id);
    assert_eq!(counts(&last.data), [0, 0, 200, 0, 0]);
    let tasks = stream.seen().iter().filter(|it| it.name == "task");
    assert_eq!(tasks.count(), 0);
    let events = stream.seen().iter().filter(|it| it.name == "batch");
    assert!(events.count() < 100, "{:?}", stream.seen());
}

async fn a_webhook_is_told_of_the_batch_and_not_of_its_tasks(engine: Engine) {
    let (_site, server) = Site::serving(engine, &ALLOW_RECEIVERS).await;
    let receiver = Receiver::start(Behaviour::Respond(200)).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(5 * PRICE).await;
    let body = json!({
        "url": receiver.url, "task_succeeded": true, "task_failed": true, "task_canceled": true,
        "batch_finished": true,
    });
    let webhook = browser.post_json("/api/webhooks/create", body).await.ok();
    let id = bought(&browser, &[1000, 2000, 3000]).await["id"].clone();
    wait_until_finished(&browser, &id).await;
    let data = receiver.wait_for_event("batch.finished").await.payload()["data"].clone();
    assert_eq!(data["batch_id"], id);
    assert_eq!(data["succeeded"], 3);
    assert_eq!(data["charged"], 3 * PRICE);
    let log = format!("/api/webhook/deliveries?id={}", webhook["id"]);
    assert_eq!(browser.items(&log).await.len(), 1);
    browser.submit().await;
    receiver.wait_for_event("task.succeeded").await;
    assert_eq!(browser.items(&log).await.len(), 2);
}

async fn pages_and_forms_work_without_javascript(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    browser.top_up(3 * PRICE).await;
    let post = async |path: &str, fields: &[(&str, String)]| {
        let request = browser.request(Method::POST, path).form(fields);
        browser.send(request.header("accept", "text/html")).await
    };
    let send_file = async |text: String| {
        let part = Part::bytes(text.into_bytes()).file_name("plans.csv");
        let form = Form::new().part("file", part).text("return_to", "/batches");
        let request = browser.request(Method::POST, CREATE).multipart(form);
        browser.send(request.header("accept", "text/html")).await
    };
    let sample = browser.get("/batches/sample.csv").await;
    assert_eq!(sample.status, 200);
    let refused = send_file(file(&[0])).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("Line 2, column “usd_goal”"));
    let uploaded = send_file(sample.text()).await;
    let page = uploaded.location().to_owned();
    let id = page.rsplit('/').next().unwrap().to_owned();
    let html = browser.get(&page).await.text();
    assert!(html.contains("Buy 3 predictions for 30 credits"), "{html}");
    let fields = [
        ("id", id.clone()),
        ("max_total", "30".to_owned()),
        ("idempotency_key", format!("start-batch-{id}")),
    ];
    assert_eq!(post(START, &fields).await.location(), page);
    assert_eq!(post(START, &fields).await.location(), page, "a repeat");
    wait_until_finished(&browser, &id.parse().unwrap()).await;
    let html = browser.get(format!("{page}?search=loom")).await.text();
    assert!(html.contains("Pocket Loom") && !html.contains("Quiet Orchard"));
    let russian = browser.get(format!("{page}?lang=ru")).await.text();
    assert!(russian.contains("Готово 3 из 3"), "{russian}");
    let list = browser.get("/batches").await.text();
    assert!(list.contains("plans.csv"));
    let unsent = send_file(file(&[1000])).await;
    let unsent = unsent.location().rsplit('/').next().unwrap().to_owned();
    let deleted = post("/api/batches/delete", &[("id", unsent)]).await;
    assert_eq!(deleted.location(), "/batches?done=deleted");
}
