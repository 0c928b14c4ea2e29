//! Two-step login: setting it up, logging in with codes, recovery codes, operators, and turning it off.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::second_factor::{FORGET_STEPS, begin_login, code, finish_login, post, turn_on};
use crate::support::{Browser, Engine, Site, shared_server};

on_both_databases!(
    a_login_needs_a_code_once_it_is_turned_on,
    turning_it_on_gives_the_session_a_new_cookie,
    a_cancelled_or_ended_login_cannot_be_finished,
    a_recovery_code_logs_in_once,
    wrong_codes_are_limited,
    setting_up_and_turning_off_need_a_recent_password_and_no_key,
    an_operator_without_one_can_do_nothing_as_an_operator,
    the_operators_command_removes_it,
    everything_works_without_javascript,
);

const LONG_AGO: &str = "UPDATE session SET authenticated_at = '2026-01-01T00:00:00+00:00'";
async fn a_login_needs_a_code_once_it_is_turned_on(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let other = Browser::new(&server);
    let response = other.post_json("/api/auth/login", browser.credentials());
    response.await.ok();
    let before = browser.get("/api/auth/second_factor").await.ok();
    assert_eq!(before["enabled_at"], Value::Null);
    let started = post(&browser, "start", json!({})).await.ok();
    let secret = started["setup"]["secret"].as_str().unwrap();
    let first = code(secret);
    let enabled = post(&browser, "enable", json!({ "code": first }))
        .await
        .ok();
    assert_eq!(enabled["recovery_codes"].as_array().unwrap().len(), 10);
    browser.get("/api/auth/me").await.ok();
    // It was logged in without a code.
    other.get("/api/auth/me").await.problem(401);
    let state = browser.get("/api/auth/second_factor").await;
    assert!(!state.text().contains(secret), "{}", state.text());
    assert_eq!(state.ok()["recovery_codes_left"], 10);

    let third = begin_login(&server, &browser).await;
    for wrong in ["000000", "abc"] {
        finish_login(&third, wrong).await.names_fields(&["code"]);
    }
    finish_login(&third, "").await.names_fields(&["code"]);
    // The code that turned it on is used.
    finish_login(&third, &first).await.names_fields(&["code"]);
    site.database.execute(FORGET_STEPS).await;
    let second = code(secret);
    let user = finish_login(&third, &second).await.ok();
    assert_eq!(user["email"], browser.email);
    third.get("/api/auth/me").await.ok();
    let fourth = begin_login(&server, &browser).await;
    finish_login(&fourth, &second).await.names_fields(&["code"]);
}

async fn turning_it_on_gives_the_session_a_new_cookie(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let copy = browser.copy_at(server);
    let (secret, _) = turn_on(&browser).await;
    copy.get("/api/auth/me").await.problem(401);
    let sessions = browser.get("/api/auth/sessions").await.ok();
    assert_eq!(sessions.as_array().unwrap().len(), 1);
    assert_eq!(sessions[0]["is_current"], true);
    // A cookie of one kind is none of the other.
    let begun = begin_login(server, &browser).await;
    for (cookie, name) in [
        (begun.cookie("pledgecast_login"), "pledgecast_session"),
        (browser.cookie("pledgecast_session"), "pledgecast_login"),
    ] {
        let (_, value) = cookie.split_once('=').unwrap();
        let stranger = Browser::new(server);
        let with_cookie = |method, path| {
            let request = stranger.request(method, path);
            request.header("cookie", format!("{name}={value}"))
        };
        let me = with_cookie(Method::GET, "/api/auth/me");
        stranger.send(me).await.problem(401);
        let finish = with_cookie(Method::POST, "/api/auth/login/second_factor");
        let finish = finish.json(&json!({ "code": code(&secret) }));
        stranger.send(finish).await.problem(401);
    }
}

