//! Where a user is signed in: the list of sessions, ending one or all others, and when sessions end by themselves.

use reqwest::Method;
use reqwest::header::USER_AGENT;
use serde_json::{Value, json};

use crate::support::{Browser, Engine, Server, Site, shared_server};

on_both_databases!(
    the_list_names_each_device_and_marks_this_one,
    one_session_can_be_ended_from_another,
    all_other_sessions_can_be_ended,
    sessions_of_other_users_are_neither_listed_nor_ended,
    a_login_ends_the_earlier_session_of_the_browser,
    a_session_ends_without_use_and_with_age,
    every_process_sees_the_end_of_a_session_at_once,
    a_key_with_manage_may_list_and_end_sessions,
    the_account_page_lists_sessions_without_javascript,
    cookies_of_earlier_versions_are_not_accepted,
);

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// Another browser of the user.
async fn second_browser(server: &Server, first: &Browser, user_agent: &str) -> Browser {
    let browser = Browser::new(server);
    let request = browser.request(Method::POST, "/api/auth/login");
    let request = request.json(&first.credentials());
    let response = browser.send(request.header(USER_AGENT, user_agent)).await;
    response.ok();
    browser
}

async fn sessions(browser: &Browser) -> Vec<Value> {
    let list = browser.get("/api/auth/sessions").await.ok();
    list.as_array().unwrap().clone()
}

