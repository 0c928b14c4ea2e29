//! Every field of the campaign, with values that violate its rules.

use serde_json::{Value, json};

use crate::support::{Browser, Engine, form_of, predict_body, sample, shared_idle_server, unique};

on_both_databases!(
    a_violation_names_its_field_and_holds_nothing,
    a_text_that_is_too_long_names_its_field,
    several_violations_are_reported_together,
    numbers_in_forms_are_parsed_in_the_language_of_the_form,
    a_missing_or_invalid_idempotency_key_names_its_field,
    facts_about_the_creator_must_agree,
);

const NO_FLAG: &str = r#"["maybe", 2, -1, "truefalse", 0.5]"#;
const NO_RATE: &str = r#"["one", -1, 1e300, "NaN", "1,5", "inf"]"#;
const NO_TEXT: &str = r#"["a\u0000b"]"#;
const NO_DATE: &str = r#"["soon", "2024-02-30", "30/01/2024", 20240130, "2024-13-01", "0000-00-00",
                          "99999-01-01", "1999-01-01", true]"#;

/// Fields with JSON lists of values that must be refused; the other fields of the sample are unchanged.
const BROKEN: &[(&str, &str)] = &[
    (
        "country",
        r#"["", " ", null, "Narnia", "USA", 1, "U\u0000"]"#,
    ),
    ("currency", r#"["", null, "XYZ", "$", 1, false]"#),
    ("prelaunch_activated", NO_FLAG),
    ("staff_pick", NO_FLAG),
    ("static_usd_rate", NO_RATE),
    ("fx_rate", NO_RATE),
    ("created_at", NO_DATE),
    ("launched_at", NO_DATE),
    ("launched_at", r#"["", null, "2024-01-14"]"#),
    ("deadline", NO_DATE),
    (
        "deadline",
        r#"["", null, "2024-01-30", "2024-01-29", "2024-03-31"]"#,
    ),
    ("name", NO_TEXT),
    ("name", r#"["", "   ", null]"#),
    ("blurb", NO_TEXT),
    (
        "usd_goal",
        r#"["", null, 0, -5, "abc", 1e300, "inf", "NaN", "10 000", true, "1e-400"]"#,
    ),
    ("name_city", NO_TEXT),
    ("region", NO_TEXT),
    ("type", NO_TEXT),
    ("ppohasaction", NO_FLAG),
    ("analytics_name", r#"["", null, "Danse", 5, "D\u0000"]"#),
    (
        "position",
        r#"["first", -1, 1.5, 101, 1e10, "99999999999"]"#,
    ),
    ("parent_name", r#"["Games", "Nowhere", 5]"#),
    ("is_not_first_project", NO_FLAG),
    ("has_video", NO_FLAG),
    ("earlier_projects", r#"["many", -1, 1.5, 1001, true]"#),
    ("earlier_successes", r#"["many", -1, 1.5, 1001]"#),
    ("reward_tiers", r#"["many", 0, -1, 1.5, 1001]"#),
    (
        "median_reward_usd",
        r#"["much", 0, -1, 10001, "inf", "NaN"]"#,
    ),
];

async fn assert_names(browser: &Browser, field: &str, value: Value) {
    let mut body = predict_body(&unique("broken"));
    body[field] = value;
    let response = browser.post_json("/api/tasks/predict", &body).await;
    response.names_fields(&[field]);
}

async fn assert_nothing_happened(browser: &Browser) {
    assert_eq!(browser.balance().await, [10, 0, 10]);
    assert!(browser.items("/api/tasks").await.is_empty());
}

async fn facts_about_the_creator_must_agree(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    for (fields, wrong) in [
        (
            json!({"is_not_first_project": true, "earlier_projects": 0}),
            "earlier_projects",
        ),
        (
            json!({"is_not_first_project": false, "earlier_projects": 1}),
            "earlier_projects",
        ),
        (
            json!({"is_not_first_project": true, "earlier_projects": 2, "earlier_successes": 3}),
            "earlier_successes",
        ),
        (
            json!({"is_not_first_project": false, "earlier_successes": 1}),
            "earlier_successes",
        ),
    ] {
        let mut body = predict_body(&unique("creator"));
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        let response = browser.post_json("/api/tasks/predict", &body).await;
        response.names_fields(&[wrong]);
    }
    assert_nothing_happened(&browser).await;
}

async fn a_violation_names_its_field_and_holds_nothing(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    for field in sample().as_object().unwrap().keys() {
        assert!(BROKEN.iter().any(|(name, _)| name == field), "{field}");
    }
    for (field, values) in BROKEN {
        let values: Vec<Value> = serde_json::from_str(values).unwrap();
        for value in values {
            assert_names(&browser, field, value).await;
        }
    }
    assert_nothing_happened(&browser).await;
}

async fn a_text_that_is_too_long_names_its_field(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    for (field, longest) in [
        ("name", 100),
        ("blurb", 200),
        ("name_city", 100),
        ("region", 100),
        ("type", 100),
        ("country", 10),
        ("analytics_name", 100),
        ("parent_name", 100),
    ] {
        for length in [longest + 1, 10_000] {
            assert_names(&browser, field, json!("й".repeat(length))).await;
        }
    }
    assert_nothing_happened(&browser).await;
}

async fn several_violations_are_reported_together(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let mut body = predict_body(&unique("several"));
    body["usd_goal"] = json!(-1);
    body["deadline"] = json!("2030-01-01");
    body["country"] = json!("Narnia");
    body["has_video"] = json!("maybe");
    let response = browser.post_json("/api/tasks/predict", &body).await;
    response.names_fields(&["country", "deadline", "has_video", "usd_goal"]);
}

async fn numbers_in_forms_are_parsed_in_the_language_of_the_form(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    browser.top_up(100).await;
    let predict = |goal: &str, format: &str| {
        let mut body = predict_body(&unique("typed"));
        body["usd_goal"] = json!(goal);
        body["number_format"] = json!(format);
        body["fx_rate"] = json!(if format.is_empty() { "1.1" } else { "1,1" });
        let fields = form_of(&body);
        let browser = &browser;
        async move { browser.post_form("/api/tasks/predict", &fields).await }
    };
    for (goal, format, understood) in [
        ("10 000,50", "ru", 10_000.5),
        ("$8,000", "en", 8_000.0),
        ("１００００", "en", 10_000.0),
        ("1.234,56", "en", 1_234.56),
    ] {
        let task = predict(goal, format).await.ok();
        assert_eq!(task["campaign"]["usd_goal"], understood, "{goal}");
        assert_eq!(task["campaign"]["fx_rate"], 1.1, "{goal}");
    }
    for (goal, format) in [("10.000", "en"), ("10.000", "ru"), ("1,000", "ru")] {
        let response = predict(goal, format).await;
        response.names_fields(&["usd_goal"]);
        let code = response.problem(422)["errors"]["usd_goal"]["code"].clone();
        assert_eq!(code, "ambiguous_number", "{goal}");
    }
    // The API takes plain numbers only.
    for goal in ["10 000,50", "$8,000", "1,000"] {
        predict(goal, "").await.names_fields(&["usd_goal"]);
    }
    let task = predict("10.000", "").await.ok();
    assert_eq!(task["campaign"]["usd_goal"], 10.0);
}

async fn a_missing_or_invalid_idempotency_key_names_its_field(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    for key in ["", "  ", "nul\u{0}nul", &"k".repeat(1000)] {
        let response = browser
            .post_json("/api/tasks/predict", predict_body(key))
            .await;
        response.names_fields(&["idempotency_key"]);
    }
    let response = browser.post_json("/api/tasks/predict", sample()).await;
    response.names_fields(&["idempotency_key"]);
    assert_nothing_happened(&browser).await;
}
