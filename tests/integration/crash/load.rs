//! A client that cannot know what became of a request whose answer never came, and asks again by its key.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use reqwest::header::COOKIE;
use serde_json::{Value, json};

use super::town::Urls;
use crate::support::{Browser, PRICE, Server, Site, predict_body, unique, wait_for};

const WELCOME: i64 = 10;
/// So that no submit is refused for want of credits.
const FIRST_TOP_UP: i64 = 900_000;
const ANSWER_LIMIT: Duration = Duration::from_secs(20);
const AFTER_AN_ERROR: Duration = Duration::from_millis(50);

/// Where clients are: an installation, and any of its web processes.
pub trait Place {
    fn site(&self) -> &Site;
    fn web(&self) -> &Server;
}

/// One user and what they have asked for so far.
pub struct Client {
    http: reqwest::Client,
    cookie: String,
    user: i64,
    dice: StdRng,
    /// The keys of this round.
    submits: Vec<String>,
    /// The keys and amounts of this round.
    top_ups: Vec<(String, i64)>,
    /// Ids of this round, as far as they were answered.
    tasks: Vec<i64>,
    /// Submits of all rounds.
    asked: i64,
    /// Credits bought in all rounds.
    bought: i64,
}

impl Client {
    pub async fn register(town: &impl Place, seed: u64) -> Self {
        let browser = Browser::registered(town.web()).await;
        let client = Self {
            http: reqwest::Client::builder()
                .timeout(ANSWER_LIMIT)
                .build()
                .unwrap(),
            cookie: browser.cookie("pledgecast_session"),
            user: browser.get("/api/auth/me").await.ok()["id"]
                .as_i64()
                .unwrap(),
            dice: StdRng::seed_from_u64(seed),
            submits: Vec::new(),
            top_ups: vec![(unique("crash-top-up"), FIRST_TOP_UP)],
            tasks: Vec::new(),
            asked: 0,
            bought: 0,
        };
        client
            .must(town, "/api/balance/top_up", &top_up(&client.top_ups[0]))
            .await;
        client
    }

    /// Asks for this and that until it is over.
    pub async fn work(&mut self, urls: &Urls, is_over: &AtomicBool) {
        while !is_over.load(Ordering::Relaxed) {
            let url = {
                let urls = urls.read().unwrap();
                urls[self.dice.random_range(0..urls.len())].clone()
            };
            match self.dice.random_range(0..20) {
                0 => {
                    let entry = (unique("crash-top-up"), self.dice.random_range(1..100));
                    self.ask(&url, "/api/balance/top_up", &top_up(&entry), &[])
                        .await;
                    self.top_ups.push(entry);
                }
                1..=2 if !self.tasks.is_empty() => {
                    let newest = self.tasks.len().saturating_sub(3)..self.tasks.len();
                    let id = self.tasks[self.dice.random_range(newest)];
                    self.ask(&url, "/api/tasks/cancel", &json!({ "id": id }), &[409])
                        .await;
                }
                _ => {
                    let key = unique("crash");
                    let task = self
                        .ask(&url, "/api/tasks/predict", &predict_body(&key), &[])
                        .await;
                    self.submits.push(key);
                    self.tasks.extend(task.and_then(|task| task["id"].as_i64()));
                }
            }
        }
    }

    /// Asks again for everything of this round, waits until it is done, and compares; answers the number of
    /// tasks so far.
    pub async fn settle_accounts(&mut self, town: &impl Place) -> i64 {
        for entry in std::mem::take(&mut self.top_ups) {
            self.must(town, "/api/balance/top_up", &top_up(&entry))
                .await;
            self.bought += entry.1;
        }
        self.tasks.clear();
        for key in std::mem::take(&mut self.submits) {
            let body = predict_body(&key);
            let task = self.must(town, "/api/tasks/predict", &body).await;
            self.tasks.push(task["id"].as_i64().unwrap());
            self.asked += 1;
        }
        let balance = wait_for("all tasks to become final", || async {
            let balance = self.get(town, "/api/balance").await;
            (balance["held"] == 0).then_some(balance)
        })
        .await;
        let user = self.user;
        let count = |what: &str| {
            let sql = format!("SELECT COUNT(*) FROM task WHERE user_id = {user} {what}");
            async move { town.site().database.number(&sql).await }
        };
        assert_eq!(count("").await, self.asked, "tasks of user {user}");
        let done = count("AND status = 'succeeded'").await;
        let expected = WELCOME + self.bought - PRICE * done;
        assert_eq!(balance["amount"], expected, "balance of user {user}");
        self.asked
    }

    /// Sends a request that may be lost; `None` where no answer says that it was done.
    async fn ask(&self, url: &str, path: &str, body: &Value, refusals: &[u16]) -> Option<Value> {
        let request = self
            .http
            .post(format!("{url}{path}"))
            .header(COOKIE, &self.cookie);
        let Ok(answer) = request.json(body).send().await else {
            tokio::time::sleep(AFTER_AN_ERROR).await;
            return None;
        };
        let status = answer.status().as_u16();
        let text = answer.text().await.ok()?;
        if status == 503 {
            tokio::time::sleep(AFTER_AN_ERROR).await;
            return None;
        }
        assert!(
            status == 200 || refusals.contains(&status),
            "{path}: {status} {text}"
        );
        (status == 200).then(|| serde_json::from_str(&text).unwrap())
    }

    async fn must(&self, town: &impl Place, path: &str, body: &Value) -> Value {
        wait_for(&format!("{path} to be answered"), || {
            self.ask(&town.web().url, path, body, &[])
        })
        .await
    }

    async fn get(&self, town: &impl Place, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", town.web().url));
        let answer = request.header(COOKIE, &self.cookie).send().await.unwrap();
        answer.json().await.unwrap()
    }
}

fn top_up((key, amount): &(String, i64)) -> Value {
    json!({ "amount": amount, "idempotency_key": key })
}
