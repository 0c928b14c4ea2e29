//! The public track record of a model, and its drift for the operator.

use chrono::NaiveDate;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Browser, Engine, Server, Site, predict_body, shared_server, unique, wait_for,
};

on_both_databases!(
    rates_are_shown_from_fifty_outcomes_on,
    a_correction_replaces_an_outcome_in_the_rates,
    predictions_are_counted_by_what_is_known_about_them,
    a_track_record_is_public_and_reveals_no_campaign,
    an_unknown_model_or_a_candidate_has_no_track_record,
    drift_is_for_admins,
    drift_is_counted_by_month,
);

/// Submits predictions for the sample and waits for their results.
async fn results(browser: &Browser, count: usize) -> Vec<Value> {
    browser.top_up(10 * i64::try_from(count).unwrap()).await;
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(browser.submit().await["id"].clone());
    }
    browser.wait_until_idle().await;
    ids
}

/// Reports outcomes with one file.
async fn report(browser: &Browser, outcomes: &[(&Value, bool)]) {
    let lines = outcomes.iter();
    let lines: Vec<_> = lines
        .map(|(id, reached)| format!("\n{id},{reached}"))
        .collect();
    let request = browser
        .request(Method::POST, "/api/tasks/report_outcomes")
        .header("content-type", "text/csv")
        .body(format!("task_id,reached{}", lines.concat()));
    browser.send(request).await.ok();
}

/// The id of the shipped model.
async fn model(server: &Server) -> Value {
    let models = server.get("/api/models").await.ok();
    models[0]["id"].clone()
}

/// The track record once it has as many outcomes; it is cached for a few seconds.
async fn record_with(server: &Server, reported: u64) -> Value {
    let url = format!("/api/model/track_record?id={}", model(server).await);
    wait_for(&format!("{reported} outcomes"), || async {
        let record = server.get(&url).await.ok();
        (record["reported"] == reported).then_some(record)
    })
    .await
}

fn assert_near(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap();
    assert!((found - expected).abs() < 1e-9, "{found} {expected}");
}

async fn rates_are_shown_from_fifty_outcomes_on(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let ids = results(&browser, 50).await;
    let outcomes: Vec<_> = ids
        .iter()
        .enumerate()
        .map(|(at, id)| (id, at % 5 == 0))
        .collect();
    report(&browser, &outcomes[..49]).await;
    let record = record_with(&server, 49).await;
    assert_eq!(record["needed"], 50);
    assert_eq!(record["calibration"], json!(null));
    let url = format!("/models/{}/track-record", model(&server).await);
    let page = server.get(&url).await.text();
    assert!(page.contains("1 more outcome is needed"), "{page}");

    report(&browser, &outcomes[49..]).await;
    let record = record_with(&server, 50).await;
    let calibration = &record["calibration"];
    let task = browser.task(&ids[0]).await;
    let probability = task["result"]["probability"].as_f64().unwrap();
    assert_near(&calibration["base_rate"], 0.2);
    assert_near(&calibration["base_rate_brier_score"], 0.16);
    let brier = 0.2 * (1.0 - probability).powi(2) + 0.8 * probability.powi(2);
    assert_near(&calibration["brier_score"], brier);
    let bins = calibration["bins"].as_array().unwrap();
    assert_eq!(bins.len(), 10);
    for bin in bins {
        let (from, to) = (bin["from"].as_f64().unwrap(), bin["to"].as_f64().unwrap());
        if (from..to).contains(&probability) {
            assert_eq!(bin["outcomes"], 50);
            assert_near(&bin["mean_probability"], probability);
            assert_near(&bin["success_rate"], 0.2);
        } else {
            assert_eq!(bin["outcomes"], 0);
            assert_eq!(bin["success_rate"], json!(null));
        }
    }
    let page = server.get(&url).await.text();
    assert!(page.contains("Predicted and actual"), "{page}");
    assert!(page.contains("<circle"), "the chart");
    site.assert_audit_is_clean().await;
}

async fn a_correction_replaces_an_outcome_in_the_rates(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let ids = results(&browser, 51).await;
    let all = |reached: bool| ids[..50].iter().map(|id| (id, reached)).collect::<Vec<_>>();
    report(&browser, &all(false)).await;
    report(&browser, &all(true)).await;
    let record = record_with(&server, 50).await;
    assert_near(&record["calibration"]["base_rate"], 1.0);
    assert_eq!(record["unreported"], 1, "each task counts once");
}

/// Submits the sample with other dates and waits for its result.
async fn submit_between(browser: &Browser, launched_at: NaiveDate, deadline: NaiveDate) -> Value {
    let mut body = predict_body(&unique("dates"));
    body["launched_at"] = json!(launched_at);
    body["deadline"] = json!(deadline);
    let task = browser.post_json("/api/tasks/predict", &body).await.ok();
    browser.wait_until_final(&task["id"]).await["id"].clone()
}

async fn predictions_are_counted_by_what_is_known_about_them(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let ids = results(&browser, 4).await;
    browser.top_up(100).await;
    let queued_at = browser.task(&ids[0]).await["queued_at"].clone();
    let today: NaiveDate = queued_at.as_str().unwrap()[..10].parse().unwrap();
    let day = |days: i64| today + chrono::TimeDelta::days(days);
    let early = submit_between(&browser, day(-2), day(28)).await;
    submit_between(&browser, day(-2), day(28)).await;
    submit_between(&browser, day(14), day(44)).await;
    report(
        &browser,
        &[(&ids[0], true), (&ids[1], false), (&early, true)],
    )
    .await;
    let record = record_with(&server, 3).await;
    let counts = ["predictions", "reported", "unreported", "running"];
    let counts = counts.map(|name| record[name].as_u64().unwrap());
    assert_eq!(counts, [7, 3, 2, 2]);
}

