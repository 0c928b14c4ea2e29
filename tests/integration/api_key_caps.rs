//! The caps of API keys, under concurrency, and what keys have spent.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Browser, Engine, PRICE, Response, Server, Site, predict_body, unique};

on_both_databases!(
    two_hundred_concurrent_submits_pass_a_cap_of_seven_predictions_exactly_seven_times,
    caps_hold_in_batches_with_other_keys_and_users,
    keys_made_by_a_key_share_its_caps,
    each_cap_is_named_with_its_numbers,
    what_fails_or_is_canceled_is_given_back,
    a_repeated_request_is_answered_beyond_the_cap,
    a_cap_starts_again_in_the_next_period,
    spending_is_listed_by_key_day_and_model,
);

const IDLE: (&str, &str) = ("PLEDGECAST_WORKERS", "0");

async fn owner_with(server: &Server, credits: i64) -> Browser {
    let owner = Browser::registered(server).await;
    owner.top_up(credits).await;
    owner
}

async fn submit(program: &Browser) -> Response {
    let body = predict_body(&unique("capped"));
    program.post_json("/api/tasks/predict", &body).await
}

fn succeeded(responses: &[Response]) -> usize {
    responses.iter().filter(|it| it.status == 202).count()
}

/// The problem of a reached cap.
fn cap_of(response: &Response) -> Value {
    let problem = response.problem(402);
    assert_eq!(problem["type"], "/problems/cap_reached", "{problem}");
    problem
}

async fn spent(owner: &Browser, key: &Value) -> Value {
    let keys = owner.get("/api/keys").await.ok();
    let mut keys = keys.as_array().unwrap().iter();
    let found = keys.find(|it| it["id"] == key["id"]);
    found.unwrap()["spent"].clone()
}

async fn two_hundred_concurrent_submits_pass_a_cap_of_seven_predictions_exactly_seven_times(
    engine: Engine,
) {
    let (site, server) = Site::serving(engine, &[IDLE]).await;
    // On PostgreSQL half of the requests go to another process.
    let second = match engine {
        Engine::Postgres => Some(site.serve(&[IDLE]).await),
        Engine::Sqlite => None,
    };
    let owner = owner_with(&server, 200 * PRICE).await;
    let capped = json!({ "read": true, "predict": true, "cap_total": 7 * PRICE });
    let (secret, key) = owner.create_key(capped).await;
    let programs = [
        Browser::with_key(&server, &secret),
        Browser::with_key(second.as_ref().unwrap_or(&server), &secret),
    ];
    let responses = join_all((0..200).map(|number| submit(&programs[number % 2]))).await;
    assert_eq!(succeeded(&responses), 7);
    for refused in responses.iter().filter(|it| it.status != 202) {
        let problem = cap_of(refused);
        assert_eq!(problem["cap"], "total");
        assert_eq!(problem["limit"], 7 * PRICE);
        assert_eq!(problem["spent"], 7 * PRICE);
        assert_eq!(problem["needed"], PRICE);
        assert_eq!(problem["api_key"], key["hint"]);
        assert_eq!(problem.get("resets_at"), None);
    }
    assert_eq!(spent(&owner, &key).await["total"], 7 * PRICE);
    assert_eq!(owner.balance().await[1], 7 * PRICE);
    let row = site.database.row(&key["id"]).await;
    let by_key = format!("SELECT COUNT(*) FROM task WHERE api_key_id = {row}");
    assert_eq!(site.database.number(&by_key).await, 7);
    assert_eq!(submit(&owner).await.status, 202, "the session has no cap");
    site.assert_audit_is_clean().await;
    if engine == Engine::Postgres {
        let _worker = site.worker(&[]);
        owner.wait_until_idle().await;
        assert_eq!(
            spent(&owner, &key).await["total"],
            7 * PRICE,
            "once charged"
        );
        cap_of(&submit(&programs[0]).await);
        site.assert_audit_is_clean().await;
    }
}

async fn caps_hold_in_batches_with_other_keys_and_users(engine: Engine) {
    let (site, server) = Site::serving(engine, &[IDLE]).await;
    let mut programs = Vec::new();
    let mut owners = Vec::new();
    for number in 0..4 {
        let owner = owner_with(&server, 100 * PRICE).await;
        for cap in [3 + number, 5] {
            let capped = json!({ "read": true, "predict": true, "cap_day": cap * PRICE });
            let (secret, key) = owner.create_key(capped).await;
            programs.push((cap, number, key, Browser::with_key(&server, &secret)));
        }
        owners.push(owner);
    }
    let rounds = (0..15).flat_map(|_| &programs);
    let keyed = rounds.map(|(_, _, _, program)| submit(program));
    let own = (0..15).flat_map(|_| &owners).map(submit);
    let (keyed, own) = futures::future::join(join_all(keyed), join_all(own)).await;
    assert_eq!(succeeded(&own), own.len(), "sessions have no caps");
    for (index, (cap, number, key, _)) in programs.iter().enumerate() {
        let of_key: Vec<&Response> = keyed.iter().skip(index).step_by(programs.len()).collect();
        let passed = of_key.iter().filter(|it| it.status == 202).count();
        assert_eq!(passed, usize::try_from(*cap).unwrap());
        for refused in of_key.iter().filter(|it| it.status != 202) {
            assert_eq!(cap_of(refused)["cap"], "day");
        }
        let owner = &owners[usize::try_from(*number).unwrap()];
        assert_eq!(spent(owner, key).await["day"], cap * PRICE);
    }
    site.assert_audit_is_clean().await;
}

