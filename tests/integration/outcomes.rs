//! Outcomes: who may report how a campaign ended, what agrees with the campaign, and how corrections are kept.

use chrono::{NaiveDate, TimeDelta};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Browser, Engine, EventStream, Response, Server, Site, predict_body, shared_idle_server,
    shared_server, unique,
};

on_both_databases!(
    an_outcome_is_shown_with_its_task,
    a_correction_keeps_the_history,
    repeating_an_outcome_adds_nothing,
    repeating_an_outcome_at_the_same_time_adds_one,
    only_the_owner_reports_and_reads_outcomes,
    a_task_without_a_result_has_no_outcome,
    an_invalid_outcome_names_its_field,
    an_outcome_agrees_with_the_goal,
    a_campaign_may_succeed_early_but_not_fail_early,
    corrections_are_bounded,
    a_form_reports_and_corrects_without_javascript,
    a_failed_form_keeps_the_entered_values,
    a_sum_is_read_in_the_notation_of_the_form,
    a_report_reaches_open_pages,
);

const REPORT: &str = "/api/task/report_outcome";

/// A user with a result for the sample, whose deadline has passed; returns the id of its task.
async fn user_with_a_result(server: &Server) -> (Browser, Value) {
    let browser = Browser::registered(server).await;
    let id = browser.submit().await["id"].clone();
    browser.wait_until_final(&id).await;
    (browser, id)
}

fn body(id: &Value, reached: &str, raised: &str) -> Value {
    json!({ "id": id, "reached": reached, "raised_usd": raised })
}

/// The reports about a task, newest first, as `(reached, raised_usd)`.
async fn outcomes(browser: &Browser, id: &Value) -> Vec<(bool, Option<f64>)> {
    let outcomes = browser.get(format!("/api/task/outcomes?id={id}")).await;
    let outcomes = outcomes.ok();
    assert_eq!(outcomes["task_id"], *id);
    let reports = outcomes["outcomes"].as_array().unwrap().iter();
    let values = |it: &Value| (it["reached"].as_bool().unwrap(), it["raised_usd"].as_f64());
    reports.map(values).collect()
}

async fn an_outcome_is_shown_with_its_task(engine: Engine) {
    let (owner, id) = user_with_a_result(shared_server(engine).await).await;
    assert_eq!(owner.task(&id).await.get("outcome"), None);
    assert_eq!(outcomes(&owner, &id).await, []);
    let body = body(&id, "true", "12345.5");
    let reported = owner.post_json(REPORT, body).await.ok();
    assert_eq!(reported["outcomes"].as_array().unwrap().len(), 1);
    assert_eq!(outcomes(&owner, &id).await, [(true, Some(12345.5))]);
    let task = owner.task(&id).await;
    assert_eq!(task["outcome"], reported["outcomes"][0]);
    let listed = &owner.items("/api/tasks").await[0];
    assert_eq!(listed["outcome"], task["outcome"]);
    let page = owner.get(format!("/tasks/{id}")).await.text();
    assert!(page.contains(">Reached its goal</p>"), "{page}");
    assert!(page.contains("Raised: $12,345.50"));
    let list = owner.get("/tasks").await.text();
    assert!(list.contains(">Reached its goal</span>"));
    let file = owner.get("/api/tasks.csv").await.text();
    assert!(file.contains(",true,12345.5,"), "{file}");
}

async fn a_correction_keeps_the_history(engine: Engine) {
    let (owner, id) = user_with_a_result(shared_server(engine).await).await;
    for (reached, raised) in [("true", "12000"), ("false", "9000"), ("false", "")] {
        owner
            .post_json(REPORT, body(&id, reached, raised))
            .await
            .ok();
    }
    let history = [(false, None), (false, Some(9000.0)), (true, Some(12000.0))];
    assert_eq!(outcomes(&owner, &id).await, history);
    assert_eq!(owner.task(&id).await["outcome"]["reached"], false);
    let page = owner.get(format!("/tasks/{id}")).await.text();
    assert!(page.contains(">Missed its goal</p>"), "the current outcome");
    assert!(page.contains("Earlier reports"));
    assert!(page.contains("Raised: $12,000"), "an earlier one");
}

async fn repeating_an_outcome_adds_nothing(engine: Engine) {
    let (owner, id) = user_with_a_result(shared_server(engine).await).await;
    for (reached, raised) in [("true", "12000"), ("1", "12000.00"), ("yes", " 1.2e4 ")] {
        owner
            .post_json(REPORT, body(&id, reached, raised))
            .await
            .ok();
    }
    assert_eq!(outcomes(&owner, &id).await, [(true, Some(12000.0))]);
    // Not a repetition: it was corrected in between.
    owner.post_json(REPORT, body(&id, "false", "")).await.ok();
    owner
        .post_json(REPORT, body(&id, "true", "12000"))
        .await
        .ok();
    assert_eq!(outcomes(&owner, &id).await.len(), 3);
}

