//! A client that does not know the outcome of a request without a response, and repeats it with the same key.
//! Confirmed requests are compared with the database first, before another request could repair it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pledgecast::types::IdCipher;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use reqwest::header::COOKIE;
use serde_json::{Value, json};

use super::deployment::Urls;
use crate::support::{
    Browser, PRICE, Server, Site, http_client, predict_body, sample, send_and_disconnect, unique,
    wait_for,
};

const WELCOME: i64 = 10;
/// So large that no submit is refused for lack of credits.
const FIRST_TOP_UP: i64 = 900_000;
/// Campaigns of a batch: several claims.
const BATCH_LINES: i64 = 300;
/// Uploads per round. As the newest five drafts are kept, none of these is deleted.
const UPLOADS_MAX: usize = 4;
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(20);
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(50);

/// An installation and one of its web processes.
pub trait Installation {
    fn site(&self) -> &Site;
    fn web(&self) -> &Server;
}

/// One user, and the requests sent so far.
pub struct Client {
    http: reqwest::Client,
    cookie: String,
    /// The row of the user.
    user: i64,
    rng: StdRng,
    /// The keys of this round.
    submits: Vec<String>,
    /// The keys and amounts of this round.
    top_ups: Vec<(String, i64)>,
    /// The keys and ids of the batches that were started in this round.
    batches: Vec<(String, Value)>,
    /// The number of files that were sent in this round.
    uploads: usize,
    /// The confirmed requests of this round.
    confirmed: Vec<Confirmed>,
    /// The number of submits in all rounds.
    submitted: i64,
    /// The credits bought in all rounds.
    bought: i64,
}

/// A request whose response had status 200 or 202.
enum Confirmed {
    /// A submit with its key and the task's id.
    Submit { key: String, id: i64 },
    /// A top-up with its key, the transaction's id and the amount.
    TopUp { key: String, id: i64, amount: i64 },
    /// A task that was reported as canceled.
    Cancel { id: i64 },
    /// A started batch with its key.
    Start { key: String, id: i64 },
}

impl Confirmed {
    /// A query that counts the rows that match the response.
    fn sql(&self, user: i64, cipher: &IdCipher) -> String {
        let (Self::Submit { id, .. }
        | Self::TopUp { id, .. }
        | Self::Cancel { id }
        | Self::Start { id, .. }) = self;
        let id = cipher.row_id(*id);
        match self {
            Self::Submit { key, .. } => format!(
                "SELECT COUNT(*) FROM task WHERE id = {id} AND user_id = {user} AND idempotency_key = '{key}'"
            ),
            Self::TopUp { key, amount, .. } => format!(
                "SELECT COUNT(*) FROM transactions WHERE id = {id} AND user_id = {user} \
                 AND idempotency_key = '{key}' AND amount = {amount}"
            ),
            Self::Cancel { .. } => format!(
                "SELECT COUNT(*) FROM task WHERE id = {id} AND user_id = {user} AND status = 'canceled'"
            ),
            Self::Start { key, .. } => format!(
                "SELECT COUNT(*) FROM batch WHERE id = {id} AND user_id = {user} AND idempotency_key = '{key}' \
                 AND lines = (SELECT COUNT(*) FROM task WHERE batch_id = {id})"
            ),
        }
    }
}

impl Client {
    pub async fn register(deployment: &impl Installation, seed: u64) -> Self {
        let browser = Browser::registered(deployment.web()).await;
        let me = browser.get("/api/auth/me").await.ok();
        let client = Self {
            http: http_client().timeout(RESPONSE_TIMEOUT).build().unwrap(),
            cookie: browser.cookie("pledgecast_session"),
            user: deployment.site().database.row(&me["id"]).await,
            rng: StdRng::seed_from_u64(seed),
            submits: Vec::new(),
            batches: Vec::new(),
            uploads: 0,
            top_ups: vec![(unique("crash-top-up"), FIRST_TOP_UP)],
            confirmed: Vec::new(),
            submitted: 0,
            bought: 0,
        };
        client
            .send(
                deployment,
                "/api/balance/top_up",
                &top_up(&client.top_ups[0]),
            )
            .await;
        client
    }

