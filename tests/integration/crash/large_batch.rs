//! A batch of the largest size whose processes die half-way: each line is predicted and charged once.

use std::time::Duration;

use serde_json::Value;

use super::deployment::Deployment;
use super::load::Installation;
use super::single_node::SingleNode;
use crate::support::batches::{batch, counts, credits, draft, start};
use crate::support::{Browser, PRICE, unique, wait_for};

const LINES: i64 = 10_000;
/// Killed when this many lines have results.
const HALF_WAY: [i64; 2] = [2_000, 5_000];
const PAUSE: Duration = Duration::from_millis(100);

/// Buys the batch.
async fn buy(installation: &impl Installation) -> (Browser, Value) {
    let browser = Browser::registered(installation.web()).await;
    browser.top_up(LINES * PRICE).await;
    let goals: Vec<u32> = (1_000..).take(10_000).collect();
    let id = draft(&browser, &goals).await["id"].clone();
    start(&browser, &id, &unique("large")).await.ok();
    (browser, id)
}

async fn wait_for_results(browser: &Browser, id: &Value, results: i64) -> Value {
    wait_for("results of the batch", || async {
        let batch = batch(browser, id).await;
        (counts(&batch)[2] >= results).then_some(batch)
    })
    .await
}

async fn assert_each_line_is_charged_once(
    installation: &impl Installation,
    browser: &Browser,
    id: &Value,
) {
    let done = wait_for_results(browser, id, LINES).await;
    assert_eq!(counts(&done), [0, 0, LINES, 0, 0]);
    assert_eq!(credits(&done), [LINES * PRICE, 0, 0]);
    assert_eq!(browser.balance().await, [PRICE, 0, PRICE]);
    let database = &installation.site().database;
    let row = database.row(id).await;
    let of_batch = format!("FROM task WHERE batch_id = {row}");
    for count in [
        format!("SELECT COUNT(DISTINCT batch_line) {of_batch}"),
        format!("SELECT COUNT(*) FROM task_result WHERE task_id IN (SELECT id {of_batch})"),
        format!("SELECT COUNT(*) FROM transactions WHERE task_id IN (SELECT id {of_batch})"),
    ] {
        assert_eq!(database.number(&count).await, LINES, "{count}");
    }
    installation.site().assert_audit_is_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_batch_survives_the_death_of_all_processes() {
    let mut deployment = Deployment::build().await;
    let (mut browser, id) = buy(&deployment).await;
    wait_for_results(&browser, &id, HALF_WAY[0]).await;
    for worker in 0..3 {
        deployment.kill_worker(worker, PAUSE).await;
    }
    deployment.kill_web(0, PAUSE).await;
    browser = browser.copy_at(deployment.web());
    wait_for_results(&browser, &id, HALF_WAY[1]).await;
    deployment.restart_postgres("immediate", PAUSE).await;
    deployment.kill_web(0, PAUSE).await;
    browser = browser.copy_at(deployment.web());
    assert_each_line_is_charged_once(&deployment, &browser, &id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_large_batch_survives_the_death_of_the_process() {
    let mut single_node = SingleNode::build().await;
    let (mut browser, id) = buy(&single_node).await;
    for results in HALF_WAY {
        wait_for_results(&browser, &id, results).await;
        single_node.kill(PAUSE).await;
        browser = browser.copy_at(single_node.web());
    }
    assert_each_line_is_charged_once(&single_node, &browser, &id).await;
}
