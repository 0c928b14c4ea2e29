//! Live changes at `/events`, within one process; across processes they are in `queue`.

use serde_json::json;

use crate::support::{Browser, Engine, EventStream, shared_server};

on_both_databases!(
    a_task_and_the_balance_are_seen_to_change,
    nobody_sees_what_is_somebody_elses,
    a_stream_ends_with_its_session,
);

async fn a_task_and_the_balance_are_seen_to_change(engine: Engine) {
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

async fn nobody_sees_what_is_somebody_elses(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let mut events = EventStream::open(&browser).await;
    let other = Browser::registered(server).await;
    let task = other.submit().await;
    other.wait_until_final(&task["id"]).await;
    other.top_up(123_456).await;
    browser.top_up(5).await;
    events
        .wait_for("one's own top-up", |event| {
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
    // The change that tells the stream to look: it must end, and not tell of it.
    elsewhere.top_up(777).await;
    events.read_to_end().await;
    for event in events.seen() {
        assert!(!event.data.to_string().contains("787"), "{event:?}");
    }
}
