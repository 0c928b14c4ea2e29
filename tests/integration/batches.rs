//! Batches: files are checked and quoted, bought at once, charged line by line, ranked and canceled.

use futures::future::join_all;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::poison::register_nan_model;
use crate::support::batches::{
    CANCEL, CREATE, HEADER, START, batch, bought, counts, credits, draft, file, start, upload,
    wait_until_finished,
};
use crate::support::{
    Browser, Engine, PRICE, Site, sample, shared_idle_server, shared_server, unique, wait_for,
};

on_both_databases!(
    a_file_is_quoted_bought_and_ranked,
    every_error_is_named_by_line_and_field_before_anything_is_bought,
    files_are_accepted_as_people_have_them,
    a_start_is_carried_out_once,
    a_start_needs_credits_and_the_agreed_price,
    lines_that_fail_are_released_and_the_others_stand,
    the_rest_is_canceled_and_released,
);

async fn a_file_is_quoted_bought_and_ranked(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    browser.top_up(3 * PRICE).await;
    let draft = draft(&browser, &[900_000, 500, 20_000]).await;
    assert_eq!(draft["state"], "draft");
    assert_eq!(draft["file_name"], "plans.csv");
    let quote = ["lines", "price", "total", "available"].map(|name| draft[name].as_i64().unwrap());
    assert_eq!(quote, [3, PRICE, 3 * PRICE, 4 * PRICE]);
    assert!(draft["expires_at"].is_string());
    let [amount, held, _] = browser.balance().await;
    assert_eq!((amount, held), (4 * PRICE, 0), "nothing is bought yet");
    assert_eq!(batch(&browser, &draft["id"]).await, draft);
    let none = browser.items(format!("/api/batch/tasks?id={}", draft["id"]));
    assert!(none.await.is_empty());

    let id = &draft["id"];
    let started = start(&browser, id, &unique("batch")).await;
    assert_eq!(started.header("location"), format!("/batches/{id}"));
    let started = started.ok();
    assert_ne!(started["state"], "draft");
    let done = wait_until_finished(&browser, id).await;
    assert_eq!(counts(&done), [0, 0, 3, 0, 0]);
    assert_eq!(credits(&done), [3 * PRICE, 0, 0]);
    assert_eq!(browser.balance().await, [PRICE, 0, PRICE]);
    assert_eq!(
        browser.items("/api/batches").await,
        std::slice::from_ref(&done)
    );

    let list = format!("/api/batch/tasks?id={id}");
    let ranked = browser.items(&list).await;
    let probabilities: Vec<f64> = ranked
        .iter()
        .map(|task| task["result"]["probability"].as_f64().unwrap())
        .collect();
    assert!(probabilities.is_sorted_by(|one, other| one >= other));
    assert!(ranked.iter().all(|task| task["batch_id"] == *id));
    let line_of = |task: &Value| task["batch_line"].as_i64().unwrap();
    let by_rank: Vec<i64> = ranked.iter().map(line_of).collect();
    // In pages, in both orders.
    for (order, lines) in [("line", vec![2, 3, 4]), ("probability", by_rank.clone())] {
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let url = format!("{list}&order={order}&limit=1&cursor={cursor}");
            let page = browser.get(url).await.ok();
            let items = page["items"].as_array().unwrap();
            found.extend(items.iter().map(line_of));
            match page["next"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        assert_eq!(found, lines, "{order}");
    }
    for (filter, count) in [
        ("status=succeeded", 3),
        ("status=failed", 0),
        ("search=lamp%202", 1),
        ("search=chair", 0),
    ] {
        let found = browser.items(format!("{list}&{filter}")).await;
        assert_eq!(found.len(), count, "{filter}");
    }
    let bad = browser.get(format!("{list}&order=price&verdict=x")).await;
    bad.names_fields(&["order", "verdict"]);

    let csv = browser.get(format!("/api/batch/tasks.csv?id={id}")).await;
    let text = csv.text();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("line,task_id,status,probability,verdict,"));
    assert_eq!(lines.len(), 4);
    assert!(lines[1].starts_with(&format!("{},", by_rank[0])), "{text}");
    // The download can be uploaded again.
    let again = upload(&browser, "text/csv", text).await.ok();
    assert_eq!(again["lines"], 3);

    let charges = browser.items("/api/transactions?kind=charge").await;
    let name = format!("of batch {id}");
    let of_batch = |line: &&Value| line["description"].as_str().unwrap().ends_with(&name);
    assert_eq!(charges.iter().filter(of_batch).count(), 3);
}

