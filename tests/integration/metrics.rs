//! Metrics: what happens is counted, per process, on a listener of its own.

use serde_json::json;

use crate::support::{Browser, Engine, PRICE, Program, Server, Site, http_client, wait_for};

on_both_databases!(
    requests_predictions_and_credits_are_counted,
    a_worker_reports_its_own_metrics,
);

const ADDRESS: (&str, &str) = ("PLEDGECAST_METRICS_ADDRESS", "127.0.0.1:0");

/// The metrics of a process.
struct Metrics {
    url: String,
}

impl Metrics {
    async fn of(program: &mut Program) -> Self {
        let url = program
            .wait_for_line("Pledgecast reports its metrics at ")
            .await;
        Self { url }
    }

    async fn text(&self) -> String {
        let http = http_client().build().unwrap();
        let response = http.get(format!("{}/metrics", self.url)).send().await;
        let response = response.unwrap().error_for_status().unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap();
        assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
        response.text().await.unwrap()
    }

    /// The value of a series; 0 if there is none.
    async fn value(&self, series: &str) -> f64 {
        let text = self.text().await;
        let mut values = text.lines().filter_map(|line| line.rsplit_once(' '));
        let found = values.find(|(name, _)| *name == series);
        found.map_or(0.0, |(_, value)| value.parse().unwrap())
    }

    async fn wait_for(&self, series: &str, value: f64) {
        wait_for(&format!("{series} = {value}"), || async {
            let found = self.value(series).await;
            ((found - value).abs() < f64::EPSILON).then_some(())
        })
        .await;
    }
}

async fn serving(site: &Site, settings: &[(&str, &str)]) -> (Server, Metrics) {
    let mut settings = settings.to_vec();
    settings.push(ADDRESS);
    let mut program = site.start(site.command(&["serve"], &settings));
    let metrics = Metrics::of(&mut program).await;
    (Server::ready(program).await, metrics)
}

async fn requests_predictions_and_credits_are_counted(engine: Engine) {
    let site = Site::new(engine).await;
    let (server, metrics) = serving(&site, &[]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(2 * PRICE).await;
    for _ in 0..2 {
        let task = browser.submit().await;
        browser.wait_until_final(&task["id"]).await;
    }
    browser
        .post_json("/api/tasks/predict", json!({}))
        .await
        .problem(422);
    let mut wrong = browser.credentials();
    wrong["password"] = "another passphrase".into();
    browser
        .post_json("/api/auth/login", wrong)
        .await
        .problem(401);
    server.get("/nowhere/at/all").await;
    for (series, value) in [
        ("pledgecast_database_up", 1.0),
        ("pledgecast_queue_tasks{status=\"queued\"}", 0.0),
        ("pledgecast_task_attempts_total{outcome=\"succeeded\"}", 2.0),
        ("pledgecast_task_duration_seconds_count", 2.0),
        ("pledgecast_ledger_lines_total{kind=\"charge\"}", 2.0),
        ("pledgecast_ledger_credits_total{kind=\"charge\"}", 20.0),
        ("pledgecast_ledger_credits_total{kind=\"top_up\"}", 20.0),
        ("pledgecast_ledger_credits_total{kind=\"welcome\"}", 10.0),
        ("pledgecast_logins_total{outcome=\"failed\"}", 1.0),
        ("pledgecast_problems_total{code=\"invalid\"}", 1.0),
        (
            "pledgecast_http_requests_total{method=\"POST\",route=\"/api/tasks/predict\",status=\"422\"}",
            1.0,
        ),
        (
            "pledgecast_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"}",
            1.0,
        ),
    ] {
        metrics.wait_for(series, value).await;
    }
    let text = metrics.text().await;
    assert!(
        text.contains("# TYPE pledgecast_http_request_duration_seconds histogram"),
        "{text}"
    );
    assert!(
        text.contains("# HELP pledgecast_queue_wait_seconds "),
        "{text}"
    );
    assert!(!text.contains("nowhere"), "paths are no labels: {text}");
    assert_eq!(
        server.get("/metrics").await.status,
        404,
        "not at the public address"
    );
}

async fn a_worker_reports_its_own_metrics(engine: Engine) {
    let site = Site::new(engine).await;
    let (server, web) = serving(&site, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let task = browser.submit().await;
    web.wait_for("pledgecast_queue_tasks{status=\"queued\"}", 1.0)
        .await;
    if engine == Engine::Sqlite {
        return;
    }
    let mut worker = site.worker(&[ADDRESS]);
    let metrics = Metrics::of(&mut worker).await;
    browser.wait_until_final(&task["id"]).await;
    metrics
        .wait_for("pledgecast_task_attempts_total{outcome=\"succeeded\"}", 1.0)
        .await;
    assert!(metrics.value("pledgecast_claim_batch_size_count").await >= 1.0);
    assert!(
        web.value("pledgecast_task_attempts_total{outcome=\"succeeded\"}")
            .await
            < 1.0
    );
}
