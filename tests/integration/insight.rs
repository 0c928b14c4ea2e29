//! Insights and context of a paid result, recomputed here from single scores over HTTP.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::support::{
    Browser, Engine, Response, predict_body, shared_idle_server, shared_server, unique,
};

on_both_databases!(
    a_result_comes_with_its_context,
    the_effects_add_up_to_the_probability,
    curve_points_equal_single_scores,
    advised_gains_are_differences_of_single_scores,
    advice_stays_within_the_users_bounds,
    what_if_costs_nothing,
    what_if_cannot_change_paid_fields,
    only_the_owner_sees_the_insight,
    only_a_result_has_an_insight,
    explore_is_public,
    a_result_says_how_much_it_raises_if_it_is_funded,
    the_calendar_is_public_and_of_the_category_or_its_parent,
);

const TOLERANCE: f64 = 1e-6;

/// A campaign with much to gain: a high goal, a long duration, no video.
pub fn ambitious_body(key: &str) -> Value {
    let mut body = predict_body(key);
    for (field, value) in [
        ("usd_goal", json!(60_000)),
        ("deadline", json!("2024-03-30")),
        ("has_video", json!(false)),
        ("staff_pick", json!(false)),
        ("is_not_first_project", json!("")),
        ("analytics_name", json!("Product Design")),
        ("parent_name", json!("Design")),
        ("position", json!("")),
    ] {
        body[field] = value;
    }
    body
}

/// A new user with a succeeded task.
async fn paid(engine: Engine) -> (Browser, Value) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let body = ambitious_body(&unique("insight"));
    let task = browser.post_json("/api/tasks/predict", &body).await.ok();
    let task = browser.wait_until_final(&task["id"]).await;
    assert_eq!(task["status"], "succeeded", "{task}");
    (browser, task)
}

async fn insight(browser: &Browser, task: &Value) -> Value {
    let path = format!("/api/task/insight?id={}", task["id"]);
    browser.get(path).await.ok()
}

/// Requests the score with some fields changed.
async fn what_if(browser: &Browser, task: &Value, changes: &Value) -> Response {
    let mut body = changes.as_object().cloned().unwrap_or_default();
    body.insert("id".to_owned(), task["id"].clone());
    browser
        .post_json("/api/task/what_if", Value::Object(body))
        .await
}

async fn score(browser: &Browser, task: &Value, changes: &Value) -> f64 {
    let response = what_if(browser, task, changes).await.ok();
    let part = |name: &str| response[name].as_f64().unwrap();
    assert!(part("interval_low") <= part("probability"), "{response}");
    assert!(part("probability") <= part("interval_high"), "{response}");
    part("probability")
}

async fn assert_scores(browser: &Browser, task: &Value, changes: &Value, expected: &Value) {
    let score = score(browser, task, changes).await;
    let expected = expected.as_f64().unwrap();
    assert!(
        (score - expected).abs() < TOLERANCE,
        "{changes}: {score} and {expected}"
    );
}

async fn a_result_comes_with_its_context(engine: Engine) {
    let (_browser, task) = paid(engine).await;
    let context = &task["result"]["context"];
    assert!(!context["population"].as_str().unwrap().is_empty());
    assert_eq!(context["base_rate"]["category"], "Product Design");
    let neighbours = &context["neighbours"];
    assert!(neighbours["campaigns"].as_u64().unwrap() >= 50, "{context}");
    let rate = neighbours["success_rate"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&rate));
    assert_eq!(
        neighbours["goal_quartiles_usd"].as_array().unwrap().len(),
        3
    );
    assert_eq!(context["unlike"], json!([]));
}

async fn the_effects_add_up_to_the_probability(engine: Engine) {
    let (browser, task) = paid(engine).await;
    let explanation = &insight(&browser, &task).await["explanation"];
    let probability = task["result"]["probability"].as_f64().unwrap();
    let effects = explanation["effects"].as_array().unwrap();
    assert_eq!(effects.len(), 12);
    let value = |effect: &Value| effect["value"].as_f64().unwrap();
    let sum: f64 = effects.iter().map(value).sum();
    let base = explanation["base"].as_f64().unwrap();
    assert!((base + sum - probability).abs() < 1e-9, "{explanation}");
    let mut pairs = effects.windows(2);
    assert!(pairs.all(|pair| value(&pair[0]).abs() >= value(&pair[1]).abs()));
    assert!(explanation["background"].as_u64().unwrap() >= 4);
}

/// The fields of a point except its probability.
fn fields_of(point: &Value) -> Value {
    let mut fields: Map<_, _> = point.as_object().unwrap().clone();
    fields.remove("probability");
    Value::Object(fields)
}

fn days_after(date: &Value, days: &Value) -> Value {
    let date: chrono::NaiveDate = date.as_str().unwrap().parse().unwrap();
    json!(date + chrono::TimeDelta::days(days.as_i64().unwrap()))
}

