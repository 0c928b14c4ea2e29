//! Limits per user and of the service. Bodies are tested in `request_bodies`, lists in `histories`, the length of the
//! queue in `predictions`, login attempts in `login_limits`, connections in `slow_clients`.

use reqwest::Method;

use crate::support::{Browser, Engine, EventStream, PRICE, Site, predict_body, unique, wait_for};

on_both_databases!(
    open_tasks_beyond_the_users_limit_are_refused_before_anything_is_held,
    concurrent_submits_do_not_exceed_the_limit_of_open_tasks,
    streams_beyond_the_users_limit_are_refused_until_one_ends,
);

async fn open_tasks_beyond_the_users_limit_are_refused_before_anything_is_held(engine: Engine) {
    let settings = [
        ("PLEDGECAST_WORKERS", "0"),
        ("PLEDGECAST_MAX_OPEN_TASKS", "2"),
    ];
    let (site, server) = Site::serving(engine, &settings).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(90).await;
    let first = browser.submit().await;
    browser.submit().await;
    let body = predict_body(&unique("open"));
    let response = browser.post_json("/api/tasks/predict", &body).await;
    let problem = response.problem(429);
    assert_eq!(problem["type"], "/problems/too_many_open");
    assert_eq!(problem["limit"], 2);
    assert!(response.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(browser.balance().await, [100, 2 * PRICE, 100 - 2 * PRICE]);
    Browser::registered(&server).await.submit().await;

    browser.cancel(&first["id"]).await.ok();
    browser.post_json("/api/tasks/predict", &body).await.ok();
    site.assert_audit_is_clean().await;
}

async fn concurrent_submits_do_not_exceed_the_limit_of_open_tasks(engine: Engine) {
    let settings = [
        ("PLEDGECAST_WORKERS", "0"),
        ("PLEDGECAST_MAX_OPEN_TASKS", "3"),
    ];
    let (site, server) = Site::serving(engine, &settings).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(490).await;
    let submits = (0..30).map(|_| async {
        let body = predict_body(&unique("same-moment"));
        browser.post_json("/api/tasks/predict", &body).await.status
    });
    let statuses = futures::future::join_all(submits).await;
    let taken = statuses.iter().filter(|status| **status == 202).count();
    assert_eq!(taken, 3, "{statuses:?}");
    assert!(statuses.iter().all(|status| [202, 429].contains(status)));
    assert_eq!(browser.items("/api/tasks").await.len(), 3);
    site.assert_audit_is_clean().await;
}

async fn streams_beyond_the_users_limit_are_refused_until_one_ends(engine: Engine) {
    let settings = [("PLEDGECAST_STREAMS_PER_USER", "2")];
    let (_site, server) = Site::serving(engine, &settings).await;
    let browser = Browser::registered(&server).await;
    let first = EventStream::open(&browser).await;
    let _second = EventStream::open(&browser).await;
    let response = browser.get("/events").await;
    response.problem(429);
    assert!(response.header("retry-after").parse::<u64>().unwrap() > 0);
    EventStream::open(&Browser::registered(&server).await).await;

    drop(first);
    wait_for("a slot for another stream", || async {
        let request = browser.request(Method::GET, "/events");
        let status = request.send().await.unwrap().status();
        (status == 200).then_some(())
    })
    .await;
}
