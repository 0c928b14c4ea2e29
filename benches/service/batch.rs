//! Measures batches: how fast 10,000 campaigns are checked, bought and settled, and how long another user waits meanwhile.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Size;
use crate::http::{Connection, get, post};
use crate::load::form;
use crate::report::{Report, Times, median};
use crate::support::{Engine, Program, Server, Site, unique};
use crate::users::{LoadUsers, key_setting};

const TURNS: usize = 3;
/// Campaigns per second, from the start of the batch until its last result.
const AIM: f64 = 2_000.0;
/// How long another user may wait for a result.
const AIM_WAIT_MS: f64 = 1_000.0;
/// How long a batch may take.
const LIMIT: Duration = Duration::from_mins(2);

/// The processes of an installation.
struct Deployment {
    site: Site,
    web: Server,
    /// On PostgreSQL.
    _worker: Option<Program>,
}

impl Deployment {
    async fn open(engine: Engine) -> (Self, LoadUsers) {
        let site = Site::new(engine).await;
        site.run_ok(&["migrate"], "").await;
        let users = LoadUsers::create(&site, 2).await;
        let (key, log) = (key_setting(), ("PLEDGECAST_LOG", "warn"));
        let workers = match engine {
            Engine::Sqlite => "1",
            Engine::Postgres => "0",
        };
        let settings = [
            ("PLEDGECAST_WORKERS", workers),
            ("PLEDGECAST_KEY", key.as_str()),
            log,
        ];
        let web = site.serve(&settings).await;
        let worker = (engine == Engine::Postgres).then(|| site.worker(&[log]));
        let deployment = Self {
            site,
            web,
            _worker: worker,
        };
        (deployment, users)
    }
}

/// What one batch took.
struct Turn {
    checked: Duration,
    started: Duration,
    settled: Duration,
    waits: Vec<Duration>,
}

pub async fn measure(extent: Size) -> Report {
    let lines = extent.pick(10_000, 500);
    let mut report = Report::default();
    report.line(format!(
        "A batch of {lines} campaigns: the upload until the price is known, the start, and from the start until the last \
         result; meanwhile another user buys one prediction after the other. SQLite with `serve` and one worker, \
         PostgreSQL with a web process and a worker process."
    ));
    report.head(&[
        "database, turn",
        "upload, s",
        "start, s",
        "campaigns a second",
        "slowest other prediction, ms",
    ]);
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (deployment, users) = Deployment::open(engine).await;
        let (mut rates, mut slowest) = (Vec::new(), Vec::new());
        for number in 1..=TURNS {
            let turn = run(&deployment, &users, lines).await;
            let rate = lines as f64 / turn.settled.as_secs_f64();
            let wait_ms = Times::of(turn.waits).percentile_ms(100);
            report.row(&[
                format!("{engine:?}, {number}"),
                format!("{:.2}", turn.checked.as_secs_f64()),
                format!("{:.2}", turn.started.as_secs_f64()),
                format!("{rate:.0}"),
                format!("{wait_ms:.0}"),
            ]);
            rates.push(rate);
            slowest.push(wait_ms);
        }
        deployment.site.assert_audit_is_clean().await;
        let rate = median(rates);
        report.aim(
            &format!("{AIM} campaigns a second on {engine:?}; the median is {rate:.0}"),
            rate >= AIM,
        );
        let wait_ms = median(slowest);
        report.aim(
            &format!("another user waits less than {AIM_WAIT_MS} ms on {engine:?}; the median of the slowest is {wait_ms:.0}"),
            wait_ms < AIM_WAIT_MS,
        );
    }
    report
}

/// A file of campaigns.
fn file(lines: usize) -> String {
    let header = "name,blurb,usd_goal,country,currency,launched_at,deadline,analytics_name\n";
    let lines = (0..lines).map(|number| {
        format!(
            "Lamp {number},A lamp made of driftwood and patience,{},US,USD,2026-04-01,2026-05-01,Product Design\n",
            1_000 + number
        )
    });
    std::iter::once(header.to_owned()).chain(lines).collect()
}

async fn run(deployment: &Deployment, users: &LoadUsers, lines: usize) -> Turn {
    let (analyst, other) = (&users.cookies[0], &users.cookies[1]);
    let mut connection = Connection::open(&deployment.web.url).await;
    let mut upload = form_urlencoded::Serializer::new(String::new());
    upload.append_pair("text", &file(lines));
    let upload = post("/api/batches/create", analyst, &upload.finish());
    let begun = Instant::now();
    let draft = ask(&mut connection, &upload).await;
    let checked = begun.elapsed();

    let id = draft["id"].to_string();
    let id = id.trim_matches('"');
    let start = format!("id={id}&idempotency_key={}", unique("batch"));
    let begun = Instant::now();
    ask(
        &mut connection,
        &post("/api/batches/start", analyst, &start),
    )
    .await;
    let started = begun.elapsed();
    let mut single = Connection::open(&deployment.web.url).await;
    let mut waits = Vec::new();
    loop {
        waits.push(predict(&mut single, other).await);
        let batch = get(&format!("/api/batch?id={id}"), analyst);
        if ask(&mut connection, &batch).await["state"] == "finished" {
            break;
        }
        assert!(begun.elapsed() < LIMIT, "the batch is not settled in time");
    }
    Turn {
        checked,
        started,
        settled: begun.elapsed(),
        waits,
    }
}

/// Buys one prediction and waits for its result.
async fn predict(connection: &mut Connection, cookie: &str) -> Duration {
    let form = format!("{}&idempotency_key={}", form(), unique("single"));
    let begun = Instant::now();
    let task = ask(connection, &post("/api/tasks/predict", cookie, &form)).await;
    let id = task["id"].to_string();
    let task = get(
        &format!("/api/task?id={}", id.trim_matches('"')),
        &format!("{cookie}\r\nprefer: wait=30"),
    );
    let task = ask(connection, &task).await;
    assert_eq!(task["status"], "succeeded", "{task}");
    begun.elapsed()
}

async fn ask(connection: &mut Connection, request: &[u8]) -> Value {
    let answer = connection.ask(request).await.unwrap();
    let text = String::from_utf8_lossy(answer.body);
    assert!(
        matches!(answer.status, 200 | 202),
        "{}: {text}",
        answer.status
    );
    serde_json::from_str(&text).unwrap()
}
