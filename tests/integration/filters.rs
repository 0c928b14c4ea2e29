//! The filters of both histories, and their CSV files.

use serde_json::{Value, json};

use crate::support::{
    Browser, Engine, Server, Site, predict_body, shared_idle_server, shared_server, unique,
};

on_both_databases!(
    a_title_is_found_by_its_words_in_any_case,
    special_characters_in_a_search_are_literal,
    tasks_are_filtered_by_verdict,
    both_histories_are_filtered_by_days,
    filters_can_be_combined,
    an_invalid_filter_names_its_field,
    a_rare_title_is_found_in_a_long_history,
    the_balance_history_lists_each_change,
    tasks_are_exported_as_csv,
    long_histories_of_transactions_are_exported,
    an_export_contains_what_its_filter_matches,
    an_export_contains_only_the_users_own_rows,
);

async fn submit_titled(browser: &Browser, title: &str) -> Value {
    let mut body = predict_body(&unique("titled"));
    body["name"] = json!(title);
    browser.post_json("/api/tasks/predict", &body).await.ok()
}

/// The titles that a query of the task list finds.
async fn titles(browser: &Browser, query: &[(&str, &str)]) -> Vec<String> {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query)
        .finish();
    let page = browser.get(format!("/api/tasks?{query}")).await.ok();
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|task| task["campaign"]["name"].as_str().unwrap().to_owned())
        .collect()
}

async fn a_title_is_found_by_its_words_in_any_case(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    browser.top_up(90).await;
    for title in ["Little Lanterns", "Фонарь для Маяка", "Lamp of driftwood"] {
        submit_titled(&browser, title).await;
    }
    for (search, expected) in [
        ("lanterns", &["Little Lanterns"][..]),
        ("LANTERNS little", &["Little Lanterns"]),
        ("ЛаМп", &[]),
        ("маяк", &["Фонарь для Маяка"]),
        ("lamp", &["Lamp of driftwood"]),
        ("la", &["Lamp of driftwood", "Little Lanterns"]),
        ("lamp lanterns", &[]),
        ("ФОНАРЬ маяка", &["Фонарь для Маяка"]),
        ("nothing", &[]),
    ] {
        assert_eq!(
            titles(&browser, &[("search", search)]).await,
            expected,
            "{search}"
        );
    }
    let other = Browser::registered(shared_idle_server(engine).await).await;
    assert!(titles(&other, &[("search", "la")]).await.is_empty());
}

async fn special_characters_in_a_search_are_literal(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    browser.top_up(90).await;
    let odd = r"a*b?c[d]e%f_g\h'i.(j)^$k";
    submit_titled(&browser, odd).await;
    submit_titled(&browser, "abc").await;
    for search in [
        "*", "?", "[", "]", "[d]", "%", "_", r"\", "'", ".", "(j)", "^$", odd,
    ] {
        assert_eq!(
            titles(&browser, &[("search", search)]).await,
            [odd],
            "{search}"
        );
    }
    for search in ["a.b", "[abc]", "a%c", "a*c"] {
        let found = titles(&browser, &[("search", search)]).await;
        assert!(found.is_empty(), "{search}: {found:?}");
    }
}

async fn tasks_are_filtered_by_verdict(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let id = browser.submit().await["id"].clone();
    let task = browser.wait_until_final(&id).await;
    let verdict = task["result"]["verdict"].as_str().unwrap();
    for wanted in ["likely", "toss_up", "unlikely"] {
        let found = browser.items(format!("/api/tasks?verdict={wanted}")).await;
        assert_eq!(found.len(), usize::from(wanted == verdict), "{wanted}");
    }
}

async fn both_histories_are_filtered_by_days(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(20).await;
    let ids = [
        browser.submit().await["id"].clone(),
        browser.submit().await["id"].clone(),
        browser.submit().await["id"].clone(),
    ];
    let days = [
        "2026-03-01T00:00:00",
        "2026-03-01T23:59:59.999",
        "2026-03-02T00:00:00",
    ];
    for (id, day) in ids.iter().zip(days) {
        let id = site.database.row(id).await;
        let sql = format!("UPDATE task SET queued_at = '{day}+00:00' WHERE id = {id}");
        site.database.execute(&sql).await;
    }
    let [first, second, third] = ids;
    for (query, expected) in [
        ("from=2026-03-01&to=2026-03-01", vec![&second, &first]),
        ("from=2026-03-02&to=2026-03-02", vec![&third]),
        ("to=2026-03-01", vec![&second, &first]),
        ("from=2026-03-02", vec![&third]),
        ("from=2026-03-03", vec![]),
        ("to=2026-02-28", vec![]),
        // Days in other time zones: ten hours ahead of UTC, and one hour behind.
        (
            "from=2026-03-01%2B10:00&to=2026-03-01%2B10:00",
            vec![&first],
        ),
        (
            "from=2026-03-02%2B10:00&to=2026-03-02%2B10:00",
            vec![&third, &second],
        ),
        (
            "from=2026-03-01-01:00&to=2026-03-01-01:00",
            vec![&third, &second],
        ),
        ("to=2026-02-28-01:00", vec![&first]),
    ] {
        let found = browser.items(format!("/api/tasks?{query}")).await;
        let found: Vec<&Value> = found.iter().map(|task| &task["id"]).collect();
        assert_eq!(found, expected, "{query}");
    }
    let file = browser
        .get("/api/tasks.csv?from=2026-03-01%2B10:00&to=2026-03-01%2B10:00")
        .await;
    assert_eq!(file.text().lines().count(), 2, "{}", file.text());
    let lines = browser.items("/api/transactions").await;
    let today = &lines[0]["created_at"].as_str().unwrap()[..10];
    let found = browser
        .items(format!("/api/transactions?from={today}"))
        .await;
    assert_eq!(found.len(), lines.len());
    let found = browser.items("/api/transactions?to=2020-01-01").await;
    assert!(found.is_empty());
}