async fn a_cancelled_or_ended_login_cannot_be_finished(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let (secret, _) = turn_on(&browser).await;
    site.database.execute(FORGET_STEPS).await;
    let cancelled = begin_login(&server, &browser).await;
    let response = cancelled.post_json("/api/auth/logout", json!({}));
    response.await.ok();
    finish_login(&cancelled, &code(&secret)).await.problem(401);
    finish_login(&Browser::new(&server), &code(&secret))
        .await
        .problem(401);
    let ended = begin_login(&server, &browser).await;
    let response = browser.post_json("/api/auth/end_sessions", json!({}));
    response.await.ok();
    finish_login(&ended, &code(&secret)).await.problem(401);
}

async fn a_recovery_code_logs_in_once(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let (_, codes) = turn_on(&browser).await;
    let second = begin_login(server, &browser).await;
    finish_login(&second, &codes[3].to_lowercase()).await.ok();
    let third = begin_login(server, &browser).await;
    finish_login(&third, &codes[3])
        .await
        .names_fields(&["code"]);
    let renewed = post(&browser, "recovery_codes", json!({})).await.ok();
    finish_login(&third, &codes[4])
        .await
        .names_fields(&["code"]);
    let renewed = renewed["recovery_codes"][4].as_str().unwrap();
    finish_login(&third, renewed).await.ok();
}

async fn wrong_codes_are_limited(engine: Engine) {
    let settings = [("PLEDGECAST_AUTH_PER_MINUTE", "20")];
    let (site, server) = Site::serving(engine, &settings).await;
    let browser = Browser::registered(&server).await;
    let (_, codes) = turn_on(&browser).await;
    for _ in 0..5 {
        // A new login does not start the count again.
        let guesser = begin_login(&server, &browser).await;
        finish_login(&guesser, "000000")
            .await
            .names_fields(&["code"]);
    }
    // Each further failure doubles the wait, which is a second by now and may be over.
    let more = "UPDATE login_failure SET failures = failures + 8";
    site.database.execute(more).await;
    let guesser = begin_login(&server, &browser).await;
    let response = finish_login(&guesser, &codes[0]).await;
    response.problem(429);
    assert!(!response.header("retry-after").is_empty());
}

async fn setting_up_and_turning_off_need_a_recent_password_and_no_key(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let (manage, _) = browser.create_key(json!({ "manage": true })).await;
    let program = Browser::with_key(&server, &manage);
    let names = ["start", "enable", "recovery_codes", "disable"];
    for name in names {
        post(&program, name, json!({})).await.problem(403);
    }
    program.get("/api/auth/second_factor").await.problem(403);
    let (secret, codes) = turn_on(&browser).await;
    site.database.execute(LONG_AGO).await;
    for name in names {
        let problem = post(&browser, name, json!({})).await.problem(403);
        assert_eq!(problem["type"], "/problems/reauthentication_required");
    }
    let password = browser.credentials()["password"].clone();
    let body = json!({ "password": password, "code": codes[0] });
    let response = browser.post_json("/api/auth/reauthenticate", body);
    response.await.ok();
    post(&browser, "start", json!({})).await.problem(409);
    post(&browser, "disable", json!({})).await.ok();
    let other = Browser::new(&server);
    let response = other.post_json("/api/auth/login", browser.credentials());
    response.await.ok();
    let body = json!({ "code": code(&secret) });
    post(&browser, "enable", body).await.problem(409);
    post(&browser, "recovery_codes", json!({}))
        .await
        .problem(409);
}

