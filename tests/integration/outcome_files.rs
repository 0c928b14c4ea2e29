//! Files of outcomes: the template, what is stored, and how errors are reported.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::{
    Browser, Engine, Response, Server, Site, predict_body, shared_server, unique,
};

on_both_databases!(
    a_file_reports_many_outcomes,
    a_repeated_file_changes_nothing,
    a_file_with_a_mistake_stores_nothing,
    a_file_cannot_report_for_others,
    a_file_that_cannot_be_read_is_refused,
    the_template_lists_ended_campaigns_without_an_outcome,
    the_filled_in_template_can_be_uploaded,
    the_page_uploads_a_file_without_javascript,
    a_large_file_is_taken_and_a_larger_one_is_not,
);

const REPORT: &str = "/api/tasks/report_outcomes";

/// A user with as many results for the sample, oldest first.
async fn user_with_results(server: &Server, count: usize) -> (Browser, Vec<Value>) {
    let browser = Browser::registered(server).await;
    browser.top_up(10 * i64::try_from(count).unwrap()).await;
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(browser.submit().await["id"].clone());
    }
    browser.wait_until_idle().await;
    (browser, ids)
}

/// Sends the file as the body.
async fn send(browser: &Browser, file: impl Into<Vec<u8>>) -> Response {
    let request = browser
        .request(Method::POST, REPORT)
        .header("content-type", "text/csv")
        .body(file.into());
    browser.send(request).await
}

/// The current outcome of a task, if any.
async fn outcome(browser: &Browser, id: &Value) -> Option<(bool, Option<f64>)> {
    let task = browser.task(id).await;
    let outcome = task.get("outcome")?;
    let reached = outcome["reached"].as_bool().unwrap();
    Some((reached, outcome["raised_usd"].as_f64()))
}

fn done(reported: u64, unchanged: u64, skipped: u64) -> Value {
    json!({ "reported": reported, "unchanged": unchanged, "skipped": skipped })
}

async fn a_file_reports_many_outcomes(engine: Engine) {
    let (owner, ids) = user_with_results(shared_server(engine).await, 3).await;
    let file = format!(
        "task_id,reached,raised_usd\n{},true,12000\n{},no,\n{},,\n",
        ids[0], ids[1], ids[2]
    );
    assert_eq!(send(&owner, file).await.ok(), done(2, 0, 1));
    assert_eq!(outcome(&owner, &ids[0]).await, Some((true, Some(12000.0))));
    assert_eq!(outcome(&owner, &ids[1]).await, Some((false, None)));
    assert_eq!(outcome(&owner, &ids[2]).await, None);
    // As text in JSON, in another dialect.
    let csv = format!("reached;note;task_id\r\nЛОЖЬ;x;{}\r\n", ids[2]);
    let sent = owner.post_json(REPORT, json!({ "csv": csv })).await;
    assert_eq!(sent.ok(), done(1, 0, 0));
    assert_eq!(outcome(&owner, &ids[2]).await, Some((false, None)));
}

async fn a_repeated_file_changes_nothing(engine: Engine) {
    let (owner, ids) = user_with_results(shared_server(engine).await, 2).await;
    let file = format!("task_id,reached\n{},true\n{},false\n", ids[0], ids[1]);
    assert_eq!(send(&owner, file.clone()).await.ok(), done(2, 0, 0));
    assert_eq!(send(&owner, file).await.ok(), done(0, 2, 0));
    let corrected = format!("task_id,reached\n{},false\n{},false\n", ids[0], ids[1]);
    assert_eq!(send(&owner, corrected).await.ok(), done(1, 1, 0));
    for (id, reports) in [(&ids[0], 2), (&ids[1], 1)] {
        let outcomes = owner.get(format!("/api/task/outcomes?id={id}")).await.ok();
        assert_eq!(outcomes["outcomes"].as_array().unwrap().len(), reports);
    }
}

