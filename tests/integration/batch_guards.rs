//! What the database refuses about batches, and what the audit finds if it is bypassed.

use crate::support::batches::{bought, draft, wait_until_finished};
use crate::support::{Browser, Engine, PRICE, Server, Site};

on_both_databases!(
    a_started_batch_cannot_be_changed_or_removed,
    a_line_cannot_be_queued_twice,
    the_audit_finds_a_lost_task,
    the_audit_finds_a_lost_line_of_a_draft,
    the_audit_finds_a_task_with_another_price,
    the_audit_finds_a_batch_that_does_not_end,
);

/// A site with a finished batch of two tasks, and its id.
async fn site_with_batch(engine: Engine) -> (Site, Server, Browser, i64) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(10 * PRICE).await;
    let batch = bought(&browser, &[1000, 2000]).await;
    wait_until_finished(&browser, &batch["id"]).await;
    let id = site.database.number("SELECT MAX(id) FROM batch").await;
    (site, server, browser, id)
}

async fn assert_refused(site: &Site, sql: &str) {
    let done = site.database.try_execute(sql).await;
    assert!(done.is_err(), "not refused: {sql}");
}

/// Asserts that the audit reports this invariant.
async fn assert_reported(site: &Site, invariant: &str) {
    let output = site.run(&["audit"], "").await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains(invariant), "{invariant}: {report}");
}

async fn a_started_batch_cannot_be_changed_or_removed(engine: Engine) {
    let (site, _server, browser, id) = site_with_batch(engine).await;
    for sql in [
        "UPDATE batch SET price = 1",
        "UPDATE batch SET lines = 3",
        "UPDATE batch SET succeeded = 1, failed = 1",
        "UPDATE batch SET started_at = NULL, idempotency_key = NULL, request_hash = NULL",
        "UPDATE batch SET finished_at = NULL",
        "DELETE FROM batch",
    ] {
        assert_refused(&site, sql).await;
    }
    let way_around = match engine {
        Engine::Sqlite => format!(
            "INSERT OR REPLACE INTO batch (id, user_id, model_id, price, lines, created_at) \
             SELECT {id}, user_id, model_id, 1, 1, created_at FROM batch"
        ),
        Engine::Postgres => "TRUNCATE batch CASCADE".to_owned(),
    };
    assert_refused(&site, &way_around).await;
    // A draft may go, with its lines.
    draft(&browser, &[1000]).await;
    let delete = "DELETE FROM batch WHERE started_at IS NULL";
    site.database.execute(delete).await;
    let lines = "SELECT COUNT(*) FROM batch_line";
    assert_eq!(site.database.number(lines).await, 0);
    site.assert_audit_is_clean().await;
}

async fn a_line_cannot_be_queued_twice(engine: Engine) {
    let (site, _server, _browser, id) = site_with_batch(engine).await;
    let sql = format!(
        "INSERT INTO task (user_id, model_id, input, status, price, attempts, idempotency_key, request_hash, queued_at, \
         batch_id, batch_line) SELECT user_id, model_id, input, 'canceled', price, 0, 'again', '', queued_at, batch_id, \
         batch_line FROM task WHERE batch_id = {id} AND batch_line = 2"
    );
    assert_refused(&site, &sql).await;
}

async fn the_audit_finds_a_lost_task(engine: Engine) {
    let (site, _server, _browser, id) = site_with_batch(engine).await;
    let sql = format!(
        "UPDATE task SET batch_id = NULL, batch_line = NULL WHERE batch_id = {id} AND batch_line = 2"
    );
    site.database.execute(&sql).await;
    assert_reported(&site, "7: a started batch has a task for each line").await;
}

async fn the_audit_finds_a_lost_line_of_a_draft(engine: Engine) {
    let (site, _server, browser, _id) = site_with_batch(engine).await;
    draft(&browser, &[1000, 2000]).await;
    let sql = "DELETE FROM batch_line WHERE line = 2";
    site.database.execute(sql).await;
    assert_reported(&site, "7: a draft has all its lines").await;
}

async fn the_audit_finds_a_task_with_another_price(engine: Engine) {
    let (site, _server, _browser, _id) = site_with_batch(engine).await;
    site.database
        .execute("UPDATE task SET price = 1 WHERE batch_line = 2")
        .await;
    assert_reported(&site, "7: a task has the user, the model, the price").await;
}

async fn the_audit_finds_a_batch_that_does_not_end(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(PRICE).await;
    bought(&browser, &[1000, 2000]).await;
    site.assert_audit_is_clean().await;
    site.database
        .execute("UPDATE task SET status = 'canceled'")
        .await;
    assert_reported(&site, "7: a batch is finished exactly if").await;
}