async fn curve_points_equal_single_scores(engine: Engine) {
    let (browser, task) = paid(engine).await;
    let curves = &insight(&browser, &task).await["curves"];
    let points = |curve: &str| curves[curve].as_array().unwrap().clone();
    let lengths = ["goal", "duration", "month", "weekday"].map(|curve| points(curve).len());
    assert_eq!(lengths, [25, 60, 12, 7]);
    for point in points("goal").iter().step_by(6) {
        assert_scores(&browser, &task, &fields_of(point), &point["probability"]).await;
    }
    let launched_at = &task["campaign"]["launched_at"];
    for point in points("duration").iter().step_by(14) {
        let changes = json!({ "deadline": days_after(launched_at, &point["days"]) });
        assert_scores(&browser, &task, &changes, &point["probability"]).await;
    }
    for point in points("preparation").iter().step_by(4) {
        let days = json!(-point["days"].as_i64().unwrap());
        let changes = json!({ "created_at": days_after(launched_at, &days) });
        assert_scores(&browser, &task, &changes, &point["probability"]).await;
    }
    for curve in ["month", "weekday"] {
        for point in points(curve).iter().step_by(3) {
            assert_scores(&browser, &task, &fields_of(point), &point["probability"]).await;
        }
    }
    for (curve, field) in [("video", "has_video"), ("staff_pick", "staff_pick")] {
        for (position, is_on) in [("on", true), ("off", false)] {
            let changes = json!({ field: is_on });
            assert_scores(&browser, &task, &changes, &curves[curve][position]).await;
        }
    }
}