async fn a_track_record_is_public_and_reveals_no_campaign(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let ids = results(&browser, 1).await;
    report(&browser, &[(&ids[0], true)]).await;
    let model = model(server).await;
    let record = server
        .get(&format!("/api/model/track_record?id={model}"))
        .await;
    let page = server.get(&format!("/models/{model}/track-record")).await;
    assert_eq!(page.status, 200);
    for text in [record.text(), page.text()] {
        for secret in ["BIG PROJECT", browser.email.as_str(), "task_id", "user_id"] {
            assert!(!text.contains(secret), "{secret}");
        }
    }
    let keys: Vec<String> = record.ok().as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        keys,
        [
            "calibration",
            "model",
            "needed",
            "predictions",
            "reported",
            "running",
            "unreported"
        ]
    );
    let home = server.get("/").await.text();
    let link = format!("/models/{model}/track-record");
    assert!(home.contains(&link));
    for path in ["/predict".to_owned(), format!("/tasks/{}", ids[0])] {
        assert!(browser.get(&path).await.text().contains(&link), "{path}");
    }
}

async fn an_unknown_model_or_a_candidate_has_no_track_record(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    for id in ["999999", "x", "0"] {
        let page = server.get(&format!("/models/{id}/track-record")).await;
        assert_eq!(page.status, 404, "{id}");
        assert!(page.is_html(), "{id}");
    }
    let url = "/api/model/track_record?id=";
    server.get(&format!("{url}999999")).await.problem(404);
    server.get(&format!("{url}x")).await.names_fields(&["id"]);
    server.get(url).await.names_fields(&["id"]);
    let model = model(&server).await;
    let id = model.to_string();
    site.run_ok(&["model", "set", "--id", &id, "--state", "candidate"], "")
        .await;
    server.get(&format!("{url}{id}")).await.problem(404);
    site.run_ok(&["model", "set", "--id", &id, "--state", "retired"], "")
        .await;
    let retired = server.get(&format!("{url}{id}")).await.ok();
    assert_eq!(retired["model"]["id"], model);
}

async fn drift_is_for_admins(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let url = format!("/api/model/drift?id={}", model(&server).await);
    server.get(&url).await.problem(401);
    Browser::registered(&server)
        .await
        .get(&url)
        .await
        .problem(403);
    let admin = site.admin(&server).await;
    let drift = admin.get(&url).await.ok();
    assert_eq!(drift["inputs"], json!([]));
    assert_eq!(drift["calibration"], json!([]));
    admin.get("/api/model/drift?id=999999").await.problem(404);
    admin.get("/api/model/drift").await.names_fields(&["id"]);
    let unknown = site.run(&["model", "drift", "--id", "999999"], "").await;
    assert!(!unknown.status.success());
}

async fn drift_is_counted_by_month(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let mut ids = results(&browser, 3).await;
    browser.top_up(20).await;
    let mut odd = predict_body(&unique("odd"));
    odd["usd_goal"] = json!(900_000_000);
    odd["launched_at"] = json!("2024-02-10");
    odd["deadline"] = json!("2024-03-01");
    let odd = browser.post_json("/api/tasks/predict", &odd).await.ok();
    ids.push(odd["id"].clone());
    browser.wait_until_idle().await;
    report(
        &browser,
        &[(&ids[0], true), (&ids[1], false), (&ids[3], false)],
    )
    .await;

    let mut tasks = Vec::new();
    for id in &ids {
        tasks.push(browser.task(id).await);
    }
    let probability = |task: &Value| task["result"]["probability"].as_f64().unwrap();
    let is_unlike = |task: &&Value| {
        let unlike = &task["result"]["context"]["unlike"];
        !unlike.as_array().unwrap().is_empty()
    };
    let unlike = tasks.iter().filter(is_unlike).count();
    assert!(unlike >= 1, "the odd one is far from the training data");
    let admin = site.admin(&server).await;
    let id = model(&server).await;
    let drift = admin.get(format!("/api/model/drift?id={id}")).await.ok();
    assert_eq!(drift["model"]["id"], id);
    let inputs = drift["inputs"].as_array().unwrap();
    // More than one month only around midnight at the end of a month.
    let sum = |name: &str| {
        inputs
            .iter()
            .map(|it| it[name].as_u64().unwrap())
            .sum::<u64>()
    };
    assert_eq!(sum("predictions"), 4);
    assert_eq!(sum("assessed"), 4);
    assert_eq!(sum("out_of_distribution"), u64::try_from(unlike).unwrap());
    let month = tasks[0]["result"]["created_at"].as_str().unwrap()[..7].to_owned();
    assert_eq!(inputs[0]["month"], month);
    let calibration = drift["calibration"].as_array().unwrap();
    assert_eq!(calibration.len(), 2);
    let (first, second) = (&calibration[0], &calibration[1]);
    assert_eq!(
        (&first["month"], &first["outcomes"]),
        (&json!("2024-01"), &json!(2))
    );
    assert_near(&first["success_rate"], 0.5);
    assert_near(&first["mean_probability"], probability(&tasks[0]));
    assert_eq!(
        (&second["month"], &second["outcomes"]),
        (&json!("2024-02"), &json!(1))
    );
    assert_near(&second["success_rate"], 0.0);
    assert_near(&second["brier_score"], probability(&tasks[3]).powi(2));

    let text = site
        .run_ok(&["model", "drift", "--id", &id.to_string()], "")
        .await;
    assert!(text.contains("\n2024-01\t2\t"), "{text}");
    assert!(text.contains("\n2024-02\t1\t"), "{text}");
}