    /// Sends random requests until `is_over`.
    pub async fn work(&mut self, urls: &Urls, is_over: &AtomicBool) {
        while !is_over.load(Ordering::Relaxed) {
            let url = {
                let urls = urls.read().unwrap();
                urls[self.rng.random_range(0..urls.len())].clone()
            };
            match self.rng.random_range(0..20) {
                0 => {
                    let entry = (unique("crash-top-up"), self.rng.random_range(1..100));
                    self.top_ups.push(entry.clone());
                    let line = self
                        .try_send(&url, "/api/balance/top_up", &top_up(&entry), &[])
                        .await;
                    self.confirmed.extend(line.map(|line| Confirmed::TopUp {
                        key: entry.0,
                        id: line["id"].as_i64().unwrap(),
                        amount: entry.1,
                    }));
                }
                1..=2 => {
                    let Some(id) = self.newest_task() else {
                        continue;
                    };
                    let canceled = self
                        .try_send(&url, "/api/tasks/cancel", &json!({ "id": id }), &[409])
                        .await;
                    self.confirmed
                        .extend(canceled.map(|_| Confirmed::Cancel { id }));
                }
                3..=5 => self.disconnect(&url).await,
                6 => self.buy_batch(&url).await,
                7 => self.cancel_batch(&url).await,
                _ => {
                    let key = unique("crash");
                    self.submits.push(key.clone());
                    let task = self
                        .try_send(&url, "/api/tasks/predict", &predict_body(&key), &[])
                        .await;
                    self.confirmed.extend(task.map(|task| Confirmed::Submit {
                        key,
                        id: task["id"].as_i64().unwrap(),
                    }));
                }
            }
        }
    }

    /// Uploads a file and starts it.
    async fn buy_batch(&mut self, url: &str) {
        if self.uploads == UPLOADS_MAX {
            return;
        }
        self.uploads += 1;
        let line = format!("{}\n", sample());
        let lines = usize::try_from(BATCH_LINES).unwrap();
        let file = json!({ "text": line.repeat(lines) });
        let draft = self.try_send(url, "/api/batches/create", &file, &[]).await;
        let Some(draft) = draft else {
            return;
        };
        let (key, id) = (unique("crash-batch"), draft["id"].clone());
        self.batches.push((key.clone(), id.clone()));
        let body = json!({ "id": id, "idempotency_key": key });
        let started = self.try_send(url, "/api/batches/start", &body, &[]).await;
        self.confirmed.extend(started.map(|_| Confirmed::Start {
            key,
            id: id.as_i64().unwrap(),
        }));
    }

    /// Cancels what is left of the latest batch, which may not be started yet.
    async fn cancel_batch(&mut self, url: &str) {
        if let Some((_, id)) = self.batches.last() {
            let body = json!({ "id": id });
            self.try_send(url, "/api/batches/cancel", &body, &[409])
                .await;
        }
    }

    /// A random one of the three latest tasks that this client knows of.
    fn newest_task(&mut self) -> Option<i64> {
        let mut latest = Vec::new();
        for confirmed in self.confirmed.iter().rev() {
            if let Confirmed::Submit { id, .. } = confirmed {
                latest.push(*id);
            }
            if latest.len() == 3 {
                break;
            }
        }
        (!latest.is_empty()).then(|| latest[self.rng.random_range(0..latest.len())])
    }