async fn filters_can_be_combined(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    browser.top_up(90).await;
    let kept = submit_titled(&browser, "A lamp").await;
    let dropped = submit_titled(&browser, "A lamp too").await;
    browser.cancel(&dropped["id"]).await.ok();
    let found = titles(&browser, &[("search", "lamp"), ("status", "queued")]).await;
    assert_eq!(found, ["A lamp"]);
    let day = &kept["queued_at"].as_str().unwrap()[..10];
    let query = [
        ("search", "lamp"),
        ("status", "canceled"),
        ("from", day),
        ("to", day),
    ];
    assert_eq!(titles(&browser, &query).await, ["A lamp too"]);
    let query = [("search", "lamp"), ("verdict", "likely")];
    assert!(titles(&browser, &query).await.is_empty());
}

async fn an_invalid_filter_names_its_field(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    for list in [
        "/api/tasks",
        "/api/transactions",
        "/api/tasks.csv",
        "/api/transactions.csv",
    ] {
        for day in [
            "yesterday",
            "2026-13-01",
            "1900-01-01",
            "%27",
            "9999-99-99",
            "2026-03-01%2B25:00",
            "2026-03-01-1",
            "2026-13-01%2B10:00",
        ] {
            let response = browser.get(format!("{list}?from={day}")).await;
            response.names_fields(&["from"]);
            let response = browser.get(format!("{list}?to={day}")).await;
            response.names_fields(&["to"]);
        }
        let response = browser.get(format!("{list}?from=2026-02-02&to=2026-02-01"));
        response.await.names_fields(&["to"]);
    }
    for list in ["/api/tasks", "/api/tasks.csv"] {
        let response = browser.get(format!("{list}?verdict=maybe&status=x")).await;
        response.names_fields(&["status", "verdict"]);
        let long = "x".repeat(101);
        let words = "a+".repeat(9);
        for search in ["%00", long.as_str(), words.as_str()] {
            let response = browser.get(format!("{list}?search={search}")).await;
            response.names_fields(&["search"]);
        }
    }
}

/// A user with this many canceled tasks, inserted into the database; the oldest has a different title.
async fn long_history(site: &Site, server: &Server, rows: u32) -> Browser {
    let browser = Browser::registered(server).await;
    let id = submit_titled(&browser, "The one needle").await["id"].clone();
    browser.cancel(&id).await.ok();
    let id = site.database.row(&id).await;
    let series = site.database.engine.series(1, rows);
    let input = match site.database.engine {
        Engine::Sqlite => "json_set(input, '$.name', 'Hay ' || i)",
        Engine::Postgres => "jsonb_set(input, '{name}', to_jsonb('Hay ' || i))",
    };
    let sql = format!(
        "INSERT INTO task (user_id, model_id, input, status, price, attempts, idempotency_key, \
         request_hash, queued_at, finished_at) \
         SELECT user_id, model_id, {input}, status, price, attempts, 'hay-' || i, request_hash, \
         queued_at, finished_at FROM task CROSS JOIN {series} AS hay WHERE id = {id}"
    );
    site.database.execute(&sql).await;
    browser
}

async fn a_rare_title_is_found_in_a_long_history(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = long_history(&site, &server, 25_000).await;
    let mut cursor = String::new();
    let mut found = Vec::new();
    let mut pages = 0;
    loop {
        let path = format!("/api/tasks?search=needle&cursor={cursor}");
        let page = browser.get(path).await.ok();
        found.extend(page["items"].as_array().unwrap().clone());
        pages += 1;
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["campaign"]["name"], "The one needle");
    assert_eq!(pages, 3, "each page looks at a bounded number of rows");
    let page = browser.get("/api/tasks?search=hay%2025000").await.ok();
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
}

