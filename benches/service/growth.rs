//! Measures whether the service becomes slower as its history grows.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pledgecast::queue::{self, ClaimOptions};
use pledgecast::services::{Clock as _, SystemClock};
use pledgecast::types::{CampaignInput, campaign_example};

use crate::Size;
use crate::http::{Connection, get};
use crate::load::Until;
use crate::paid::Deployment;
use crate::report::{Report, Times, median};
use crate::support::{Engine, Site};
use crate::users::{CREDITS, LONG_AGO, LoadUsers, database_of};

const CONNECTIONS: usize = 64;
/// Turns for each of the two databases, in pairs: two runs of the same load differ by a tenth.
const TURNS: usize = 9;
/// Load before each turn that is not counted: the turn of the other database has just filled the cluster's cache.
const SETTLING_IN: Duration = Duration::from_millis(1_500);
const TASKS_EACH: usize = 100;
/// Users who submit and read histories; the same number on both.
const ACTIVE: usize = 100;
const LOOKS: usize = 300;
const CLAIMS: usize = 60;
/// The default of `pledgecast worker`.
const BATCH: u64 = 128;
const FEW_QUEUED: usize = 10_000;
/// How much slower the larger database may be.
const AIM: f64 = 0.10;
/// How much an open snapshot may cost, and how many turns measure it.
const SNAPSHOT_AIM: f64 = 0.20;
const SNAPSHOT_TURNS: usize = 3;

/// One of the two databases that are compared.
struct Side {
    deployment: Deployment,
    rates: Vec<f64>,
    tasks_ms: Vec<f64>,
    lines_ms: Vec<f64>,
    claim_ms: Vec<f64>,
}

pub async fn measure(extent: Size) -> Report {
    let (few, many) = extent.pick((10_000, 3_000_000), (1_000, 50_000));
    let mut sides = [Side::build(few).await, Side::build(many).await];
    let turn = extent.turn() * 3 / 5;
    for number in 0..TURNS {
        // The order alternates, so that a slow-down over time affects both.
        for at in [number % 2, 1 - number % 2] {
            sides[at].measure(turn).await;
        }
    }
    let queued = extent.pick(100_000, 5_000);
    let few_queued = FEW_QUEUED.min(queued / 10);
    for (side, queued) in std::iter::zip(&mut sides, [few_queued, queued]) {
        let middle = side.claim_ms(queued).await;
        side.claim_ms.push(middle);
    }
    let snapshot = sides[0].under_snapshot(turn).await;
    let mut report = Report::default();
    report.line(format!(
        "Two databases on one cluster, the one with {few} settled tasks and their charges, the other with {many}, \
         {TASKS_EACH} of each user; measured in {TURNS} pairs of turns, as `paid` and by GETs of the newest 20 of a \
         history. Claims of {BATCH} with {few_queued} tasks queued in the one and {queued} in the other."
    ));
    compare(&mut report, [few, many], &sides);
    report.line("");
    report.line(format!(
        "The smaller database, in turns without and with an open snapshot, as of a backup, for {} s each.",
        turn.as_secs()
    ));
    report.head(&["", "without", "with", "ratio"]);
    let [without, with] = snapshot;
    let ratio = row(&mut report, "paid predictions a second", &without, &with);
    report.aim("a snapshot costs at most 20 %", ratio >= 1.0 - SNAPSHOT_AIM);
    report
}

/// Each figure is the median of its turns; the ratio is the median of the ratios of the pairs.
fn compare(report: &mut Report, sizes: [usize; 2], [small, large]: &[Side; 2]) {
    let rates = [&small.rates, &large.rates];
    let times = [
        ("`/api/tasks`, p50 ms", &small.tasks_ms, &large.tasks_ms),
        (
            "`/api/transactions`, p50 ms",
            &small.lines_ms,
            &large.lines_ms,
        ),
        ("a claim, p50 ms", &small.claim_ms, &large.claim_ms),
    ];
    report.head(&["", &sizes[0].to_string(), &sizes[1].to_string(), "ratio"]);
    let ratio = row(report, "paid predictions a second", rates[0], rates[1]);
    let mut is_kept = ratio >= 1.0 - AIM;
    for (what, small, large) in times {
        is_kept &= row(report, what, small, large) <= 1.0 + AIM;
    }
    let mut pairs = ratios(rates[0], rates[1]);
    pairs.sort_by(f64::total_cmp);
    let pairs: Vec<_> = pairs.iter().map(|ratio| format!("{ratio:.2}")).collect();
    report.line("");
    report.line(format!("The rates' ratios by pair: {}.", pairs.join(", ")));
    report.aim("each within 10 %", is_kept);
}

