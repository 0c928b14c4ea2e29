//! The example: what visitors without an account see and may do.

use serde_json::{Value, json};

use crate::support::{Browser, Engine, Response, Site, shared_server, wait_for};

on_both_databases!(
    the_example_is_a_complete_result_for_everybody,
    the_example_is_calculated_once_and_stored_nowhere,
    the_home_page_shows_the_numbers_of_the_example,
    sliders_of_the_example_work_without_an_account,
    only_plans_of_the_example_may_change,
    questions_about_the_example_are_rate_limited,
    without_a_live_model_the_page_says_so,
);

const TOLERANCE: f64 = 1e-6;

async fn example(browser: &Browser) -> Value {
    browser.get("/api/example").await.ok()
}

async fn what_if(browser: &Browser, changes: &Value) -> Response {
    browser.post_json("/api/example/what_if", changes).await
}

fn probability(of: &Value) -> f64 {
    of["probability"].as_f64().unwrap()
}

async fn the_example_is_a_complete_result_for_everybody(engine: Engine) {
    let visitor = Browser::new(shared_server(engine).await);
    let example = example(&visitor).await;
    let name = example["campaign"]["name"].as_str().unwrap();
    let result = probability(&example["result"]);
    assert!((0.0..=1.0).contains(&result));
    assert!(example["result"]["context"]["neighbours"].is_object());
    let explained = probability(&example["explanation"]);
    assert!((explained - result).abs() < TOLERANCE, "{example}");
    assert_eq!(example["curves"]["month"].as_array().unwrap().len(), 12);

    let page = visitor.get("/example").await;
    assert_eq!(page.status, 200);
    let html = page.text();
    for part in [
        name,
        "Why this result",
        "What to change",
        "What if",
        "How similar campaigns did",
        "10 credits",
        "href=\"/register\"",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("name=\"goal_min_usd\""), "no bounds to set");
    assert!(!html.contains("data-task"), "no task behind it");
}

async fn the_example_is_calculated_once_and_stored_nowhere(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let requests = (0..8).map(|_| example(&browser));
    let all = futures::future::join_all(requests).await;
    for other in &all {
        assert_eq!(*other, all[0]);
    }
    assert_eq!(browser.items("/api/tasks").await, Vec::<Value>::new());
    assert_eq!(browser.balance().await, [10, 0, 10]);
    site.assert_audit_is_clean().await;
}

async fn the_home_page_shows_the_numbers_of_the_example(engine: Engine) {
    let visitor = Browser::new(shared_server(engine).await);
    let result = probability(&example(&visitor).await["result"]);
    let summary = visitor.get("/api/example/summary").await.ok();
    assert!((probability(&summary) - result).abs() < TOLERANCE);
    let html = visitor.get("/").await.text();
    assert!(html.contains("href=\"/example\""), "{html}");
    let percent = format!(">{:.0}%</text>", result * 100.0);
    assert!(html.contains(&percent), "{percent}");
}

async fn sliders_of_the_example_work_without_an_account(engine: Engine) {
    let visitor = Browser::new(shared_server(engine).await);
    let example = example(&visitor).await;
    let own = what_if(&visitor, &json!({})).await.ok();
    assert!((probability(&own) - probability(&example["result"])).abs() < TOLERANCE);
    let goals = example["curves"]["goal"].as_array().unwrap();
    for point in [goals.first().unwrap(), goals.last().unwrap()] {
        let changes = json!({ "usd_goal": point["usd_goal"].to_string() });
        let answer = what_if(&visitor, &changes).await.ok();
        assert!((probability(&answer) - probability(point)).abs() < TOLERANCE);
    }
}

async fn only_plans_of_the_example_may_change(engine: Engine) {
    let visitor = Browser::new(shared_server(engine).await);
    for (field, value) in [
        ("name", "Another campaign"),
        ("country", "GB"),
        ("usd_goal", "0"),
        ("has_video", "perhaps"),
    ] {
        let response = what_if(&visitor, &json!({ field: value })).await;
        let problem = response.problem(422);
        assert!(problem["errors"][field].is_object(), "{field}: {problem}");
    }
}

async fn questions_about_the_example_are_rate_limited(engine: Engine) {
    let settings = [("PLEDGECAST_WHAT_IF_PER_MINUTE", "2")];
    let (_site, server) = Site::serving(engine, &settings).await;
    let visitor = Browser::new(&server);
    for _ in 0..2 {
        what_if(&visitor, &json!({})).await.ok();
    }
    let refused = what_if(&visitor, &json!({})).await;
    refused.problem(429);
    assert!(!refused.header("retry-after").is_empty());
    let elsewhere = Browser::at_address(&server, 9);
    what_if(&elsewhere, &json!({})).await.ok();
}

async fn without_a_live_model_the_page_says_so(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let visitor = Browser::new(&server);
    assert_eq!(visitor.get("/example").await.status, 200);
    site.database
        .execute("UPDATE model SET state = 'retired'")
        .await;
    // The models on offer are cached for a second.
    wait_for("the example to end", || async {
        let response = visitor.get("/api/example").await;
        (response.status == 404).then_some(())
    })
    .await;
    let page = visitor.get("/example").await;
    assert!(page.text().contains("There is no example right now"));
    what_if(&visitor, &json!({})).await.problem(404);
    let summary = visitor.get("/api/example/summary").await.ok();
    assert_eq!(summary, Value::Null);
    assert_eq!(visitor.get("/").await.status, 200);
}
