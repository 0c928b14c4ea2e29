//! Paid requests from many users and connections, as fast as responses arrive.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::http::{Connection, post};
use crate::support::{Site, form_of, sample, unique};
use crate::users::LoadUsers;

/// How long the last tasks may take after the last submit.
const DRAIN: Duration = Duration::from_mins(2);

/// The result of a load.
pub struct Load {
    /// Tasks that were submitted and settled.
    pub tasks: usize,
    /// Time from the first submit until the last task was settled.
    pub took: Duration,
}

impl Load {
    /// Settled tasks per second.
    pub fn rate(&self) -> f64 {
        self.tasks as f64 / self.took.as_secs_f64()
    }
}

/// The form of the sample campaign, without an idempotency key.
pub fn form() -> String {
    let fields = form_of(&sample());
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

/// When a load ends.
#[derive(Clone, Copy)]
pub enum Until {
    /// After a time.
    Over(Duration),
    /// After a number of submits.
    Sent(usize),
}

/// Submits on each of `connections` as soon as the previous response arrives, then waits until all tasks are settled.
pub async fn closed_loop(
    site: &Site,
    url: &str,
    users: &Arc<LoadUsers>,
    connections: usize,
    until: Until,
) -> Load {
    let sent = Arc::new(AtomicUsize::new(0));
    let form: Arc<str> = format!("{}&idempotency_key={}", form(), unique("load")).into();
    let start = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (users, sent, form) = (Arc::clone(users), Arc::clone(&sent), Arc::clone(&form));
        let mut connection = Connection::open(url).await;
        clients.spawn(async move {
            loop {
                let number = sent.fetch_add(1, Ordering::Relaxed);
                let is_over = match until {
                    Until::Over(limit) => start.elapsed() >= limit,
                    Until::Sent(count) => number >= count,
                };
                if is_over {
                    sent.fetch_sub(1, Ordering::Relaxed);
                    return;
                }
                let cookie = &users.cookies[number % users.cookies.len()];
                let request = post("/api/tasks/predict", cookie, &format!("{form}-{number}"));
                let answer = connection.ask(&request).await.unwrap();
                assert_eq!(
                    answer.status,
                    202,
                    "{}",
                    String::from_utf8_lossy(answer.body)
                );
            }
        });
    }
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
    drain(site, start).await;
    Load {
        tasks: sent.load(Ordering::Relaxed),
        took: start.elapsed(),
    }
}

/// Waits until no task is open.
async fn drain(site: &Site, start: Instant) {
    let mut link = site.database.connect().await;
    // Two counts, so that each can use a partial index.
    let open = "SELECT (SELECT COUNT(*) FROM task WHERE status = 'queued') \
                + (SELECT COUNT(*) FROM task WHERE status = 'running')";
    while link.number(open).await > 0 {
        assert!(start.elapsed() < DRAIN, "the tasks are not settled in time");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