fn row(report: &mut Report, what: &str, small: &[f64], large: &[f64]) -> f64 {
    let ratio = median(ratios(small, large));
    report.row(&[
        what.to_owned(),
        format!("{:.2}", median(small.to_vec())),
        format!("{:.2}", median(large.to_vec())),
        format!("{ratio:.2}"),
    ]);
    ratio
}

fn ratios(small: &[f64], large: &[f64]) -> Vec<f64> {
    std::iter::zip(large, small)
        .map(|(large, small)| large / small)
        .collect()
}

impl Side {
    async fn build(tasks: usize) -> Self {
        let site = Site::new(Engine::Postgres).await;
        site.run_ok(&["migrate"], "").await;
        let user_count = (tasks / TASKS_EACH).max(ACTIVE);
        // The first start registers the model.
        site.serve(&[("PLEDGECAST_WORKERS", "0")])
            .await
            .program
            .stop()
            .await;
        let mut users = LoadUsers::create(&site, user_count).await;
        fill(&site, &users, user_count, tasks).await;
        // From all users, not just the first ones.
        let step = user_count / ACTIVE;
        users.cookies = users
            .cookies
            .into_iter()
            .step_by(step)
            .take(ACTIVE)
            .collect();
        Self {
            deployment: Deployment::open(site, Arc::new(users)).await,
            rates: Vec::new(),
            tasks_ms: Vec::new(),
            lines_ms: Vec::new(),
            claim_ms: Vec::new(),
        }
    }

    async fn measure(&mut self, turn: Duration) {
        self.deployment
            .load(CONNECTIONS, Until::Over(SETTLING_IN))
            .await;
        self.rates.push(
            self.deployment
                .load(CONNECTIONS, Until::Over(turn))
                .await
                .rate(),
        );
        self.tasks_ms.push(self.look("/api/tasks?limit=20").await);
        self.lines_ms
            .push(self.look("/api/transactions?limit=20").await);
    }

    /// The rates without and with an old snapshot, in turns.
    async fn under_snapshot(&mut self, turn: Duration) -> [Vec<f64>; 2] {
        // Lets the worker finish the tasks that the claims were measured with.
        self.deployment.worker.signal("CONT");
        let mut rates = [Vec::new(), Vec::new()];
        for _ in 0..SNAPSHOT_TURNS {
            for (rates, is_open) in std::iter::zip(&mut rates, [false, true]) {
                let mut link = self.deployment.site.database.connect().await;
                link.execute("VACUUM task").await;
                if is_open {
                    link.execute("BEGIN ISOLATION LEVEL REPEATABLE READ").await;
                    link.execute("SELECT COUNT(*) FROM task").await;
                }
                self.deployment
                    .load(CONNECTIONS, Until::Over(SETTLING_IN))
                    .await;
                let load = self.deployment.load(CONNECTIONS, Until::Over(turn));
                rates.push(load.await.rate());
            }
        }
        rates
    }

    /// The median time of a GET, in milliseconds.
    async fn look(&self, path: &str) -> f64 {
        let mut connection = Connection::open(&self.deployment.web.url).await;
        let mut times = Vec::with_capacity(LOOKS);
        for cookie in self.deployment.users.cookies.iter().cycle().take(LOOKS) {
            let request = get(path, cookie);
            let start = Instant::now();
            let response = connection.ask(&request).await.unwrap();
            assert_eq!(response.status, 200);
            times.push(start.elapsed());
        }
        Times::of(times).percentile_ms(50)
    }

    /// The median time of a claim in milliseconds, with this many tasks queued.
    async fn claim_ms(&self, queued: usize) -> f64 {
        let site = &self.deployment.site;
        self.deployment.worker.signal("STOP");
        queue_many(site, &self.deployment.users, queued).await;
        let database = database_of(site).await;
        let claims = CLAIMS.min(queued / usize::try_from(BATCH).unwrap());
        let mut times = Vec::with_capacity(claims);
        for _ in 0..claims {
            let start = Instant::now();
            let options = ClaimOptions {
                limit: BATCH,
                lease_for: chrono::Duration::seconds(30),
                from_round: i64::MIN,
                except: &[],
            };
            let (_, tasks) = queue::claim(&database, options, SystemClock.now())
                .await
                .unwrap();
            times.push(start.elapsed());
            assert_eq!(tasks.len() as u64, BATCH);
        }
        Times::of(times).percentile_ms(50)
    }
}

