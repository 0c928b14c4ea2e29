//! Measures paid predictions per second, compared with pgbench.

use std::sync::Arc;

use crate::Size;
use crate::cost::{Parties, Spent, postmaster_of};
use crate::load::{Load, Until, closed_loop};
use crate::pgbench::Pgbench;
use crate::report::{Report, median};
use crate::support::{Engine, Program, Server, Site};
use crate::users::{LoadUsers, key_setting};

/// For the load and for pgbench.
const CONNECTIONS: usize = 64;
const PEOPLE: usize = 1000;
const TURNS: usize = 3;
const AIM: f64 = 0.5;

/// A web process without workers, and a worker process.
pub struct Deployment {
    pub site: Site,
    pub web: Server,
    pub worker: Program,
    pub users: Arc<LoadUsers>,
}

impl Deployment {
    pub async fn build(users: usize) -> Self {
        let site = Site::new(Engine::Postgres).await;
        site.run_ok(&["migrate"], "").await;
        let users = Arc::new(LoadUsers::create(&site, users).await);
        Self::open(site, users).await
    }

    /// Starts the processes on an existing site.
    pub async fn open(site: Site, users: Arc<LoadUsers>) -> Self {
        let key = key_setting();
        let settings = [
            ("PLEDGECAST_WORKERS", "0"),
            ("PLEDGECAST_KEY", key.as_str()),
            ("PLEDGECAST_LOG", "warn"),
        ];
        let web = site.serve(&settings).await;
        let worker = site.worker(&[("PLEDGECAST_LOG", "warn")]);
        Self {
            site,
            web,
            worker,
            users,
        }
    }

    pub async fn load(&self, connections: usize, until: Until) -> Load {
        closed_loop(&self.site, &self.web.url, &self.users, connections, until).await
    }

    pub async fn parties(&self) -> Parties {
        Parties {
            web: self.web.program.id(),
            worker: self.worker.id(),
            postmaster: postmaster_of(&self.site).await,
        }
    }
}

pub async fn measure(extent: Size) -> Report {
    let turn = extent.turn();
    let pgbench = Pgbench::fill().await;
    let deployment = Deployment::build(PEOPLE).await;
    let parties = deployment.parties().await;
    // Warm up both, so that no turn is the first.
    deployment.load(CONNECTIONS, Until::Over(turn / 4)).await;
    pgbench.rate(CONNECTIONS, turn / 2).await;
    let mut report = Report::default();
    report.line(format!(
        "Submits over HTTP by {PEOPLE} users on {CONNECTIONS} connections, each sending the next when the one \
         before is answered, until all is settled; `serve --workers 0`, one `worker`, PostgreSQL and the load on \
         the same cores. Beside it `pgbench -b simple-update -c {CONNECTIONS}` on the same cluster, in turns."
    ));
    report.head(&[
        "turn",
        "paid predictions a second",
        "pgbench, transactions a second",
        "ratio",
    ]);
    let mut ratios = Vec::new();
    let mut spent = Spent::default();
    let mut tasks = 0;
    for number in 1..=TURNS {
        let before = parties.spent();
        let load = deployment.load(CONNECTIONS, Until::Over(turn)).await;
        let used = parties.spent().since(before);
        let yardstick = pgbench.rate(CONNECTIONS, turn).await;
        let ratio = load.rate() / yardstick;
        report.row(&[
            number.to_string(),
            format!("{:.0}", load.rate()),
            format!("{yardstick:.0}"),
            format!("{ratio:.2}"),
        ]);
        ratios.push(ratio);
        tasks += load.tasks;
        spent = Spent {
            load: spent.load + used.load,
            web: spent.web + used.web,
            worker: spent.worker + used.worker,
            database: spent.database + used.database,
        };
    }
    let ratio = median(ratios);
    report.aim(
        &format!("{AIM} of pgbench's rate or better; the median is {ratio:.2}"),
        ratio >= AIM,
    );
    report_cost(&mut report, spent, tasks);
    deployment.site.assert_audit_is_clean().await;
    report
}

fn report_cost(report: &mut Report, spent: Spent, tasks: usize) {
    report.line("");
    report.line("Where the time on the cores went:");
    report.head(&["who", "microseconds a prediction", "share"]);
    for (who, seconds) in [
        ("PostgreSQL", spent.database),
        ("web process", spent.web),
        ("worker process", spent.worker),
        ("load", spent.load),
    ] {
        report.row(&[
            who.to_owned(),
            format!("{:.0}", seconds * 1e6 / tasks as f64),
            format!("{:.0} %", 100.0 * seconds / spent.all()),
        ]);
    }
}