async fn a_file_with_a_mistake_stores_nothing(engine: Engine) {
    let (owner, ids) = user_with_results(shared_server(engine).await, 3).await;
    let file = format!(
        "task_id,reached,raised_usd\n{a},true,12000\n{b},true,1\n{a},false,\nx,perhaps,5\n{c},true\n",
        a = ids[0],
        b = ids[1],
        c = ids[2]
    );
    let refused = send(&owner, file).await;
    refused.names_fields(&[
        "line 3: raised_usd",
        "line 4: task_id",
        "line 5: reached",
        "line 5: task_id",
        "line 6",
    ]);
    let errors = refused.problem(422)["errors"].clone();
    assert_eq!(errors["line 3: raised_usd"]["code"], "below_goal");
    assert_eq!(errors["line 4: task_id"]["line"], 2);
    for id in &ids {
        assert_eq!(outcome(&owner, id).await, None);
    }
}

async fn a_file_cannot_report_for_others(engine: Engine) {
    let server = shared_server(engine).await;
    let (owner, ids) = user_with_results(server, 1).await;
    let (stranger, own) = user_with_results(server, 1).await;
    let file = format!(
        "task_id,reached\n{},true\n{},true\n999999999,true\n",
        own[0], ids[0]
    );
    let refused = send(&stranger, file.clone()).await;
    refused.names_fields(&["line 3: task_id", "line 4: task_id"]);
    assert_eq!(outcome(&stranger, &own[0]).await, None);
    assert_eq!(outcome(&owner, &ids[0]).await, None);
    send(&Browser::new(server), file).await.problem(401);
}

async fn a_file_that_cannot_be_read_is_refused(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    for file in [
        &b""[..],
        b"id,reached\n1,true\n",
        b"task_id,task_id,reached\n",
        b"PK\x03\x04 a workbook",
        b"t\0a\0s\0k\0",
    ] {
        send(&browser, file).await.names_fields(&["file"]);
    }
    let nothing = browser.post_json(REPORT, json!({})).await;
    nothing.names_fields(&["file"]);
    let text = browser.post_json(REPORT, json!({ "csv": "id\n1\n" })).await;
    text.names_fields(&["csv"]);
    let many: Vec<_> = (1..=10_001).map(|id| format!("\n{id},true")).collect();
    let refused = send(&browser, format!("task_id,reached{}", many.concat())).await;
    refused.names_fields(&["file"]);
    let many: Vec<_> = (1..=600).map(|id| format!("\n{id},perhaps")).collect();
    let refused = send(&browser, format!("task_id,reached{}", many.concat())).await;
    let errors = refused.problem(422)["errors"].clone();
    assert_eq!(errors.as_object().unwrap().len(), 501);
    let total = errors["file"]["detail"].as_str().unwrap();
    assert!(total.contains("1200 errors"), "{total}");
}

/// The lines of the template without its header.
async fn template(browser: &Browser) -> Vec<String> {
    let response = browser.get("/api/outcomes.csv").await;
    assert_eq!(response.status, 200);
    let disposition = response.header("content-disposition");
    assert_eq!(disposition, "attachment; filename=\"outcomes.csv\"");
    let text = response.text();
    let mut lines = text.lines().map(ToOwned::to_owned);
    assert_eq!(
        lines.next().unwrap(),
        "task_id,name,launched_at,deadline,usd_goal,reached,raised_usd"
    );
    lines.collect()
}

async fn the_template_lists_ended_campaigns_without_an_outcome(engine: Engine) {
    let server = shared_server(engine).await;
    let (owner, ids) = user_with_results(server, 2).await;
    let mut planned = predict_body(&unique("planned"));
    planned["launched_at"] = json!("2099-01-01");
    planned["deadline"] = json!("2099-01-31");
    let planned = owner.post_json("/api/tasks/predict", &planned).await.ok();
    owner.wait_until_final(&planned["id"]).await;
    let line = |id: &Value| format!("{id},BIG PROJECT TODAY,2024-01-30,2024-02-20,10000,,");
    assert_eq!(template(&owner).await, [line(&ids[1]), line(&ids[0])]);
    let first = owner.items("/api/tasks/unreported?limit=1").await;
    assert_eq!(first[0]["task_id"], ids[1]);
    assert_eq!(first[0]["deadline"], "2024-02-20");
    let file = format!("task_id,reached\n{},true\n", ids[1]);
    send(&owner, file).await.ok();
    assert_eq!(template(&owner).await, [line(&ids[0])]);
    let page = owner.get("/outcomes").await.text();
    assert!(page.contains(&format!("/tasks/{}#outcome", ids[0])));
    assert!(!page.contains(&format!("/tasks/{}#outcome", ids[1])));

    let stranger = Browser::registered(server).await;
    assert!(template(&stranger).await.is_empty());
    assert!(
        stranger
            .get("/outcomes")
            .await
            .text()
            .contains("Nothing to report")
    );
    server.get("/api/outcomes.csv").await.problem(401);
    server.get("/api/tasks/unreported").await.problem(401);
}