async fn the_balance_history_lists_each_change(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    browser.top_up(5).await;
    browser.top_up(7).await;
    let history = browser.get("/api/balance/history").await.ok();
    let points = history["points"].as_array().unwrap();
    let amounts: Vec<&Value> = points.iter().map(|point| &point["amount"]).collect();
    assert_eq!(amounts, [10, 15, 22]);
    let server = shared_server(engine).await;
    server.get("/api/balance/history").await.problem(401);
}

/// The records of a CSV file, including the header. Accepts only what RFC 4180 allows.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut characters = text.chars().peekable();
    let mut quoted = false;
    while let Some(character) = characters.next() {
        let record = records.last_mut().unwrap();
        let field = record.last_mut().unwrap();
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\r' if !quoted => {
                assert_eq!(characters.next(), Some('\n'), "lines end with CRLF");
                records.push(vec![String::new()]);
            }
            other => {
                assert!(quoted || other != '\n', "a bare line feed");
                field.push(other);
            }
        }
    }
    assert_eq!(
        records.pop(),
        Some(vec![String::new()]),
        "the last line has no line end"
    );
    records
}

async fn tasks_are_exported_as_csv(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    browser.top_up(90).await;
    let plain = browser.submit().await["id"].clone();
    browser.wait_until_final(&plain).await;
    let formula = "=HYPERLINK(\"http://evil.example\"), \"quoted\"";
    let odd = submit_titled(&browser, formula).await["id"].clone();
    browser.wait_until_final(&odd).await;
    let response = browser.get("/api/tasks.csv").await;
    assert_eq!(response.status, 200);
    assert!(
        response
            .header("content-type")
            .starts_with("text/csv; charset=utf-8")
    );
    let disposition = response.header("content-disposition");
    assert_eq!(disposition, "attachment; filename=\"tasks.csv\"");
    assert_eq!(response.header("cache-control"), "no-store");
    let records = records(&response.text());
    assert_eq!(records.len(), 3);
    let of = |row: usize, name: &str| {
        let column = records[0].iter().position(|it| it == name).unwrap();
        records[row][column].clone()
    };
    assert_eq!(of(1, "id"), odd.to_string());
    assert_eq!(of(1, "name"), format!("'{formula}"));
    assert_eq!(of(2, "id"), plain.to_string());
    assert_eq!(of(2, "name"), "BIG PROJECT TODAY");
    let task = browser.task(&plain).await;
    let csv: f64 = of(2, "probability").parse().unwrap();
    let probability = task["result"]["probability"].as_f64().unwrap();
    assert!((csv - probability).abs() < 1e-12, "{csv} {probability}");
    assert_eq!(of(2, "usd_goal"), "10000");
    let marked = browser.get("/api/tasks.csv?bom=1").await.text();
    assert!(marked.starts_with("\u{feff}id,"), "for spreadsheets");
}

async fn long_histories_of_transactions_are_exported(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let series = engine.series(0, 449);
    let sql = format!(
        "INSERT INTO transactions (user_id, kind, amount, balance_before, balance_after, \
         description, created_at) SELECT user_id, 'top_up', 1, 10 + i, 11 + i, 'row ' || i, \
         created_at FROM transactions CROSS JOIN {series} AS more"
    );
    site.database.execute(&sql).await;
    let records = records(&browser.get("/api/transactions.csv").await.text());
    assert_eq!(records.len(), 452, "a header, the welcome and 450 more");
    let descriptions: Vec<&str> = records[1..451].iter().map(|it| it[5].as_str()).collect();
    let expected: Vec<String> = (0..450).rev().map(|row| format!("row {row}")).collect();
    assert_eq!(descriptions, expected, "each line once, newest first");
}

async fn an_export_contains_what_its_filter_matches(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    browser.top_up(90).await;
    submit_titled(&browser, "A lamp").await;
    submit_titled(&browser, "A chair").await;
    let file = browser
        .get("/api/tasks.csv?search=LAMP&status=queued")
        .await;
    let found = records(&file.text());
    assert_eq!(found.len(), 2);
    assert!(found[1].contains(&"A lamp".to_owned()));
    let file = browser.get("/api/transactions.csv?kind=top_up").await;
    let found = records(&file.text());
    assert_eq!(found.len(), 2);
    assert_eq!(found[1][1], "top_up");
}

async fn an_export_contains_only_the_users_own_rows(engine: Engine) {
    let server = shared_server(engine).await;
    for path in ["/api/tasks.csv", "/api/transactions.csv"] {
        server.get(path).await.problem(401);
    }
    let other = Browser::registered(server).await;
    other.top_up(90).await;
    submit_titled(&other, "Somebody else's").await;
    let browser = Browser::registered(server).await;
    let file = browser.get("/api/tasks.csv").await.text();
    assert!(!file.contains("Somebody else"));
}