async fn an_operator_without_one_can_do_nothing_as_an_operator(engine: Engine) {
    let settings = [
        ("PLEDGECAST_WORKERS", "0"),
        ("PLEDGECAST_ADMIN_SECOND_FACTOR", "true"),
    ];
    let (site, server) = Site::serving(engine, &settings).await;
    let admin = site.admin(&server).await;
    let (manage, _) = admin
        .create_key(json!({ "manage": true, "read": true }))
        .await;
    let program = Browser::with_key(&server, &manage);
    let is_refused = async || {
        let mut refused = Vec::new();
        for browser in [&admin, &program] {
            let body = json!({ "onnx": "AAAA", "price": 1 });
            let created = browser.post_json("/api/models/create", body).await;
            let drift = browser.get("/api/model/drift?id=1").await;
            refused.extend([created.status == 403, drift.status == 403]);
        }
        refused
    };
    assert_eq!(is_refused().await, [true; 4]);
    let html = admin.get("/account").await.text();
    assert!(html.contains("You’re an operator."), "{html}");
    // Everything that users do works.
    admin.top_up(5).await;
    turn_on(&admin).await;
    assert_eq!(is_refused().await, [false; 4]);
}

async fn the_operators_command_removes_it(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    turn_on(&browser).await;
    let command = ["user", "reset-second-factor", "--email", &browser.email];
    site.run_ok(&command, "").await;
    let other = Browser::new(&server);
    let response = other.post_json("/api/auth/login", browser.credentials());
    response.await.ok();
    let left = "SELECT COUNT(*) FROM recovery_code";
    assert_eq!(site.database.number(left).await, 0);
}

async fn everything_works_without_javascript(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let send = async |browser: &Browser, path: &str, form: &[(&str, &str)]| {
        let request = browser.request(Method::POST, path).form(form);
        browser.send(request.header("accept", "text/html")).await
    };
    let page = "/account/second-factor";
    let back = ("return_to", page);
    let response = send(&browser, "/api/auth/second_factor/start", &[back]).await;
    assert_eq!(response.location(), page);
    let html = browser.get(page).await.text();
    assert!(html.contains("class=\"qr-code\""), "{html}");
    let enable = "/api/auth/second_factor/enable";
    let response = send(&browser, enable, &[("code", "000000"), back]).await;
    assert_eq!(response.status, 422);
    let html = response.text();
    assert!(html.contains("class=\"qr-code\""), "{html}");
    assert!(!html.contains("000000"), "{html}");
    let (_, rest) = html.split_once("?secret=").unwrap();
    let secret = rest.split('&').next().unwrap();
    let response = send(&browser, enable, &[("code", &code(secret)), back]).await;
    assert_eq!(response.status, 200);
    let html = response.text();
    let (_, rest) = html.split_once("id=\"recovery-codes-text\"").unwrap();
    let codes = rest.split_once('>').unwrap().1;
    let recovery = codes.split_whitespace().next().unwrap().to_owned();

    let other = Browser::new(&server);
    let credentials = browser.credentials();
    let login = [
        ("email", credentials["email"].as_str().unwrap()),
        ("password", credentials["password"].as_str().unwrap()),
        ("return_to", "/login?next=%2Ftasks"),
    ];
    let response = send(&other, "/api/auth/login", &login).await;
    let code_page = "/login/code?next=%2Ftasks";
    assert_eq!(response.location(), code_page);
    let html = other.get(code_page).await.text();
    assert!(html.contains("action=\"/api/auth/login/second_factor\""));
    let step = "/api/auth/login/second_factor";
    let back = ("return_to", code_page);
    let response = send(&other, step, &[("code", "000000"), back]).await;
    assert_eq!(response.status, 422);
    let response = send(&other, step, &[("code", &recovery), back]).await;
    assert_eq!(response.location(), "/tasks");
    other.get("/api/auth/me").await.ok();
    let renew = "/api/auth/second_factor/recovery_codes";
    let response = send(&browser, renew, &[("return_to", page)]).await;
    assert!(response.text().contains("id=\"recovery-codes-text\""));
    let disable = "/api/auth/second_factor/disable";
    let response = send(&browser, disable, &[("return_to", page)]).await;
    assert_eq!(response.location(), page);
    let left = "SELECT COUNT(*) FROM second_factor";
    assert_eq!(site.database.number(left).await, 0);
}
