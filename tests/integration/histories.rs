//! Both lists: filters, pages, and invalid parameters.

use serde_json::{Value, json};

use crate::support::{Browser, Engine, shared_idle_server, shared_server};

on_both_databases!(
    transactions_are_filtered_by_kind,
    tasks_are_filtered_by_status,
    pages_of_transactions_contain_each_line_once_newest_first,
    pages_of_tasks_contain_each_task_once_newest_first,
    new_rows_do_not_shift_the_next_page,
    an_invalid_list_parameter_is_named,
    an_empty_history_is_an_empty_page,
);

async fn transactions_are_filtered_by_kind(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    browser.top_up(5).await;
    let task = browser.submit().await;
    browser.wait_until_final(&task["id"]).await;
    for kind in ["welcome", "top_up", "charge"] {
        let lines = browser
            .items(format!("/api/transactions?kind={kind}"))
            .await;
        assert_eq!(lines.len(), 1, "{kind}");
        assert_eq!(lines[0]["kind"], kind);
    }
    let lines = browser.items("/api/transactions?kind=adjustment").await;
    assert!(lines.is_empty());
    let all = browser
        .items("/api/transactions?kind=&limit=&cursor=")
        .await;
    let kinds: Vec<&Value> = all.iter().map(|line| &line["kind"]).collect();
    assert_eq!(kinds, ["charge", "top_up", "welcome"]);
}

async fn tasks_are_filtered_by_status(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    browser.top_up(90).await;
    let kept = browser.submit().await["id"].clone();
    let dropped = browser.submit().await["id"].clone();
    browser.cancel(&dropped).await.ok();
    for (status, expected) in [
        ("queued", vec![kept.clone()]),
        ("canceled", vec![dropped.clone()]),
        ("running", vec![]),
        ("succeeded", vec![]),
        ("failed", vec![]),
        ("", vec![dropped, kept]),
    ] {
        let tasks = browser.items(format!("/api/tasks?status={status}")).await;
        let ids: Vec<Value> = tasks.iter().map(|task| task["id"].clone()).collect();
        assert_eq!(ids, expected, "{status}");
    }
}

/// Walks through a list page by page; returns the sizes of the pages and all ids.
async fn walk(browser: &Browser, path: &str) -> (Vec<usize>, Vec<i64>) {
    let (mut sizes, mut ids) = (Vec::new(), Vec::new());
    let mut cursor = String::new();
    while sizes.len() < 50 {
        let page = browser.get(format!("{path}&cursor={cursor}")).await.ok();
        let items = page["items"].as_array().unwrap();
        sizes.push(items.len());
        ids.extend(items.iter().map(|item| item["id"].as_i64().unwrap()));
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    (sizes, ids)
}

fn assert_newest_first(ids: &[i64]) {
    assert!(ids.is_sorted_by(|newer, older| newer > older), "{ids:?}");
}

async fn pages_of_transactions_contain_each_line_once_newest_first(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    for amount in 1..=6 {
        browser.top_up(amount).await;
    }
    let (sizes, ids) = walk(&browser, "/api/transactions?limit=3").await;
    assert_eq!(sizes, [3, 3, 1]);
    assert_newest_first(&ids);
    let (sizes, filtered) = walk(&browser, "/api/transactions?limit=3&kind=top_up").await;
    assert_eq!(sizes, [3, 3], "no empty last page");
    assert_eq!(filtered, ids[..6]);
}

async fn pages_of_tasks_contain_each_task_once_newest_first(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    browser.top_up(90).await;
    for _ in 0..5 {
        browser.submit().await;
    }
    let (sizes, ids) = walk(&browser, "/api/tasks?limit=2").await;
    assert_eq!(sizes, [2, 2, 1]);
    assert_newest_first(&ids);
    let (sizes, all) = walk(&browser, "/api/tasks?limit=100&status=queued").await;
    assert_eq!(sizes, [5]);
    assert_eq!(all, ids);
}

async fn new_rows_do_not_shift_the_next_page(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    for amount in 1..=3 {
        browser.top_up(amount).await;
    }
    let first = browser.get("/api/transactions?limit=2").await.ok();
    browser.top_up(50).await;
    let cursor = first["next"].as_str().unwrap();
    let second = browser.items(format!("/api/transactions?limit=2&cursor={cursor}"));
    let second = second.await;
    let amounts: Vec<&Value> = second.iter().map(|line| &line["amount"]).collect();
    assert_eq!(amounts, [1, 10]);
}

async fn an_invalid_list_parameter_is_named(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    for list in ["/api/tasks", "/api/transactions"] {
        for limit in ["0", "101", "-1", "1.5", "ten", "99999999999"] {
            let response = browser.get(format!("{list}?limit={limit}")).await;
            response.names_fields(&["limit"]);
        }
        for cursor in ["x", "-1", "%27", "1;DROP", "%F0%9F%90%99", &"9".repeat(400)] {
            let response = browser.get(format!("{list}?cursor={cursor}")).await;
            response.names_fields(&["cursor"]);
        }
    }
    for status in ["done", "Queued", "queued,running", "%00"] {
        let response = browser.get(format!("/api/tasks?status={status}")).await;
        response.names_fields(&["status"]);
    }
    for kind in ["refund", "TOP_UP", "welcome%20charge"] {
        let response = browser.get(format!("/api/transactions?kind={kind}"));
        response.await.names_fields(&["kind"]);
    }
    for id in ["0", "-1", "abc", "1.5", "99999999999999999999"] {
        let response = browser.get(format!("/api/task?id={id}")).await;
        response.names_fields(&["id"]);
        browser.cancel(&json!(id)).await.names_fields(&["id"]);
    }
}

async fn an_empty_history_is_an_empty_page(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let page = browser.get("/api/tasks").await.ok();
    assert_eq!(page["items"], json!([]));
    assert_eq!(page["next"], json!(null));
}