async fn keys_made_by_a_key_share_its_caps(engine: Engine) {
    let (site, server) = Site::serving(engine, &[IDLE]).await;
    let owner = owner_with(&server, 100 * PRICE).await;
    let capped = json!({
        "read": true, "predict": true, "manage": true, "cap_total": 6 * PRICE
    });
    let (secret, maker_key) = owner.create_key(capped).await;
    let maker = Browser::with_key(&server, &secret);
    let mut programs = vec![Browser::with_key(&server, &secret)];
    for cap in [4, 6] {
        let child = json!({ "read": true, "predict": true, "cap_total": cap * PRICE });
        let (secret, _) = maker.create_key(child).await;
        programs.push(Browser::with_key(&server, &secret));
    }
    let submits = (0..10).flat_map(|_| &programs).map(submit);
    let responses = join_all(submits).await;
    assert_eq!(
        succeeded(&responses),
        6,
        "together no more than the maker may"
    );
    assert_eq!(spent(&owner, &maker_key).await["total"], 6 * PRICE);
    let problem = cap_of(&submit(&programs[2]).await);
    assert_eq!(problem["cap"], "total");
    assert_eq!(problem["limit"], 6 * PRICE);
    site.assert_audit_is_clean().await;
}

async fn each_cap_is_named_with_its_numbers(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[IDLE]).await;
    let owner = owner_with(&server, 100 * PRICE).await;
    for cap in ["day", "week", "month", "total"] {
        let mut fields = json!({ "read": true, "predict": true });
        fields[format!("cap_{cap}")] = json!(2 * PRICE + 5);
        let (secret, key) = owner.create_key(fields).await;
        let program = Browser::with_key(&server, &secret);
        for _ in 0..2 {
            submit(&program).await.ok();
        }
        let problem = cap_of(&submit(&program).await);
        assert_eq!(problem["cap"], cap);
        assert_eq!(problem["limit"], 2 * PRICE + 5);
        assert_eq!(problem["spent"], 2 * PRICE);
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains(&format!("the {cap} cap of 25 credits")),
            "{detail}"
        );
        assert_eq!(problem["resets_at"].is_string(), cap != "total");
        let current = program.get("/api/keys/current").await.ok();
        assert_eq!(current["id"], key["id"]);
        assert_eq!(current["spent"][cap], 2 * PRICE);
    }
    // Credits that do not suffice are another problem.
    let poor = Browser::registered(&server).await;
    let (secret, _) = poor
        .create_key(json!({ "predict": true, "cap_day": 1000 }))
        .await;
    let program = Browser::with_key(&server, &secret);
    submit(&program).await.ok();
    let problem = submit(&program).await.problem(402);
    assert_eq!(problem["type"], "/problems/insufficient_credits");
}

async fn what_fails_or_is_canceled_is_given_back(engine: Engine) {
    let (site, server) = Site::serving(engine, &[IDLE]).await;
    let owner = owner_with(&server, 100 * PRICE).await;
    let capped = json!({ "read": true, "predict": true, "cap_day": 2 * PRICE });
    let (secret, key) = owner.create_key(capped).await;
    let program = Browser::with_key(&server, &secret);
    let first = submit(&program).await.ok();
    let second = submit(&program).await.ok();
    cap_of(&submit(&program).await);
    program.cancel(&first["id"]).await.ok();
    assert_eq!(spent(&owner, &key).await["total"], PRICE);
    submit(&program).await.ok();
    cap_of(&submit(&program).await);
    site.assert_audit_is_clean().await;
    // The last attempt of a task whose worker has gone.
    let sql = format!(
        "UPDATE task SET status = 'running', attempts = 3, lease_token = 'gone', started_at = queued_at, \
         lease_expires_at = queued_at WHERE id = {}",
        site.database.row(&second["id"]).await
    );
    site.database.execute(&sql).await;
    drop(server);
    let server = site.serve(&[("PLEDGECAST_LEASE_SECONDS", "2")]).await;
    let owner = owner.copy_at(&server);
    let failed = owner.wait_until_final(&second["id"]).await;
    assert_eq!(failed["status"], "failed");
    owner.wait_until_idle().await;
    assert_eq!(spent(&owner, &key).await["total"], PRICE);
    site.assert_audit_is_clean().await;
}