async fn every_error_is_named_by_line_and_field_before_anything_is_bought(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let text = format!(
        "{HEADER}\nLamp,-1,US,USD,2026-04-01,2026-05-01,Hardware\n\
         Lamp,1,Atlantis,USD,2026-04-01,2026-09-01,Hardware\n\"Lamp,1\n\
         Lamp,1,US,USD,03/04/2026,2026-05-01,Hardware\n"
    );
    let refused = upload(&browser, "text/csv", text).await;
    refused.names_fields(&[
        "line 2: usd_goal",
        "line 3: country",
        "line 3: deadline",
        "line 4",
        "line 5: launched_at",
    ]);
    let json_lines = "{\"name\": \"Lamp\"}\n\n[1]\n";
    let refused = upload(&browser, "application/jsonl", json_lines).await;
    refused.names_fields(&[
        "line 1: analytics_name",
        "line 1: country",
        "line 1: currency",
        "line 1: deadline",
        "line 1: launched_at",
        "line 1: usd_goal",
        "line 3",
    ]);
    let many = file(&[0; 600]);
    let problem = upload(&browser, "text/csv", many).await.problem(422);
    let errors = problem["errors"].as_object().unwrap();
    assert_eq!(errors.len(), 501);
    let more = errors["file"]["detail"].as_str().unwrap();
    assert!(more.contains("600 errors"), "{more}");
    for empty in ["", "name,country\n", &file(&[]), "PK\u{3}\u{4}"] {
        let refused = upload(&browser, "text/csv", empty).await;
        refused.names_fields(&["file"]);
    }
    let model = json!({ "text": file(&[1000]), "model_id": 999_999_999 });
    browser.post_json(CREATE, model).await.problem(404);
    let large = vec![b'x'; 17 * 1024 * 1024];
    upload(&browser, "text/csv", large).await.problem(413);
    assert!(browser.items("/api/batches").await.is_empty());
}

async fn files_are_accepted_as_people_have_them(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let spreadsheet = "\u{feff}name;usd_goal;country;currency;launched_at;deadline;analytics_name;has_video\r\n\
         Лампа;10000,50;US;USD;01.04.2026;30.04.2026;Hardware;ИСТИНА\r\n;;;;;;;\r\n;;;;;;;\r\n";
    let utf16: Vec<u8> = spreadsheet
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for bytes in [spreadsheet.as_bytes().to_vec(), utf16] {
        let stored = upload(&browser, "text/csv", bytes).await.ok();
        assert_eq!(stored["lines"], 1);
    }
    let mut campaign = sample();
    campaign["launched_at"] = json!(1_706_572_800);
    campaign["has_video"] = json!(1.0);
    let json_lines = format!("{campaign}\n{}\n", sample());
    let stored = upload(&browser, "application/x-ndjson", json_lines.clone()).await;
    assert_eq!(stored.ok()["lines"], 2);
    let stored = browser
        .post_json(CREATE, json!({ "text": json_lines }))
        .await;
    let stored = stored.ok();
    assert_eq!(
        (&stored["lines"], &stored["file_name"]),
        (&json!(2), &Value::Null)
    );
    let part = Part::bytes(file(&[1000]).into_bytes()).file_name("my plans.csv");
    let request = browser.request(Method::POST, CREATE);
    let request = request.multipart(Form::new().part("file", part));
    let stored = browser.send(request).await.ok();
    assert_eq!(stored["file_name"], "my plans.csv");
}