async fn advised_gains_are_differences_of_single_scores(engine: Engine) {
    let (browser, task) = paid(engine).await;
    let advice = &insight(&browser, &task).await["advice"];
    let own = task["result"]["probability"].as_f64().unwrap();
    let changes = advice["changes"].as_array().unwrap();
    assert!((2..=5).contains(&changes.len()), "{advice}");
    let codes: BTreeSet<&str> = changes
        .iter()
        .map(|it| it["change"]["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes.len(),
        changes.len(),
        "one change of each kind: {advice}"
    );
    for rated in changes {
        let then = score(&browser, &task, &settable(&rated["change"])).await;
        let gain = rated["gain"].as_f64().unwrap();
        assert!(
            gain >= 0.01 && (then - own - gain).abs() < TOLERANCE,
            "{rated}"
        );
        let [low, high] = [0, 1].map(|end| rated["gain_interval"][end].as_f64().unwrap());
        assert!(0.0 < low && low < gain && gain <= high, "{rated}");
    }
    let compared = changes.iter().filter(|it| it["evidence"].is_object());
    assert!(compared.count() > 0, "{advice}");
    let combination = &advice["combination"];
    let mut all = Map::new();
    for change in combination["changes"].as_array().unwrap() {
        all.extend(settable(change).as_object().unwrap().clone());
    }
    all.extend(combination["dates"].as_object().unwrap().clone());
    all["created_at"] = task["campaign"]["created_at"].clone();
    assert_scores(
        &browser,
        &task,
        &Value::Object(all),
        &combination["probability"],
    )
    .await;
}

/// The wire fields that a change sets, without its code and its display values.
fn settable(change: &Value) -> Value {
    let mut fields: Map<_, _> = change.as_object().unwrap().clone();
    fields.retain(|name, _| name != "code" && name != "days");
    Value::Object(fields)
}

async fn advice_stays_within_the_users_bounds(engine: Engine) {
    let (browser, task) = paid(engine).await;
    let id = &task["id"];
    let bounds = "goal_min_usd=55000&launch_earliest=2024-03-01&launch_latest=2024-03-31";
    let path = format!("/api/task/advice?id={id}&{bounds}");
    let advice = browser.get(path).await.ok();
    assert_eq!(advice["bounds"]["goal_min_usd"], 55_000.0);
    for rated in advice["changes"].as_array().unwrap() {
        let change = &rated["change"];
        assert!(
            change["usd_goal"]
                .as_f64()
                .is_none_or(|goal| goal >= 55_000.0)
        );
        let launch = change["launched_at"].as_str();
        assert!(launch.is_none_or(|day| ("2024-03-01"..="2024-03-31").contains(&day)));
    }
    for (bound, field) in [
        ("goal_min_usd=cheap", "goal_min_usd"),
        ("launch_earliest=soon", "launch_earliest"),
        ("launch_latest=2024-13-01", "launch_latest"),
        (
            "launch_earliest=2024-05-02&launch_latest=2024-05-01",
            "launch_latest",
        ),
    ] {
        let response = browser
            .get(format!("/api/task/advice?id={id}&{bound}"))
            .await;
        response.names_fields(&[field]);
    }
}

async fn a_result_says_how_much_it_raises_if_it_is_funded(engine: Engine) {
    let (_browser, task) = paid(engine).await;
    let amounts = &task["result"]["context"]["amounts"];
    for (measure, least) in [("raised_usd", 60_000.0), ("backers", 1.0)] {
        let [low, mid, high] =
            ["low", "mid", "high"].map(|end| amounts[measure][end].as_f64().unwrap());
        assert!(least <= low && low < mid && mid < high, "{amounts}");
    }
    assert_eq!(amounts["parent"], "Design");
    assert!(!amounts["population"].as_str().unwrap().is_empty());
}

async fn the_calendar_is_public_and_of_the_category_or_its_parent(engine: Engine) {
    let visitor = Browser::new(shared_server(engine).await);
    let calendar = async |query: &str| visitor.get(format!("/api/calendar?{query}")).await;
    let campaigns = |view: &Value| -> u64 {
        let days = view["days"].as_array().unwrap().iter();
        days.map(|day| day["campaigns"].as_u64().unwrap()).sum()
    };
    let all = calendar("").await.ok();
    let games = calendar("parent=Games").await.ok();
    let tabletop = calendar("parent=Games&category=Tabletop%20Games")
        .await
        .ok();
    let small = calendar("parent=Games&category=Puzzles").await.ok();
    assert!(campaigns(&all) > campaigns(&games) && campaigns(&games) > campaigns(&tabletop));
    assert_eq!(tabletop["category"], "Tabletop Games");
    assert_eq!(
        (&small["category"], &small["days"]),
        (&Value::Null, &games["days"])
    );
    calendar("parent=Nowhere").await.names_fields(&["parent"]);
    calendar("category=Jazz").await.names_fields(&["parent"]);
    calendar("parent=Games&category=Jazz")
        .await
        .names_fields(&["category"]);
}

async fn what_if_costs_nothing(engine: Engine) {
    let (browser, task) = paid(engine).await;
    let before = browser.items("/api/transactions").await;
    let own = score(&browser, &task, &json!({})).await;
    let paid_for = task["result"]["probability"].as_f64().unwrap();
    assert!((own - paid_for).abs() < TOLERANCE);
    assert_ne!(
        score(&browser, &task, &json!({ "usd_goal": "500" }))
            .await
            .to_bits(),
        own.to_bits()
    );
    assert_eq!(browser.items("/api/transactions").await, before);
    assert_eq!(browser.items("/api/tasks").await.len(), 1);
    assert_eq!(browser.task(&task["id"]).await, task);
}

async fn what_if_cannot_change_paid_fields(engine: Engine) {
    let (browser, task) = paid(engine).await;
    for (field, value) in [
        ("country", "GB"),
        ("analytics_name", "Tabletop Games"),
        ("name", "Another campaign"),
        ("is_not_first_project", "true"),
        ("usd_goal", "0"),
        ("deadline", "2024-12-31"),
        ("has_video", "perhaps"),
    ] {
        let response = what_if(&browser, &task, &json!({ field: value })).await;
        let problem = response.problem(422);
        assert!(problem["errors"][field].is_object(), "{field}: {problem}");
    }
    what_if(&browser, &task, &json!({ "country": "us" }))
        .await
        .ok();
}

async fn only_the_owner_sees_the_insight(engine: Engine) {
    let (_owner, task) = paid(engine).await;
    let other = Browser::registered(shared_server(engine).await).await;
    let visitor = Browser::new(shared_server(engine).await);
    for path in ["/api/task/insight", "/api/task/advice"] {
        let path = format!("{path}?id={}", task["id"]);
        other.get(&path).await.problem(404);
        visitor.get(&path).await.problem(401);
    }
    what_if(&other, &task, &json!({})).await.problem(404);
    what_if(&visitor, &task, &json!({})).await.problem(401);
}

async fn only_a_result_has_an_insight(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let task = browser.submit().await;
    for path in ["/api/task/insight", "/api/task/advice"] {
        browser
            .get(format!("{path}?id={}", task["id"]))
            .await
            .problem(409);
        browser
            .get(format!("{path}?id=999999999"))
            .await
            .problem(404);
        for bad in ["", "abc", "-1", "1.5"] {
            browser
                .get(format!("{path}?id={bad}"))
                .await
                .names_fields(&["id"]);
        }
    }
    what_if(&browser, &task, &json!({})).await.problem(409);
    let nameless = browser.post_json("/api/task/what_if", json!({})).await;
    nameless.names_fields(&["id"]);
}

async fn explore_is_public(engine: Engine) {
    let visitor = Browser::new(shared_server(engine).await);
    let view = visitor.get("/api/explore").await.ok();
    assert!(!view["population"].as_str().unwrap().is_empty());
    let all = view["campaigns"].as_u64().unwrap();
    for list in ["goals", "months"] {
        let lines = view[list].as_array().unwrap();
        let of_all = lines.iter().filter(|it| it["parent"].is_null());
        let sum: u64 = of_all.map(|it| it["campaigns"].as_u64().unwrap()).sum();
        assert_eq!(sum, all, "{list}");
    }
    assert!(view["categories"].as_array().unwrap().len() > 100);
}