async fn the_filled_in_template_can_be_uploaded(engine: Engine) {
    let (owner, ids) = user_with_results(shared_server(engine).await, 2).await;
    let text = owner.get("/api/outcomes.csv?bom=1").await.text();
    let blank = format!("{},BIG PROJECT TODAY,2024-01-30,2024-02-20,10000,,", ids[0]);
    let filled = blank.replace(",10000,,", ",10000,TRUE,\"15,000.00\"");
    let file = text.replace(&blank, &filled);
    assert_ne!(file, text);
    assert_eq!(send(&owner, file).await.ok(), done(1, 0, 1));
    assert_eq!(outcome(&owner, &ids[0]).await, Some((true, Some(15000.0))));
}

/// Uploads a file with the form of the page.
async fn upload(browser: &Browser, file: String) -> Response {
    let form = Form::new()
        .text("account", "")
        .text("return_to", "/outcomes")
        .part("file", Part::bytes(file.into_bytes()).file_name("o.csv"));
    let request = browser
        .request(Method::POST, REPORT)
        .header("accept", "text/html")
        .multipart(form);
    browser.send(request).await
}

async fn the_page_uploads_a_file_without_javascript(engine: Engine) {
    let (owner, ids) = user_with_results(shared_server(engine).await, 1).await;
    let page = owner.get("/outcomes").await.text();
    assert!(page.contains("multipart/form-data"), "{page}");
    let mistake = "task_id,reached\nx,true\nsecret-cell,perhaps\n".to_owned();
    let refused = upload(&owner, mistake).await;
    assert_eq!(refused.status, 422);
    let page = refused.text();
    assert!(page.contains("Line 2, column “task_id”"), "{page}");
    assert!(page.contains("Line 3, column “reached”"), "{page}");
    assert!(!page.contains("secret-cell"), "the file is not in the page");
    let sent = upload(&owner, format!("task_id,reached\n{},true\n", ids[0])).await;
    let target = "/outcomes?reported=1&unchanged=0&skipped=0";
    assert_eq!(sent.location(), target);
    let page = owner.get(target).await.text();
    assert!(page.contains("Stored: 1. Already known: 0."), "{page}");
}

async fn a_large_file_is_taken_and_a_larger_one_is_not(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let (owner, ids) = user_with_results(&server, 1).await;
    // As many tasks as one file may report.
    let more = 9_999;
    let series = engine.series(1, more);
    let first = site.database.row(&ids[0]).await;
    let copies = format!(
        "INSERT INTO task (user_id, model_id, input, status, price, attempts, idempotency_key, request_hash, \
         queued_at) SELECT user_id, model_id, input, 'succeeded', 0, 1, 'copy-' || i, 'x', queued_at \
         FROM task CROSS JOIN {series} AS more WHERE id = {first}"
    );
    site.database.execute(&copies).await;
    let cipher = site.database.id_cipher().await;
    let lines: Vec<_> = (first..=first + i64::from(more))
        .map(|row| cipher.public_id(row))
        .map(|id| format!("\n{id},true,20000.00,{}", "a long title ".repeat(8)))
        .collect();
    let file = format!("task_id,reached,raised_usd,name{}", lines.concat());
    assert!(file.len() > 1024 * 1024);
    assert_eq!(send(&owner, file.clone()).await.ok(), done(10_000, 0, 0));
    assert_eq!(send(&owner, file).await.ok(), done(0, 10_000, 0));
    let too_large = "x".repeat(4 * 1024 * 1024 + 1);
    send(&owner, too_large).await.problem(413);
}
