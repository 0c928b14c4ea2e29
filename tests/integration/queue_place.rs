//! The place of a queued task, and its estimated wait.

use crate::support::{Browser, Engine, Site};

on_both_databases!(
    a_queued_task_has_its_place,
    the_wait_is_estimated_once_there_is_a_throughput,
);

async fn a_queued_task_has_its_place(engine: Engine) {
    let (_site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(90).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(browser.submit().await["id"].clone());
    }
    for (ahead, id) in ids.iter().enumerate() {
        let queue = browser.task(id).await["queue"].clone();
        assert_eq!(queue["ahead"], ahead);
        assert!(
            queue["wait_s"].is_null(),
            "there are no results yet: {queue}"
        );
    }
    browser.cancel(&ids[0]).await.ok();
    assert_eq!(browser.task(&ids[2]).await["queue"]["ahead"], 1);
    assert!(browser.task(&ids[0]).await["queue"].is_null());
    let list = browser.items("/api/tasks").await;
    assert!(list.iter().all(|task| task["queue"].is_null()));
    let page = browser.get(format!("/tasks/{}", ids[2])).await.text();
    assert!(page.contains("1 prediction ahead"), "{page}");
}

async fn the_wait_is_estimated_once_there_is_a_throughput(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(90).await;
    let done = browser.submit().await["id"].clone();
    let done = browser.wait_until_final(&done).await;
    assert!(done["queue"].is_null());
    drop(server);
    let server = site.serve(&[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = browser.copy_at(&server);
    let waiting = browser.submit().await["id"].clone();
    let queue = browser.task(&waiting).await["queue"].clone();
    assert_eq!(queue["ahead"], 0);
    let wait_s = queue["wait_s"].as_u64();
    assert!(wait_s.is_some_and(|it| (1..300).contains(&it)), "{queue}");
}
