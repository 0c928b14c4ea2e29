//! Submits in batches: each is judged independently of the others, and prices cached between them are never charged
//! without a check.

use serde_json::json;

use crate::support::{Browser, Engine, Site, predict_body, unique};

const IDLE: [(&str, &str); 1] = [("PLEDGECAST_WORKERS", "0")];

on_both_databases!(
    a_model_is_not_sold_once_it_is_retired,
    a_changed_price_applies_to_the_next_submit,
    a_price_above_the_agreed_one_is_reported_and_not_charged,
    concurrent_submits_each_return_their_own_task,
    concurrent_submits_with_one_key_create_one_task_and_another_body_is_refused,
);

async fn a_model_is_not_sold_once_it_is_retired(engine: Engine) {
    let (site, server) = Site::serving(engine, &IDLE).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(90).await;
    let body = predict_body(&unique("before"));
    let first = browser.post_json("/api/tasks/predict", &body).await.ok();
    site.database
        .execute("UPDATE model SET state = 'retired'")
        .await;
    let late = predict_body(&unique("after"));
    let response = browser.post_json("/api/tasks/predict", &late).await;
    response.problem(404);
    let again = browser.post_json("/api/tasks/predict", &body).await.ok();
    assert_eq!(again["id"], first["id"]);
    assert_eq!(browser.items("/api/tasks").await.len(), 1);
    site.assert_audit_is_clean().await;
}

async fn a_changed_price_applies_to_the_next_submit(engine: Engine) {
    let (site, server) = Site::serving(engine, &IDLE).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(90).await;
    assert_eq!(browser.submit().await["price"], 10);
    site.database.execute("UPDATE model SET price = 77").await;
    assert_eq!(browser.submit().await["price"], 77);
    let body = predict_body(&unique("too-dear"));
    let response = browser.post_json("/api/tasks/predict", &body).await;
    response.problem(402);
    assert_eq!(browser.balance().await, [100, 87, 13]);
    site.assert_audit_is_clean().await;
}

async fn a_price_above_the_agreed_one_is_reported_and_not_charged(engine: Engine) {
    let (site, server) = Site::serving(engine, &IDLE).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(10).await;
    let mut body = predict_body(&unique("agreed"));
    body["max_price"] = json!(10);
    let first = browser.post_json("/api/tasks/predict", &body).await.ok();
    // Right after the price was read, and with too few credits for the new price.
    site.database.execute("UPDATE model SET price = 12").await;
    let mut late = predict_body(&unique("agreed"));
    late["max_price"] = json!(10);
    let problem = browser.post_json("/api/tasks/predict", &late).await;
    let problem = problem.problem(409);
    assert_eq!(problem["type"], "/problems/price_changed");
    assert_eq!(problem["price"], 12);
    assert_eq!(browser.balance().await, [20, 10, 10]);
    // A repeated key still returns its task.
    let again = browser.post_json("/api/tasks/predict", &body).await.ok();
    assert_eq!(again["id"], first["id"]);

    browser.top_up(5).await;
    late["max_price"] = json!(12);
    let task = browser.post_json("/api/tasks/predict", &late).await.ok();
    assert_eq!(task["price"], 12);
    late["max_price"] = json!("much");
    let response = browser.post_json("/api/tasks/predict", &late).await;
    response.names_fields(&["max_price"]);
    site.assert_audit_is_clean().await;
}

async fn concurrent_submits_each_return_their_own_task(engine: Engine) {
    let (site, server) = Site::serving(engine, &IDLE).await;
    let mut browsers = Vec::new();
    for _ in 0..4 {
        let browser = Browser::registered(&server).await;
        browser.top_up(990).await;
        browsers.push(browser);
    }
    let submits = (0..80).map(|number| {
        let browser = &browsers[number % browsers.len()];
        async move {
            let mut body = predict_body(&unique("each"));
            body["usd_goal"] = json!(1000 + number);
            let task = browser.post_json("/api/tasks/predict", &body).await.ok();
            assert_eq!(
                task["campaign"]["usd_goal"],
                f64::from(1000 + u16::try_from(number).unwrap())
            );
            let stored = browser.task(&task["id"]).await;
            assert_eq!(stored["campaign"], task["campaign"]);
        }
    });
    futures::future::join_all(submits).await;
    for browser in &browsers {
        assert_eq!(browser.balance().await, [1000, 200, 800]);
    }
    site.assert_audit_is_clean().await;
}

async fn concurrent_submits_with_one_key_create_one_task_and_another_body_is_refused(
    engine: Engine,
) {
    let (site, server) = Site::serving(engine, &IDLE).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(990).await;
    let key = unique("twice");
    let submits = (0..30).map(|number| {
        let mut body = predict_body(&key);
        body["usd_goal"] = json!(if number % 2 == 0 { 1000 } else { 2000 });
        let browser = &browser;
        async move {
            (
                body["usd_goal"].clone(),
                browser.post_json("/api/tasks/predict", &body).await,
            )
        }
    });
    let responses = futures::future::join_all(submits).await;
    let stored = browser.items("/api/tasks").await;
    assert_eq!(stored.len(), 1);
    let goal = &stored[0]["campaign"]["usd_goal"];
    for (sent, response) in responses {
        if sent.as_f64() == goal.as_f64() {
            assert_eq!(response.ok()["id"], stored[0]["id"]);
        } else {
            response.problem(422);
        }
    }
    assert_eq!(browser.balance().await, [1000, 10, 990]);
    site.assert_audit_is_clean().await;
}

#[tokio::test]
async fn a_locked_balance_does_not_delay_other_users() {
    let (site, server) = Site::serving(Engine::Postgres, &IDLE).await;
    let held_up = Browser::registered(&server).await;
    let id = &held_up.get("/api/auth/me").await.ok()["id"];
    let id = site.database.row(id).await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(Browser::registered(&server).await);
    }
    let mut link = site.database.connect().await;
    link.execute("BEGIN").await;
    link.execute(&format!(
        "UPDATE balance SET updated_at = updated_at WHERE user_id = {id}"
    ))
    .await;
    let waiting = held_up.submit();
    tokio::pin!(waiting);
    let all_others = async {
        for other in &others {
            other.submit().await;
        }
    };
    tokio::select! {
        task = &mut waiting => panic!("{task} was queued against a locked balance"),
        () = all_others => {}
    }
    link.execute("COMMIT").await;
    waiting.await;
    assert_eq!(held_up.balance().await, [10, 10, 0]);
    site.assert_audit_is_clean().await;
}