    /// Sends a request and closes the connection at a random moment, without reading the response.
    async fn disconnect(&mut self, url: &str) {
        let key = unique("crash-disconnect");
        let (path, body) = match self.rng.random_range(0..4) {
            0 => {
                let entry = (key, self.rng.random_range(1..100));
                let body = top_up(&entry);
                self.top_ups.push(entry);
                ("/api/balance/top_up", body)
            }
            1 => {
                let body = predict_body(&key);
                self.submits.push(key);
                ("/api/tasks/predict", body)
            }
            2 => (
                "/api/auth/change_password",
                json!({ "current_password": "wrong", "new_password": "wrong" }),
            ),
            _ => {
                let id = self.newest_task().unwrap_or_default();
                ("/api/tasks/cancel", json!({ "id": id }))
            }
        };
        let pause = Duration::from_micros(self.rng.random_range(0..5_000));
        send_and_disconnect(url, &self.cookie, path, &body, pause).await;
    }

    /// Compares confirmed requests with the database, without using the service.
    pub async fn check_confirmed(&mut self, deployment: &impl Installation) {
        let database = &deployment.site().database;
        let (mut link, cipher) = (database.connect().await, database.id_cipher().await);
        for confirmed in std::mem::take(&mut self.confirmed) {
            let sql = confirmed.sql(self.user, &cipher);
            assert_eq!(link.number(&sql).await, 1, "confirmed but missing: {sql}");
        }
    }

    /// Repeats all requests of this round until they are confirmed, waits until all tasks are final, and compares
    /// balances and numbers. Returns the number of tasks so far.
    pub async fn repeat_and_check(&mut self, deployment: &impl Installation) -> i64 {
        for entry in std::mem::take(&mut self.top_ups) {
            self.send(deployment, "/api/balance/top_up", &top_up(&entry))
                .await;
            self.bought += entry.1;
        }
        for key in std::mem::take(&mut self.submits) {
            let body = predict_body(&key);
            self.send(deployment, "/api/tasks/predict", &body).await;
            self.submitted += 1;
        }
        for (key, id) in std::mem::take(&mut self.batches) {
            let body = json!({ "id": id, "idempotency_key": key });
            self.send(deployment, "/api/batches/start", &body).await;
            self.submitted += BATCH_LINES;
        }
        self.uploads = 0;
        let balance = wait_for("all tasks to become final", || async {
            let balance = self.get(deployment, "/api/balance").await;
            (balance["held"] == 0).then_some(balance)
        })
        .await;
        let user = self.user;
        let count = |what: &str| {
            let sql = format!("SELECT COUNT(*) FROM task WHERE user_id = {user} {what}");
            async move { deployment.site().database.number(&sql).await }
        };
        assert_eq!(count("").await, self.submitted, "tasks of user {user}");
        let done = count("AND status = 'succeeded'").await;
        let expected = WELCOME + self.bought - PRICE * done;
        assert_eq!(balance["amount"], expected, "balance of user {user}");
        self.submitted
    }

    /// Sends a request that may be lost; `None` unless it was confirmed.
    async fn try_send(
        &self,
        url: &str,
        path: &str,
        body: &Value,
        refusals: &[u16],
    ) -> Option<Value> {
        let request = self
            .http
            .post(format!("{url}{path}"))
            .header(COOKIE, &self.cookie);
        let Ok(response) = request.json(body).send().await else {
            tokio::time::sleep(PAUSE_AFTER_ERROR).await;
            return None;
        };
        let status = response.status().as_u16();
        let text = response.text().await.ok()?;
        if status == 503 {
            tokio::time::sleep(PAUSE_AFTER_ERROR).await;
            return None;
        }
        let is_ok = matches!(status, 200 | 202);
        assert!(
            is_ok || refusals.contains(&status),
            "{path}: {status} {text}"
        );
        is_ok.then(|| serde_json::from_str(&text).unwrap())
    }

    async fn send(&self, deployment: &impl Installation, path: &str, body: &Value) -> Value {
        wait_for(&format!("{path} to succeed"), || {
            self.try_send(&deployment.web().url, path, body, &[])
        })
        .await
    }

    async fn get(&self, deployment: &impl Installation, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", deployment.web().url));
        let response = request.header(COOKIE, &self.cookie).send().await.unwrap();
        response.json().await.unwrap()
    }
}

fn top_up((key, amount): &(String, i64)) -> Value {
    json!({ "amount": amount, "idempotency_key": key })
}
