//! Live updates at `/events` within one process; `queue` tests them across processes.

use reqwest::Method;
use serde_json::json;

use crate::support::{
    Browser, Engine, EventStream, Proxy, Site, shared_idle_server, shared_server, wait_for,
};

on_both_databases!(
    changes_of_a_task_and_the_balance_are_streamed,
    a_stream_contains_no_data_of_other_users,
    a_stream_ends_with_its_session,
    a_stream_opened_right_after_its_page_triggers_no_reload,
    a_change_between_page_and_stream_triggers_a_reload,
    a_reopened_stream_continues_where_it_ended,
    a_restart_without_changes_triggers_no_reload,
    an_idle_stream_sends_heartbeats,
    a_busy_user_does_not_affect_other_streams,
);

async fn changes_of_a_task_and_the_balance_are_streamed(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let mut events = EventStream::open(&browser).await;
    let id = browser.submit().await["id"].clone();
    let done = events
        .wait_for("the result", |event| {
            event.name == "task" && event.data["id"] == id && event.data["status"] == "succeeded"
        })
        .await;
    assert_eq!(done.data, browser.task(&id).await);
    events
        .wait_for("the charge", |event| {
            event.name == "balance" && event.data["amount"] == 0 && event.data["held"] == 0
        })
        .await;
}

async fn a_stream_contains_no_data_of_other_users(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let mut events = EventStream::open(&browser).await;
    let other = Browser::registered(server).await;
    let task = other.submit().await;
    other.wait_until_final(&task["id"]).await;
    other.top_up(123_456).await;
    browser.top_up(5).await;
    events
        .wait_for("the user's own top-up", |event| {
            event.name == "balance" && event.data["amount"] == 15
        })
        .await;
    for event in events.seen() {
        assert_ne!(event.name, "task", "{event:?}");
        assert!(!event.data.to_string().contains("123456"), "{event:?}");
    }
}

async fn a_stream_ends_with_its_session(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let elsewhere = Browser::new(server);
    let credentials = browser.credentials();
    let login = elsewhere.post_json("/api/auth/login", &credentials);
    login.await.ok();
    let mut events = EventStream::open(&browser).await;
    let end = elsewhere.post_json("/api/auth/end_sessions", json!({}));
    end.await.ok();
    elsewhere
        .post_json("/api/auth/login", &credentials)
        .await
        .ok();
    // This change makes the stream check its session: it must end without sending the change.
    elsewhere.top_up(777).await;
    events.read_to_end().await;
    for event in events.seen() {
        assert!(!event.data.to_string().contains("787"), "{event:?}");
    }
}