async fn a_repeated_request_is_answered_beyond_the_cap(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[IDLE]).await;
    let owner = owner_with(&server, 100 * PRICE).await;
    let capped = json!({ "read": true, "predict": true, "cap_total": PRICE });
    let (secret, key) = owner.create_key(capped).await;
    let program = Browser::with_key(&server, &secret);
    let body = predict_body(&unique("again"));
    let first = program.post_json("/api/tasks/predict", &body).await.ok();
    let again = program.post_json("/api/tasks/predict", &body).await.ok();
    assert_eq!(again["id"], first["id"]);
    // Twice at the same time, too.
    let other = json!({ "read": true, "predict": true, "cap_total": PRICE });
    let (secret, other_key) = owner.create_key(other).await;
    let program = Browser::with_key(&server, &secret);
    let body = predict_body(&unique("at-once"));
    let at_once = (0..20).map(|_| program.post_json("/api/tasks/predict", &body));
    let ids: Vec<Value> = join_all(at_once)
        .await
        .iter()
        .map(|response| response.ok()["id"].clone())
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    for key in [key, other_key] {
        assert_eq!(spent(&owner, &key).await["total"], PRICE);
    }
}

async fn a_cap_starts_again_in_the_next_period(engine: Engine) {
    let (site, server) = Site::serving(engine, &[IDLE]).await;
    let owner = owner_with(&server, 100 * PRICE).await;
    let capped = json!({
        "read": true, "predict": true, "cap_day": PRICE, "cap_total": 3 * PRICE
    });
    let (secret, key) = owner.create_key(capped).await;
    let program = Browser::with_key(&server, &secret);
    for days in [62, 124, 186] {
        submit(&program).await.ok();
        assert_eq!(cap_of(&submit(&program).await)["cap"], "day");
        // Moves it into the past.
        let shift = match engine {
            Engine::Sqlite => [
                format!(
                    "UPDATE task SET queued_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', queued_at, '-{days} days') \
                     WHERE queued_at > date('now', '-30 days')"
                ),
                format!(
                    "UPDATE api_key_spend SET day = date(day, '-{days} days') WHERE day > date('now', '-30 days')"
                ),
            ],
            Engine::Postgres => [
                format!(
                    "UPDATE task SET queued_at = queued_at - interval '{days} days' \
                     WHERE queued_at > now() - interval '30 days'"
                ),
                format!(
                    "UPDATE api_key_spend SET day = day - {days} WHERE day > current_date - 30"
                ),
            ],
        };
        for sql in shift {
            site.database.execute(&sql).await;
        }
        let spent = spent(&owner, &key).await;
        assert_eq!([&spent["day"], &spent["month"]], [0, 0]);
    }
    assert_eq!(spent(&owner, &key).await["total"], 3 * PRICE);
    assert_eq!(cap_of(&submit(&program).await)["cap"], "total");
    site.assert_audit_is_clean().await;
}

async fn spending_is_listed_by_key_day_and_model(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[IDLE]).await;
    let owner = owner_with(&server, 100 * PRICE).await;
    let scopes = json!({ "read": true, "predict": true, "label": "first" });
    let (first, first_key) = owner.create_key(scopes).await;
    let scopes = json!({ "read": true, "predict": true, "label": "second" });
    let (second, second_key) = owner.create_key(scopes).await;
    for (secret, count) in [(&first, 3), (&second, 1)] {
        let program = Browser::with_key(&server, secret);
        for _ in 0..count {
            submit(&program).await.ok();
        }
    }
    owner.submit().await;
    let rows = owner.get("/api/keys/spend").await.ok();
    let rows = rows.as_array().unwrap();
    // Around midnight there may be one more row.
    let sum = |key: &Value, field: &str| -> i64 {
        let of_key = rows.iter().filter(|row| row["api_key_id"] == key["id"]);
        of_key.map(|row| row[field].as_i64().unwrap()).sum()
    };
    assert_eq!(
        [sum(&first_key, "credits"), sum(&first_key, "predictions")],
        [3 * PRICE, 3]
    );
    assert_eq!(
        [sum(&second_key, "credits"), sum(&second_key, "predictions")],
        [PRICE, 1]
    );
    assert_eq!(rows[0]["label"], "second", "the newest key first");
    let default = owner.get("/api/models").await.ok();
    assert_eq!(rows[0]["model"]["id"], default[0]["id"]);
    let only = format!("/api/keys/spend?id={}", second_key["id"]);
    let only = owner.get(only).await.ok();
    let only = only.as_array().unwrap();
    assert!(only.iter().all(|row| row["api_key_id"] == second_key["id"]));
    let past = "/api/keys/spend?from=2020-01-01&to=2020-01-31";
    assert_eq!(owner.get(past).await.ok(), json!([]));
    for (query, field) in [
        ("id=x", "id"),
        ("from=x", "from"),
        ("to=2020-13-01", "to"),
        ("from=2020-02-01&to=2020-01-01", "to"),
        ("from=2020-01-01&to=2020-02-01", "to"),
    ] {
        let response = owner.get(format!("/api/keys/spend?{query}")).await;
        response.names_fields(&[field]);
    }
}
