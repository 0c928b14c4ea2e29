//! Every field of the campaign, with values that break its rules, by the dozen.

use serde_json::{Value, json};

use crate::support::{Browser, Engine, predict_body, shared_idle_server, unique};

on_both_databases!(
    a_broken_rule_names_its_field_and_holds_nothing,
    several_broken_rules_are_named_together,
    a_missing_or_bad_idempotency_key_is_named,
);

fn long(length: usize) -> Value {
    json!("x".repeat(length))
}

/// For each field, values that it must refuse.
fn broken_values() -> Vec<(&'static str, Vec<Value>)> {
    let no_flag = || {
        vec![
            json!("maybe"),
            json!(2),
            json!(-1),
            json!("truefalse"),
            json!(0.5),
        ]
    };
    let no_rate = || {
        vec![
            json!("one"),
            json!(-1),
            json!(1e300),
            json!("NaN"),
            json!("1,5"),
            json!("inf"),
        ]
    };
    let unreadable_date = |mut more: Vec<Value>| {
        more.extend([
            json!("soon"),
            json!("2024-02-30"),
            json!("30/01/2024"),
            json!(20_240_130),
        ]);
        more.extend([
            json!("2024-13-01"),
            json!("0000-00-00"),
            json!("99999-01-01"),
            json!(true),
        ]);
        more
    };
    vec![
        (
            "country",
            vec![
                json!(""),
                json!(" "),
                json!(null),
                json!("Narnia"),
                json!("USA"),
                json!(1),
                json!("U\u{0}"),
            ],
        ),
        (
            "currency",
            vec![
                json!(""),
                json!(null),
                json!("XYZ"),
                json!("$"),
                json!(1),
                json!(false),
            ],
        ),
        ("prelaunch_activated", no_flag()),
        ("staff_pick", no_flag()),
        ("static_usd_rate", no_rate()),
        ("fx_rate", no_rate()),
        ("created_at", unreadable_date(vec![])),
        (
            "launched_at",
            unreadable_date(vec![json!(""), json!(null), json!("2024-01-14")]),
        ),
        (
            "deadline",
            unreadable_date(vec![
                json!(""),
                json!(null),
                json!("2024-01-30"),
                json!("2024-01-29"),
                json!("2024-03-31"),
            ]),
        ),
        (
            "name",
            vec![
                json!(""),
                json!("   "),
                json!(null),
                long(101),
                long(100_000),
                json!("a\u{0}b"),
            ],
        ),
        ("blurb", vec![long(201), long(100_000), json!("a\u{0}b")]),
        (
            "usd_goal",
            vec![
                json!(""),
                json!(null),
                json!(0),
                json!(-5),
                json!("abc"),
                json!(1e300),
                json!("inf"),
                json!("NaN"),
                json!("10 000"),
                json!(true),
                json!("1e-400"),
            ],
        ),
        ("name_city", vec![long(101), json!("a\u{0}b")]),
        ("region", vec![long(101), json!("a\u{0}b")]),
        ("type", vec![long(101), json!("a\u{0}b")]),
        ("ppohasaction", no_flag()),
        (
            "analytics_name",
            vec![json!(""), json!(null), json!("Danse"), json!(5), long(5000)],
        ),
        (
            "position",
            vec![
                json!("first"),
                json!(-1),
                json!(1.5),
                json!(101),
                json!(1e10),
                json!("99999999999"),
            ],
        ),
        (
            "parent_name",
            vec![json!("Games"), json!("Nowhere"), json!(5), long(5000)],
        ),
        ("is_not_first_project", no_flag()),
        ("has_video", no_flag()),
    ]
}

async fn a_broken_rule_names_its_field_and_holds_nothing(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let broken = broken_values();
    assert_eq!(broken.len(), 21);
    for (field, values) in broken {
        for value in values {
            let mut body = predict_body(&unique("broken"));
            body[field] = value;
            let answer = browser.post_json("/api/tasks/predict", &body).await;
            answer.names_fields(&[field]);
        }
    }
    assert_eq!(browser.balance().await, [10, 0, 10]);
    assert!(browser.items("/api/tasks").await.is_empty());
}

async fn several_broken_rules_are_named_together(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let mut body = predict_body(&unique("several"));
    body["usd_goal"] = json!(-1);
    body["deadline"] = json!("2030-01-01");
    body["country"] = json!("Narnia");
    body["has_video"] = json!("maybe");
    let answer = browser.post_json("/api/tasks/predict", &body).await;
    answer.names_fields(&["country", "deadline", "has_video", "usd_goal"]);
}

async fn a_missing_or_bad_idempotency_key_is_named(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    for key in ["", "  ", "nul\u{0}nul", &"k".repeat(1000)] {
        let answer = browser.post_json("/api/tasks/predict", predict_body(key));
        answer.await.names_fields(&["idempotency_key"]);
    }
    let body = crate::support::sample();
    let answer = browser.post_json("/api/tasks/predict", &body).await;
    answer.names_fields(&["idempotency_key"]);
    assert_eq!(browser.balance().await, [10, 0, 10]);
}
