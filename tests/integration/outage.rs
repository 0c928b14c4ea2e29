//! A database outage: every response reports it, and the service recovers without a restart.

use serde_json::json;
use tempfile::TempDir;

use crate::support::{
    Browser, Cluster, Database, Event, EventStream, Site, predict_body, unique, wait_for,
};

const READS: [&str; 4] = [
    "/api/auth/me",
    "/api/balance",
    "/api/tasks",
    "/api/transactions",
];
const PAGES: [&str; 5] = [
    "/overview",
    "/predict",
    "/tasks",
    "/transactions",
    "/account",
];

async fn assert_unavailable_everywhere(browser: &Browser) {
    let reads = READS.map(|path| async move {
        let response = browser.get(path).await;
        let problem = response.problem(503);
        assert_eq!(problem["type"], "/problems/unavailable", "{path}");
        assert!(response.header("retry-after").parse::<u64>().unwrap() > 0);
    });
    let pages = PAGES.map(|path| async move {
        let response = browser.get(path).await;
        assert_eq!(response.status, 503, "{path}");
        assert!(response.is_html(), "{path}");
        assert!(response.header("retry-after").parse::<u64>().unwrap() > 0);
        let html = response.text();
        assert!(html.contains("temporarily unavailable"), "{path}: {html}");
        assert!(
            html.contains("site-header") && html.contains("</html>"),
            "{path}"
        );
    });
    let credentials = browser.credentials();
    let writes = [
        (
            "/api/balance/top_up",
            json!({ "amount": 5, "idempotency_key": unique("outage") }),
        ),
        ("/api/tasks/predict", predict_body(&unique("outage"))),
        ("/api/tasks/cancel", json!({ "id": 1 })),
        ("/api/auth/login", credentials),
    ]
    .map(|(path, body)| async move {
        let response = browser.post_json(path, &body).await;
        response.problem(503);
        assert!(response.header("retry-after").parse::<u64>().unwrap() > 0);
    });
    futures::future::join3(
        futures::future::join_all(reads),
        futures::future::join_all(pages),
        futures::future::join_all(writes),
    )
    .await;
    assert_eq!(browser.get("/health/live").await.status, 200);
    assert_eq!(browser.get("/health/ready").await.status, 503);
}

#[tokio::test]
async fn an_unavailable_database_is_reported_and_everything_resumes_when_it_is_back() {
    let cluster = Cluster::take().await;
    let database = Database::create_on(&cluster.url).await;
    let site = Site::on(database, TempDir::new().unwrap());
    let server = site.serve(&[]).await;
    let worker = site.worker(&[]);
    let browser = Browser::registered(&server).await;
    for mode in ["fast", "immediate"] {
        let mut events = EventStream::open(&browser).await;
        events.wait_for("the first event", Event::is_resync).await;
        cluster.control(mode).await;
        assert_unavailable_everywhere(&browser).await;
        cluster.control("start").await;
        wait_for("the service to be back", || async {
            let response = browser.get("/api/balance").await;
            (response.status == 200).then_some(())
        })
        .await;

        events.assert_changes_arrive(&browser).await;
        let task = browser.submit().await;
        let task = browser.wait_until_final(&task["id"]).await;
        assert_eq!(task["status"], "succeeded");
    }
    site.assert_audit_is_clean().await;
    worker.stop().await;
    server.program.stop().await;
}