async fn the_list_names_each_device_and_marks_this_one(engine: Engine) {
    let server = shared_server(engine).await;
    let first = Browser::registered(server).await;
    let second = second_browser(server, &first, FIREFOX).await;
    let listed = sessions(&second).await;
    assert_eq!(listed.len(), 2);
    let (current, others): (Vec<_>, Vec<_>) =
        listed.iter().partition(|it| it["is_current"] == true);
    assert_eq!(current.len(), 1);
    assert_eq!(current[0]["browser"], "Firefox");
    assert_eq!(current[0]["system"], "Linux");
    assert_eq!(current[0]["network"], "127.0.0.0/24");
    assert!(current[0]["last_used_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(others[0]["browser"], Value::Null);
    let text = json!(listed).to_string();
    assert!(!text.contains("hash"), "{text}");
}

async fn one_session_can_be_ended_from_another(engine: Engine) {
    let server = shared_server(engine).await;
    let first = Browser::registered(server).await;
    let second = second_browser(server, &first, FIREFOX).await;
    let third = second_browser(server, &first, FIREFOX).await;
    let listed = sessions(&second).await;
    let id = &listed.iter().find(|it| it["is_current"] == true).unwrap()["id"];
    let end = async || {
        let path = "/api/auth/end_session";
        first.post_json(path, json!({ "id": id })).await
    };
    end().await.ok();
    second.get("/api/auth/me").await.problem(401);
    first.get("/api/auth/me").await.ok();
    third.get("/api/auth/me").await.ok();
    end().await.problem(404);
    for id in [json!(""), json!("x")] {
        let response = first.post_json("/api/auth/end_session", json!({ "id": id }));
        response.await.names_fields(&["id"]);
    }
}

async fn all_other_sessions_can_be_ended(engine: Engine) {
    let server = shared_server(engine).await;
    let first = Browser::registered(server).await;
    let second = second_browser(server, &first, FIREFOX).await;
    let third = second_browser(server, &first, FIREFOX).await;
    let response = second.post_json("/api/auth/end_other_sessions", json!({}));
    response.await.ok();
    for ended in [&first, &third] {
        ended.get("/api/auth/me").await.problem(401);
    }
    assert_eq!(sessions(&second).await.len(), 1);
}

async fn sessions_of_other_users_are_neither_listed_nor_ended(engine: Engine) {
    let server = shared_server(engine).await;
    let owner = Browser::registered(server).await;
    let stranger = Browser::registered(server).await;
    let id = &sessions(&owner).await[0]["id"];
    let listed = sessions(&stranger).await;
    assert_eq!(listed.len(), 1);
    assert_ne!(&listed[0]["id"], id);
    let response = stranger.post_json("/api/auth/end_session", json!({ "id": id }));
    response.await.problem(404);
    let response = stranger.post_json("/api/auth/end_other_sessions", json!({}));
    response.await.ok();
    owner.get("/api/auth/me").await.ok();
}

async fn a_login_ends_the_earlier_session_of_the_browser(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let copy = browser.copy_at(server);
    let response = browser.post_json("/api/auth/login", browser.credentials());
    response.await.ok();
    browser.get("/api/auth/me").await.ok();
    copy.get("/api/auth/me").await.problem(401);
    assert_eq!(sessions(&browser).await.len(), 1);
}

async fn a_session_ends_without_use_and_with_age(engine: Engine) {
    let settings = [
        ("PLEDGECAST_SESSION_IDLE_DAYS", "2"),
        ("PLEDGECAST_SESSION_MAX_DAYS", "5"),
    ];
    let (site, server) = Site::serving(engine, &settings).await;
    let browser = Browser::registered(&server).await;
    let now = match engine {
        Engine::Sqlite => "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '-DAYS days')",
        Engine::Postgres => "now() - interval 'DAYS days'",
    };
    let set = async |column: &str, days: &str| {
        let time = now.replace("DAYS", days);
        let sql = format!("UPDATE session SET {column} = {time}");
        site.database.execute(&sql).await;
    };
    set("created_at", "4").await;
    browser.get("/api/auth/me").await.ok();
    set("created_at", "5").await;
    browser.get("/api/auth/me").await.problem(401);
    set("created_at", "0").await;
    browser.get("/api/auth/me").await.ok();
    set("last_used_at", "2").await;
    browser.get("/api/auth/me").await.problem(401);
    server.program.stop().await;
    // The background job begins with the process.
    let _server = site.serve(&settings).await;
    crate::support::wait_for("the row to be deleted", || async {
        let left = site.database.number("SELECT COUNT(*) FROM session").await;
        (left == 0).then_some(())
    })
    .await;
}

async fn every_process_sees_the_end_of_a_session_at_once(engine: Engine) {
    if engine == Engine::Sqlite {
        // Only one process may use the database.
        return;
    }
    let site = Site::new(engine).await;
    let key = "PLEDGECAST_KEY";
    let value = "QUJD".repeat(32);
    let settings = [(key, value.as_str())];
    let (here, there) = (site.serve(&settings).await, site.serve(&settings).await);
    let browser = Browser::registered(&here).await;
    let same = browser.copy_at(&there);
    same.get("/api/auth/me").await.ok();
    browser.post_json("/api/auth/logout", json!({})).await.ok();
    same.get("/api/auth/me").await.problem(401);
}

async fn a_key_with_manage_may_list_and_end_sessions(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let (manage, _) = browser.create_key(json!({ "manage": true })).await;
    let (read, _) = browser.create_key(json!({ "read": true })).await;
    let program = Browser::with_key(server, &manage);
    let listed = sessions(&program).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["is_current"], false);
    let reader = Browser::with_key(server, &read);
    reader.get("/api/auth/sessions").await.problem(403);
    let response = reader.post_json("/api/auth/end_other_sessions", json!({}));
    response.await.problem(403);
    let response = program.post_json("/api/auth/end_session", json!({ "id": listed[0]["id"] }));
    response.await.ok();
    browser.get("/api/auth/me").await.problem(401);
    let response = browser.post_json("/api/auth/login", browser.credentials());
    response.await.ok();
    // A program has no session that could stay.
    let response = program.post_json("/api/auth/end_other_sessions", json!({}));
    response.await.ok();
    browser.get("/api/auth/me").await.problem(401);
}

async fn the_account_page_lists_sessions_without_javascript(engine: Engine) {
    let server = shared_server(engine).await;
    let first = Browser::registered(server).await;
    let second = second_browser(server, &first, FIREFOX).await;
    let html = first.get("/account").await.text();
    assert!(html.contains("Firefox on Linux"), "{html}");
    assert!(html.contains("127.0.0.0/24"), "{html}");
    assert_eq!(html.matches("action=\"/api/auth/end_session\"").count(), 1);
    let id = sessions(&first).await;
    let id = id.iter().find(|it| it["is_current"] == false).unwrap()["id"].to_string();
    let request = first.request(Method::POST, "/api/auth/end_session");
    let form = [("id", id.as_str()), ("return_to", "/account")];
    let request = request.form(&form).header("accept", "text/html");
    let response = first.send(request).await;
    assert_eq!(response.location(), "/account");
    second.get("/api/auth/me").await.problem(401);
    let html = first.get("/account").await.text();
    assert!(!html.contains("Firefox on Linux"), "{html}");
    assert!(!html.contains("/api/auth/end_other_sessions"), "{html}");
}

async fn cookies_of_earlier_versions_are_not_accepted(engine: Engine) {
    use base64::Engine as _;
    use tower_cookies::{Cookie, Cookies, Key};

    let secret = [7_u8; 64];
    let value = base64::prelude::BASE64_STANDARD.encode(secret);
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_KEY", &value)]).await;
    let browser = Browser::registered(&server).await;
    let row = site.database.number("SELECT id FROM users").await;
    let claims = json!({ "user": row, "issued_us": 1_900_000_000_000_000_i64, "epoch": 0 });
    let cookies = Cookies::default();
    let old = Cookie::new("pledgecast_session", claims.to_string());
    cookies.private(&Key::from(&secret)).add(old);
    let old = cookies.get("pledgecast_session").unwrap();
    let stranger = Browser::new(&server);
    let request = stranger.request(Method::GET, "/api/auth/me");
    let request = request.header("cookie", format!("pledgecast_session={}", old.value()));
    stranger.send(request).await.problem(401);
    browser.get("/api/auth/me").await.ok();
}