async fn repeating_an_outcome_at_the_same_time_adds_one(engine: Engine) {
    let (owner, id) = user_with_a_result(shared_server(engine).await).await;
    let report = || owner.post_json(REPORT, body(&id, "false", "100"));
    let (one, other) = tokio::join!(report(), report());
    one.ok();
    other.ok();
    assert_eq!(outcomes(&owner, &id).await, [(false, Some(100.0))]);
}

async fn only_the_owner_reports_and_reads_outcomes(engine: Engine) {
    let server = shared_server(engine).await;
    let (owner, id) = user_with_a_result(server).await;
    let report = body(&id, "true", "");
    let stranger = Browser::registered(server).await;
    stranger.post_json(REPORT, &report).await.problem(404);
    let visitor = Browser::new(server);
    visitor.post_json(REPORT, &report).await.problem(401);
    let read = format!("/api/task/outcomes?id={id}");
    stranger.get(&read).await.problem(404);
    visitor.get(&read).await.problem(401);
    let mut of_other_page = report.clone();
    of_other_page["account"] = json!("999999999");
    owner.post_json(REPORT, &of_other_page).await.problem(409);
    assert_eq!(outcomes(&owner, &id).await, []);
}

async fn a_task_without_a_result_has_no_outcome(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let id = browser.submit().await["id"].clone();
    let refused = browser.post_json(REPORT, body(&id, "true", "")).await;
    let problem = refused.problem(409);
    assert!(
        problem["detail"].as_str().unwrap().contains("queued"),
        "{problem}"
    );
    assert_eq!(outcomes(&browser, &id).await, []);
    let unknown = body(&json!(999_999_999), "true", "");
    browser.post_json(REPORT, &unknown).await.problem(404);
}

async fn an_invalid_outcome_names_its_field(engine: Engine) {
    let (owner, id) = user_with_a_result(shared_server(engine).await).await;
    for (reached, raised, fields) in [
        ("", "", &["reached"][..]),
        ("maybe", "", &["reached"]),
        ("true", "much", &["raised_usd"]),
        ("true", "-1", &["raised_usd"]),
        ("true", "1e11", &["raised_usd"]),
        ("", "12,000", &["raised_usd", "reached"]),
    ] {
        let refused = owner.post_json(REPORT, body(&id, reached, raised)).await;
        refused.names_fields(fields);
    }
    let no_id = owner.post_json(REPORT, json!({ "reached": true })).await;
    no_id.names_fields(&["id"]);
    assert_eq!(outcomes(&owner, &id).await, []);
}

/// The goal of the sample is 10,000 US dollars.
async fn an_outcome_agrees_with_the_goal(engine: Engine) {
    let (owner, id) = user_with_a_result(shared_server(engine).await).await;
    for (reached, raised) in [("true", "9999.99"), ("false", "10000")] {
        let refused = owner.post_json(REPORT, body(&id, reached, raised)).await;
        refused.names_fields(&["raised_usd"]);
        let problem = refused.problem(422);
        let detail = problem["errors"]["raised_usd"]["detail"].as_str().unwrap();
        assert!(detail.contains("10000"), "{detail}");
    }
    for (reached, raised) in [("true", "10000"), ("false", "9999.99")] {
        owner
            .post_json(REPORT, body(&id, reached, raised))
            .await
            .ok();
    }
}

/// Submits the sample with other dates and waits for its result.
async fn submit_between(browser: &Browser, launched_at: NaiveDate, deadline: NaiveDate) -> Value {
    let mut body = predict_body(&unique("dates"));
    body["launched_at"] = json!(launched_at);
    body["deadline"] = json!(deadline);
    let task = browser.post_json("/api/tasks/predict", &body).await.ok();
    browser.wait_until_final(&task["id"]).await["id"].clone()
}

/// Today, by the clock of the service.
async fn today(browser: &Browser) -> NaiveDate {
    let task = browser.submit().await;
    let queued_at = task["queued_at"].as_str().unwrap();
    queued_at[..10].parse().unwrap()
}

async fn a_campaign_may_succeed_early_but_not_fail_early(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    browser.top_up(100).await;
    let today = today(&browser).await;
    // Far enough from today for a test around midnight.
    let day = |days: i64| today + TimeDelta::days(days);
    let running = submit_between(&browser, day(-2), day(28)).await;
    let refused = browser.post_json(REPORT, body(&running, "false", "")).await;
    refused.names_fields(&["reached"]);
    let problem = refused.problem(422);
    let error = &problem["errors"]["reached"];
    assert_eq!(error["code"], "too_early");
    assert_eq!(error["other"], "deadline");
    assert_eq!(error["date"], json!(day(28)));
    browser
        .post_json(REPORT, body(&running, "true", ""))
        .await
        .ok();
    assert_eq!(browser.task(&running).await["outcome"]["reached"], true);

    let planned = submit_between(&browser, day(10), day(40)).await;
    let refused = browser.post_json(REPORT, body(&planned, "true", "")).await;
    refused.names_fields(&["reached"]);
    let problem = refused.problem(422);
    assert_eq!(problem["errors"]["reached"]["other"], "launched_at");
    let page = browser.get(format!("/tasks/{planned}")).await.text();
    assert!(
        page.contains("id=\"outcome\""),
        "a note on when to come back"
    );
    assert!(!page.contains(REPORT), "no form yet");
}

