//! Both lists: filters, pages, and invalid parameters.

use serde_json::{Value, json};

use crate::support::{Browser, Engine, Site, shared_idle_server, shared_server};

on_both_databases!(
    transactions_are_filtered_by_kind,
    tasks_are_filtered_by_status,
    pages_of_transactions_contain_each_line_once_newest_first,
    pages_of_tasks_contain_each_task_once_newest_first,
    new_rows_do_not_shift_the_next_page,
    links_to_older_rows_keep_the_filter_and_reach_each_row_once,
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
async fn walk(browser: &Browser, path: &str) -> (Vec<usize>, Vec<Value>) {
    let (mut sizes, mut ids) = (Vec::new(), Vec::new());
    let mut cursor = String::new();
    while sizes.len() < 50 {
        let page = browser.get(format!("{path}&cursor={cursor}")).await.ok();
        let items = page["items"].as_array().unwrap();
        sizes.push(items.len());
        ids.extend(items.iter().map(|item| item["id"].clone()));
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    (sizes, ids)
}

/// Asserts that a list begins with what was created, newest first.
fn assert_newest_first(ids: &[Value], mut created: Vec<Value>) {
    created.reverse();
    assert_eq!(ids[..created.len()], created);
}

async fn pages_of_transactions_contain_each_line_once_newest_first(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let mut lines = Vec::new();
    for amount in 1..=6 {
        lines.push(browser.top_up(amount).await["id"].clone());
    }
    let (sizes, ids) = walk(&browser, "/api/transactions?limit=3").await;
    assert_eq!(sizes, [3, 3, 1]);
    assert_newest_first(&ids, lines);
    let (sizes, filtered) = walk(&browser, "/api/transactions?limit=3&kind=top_up").await;
    assert_eq!(sizes, [3, 3], "no empty last page");
    assert_eq!(filtered, ids[..6]);
}

async fn pages_of_tasks_contain_each_task_once_newest_first(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    browser.top_up(90).await;
    let mut tasks = Vec::new();
    for _ in 0..5 {
        tasks.push(browser.submit().await["id"].clone());
    }
    let (sizes, ids) = walk(&browser, "/api/tasks?limit=2").await;
    assert_eq!(sizes, [2, 2, 1]);
    assert_newest_first(&ids, tasks);
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

/// The table of a page, and where its link to older rows leads.
fn read_page(html: &str) -> (&str, Option<String>) {
    let (_, rest) = html.split_once("<tbody>").unwrap();
    let (rows, rest) = rest.split_once("</tbody>").unwrap();
    let links = rest.split("<a ").skip(1);
    let tags = links.map(|link| link.split('>').next().unwrap());
    let older = tags.into_iter().find(|tag| tag.contains("rel=\"next\""));
    let url = older.map(|tag| {
        let (_, url) = tag.split_once("href=\"").unwrap();
        url.split('"').next().unwrap().replace("&amp;", "&")
    });
    (rows, url)
}

async fn links_to_older_rows_keep_the_filter_and_reach_each_row_once(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let series = engine.series(0, 239);
    // Every other row is a top-up.
    let sql = format!(
        "INSERT INTO transactions (user_id, kind, amount, balance_before, balance_after, \
         description, created_at) SELECT user_id, \
         CASE i % 2 WHEN 0 THEN 'top_up' ELSE 'adjustment' END, 1, 10 + i, 11 + i, \
         'row ' || i || '.', created_at FROM transactions CROSS JOIN {series} AS more"
    );
    site.database.execute(&sql).await;
    for (first, step, sizes) in [
        ("/transactions", 1, vec![50, 50, 50, 50, 41]),
        ("/transactions?kind=top_up", 2, vec![50, 50, 20]),
        (
            "/transactions?kind=top_up&from=2020-01-01",
            2,
            vec![50, 50, 20],
        ),
    ] {
        let mut url = Some(first.to_owned());
        let (mut found_sizes, mut rows) = (Vec::new(), Vec::new());
        while let Some(next) = url.take() {
            assert!(next.starts_with(first), "{next} has another filter");
            let answer = browser.get(&next).await;
            assert_eq!(answer.status, 200, "{next}");
            let html = answer.text();
            let (table, older) = read_page(&html);
            found_sizes.push(table.matches("<tr>").count());
            let numbers = table.split("row ").skip(1);
            let number = |text: &str| text.split('.').next().unwrap().parse::<usize>().unwrap();
            rows.extend(numbers.map(number));
            url = older;
        }
        assert_eq!(found_sizes, sizes, "{first}");
        let expected: Vec<usize> = (0..240).step_by(step).rev().collect();
        assert_eq!(rows, expected, "{first}: each once, newest first");
    }
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