/// The position in a page that the server rendered.
fn position_in(html: &str) -> String {
    let mut found = html.split(r#""+\""#).filter_map(|rest| rest.get(..32));
    let is_token = |text: &&str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    found.find(is_token).expect("a position").to_owned()
}

async fn a_stream_opened_right_after_its_page_triggers_no_reload(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    browser.top_up(100).await;
    browser.submit().await;
    for path in ["/overview", "/tasks", "/transactions", "/account"] {
        let page = browser.get(path).await.text();
        let mut events = EventStream::open_since(&browser, &position_in(&page)).await;
        assert_eq!(events.first().await.name, "heartbeat", "{path}");
        assert_eq!(events.position(), position_in(&page), "{path}");
    }
}

async fn a_change_between_page_and_stream_triggers_a_reload(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    browser.top_up(100).await;
    let mut seen = vec![String::new(), "0".repeat(32)];
    seen.push(position_in(&browser.get("/tasks").await.text()));
    let task = browser.submit().await;
    seen.push(position_in(&browser.get("/tasks").await.text()));
    browser.cancel(&task["id"]).await.ok();
    seen.push(position_in(&browser.get("/tasks").await.text()));
    browser.top_up(1).await;
    for position in seen {
        let mut events = EventStream::open_since(&browser, &position).await;
        assert_eq!(events.first().await.name, "resync", "{position}");
    }
}

async fn a_reopened_stream_continues_where_it_ended(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let mut events = EventStream::open(&browser).await;
    let task = browser.submit().await;
    events
        .wait_for("the balance with the held price", |event| {
            event.name == "balance" && event.data["held"] == 10
        })
        .await;
    let last = events.position();
    drop(events);
    // Like a browser: repeats the old URL and sends the last event's id in the header.
    let again = || {
        let old = format!("/events?since={}", "0".repeat(32));
        let request = browser.request(Method::GET, &old);
        EventStream::open_by(request.header("last-event-id", &last))
    };
    assert_eq!(again().await.first().await.name, "heartbeat");
    browser.cancel(&task["id"]).await.ok();
    assert_eq!(again().await.first().await.name, "resync");
}

async fn a_restart_without_changes_triggers_no_reload(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let task = browser.submit().await;
    browser.wait_until_final(&task["id"]).await;
    let page = browser.get("/tasks").await.text();
    server.program.stop().await;
    let server = site.serve(&[]).await;
    let browser = browser.copy_at(&server);
    let mut events = EventStream::open_since(&browser, &position_in(&page)).await;
    assert_eq!(events.first().await.name, "heartbeat");
}

async fn an_idle_stream_sends_heartbeats(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let mut events = EventStream::open(&browser).await;
    events.first().await;
    events.forget();
    let next = events.first().await;
    assert_eq!((next.name.as_str(), next.data), ("heartbeat", json!({})));
}

async fn a_busy_user_does_not_affect_other_streams(engine: Engine) {
    let server = shared_idle_server(engine).await;
    let (busy, quiet) = (
        Browser::registered(server).await,
        Browser::registered(server).await,
    );
    let mut busy_events = EventStream::open(&busy).await;
    let mut events = EventStream::open(&quiet).await;
    busy.top_up(1_000_000).await;
    // More than any buffer holds, while nobody reads the busy user's stream.
    let submits = (0..200).map(|_| busy.submit());
    futures::future::join_all(submits).await;
    quiet.top_up(5).await;
    events
        .wait_for("the user's own top-up", |event| {
            event.name == "balance" && event.data["amount"] == 15
        })
        .await;
    let resyncs = events.seen().iter().filter(|it| it.name == "resync");
    assert_eq!(resyncs.count(), 1, "{:?}", events.seen());
    // Whatever did not fit, the stream must end at the current position.
    let mut fresh = EventStream::open(&busy).await;
    fresh.first().await;
    let newest = fresh.position();
    busy_events
        .wait_for("the busy user's stream to catch up", |event| {
            event.id.as_ref() == Some(&newest)
        })
        .await;
}

/// A server whose database connections go through a proxy.
async fn behind_a_proxy() -> (Site, crate::support::Server, Proxy) {
    let site = Site::new(Engine::Postgres).await;
    let proxy = Proxy::start(Proxy::target_of(&site.database.url)).await;
    let url = proxy.url_of(&site.database.url);
    let server = site.serve(&[("PLEDGECAST_DATABASE_URL", &url)]).await;
    (site, server, proxy)
}

#[tokio::test]
async fn a_frozen_listen_connection_is_replaced() {
    let (_site, server, proxy) = behind_a_proxy().await;
    let browser = Browser::registered(&server).await;
    let mut events = EventStream::open(&browser).await;
    events.assert_changes_arrive(&browser).await;
    assert_eq!(proxy.freeze_listen(), 1);
    // Changes in the meantime must not be lost either.
    browser.top_up(1).await;
    wait_for("a new LISTEN", || {
        let log = server.program.log();
        std::future::ready((log.matches("listening to the database\n").count() == 2).then_some(()))
    })
    .await;
    events
        .wait_for("a reload", |event| {
            event.name == "resync" && event.id.is_some()
        })
        .await;
    events.assert_changes_arrive(&browser).await;
    server.program.stop().await;
}

#[tokio::test]
async fn cut_database_connections_end_no_stream() {
    let (_site, server, proxy) = behind_a_proxy().await;
    let browser = Browser::registered(&server).await;
    let mut events = EventStream::open(&browser).await;
    events.assert_changes_arrive(&browser).await;
    proxy.cut_all();
    wait_for("a new LISTEN", || {
        let log = server.program.log();
        std::future::ready((log.matches("listening to the database\n").count() == 2).then_some(()))
    })
    .await;
    let [amount, ..] = browser.balance().await;
    events.forget();
    browser.top_up(3).await;
    // The new LISTEN makes streams compare positions. If the top-up is committed by then, the client is told to
    // reload.
    events
        .wait_for("a top-up or a reload", |event| {
            event.is_resync() || (event.name == "balance" && event.data["amount"] == amount + 3)
        })
        .await;
}

#[tokio::test]
async fn a_stream_stays_open_while_the_database_is_frozen() {
    let (_site, server, proxy) = behind_a_proxy().await;
    let browser = Browser::registered(&server).await;
    let mut events = EventStream::open(&browser).await;
    events.first().await;
    proxy.freeze_all();
    for _ in 0..2 {
        events.forget();
        assert_eq!(events.first().await.name, "heartbeat");
    }
}

#[tokio::test]
async fn a_server_that_fails_to_start_exits_even_with_a_listen_connection() {
    let (site, server) = Site::serving(Engine::Postgres, &[]).await;
    let taken = server.url.trim_start_matches("http://");
    let mut second = site.start(site.command(&["serve"], &[("PLEDGECAST_ADDRESS", taken)]));
    assert!(!second.wait().await.success());
}
