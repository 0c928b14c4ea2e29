//! A database whose connections freeze, as in a failover that does not notify clients: they stay open but nothing
//! arrives on them, while new connections work.

use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;

use crate::support::{
    Browser, Database, Engine, Proxy, Server, Site, predict_body, unique, wait_for,
};

const SETTINGS: [(&str, &str); 2] = [
    ("PLEDGECAST_WORKERS", "1"),
    ("PLEDGECAST_DATABASE_CONNECTIONS", "4"),
];
const READERS: usize = 12;

async fn behind_a_proxy() -> (Site, Server, Proxy) {
    let folder = TempDir::new().unwrap();
    let database = Database::create(Engine::Postgres, folder.path()).await;
    let proxy = Proxy::start(Proxy::target_of(&database.url)).await;
    let url = proxy.url_of(&database.url);
    let site = Site::on(database, folder).through(url);
    let server = site.serve(&SETTINGS).await;
    (site, server, proxy)
}

/// Reads the balance of a signed-in user continuously, so that connections freeze in the middle of statements.
async fn keep_reading(browser: &Browser, is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        let status = browser.get("/api/balance").await.status;
        assert!([200, 503].contains(&status), "{status}");
    }
}

#[tokio::test]
async fn requests_succeed_again_and_readiness_is_not_reported_too_early() {
    let (site, server, proxy) = behind_a_proxy().await;
    let browser = Browser::registered(&server).await;
    let is_over = AtomicBool::new(false);
    let load = futures::future::join_all((0..READERS).map(|_| keep_reading(&browser, &is_over)));
    let freeze = async {
        browser.top_up(90).await;
        proxy.freeze_all();
        wait_for("a signed-in request to succeed again", || async {
            let is_ready = server.get("/health/ready").await.status == 200;
            let is_ok = browser.get("/api/auth/me").await.status == 200;
            assert!(is_ok || !is_ready, "ready, but the request failed");
            (is_ok && is_ready).then_some(())
        })
        .await;
        is_over.store(true, Ordering::Relaxed);
    };
    futures::future::join(load, freeze).await;
    let task = browser.submit().await;
    let task = browser.wait_until_final(&task["id"]).await;
    assert_eq!(task["status"], "succeeded");
    site.assert_audit_is_clean().await;
}

#[tokio::test]
async fn a_submit_on_a_frozen_connection_is_not_confirmed_and_can_be_repeated() {
    let (site, server, proxy) = behind_a_proxy().await;
    let browser = Browser::registered(&server).await;
    browser.top_up(90).await;
    for _ in 0..3 {
        let body = predict_body(&unique("frozen"));
        proxy.freeze_all();
        let task = wait_for("the submit to succeed", || async {
            let response = browser.post_json("/api/tasks/predict", &body).await;
            if response.status == 503 {
                return None;
            }
            Some(response.ok())
        })
        .await;
        let row = site.database.row(&task["id"]).await;
        let stored = format!("SELECT COUNT(*) FROM task WHERE id = {row}");
        assert_eq!(site.database.number(&stored).await, 1);
    }
    browser.wait_until_idle().await;
    assert_eq!(browser.balance().await, [70, 0, 70]);
    site.assert_audit_is_clean().await;
}
