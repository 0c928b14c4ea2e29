//! Two web processes, three workers, and a fourth worker that cannot load the model, on a PostgreSQL that can be
//! stopped and started.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use tempfile::TempDir;

use super::clocks::Clocks;
use super::load::Installation;
use crate::support::{Cluster, Database, Link, Program, Proxy, Server, Site};

const WEBS: usize = 2;
const WORKERS: usize = 3;
const LEASE: Duration = Duration::from_secs(2);
const SETTINGS: [(&str, &str); 4] = [
    ("PLEDGECAST_WORKERS", "1"),
    ("PLEDGECAST_LEASE_SECONDS", "2"),
    // Tasks must not fail however often workers die, so a failed task was failed by the worker without a model.
    ("PLEDGECAST_MAX_ATTEMPTS", "100"),
    ("PLEDGECAST_DATABASE_CONNECTIONS", "8"),
];
const WEB_SETTINGS: [(&str, &str); 2] = [
    ("PLEDGECAST_WORKERS", "0"),
    ("PLEDGECAST_DATABASE_CONNECTIONS", "8"),
];

/// A view that hides the table of models for connections that look into this schema first; its model files are broken.
/// The list of migrations is looked up in that schema, too.
const BROKEN_MODELS: &str = r"
    CREATE SCHEMA broken;
    CREATE VIEW broken.seaql_migrations AS SELECT * FROM public.seaql_migrations;
    DO $$ BEGIN EXECUTE (
        SELECT 'CREATE VIEW broken.model AS SELECT ' || string_agg(
            CASE column_name WHEN 'onnx' THEN $column$'\x00'::bytea AS onnx$column$ ELSE quote_ident(column_name) END,
            ', ' ORDER BY ordinal_position
        ) || ' FROM public.model'
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'model'
    ); END $$";

/// The current URL of each web process, which changes when the process is restarted.
pub type Urls = Arc<RwLock<Vec<String>>>;

pub struct Deployment {
    pub site: Site,
    webs: Vec<Server>,
    workers: Vec<Program>,
    /// A worker that finds broken files instead of the models.
    broken_worker: Program,
    /// None without libfaketime.
    clocks: Option<Clocks>,
    urls: Urls,
    cluster: Cluster,
    /// In front of the database, for the service but not for this test.
    proxy: Proxy,
    /// An old snapshot that stays open.
    snapshot: Option<Link>,
}

impl Installation for Deployment {
    fn site(&self) -> &Site {
        &self.site
    }

    fn web(&self) -> &Server {
        &self.webs[0]
    }
}

impl Deployment {
    pub async fn build() -> Self {
        let cluster = Cluster::take().await;
        let database = Database::create_on(&cluster.url).await;
        let proxy = Proxy::start(Proxy::target_of(&database.url)).await;
        let url = proxy.url_of(&database.url);
        let site = Site::on(database, TempDir::new().unwrap()).through(url.clone());
        let clocks = Clocks::find();
        let mut webs = Vec::new();
        for which in 0..WEBS {
            webs.push(start_web(&site, clocks.as_ref(), which).await);
        }
        let urls = webs.iter().map(|web| web.url.clone()).collect();
        site.database.execute(BROKEN_MODELS).await;
        let url = format!("{url}?options=-c%20search_path%3Dbroken,public");
        let mut settings = SETTINGS.to_vec();
        settings.push(("PLEDGECAST_DATABASE_URL", &url));
        let workers = (0..WORKERS).map(|which| start_worker(&site, clocks.as_ref(), which));
        Self {
            workers: workers.collect(),
            broken_worker: site.worker(&settings),
            clocks,
            webs,
            urls: Arc::new(RwLock::new(urls)),
            site,
            cluster,
            proxy,
            snapshot: None,
        }
    }

    pub fn urls(&self) -> Urls {
        Arc::clone(&self.urls)
    }

    pub async fn kill_worker(&mut self, which: usize, pause: Duration) -> String {
        let which = which % WORKERS;
        self.workers[which].signal("KILL");
        tokio::time::sleep(pause).await;
        self.workers[which] = start_worker(&self.site, self.clocks.as_ref(), which);
        format!("worker {which} killed")
    }