async fn a_start_is_carried_out_once(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    browser.top_up(10 * PRICE).await;
    let id = draft(&browser, &[1000, 2000]).await["id"].clone();
    let other = draft(&browser, &[3000]).await["id"].clone();
    let key = unique("once");
    let starts = join_all((0..8).map(|_| start(&browser, &id, &key))).await;
    let first: Vec<_> = starts
        .iter()
        .filter(|it| it.header("idempotent-replayed").is_empty())
        .collect();
    assert_eq!(first.len(), 1);
    for response in &starts {
        let batch = response.ok();
        assert_eq!(batch["id"], id);
        assert_eq!(counts(&batch), [2, 0, 0, 0, 0]);
    }
    let [_, held, _] = browser.balance().await;
    assert_eq!(held, 2 * PRICE);
    let again = start(&browser, &id, &unique("again")).await;
    assert_eq!(again.problem(409)["type"], "/problems/conflict");
    let reused = start(&browser, &other, &key).await;
    assert_eq!(reused.problem(422)["type"], "/problems/key_reused");
    let by_header = browser.request(Method::POST, START);
    let by_header = by_header
        .header("idempotency-key", unique("header"))
        .json(&json!({ "id": other }));
    browser.send(by_header).await.ok();
    let [_, held, _] = browser.balance().await;
    assert_eq!(held, 3 * PRICE);
    browser
        .post_json(START, json!({ "id": "x", "max_total": "y" }))
        .await
        .names_fields(&["id", "idempotency_key", "max_total"]);
}

async fn a_start_needs_credits_and_the_agreed_price(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let id = draft(&browser, &[1000, 2000]).await["id"].clone();
    let poor = start(&browser, &id, "first").await.problem(402);
    assert_eq!(
        (&poor["needed"], &poor["available"]),
        (&json!(20), &json!(10))
    );
    browser.top_up(PRICE).await;
    let agreed = json!({ "id": id, "idempotency_key": "first", "max_total": 19 });
    let risen = browser.post_json(START, agreed).await.problem(409);
    assert_eq!(risen["type"], "/problems/price_changed");
    assert_eq!(risen["price"], 20);
    assert_eq!(browser.balance().await, [20, 0, 20]);

    // A draft shows the price that a start would hold.
    site.run_ok(&["model", "set", "--id", "1", "--price", "5"], "")
        .await;
    wait_for("the new price", || async {
        let draft = batch(&browser, &id).await;
        (draft["total"] == 10).then_some(())
    })
    .await;
    let agreed = json!({ "id": id, "idempotency_key": "first", "max_total": 10 });
    let started = browser.post_json(START, agreed).await.ok();
    assert_eq!(
        (&started["price"], &started["held"]),
        (&json!(5), &json!(10))
    );
    assert_eq!(browser.balance().await, [20, 10, 10]);
    site.assert_audit_is_clean().await;
}

async fn lines_that_fail_are_released_and_the_others_stand(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    register_nan_model(&site, &server).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(20).await;
    let started = bought(&browser, &[10_000, 1, 10_000, 1, 10_000]).await;
    let id = &started["id"];
    let done = wait_until_finished(&browser, id).await;
    assert_eq!(counts(&done), [0, 0, 3, 2, 0]);
    assert_eq!(credits(&done), [9, 0, 6]);
    assert_eq!(browser.balance().await, [21, 0, 21]);
    let failed = browser.items(format!("/api/batch/tasks?id={id}&status=failed"));
    let failed = failed.await;
    let lines: Vec<_> = failed.iter().map(|it| it["batch_line"].clone()).collect();
    assert_eq!(lines, [json!(3), json!(5)]);
    assert_eq!(
        failed[0]["error"],
        "the model could not score this campaign"
    );
    site.assert_audit_is_clean().await;
}

async fn the_rest_is_canceled_and_released(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let goals = [1000; 1200];
    let count = 1200;
    browser.top_up(count * PRICE).await;
    let started = bought(&browser, &goals).await;
    let id = &started["id"];
    assert_eq!(counts(&started), [count, 0, 0, 0, 0]);
    // One task alone first.
    let task = browser
        .items(format!("/api/batch/tasks?id={id}&limit=1"))
        .await[0]["id"]
        .clone();
    browser.cancel(&task).await.ok();
    let body = json!({ "id": id });
    let canceled = browser.post_json(CANCEL, &body).await.ok();
    assert_eq!(counts(&canceled), [0, 0, 0, 0, count]);
    assert_eq!(credits(&canceled), [0, 0, count * PRICE]);
    assert_eq!(canceled["state"], "finished");
    let [_, held, _] = browser.balance().await;
    assert_eq!(held, 0);
    let again = browser.post_json(CANCEL, &body).await.ok();
    assert_eq!(again, canceled, "a repeated request changes nothing");
    let unsent = draft(&browser, &[1000]).await;
    let refused = browser
        .post_json(CANCEL, json!({ "id": unsent["id"] }))
        .await;
    refused.problem(409);
    site.assert_audit_is_clean().await;
}