async fn corrections_are_bounded(engine: Engine) {
    let (owner, id) = user_with_a_result(shared_server(engine).await).await;
    for raised in 0..50 {
        let report = body(&id, "false", &raised.to_string());
        owner.post_json(REPORT, report).await.ok();
    }
    let repeated = body(&id, "false", "49");
    owner.post_json(REPORT, repeated).await.ok();
    let refused = owner.post_json(REPORT, body(&id, "false", "50")).await;
    refused.problem(409);
    assert_eq!(outcomes(&owner, &id).await.len(), 50);
}

/// Sends the form of the page of a task.
async fn send_form(browser: &Browser, id: &Value, fields: &[(&str, &str)]) -> Response {
    let id = id.to_string();
    let page = format!("/tasks/{id}");
    let fields = [&[("id", id.as_str()), ("return_to", &page)], fields].concat();
    let request = browser
        .request(Method::POST, REPORT)
        .header("accept", "text/html")
        .form(&fields);
    browser.send(request).await
}

async fn a_form_reports_and_corrects_without_javascript(engine: Engine) {
    let (owner, id) = user_with_a_result(shared_server(engine).await).await;
    let page = owner.get(format!("/tasks/{id}")).await.text();
    assert!(page.contains(&format!("action=\"{REPORT}\"")), "{page}");
    let target = format!("/tasks/{id}#outcome");
    let fields = [
        ("reached", "true"),
        ("raised_usd", "$12,000"),
        ("number_format", "en"),
    ];
    assert_eq!(send_form(&owner, &id, &fields).await.location(), target);
    let correction = [("reached", "false"), ("raised_usd", "")];
    assert_eq!(send_form(&owner, &id, &correction).await.location(), target);
    let page = owner.get(format!("/tasks/{id}")).await.text();
    assert!(page.contains(">Missed its goal</p>"));
    assert!(page.contains("Raised: $12,000"));
    assert_eq!(outcomes(&owner, &id).await.len(), 2);
}

async fn a_failed_form_keeps_the_entered_values(engine: Engine) {
    let (owner, id) = user_with_a_result(shared_server(engine).await).await;
    let fields = [("reached", "true"), ("raised_usd", "123")];
    let failed = send_form(&owner, &id, &fields).await;
    assert_eq!(failed.status, 422);
    let page = failed.text();
    assert!(page.contains("BIG PROJECT TODAY"), "the page of the task");
    assert!(page.contains("value=\"123\""), "{page}");
    assert!(page.contains("at least $10,000"), "{page}");
    assert_eq!(outcomes(&owner, &id).await, []);
}

async fn a_sum_is_read_in_the_notation_of_the_form(engine: Engine) {
    let (owner, id) = user_with_a_result(shared_server(engine).await).await;
    let mut report = body(&id, "true", "12 000,50");
    report["number_format"] = json!("ru");
    owner.post_json(REPORT, &report).await.ok();
    assert_eq!(outcomes(&owner, &id).await, [(true, Some(12000.5))]);
    report["raised_usd"] = json!("12.000");
    owner
        .post_json(REPORT, &report)
        .await
        .names_fields(&["raised_usd"]);
}

async fn a_report_reaches_open_pages(engine: Engine) {
    let (owner, id) = user_with_a_result(shared_server(engine).await).await;
    let mut events = EventStream::open(&owner).await;
    events.assert_changes_arrive(&owner).await;
    owner.post_json(REPORT, body(&id, "true", "")).await.ok();
    let event = events
        .wait_for("the outcome", |event| {
            event.name == "task" && event.data["outcome"]["reached"] == true
        })
        .await;
    assert_eq!(event.data["id"], id);
}

/// Keeps the audit in the loop: outcomes of a used site break no invariant.
#[tokio::test]
async fn the_audit_accepts_reported_outcomes() {
    let (site, server) = Site::serving(Engine::Sqlite, &[]).await;
    let (owner, id) = user_with_a_result(&server).await;
    owner.post_json(REPORT, body(&id, "true", "")).await.ok();
    owner.post_json(REPORT, body(&id, "false", "")).await.ok();
    site.assert_audit_is_clean().await;
}