/// The sample campaign as it is stored.
fn input() -> String {
    let today = SystemClock.now().date_naive();
    let input: CampaignInput = campaign_example(today);
    let campaign = input.check(today).unwrap();
    serde_json::to_string(&campaign)
        .unwrap()
        .replace('\'', "''")
}

/// Queues tasks for the users in turn, with their holds.
pub async fn queue_many(site: &Site, users: &LoadUsers, count: usize) {
    let (first, users) = (users.first, users.cookies.len());
    let input = input();
    let mut link = site.database.connect().await;
    for sql in [
        "BEGIN".to_owned(),
        format!(
            "INSERT INTO task (user_id, model_id, input, status, price, attempts, idempotency_key, \
             request_hash, queued_at, round) SELECT {first} + t % {users}, (SELECT MIN(id) FROM model), \
             '{input}'::jsonb, 'queued', 10, 0, 'queued-' || t, 'x', now(), \
             COALESCE((SELECT round FROM queue_state), 0) + t / {users} \
             FROM generate_series(1, {count}) t"
        ),
        "UPDATE balance SET held = held + taken.price FROM (SELECT user_id, SUM(price) AS price FROM task \
         WHERE idempotency_key LIKE 'queued-%' AND status = 'queued' GROUP BY user_id) taken \
         WHERE balance.user_id = taken.user_id"
            .to_owned(),
        "COMMIT".to_owned(),
        "VACUUM ANALYZE task".to_owned(),
        "CHECKPOINT".to_owned(),
    ] {
        link.execute(&sql).await;
    }
}

/// Inserts settled tasks for the users in turn, with results and charges that pass the audit.
async fn fill(site: &Site, users: &LoadUsers, user_count: usize, tasks: usize) {
    let first = users.first;
    let input = input();
    let context = r#"{"population":"campaigns","base_rate":{"parent":null,"category":null,"campaigns":1000,"success_rate":0.41},"neighbours":null,"unlike":[]}"#;
    let mut link = site.database.connect().await;
    for sql in [
        // Without this, foreign keys are checked row by row; the rows inserted here satisfy them.
        "SET session_replication_role = replica".to_owned(),
        "SET synchronous_commit = off".to_owned(),
        format!(
            "INSERT INTO task (user_id, model_id, input, status, price, attempts, idempotency_key, \
             request_hash, queued_at, started_at, finished_at) SELECT {first} + t % {user_count}, \
             (SELECT MIN(id) FROM model), '{input}'::jsonb, 'succeeded', 10, 1, 'past-' || t, 'x', \
             '{LONG_AGO}', '{LONG_AGO}', '{LONG_AGO}' FROM generate_series(0, {tasks} - 1) t"
        ),
        format!(
            "INSERT INTO task_result (task_id, probability, verdict, interval_low, interval_high, \
             inference_us, context, created_at) SELECT id, 0.5, 'toss_up', 0.4, 0.6, 15, \
             '{context}'::jsonb, finished_at FROM task"
        ),
        format!(
            "INSERT INTO transactions (user_id, kind, amount, balance_before, balance_after, description, \
             task_id, created_at) SELECT user_id, 'charge', -10, {CREDITS} - 10 * t, {CREDITS} - 10 * (t + 1), \
             'Prediction ' || id, id, finished_at FROM (SELECT id, user_id, finished_at, \
             (ROW_NUMBER() OVER (ORDER BY id) - 1) / {user_count} AS t FROM task) past ORDER BY id"
        ),
        "UPDATE balance SET amount = amount - spent.price FROM (SELECT user_id, SUM(price) AS price \
         FROM task GROUP BY user_id) spent WHERE balance.user_id = spent.user_id"
            .to_owned(),
        "VACUUM ANALYZE".to_owned(),
        "CHECKPOINT".to_owned(),
    ] {
        link.execute(&sql).await;
    }
}