    pub async fn kill_web(&mut self, which: usize, pause: Duration) -> String {
        let which = which % WEBS;
        self.webs[which].program.signal("KILL");
        tokio::time::sleep(pause).await;
        self.webs[which] = start_web(&self.site, self.clocks.as_ref(), which).await;
        let url = &self.webs[which].url;
        self.urls.write().unwrap()[which].clone_from(url);
        format!("web {which} killed")
    }

    pub async fn freeze_worker(&mut self, which: usize) -> String {
        let which = which % WORKERS;
        self.workers[which].signal("STOP");
        tokio::time::sleep(LEASE * 3 / 2).await;
        self.workers[which].signal("CONT");
        format!("worker {which} frozen")
    }

    /// Sets the clock of a worker or of a web process wrong.
    pub fn jump_clock(&self, which: usize, seconds: i64) -> String {
        let Some(clocks) = &self.clocks else {
            return "no clock changed: libfaketime is missing".to_owned();
        };
        let which = which % (WORKERS + WEBS);
        let name = match which.checked_sub(WORKERS) {
            Some(web) => web_name(web),
            None => worker_name(which),
        };
        clocks.set(&name, seconds);
        format!("clock of {name} off by {seconds} s")
    }

    /// No task may have failed: the worker that cannot load the model leaves tasks to others, and logs why.
    pub async fn assert_no_task_failed(&self) {
        let failed = "SELECT COUNT(*) FROM task WHERE status = 'failed'";
        assert_eq!(self.site.database.number(failed).await, 0, "{failed}");
        let log = self.broken_worker.log();
        assert!(log.contains("a model could not be loaded"), "{log}");
    }

    pub fn freeze_connections(&self) -> String {
        self.proxy.freeze_all();
        "connections frozen".to_owned()
    }

    pub fn freeze_listeners(&self) -> String {
        format!("{} listeners frozen", self.proxy.freeze_listen())
    }

    pub fn cut_connections(&self) -> String {
        self.proxy.cut_all();
        "connections cut".to_owned()
    }

    /// Opens a snapshot, replacing the open one, if any.
    pub async fn hold_snapshot(&mut self) -> String {
        let mut link = self.site.database.connect().await;
        link.execute("BEGIN ISOLATION LEVEL REPEATABLE READ").await;
        link.number("SELECT COUNT(*) FROM task").await;
        self.snapshot = Some(link);
        "snapshot open".to_owned()
    }

    pub async fn restart_postgres(&mut self, mode: &str, pause: Duration) -> String {
        self.snapshot = None;
        self.cluster.control(mode).await;
        tokio::time::sleep(pause).await;
        self.cluster.control("start").await;
        format!("PostgreSQL stopped ({mode})")
    }

    /// No process may have ended because of faults elsewhere.
    pub fn assert_all_are_running(&mut self) {
        let webs = self.webs.iter_mut().map(|web| &mut web.program);
        let workers = self.workers.iter_mut().chain([&mut self.broken_worker]);
        for program in webs.chain(workers) {
            assert!(
                program.is_running(),
                "a process ended unexpectedly:\n{}",
                program.log()
            );
        }
    }
}

fn worker_name(which: usize) -> String {
    format!("worker-{which}")
}

fn web_name(which: usize) -> String {
    format!("web-{which}")
}

fn start_worker(site: &Site, clocks: Option<&Clocks>, which: usize) -> Program {
    let mut command = site.command(&["worker"], &SETTINGS);
    if let Some(clocks) = clocks {
        clocks.apply(&mut command, &worker_name(which));
    }
    site.start(command)
}

async fn start_web(site: &Site, clocks: Option<&Clocks>, which: usize) -> Server {
    let mut command = site.command(&["serve"], &WEB_SETTINGS);
    if let Some(clocks) = clocks {
        clocks.apply(&mut command, &web_name(which));
    }
    Server::ready(site.start(command)).await
}
