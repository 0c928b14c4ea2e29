//! Measures response times at a hundred submits per second. Each submit is sent at its scheduled time, whether or not
//! earlier ones have been answered, and its time counts from then, so that a stall counts for every submit that is due
//! during it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, mpsc};

use crate::Size;
use crate::http::{Connection, get, post};
use crate::load::form;
use crate::paid::Deployment;
use crate::report::{Report, Times};
use crate::support::unique;

const RATE: u32 = 100;
const PEOPLE: usize = 20;
const SUBMIT_AIM_MS: f64 = 25.0;
const RESULT_AIM_MS: f64 = 30.0;
const WARM_UP: Duration = Duration::from_secs(2);
const LAST_RESULTS: Duration = Duration::from_secs(30);

pub async fn measure(extent: Size) -> Report {
    let deployment = Deployment::build(PEOPLE).await;
    let (results, mut seen) = mpsc::unbounded_channel();
    for cookie in &deployment.users.cookies {
        listen(&deployment.web.url, cookie, results.clone()).await;
    }
    let pool = Arc::new(Mutex::new(Vec::new()));
    let time = extent.pick(Duration::from_secs(30), Duration::from_secs(5));
    open_loop(&deployment, &pool, WARM_UP).await;
    let submits = open_loop(&deployment, &pool, time).await;
    let mut waiting: HashMap<i64, Instant> = submits.iter().map(|it| (it.task, it.due)).collect();
    let mut to_result = Vec::new();
    let deadline = Instant::now() + LAST_RESULTS;
    while !waiting.is_empty() {
        let next = tokio::time::timeout_at(deadline.into(), seen.recv()).await;
        let (task, at) = next
            .expect("all results arrive")
            .expect("the streams stay open");
        if let Some(due) = waiting.remove(&task) {
            to_result.push(at - due);
        }
    }
    let to_answer = Times::of(submits.iter().map(|it| it.answered - it.due).collect());
    let to_result = Times::of(to_result);
    let mut report = Report::default();
    report.line(format!(
        "{RATE} submits a second for {} s by {PEOPLE} users, each of whom listens to `/events`; `serve --workers 0`, \
         one `worker`, PostgreSQL and the load on the same cores. Counted from the time at which a submit was due.",
        time.as_secs()
    ));
    report.head(&["from the submit to", "p50, ms", "p99, ms", "longest, ms"]);
    for (what, times) in [
        ("its answer", &to_answer),
        ("its result, as an event", &to_result),
    ] {
        report.row(&[
            what.to_owned(),
            format!("{:.1}", times.percentile_ms(50)),
            format!("{:.1}", times.percentile_ms(99)),
            format!("{:.1}", times.percentile_ms(100)),
        ]);
    }
    report.aim(
        &format!(
            "{SUBMIT_AIM_MS} ms p99 for the answer, of {}",
            to_answer.len()
        ),
        to_answer.percentile_ms(99) <= SUBMIT_AIM_MS,
    );
    report.aim(
        &format!("{RESULT_AIM_MS} ms p50 for the result"),
        to_result.percentile_ms(50) <= RESULT_AIM_MS,
    );
    report
}

struct Submit {
    task: i64,
    due: Instant,
    answered: Instant,
}

async fn open_loop(
    deployment: &Deployment,
    pool: &Arc<Mutex<Vec<Connection>>>,
    time: Duration,
) -> Vec<Submit> {
    let form: Arc<str> = format!("{}&idempotency_key={}", form(), unique("open")).into();
    let start = Instant::now();
    let count = u32::try_from(time.as_secs()).unwrap() * RATE;
    let mut open = tokio::task::JoinSet::new();
    for number in 0..count {
        let due = start + Duration::from_secs(1) / RATE * number;
        tokio::time::sleep_until(due.into()).await;
        let (pool, form, url) = (
            Arc::clone(pool),
            Arc::clone(&form),
            deployment.web.url.clone(),
        );
        let users = Arc::clone(&deployment.users);
        open.spawn(async move {
            let idle = pool.lock().await.pop();
            let mut connection = match idle {
                Some(connection) => connection,
                None => Connection::open(&url).await,
            };
            let cookie = &users.cookies[number as usize % PEOPLE];
            let request = post("/api/tasks/predict", cookie, &format!("{form}-{number}"));
            let answer = connection.ask(&request).await.unwrap();
            assert_eq!(answer.status, 202);
            let answered = Instant::now();
            let task: Value = serde_json::from_slice(answer.body).unwrap();
            let task = task["id"].as_i64().unwrap();
            pool.lock().await.push(connection);
            Submit {
                task,
                due,
                answered,
            }
        });
    }
    open.join_all().await
}

/// Reads a user's events and reports each task that has succeeded.
async fn listen(url: &str, cookie: &str, results: mpsc::UnboundedSender<(i64, Instant)>) {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&get("/events", cookie)).await.unwrap();
    let mut lines = BufReader::new(stream).lines();
    // The first event shows that the subscription is active.
    while let Some(line) = lines.next_line().await.unwrap() {
        if line.starts_with("event: resync") {
            break;
        }
    }
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            let at = Instant::now();
            let Some(data) = line.strip_prefix("data: ") else {
                continue;
            };
            if !data.contains(r#""status":"succeeded""#) {
                continue;
            }
            let task: Value = serde_json::from_str(data).unwrap();
            if results.send((task["id"].as_i64().unwrap(), at)).is_err() {
                return;
            }
        }
    });
}
