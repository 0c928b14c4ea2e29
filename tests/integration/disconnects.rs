//! Clients that disconnect in the middle of their requests: confirmed requests of others stay, and whatever was begun
//! for the client is finished or undone as a whole.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;

use crate::support::{Browser, Engine, Site, predict_body, send_and_disconnect, unique, wait_for};

const SETTINGS: [(&str, &str); 2] = [
    ("PLEDGECAST_WORKERS", "1"),
    // Few connections, so that one that is returned in a wrong state is soon used again.
    ("PLEDGECAST_DATABASE_CONNECTIONS", "4"),
];
const SUBMITS: usize = 150;
const DISCONNECTS: usize = 400;

on_both_databases!(
    confirmed_submits_survive_disconnects_of_other_clients,
    a_request_continues_when_its_client_disconnects,
);

async fn confirmed_submits_survive_disconnects_of_other_clients(engine: Engine) {
    let (site, server) = Site::serving(engine, &SETTINGS).await;
    let (honest, rude) = (
        Browser::registered(&server).await,
        Browser::registered(&server).await,
    );
    for browser in [&honest, &rude] {
        browser.top_up(100_000).await;
    }
    let submit_all = async {
        let mut confirmed = Vec::new();
        for _ in 0..SUBMITS {
            confirmed.push(honest.submit().await["id"].as_i64().unwrap());
        }
        confirmed
    };
    let cookie = rude.cookie("pledgecast_session");
    let disconnect_all = async {
        let mut random = StdRng::seed_from_u64(12);
        let disconnects = (0..DISCONNECTS).map(|number| {
            let pause = Duration::from_micros(random.random_range(0..5_000));
            let start = Duration::from_millis(2 * number as u64);
            let (path, body) = match number % 5 {
                0 => (
                    "/api/balance/top_up",
                    json!({ "amount": 1, "idempotency_key": unique("rude") }),
                ),
                1 => ("/api/tasks/predict", predict_body(&unique("rude"))),
                _ => ("/api/tasks/cancel", json!({ "id": 1 })),
            };
            let (server, cookie) = (&server, &cookie);
            async move {
                tokio::time::sleep(start).await;
                send_and_disconnect(&server.url, cookie, path, &body, pause).await;
            }
        });
        futures::future::join_all(disconnects).await;
    };
    let (confirmed, ()) = futures::future::join(submit_all, disconnect_all).await;
    // An open transaction left on a connection is ended by the server after at most ten seconds; everything written
    // inside it is gone then.
    rude.wait_until_idle().await;
    honest.wait_until_idle().await;
    for id in confirmed {
        let id = site.database.row(id).await;
        let found = site
            .database
            .number(&format!("SELECT COUNT(*) FROM task WHERE id = {id}"))
            .await;
        assert_eq!(found, 1, "task {id} was confirmed but is missing");
    }
    assert_eq!(open_transactions(&site).await, 0);
    site.assert_audit_is_clean().await;
}

/// Idle open transactions on PostgreSQL.
async fn open_transactions(site: &Site) -> i64 {
    match site.database.engine {
        Engine::Sqlite => 0,
        Engine::Postgres => {
            let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                       AND state LIKE 'idle in transaction%' AND state_change < now() - interval '1 second'";
            site.database.number(sql).await
        }
    }
}

async fn a_request_continues_when_its_client_disconnects(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let task = browser.submit().await["id"].clone();
    let mut link = site.database.connect().await;
    match engine {
        Engine::Sqlite => link.execute("BEGIN IMMEDIATE").await,
        Engine::Postgres => {
            link.execute("BEGIN").await;
            link.execute("UPDATE balance SET held = held").await
        }
    };
    let cookie = browser.cookie("pledgecast_session");
    let cancel = json!({ "id": task });
    // Long enough for the request to reach the lock on a slow machine.
    let pause = Duration::from_secs(2);
    send_and_disconnect(&server.url, &cookie, "/api/tasks/cancel", &cancel, pause).await;
    link.execute("ROLLBACK").await;
    wait_for("the task to be canceled", || async {
        (browser.task(&task).await["status"] == "canceled").then_some(())
    })
    .await;
    assert_eq!(browser.balance().await, [10, 0, 10]);
    let again = browser.cancel(&task).await.ok();
    assert_eq!(again["status"], "canceled", "the client may ask again");
    site.assert_audit_is_clean().await;
}
