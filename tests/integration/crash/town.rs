//! Two web processes and three workers on a PostgreSQL that can be stopped and started.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use tempfile::TempDir;

use super::load::Place;
use crate::support::{Cluster, Database, Link, Program, Proxy, Server, Site};

const WEBS: usize = 2;
const WORKERS: usize = 3;
const LEASE: Duration = Duration::from_secs(2);
const SETTINGS: [(&str, &str); 3] = [
    ("PLEDGECAST_WORKERS", "1"),
    ("PLEDGECAST_LEASE_SECONDS", "2"),
    ("PLEDGECAST_DATABASE_CONNECTIONS", "8"),
];
const WEB_SETTINGS: [(&str, &str); 2] = [
    ("PLEDGECAST_WORKERS", "0"),
    ("PLEDGECAST_DATABASE_CONNECTIONS", "8"),
];

/// Where each web process is now; it moves when it is started again.
pub type Urls = Arc<RwLock<Vec<String>>>;

pub struct Town {
    pub site: Site,
    webs: Vec<Server>,
    workers: Vec<Program>,
    urls: Urls,
    cluster: Cluster,
    /// Before the database, for the service and not for this test.
    proxy: Proxy,
    /// An old snapshot that somebody keeps open.
    snapshot: Option<Link>,
}

impl Place for Town {
    fn site(&self) -> &Site {
        &self.site
    }

    fn web(&self) -> &Server {
        &self.webs[0]
    }
}

impl Town {
    pub async fn build() -> Self {
        let cluster = Cluster::take().await;
        let database = Database::create_on(&cluster.url).await;
        let proxy = Proxy::start(Proxy::target_of(&database.url)).await;
        let url = proxy.url_of(&database.url);
        let site = Site::on(database, TempDir::new().unwrap()).through(url);
        let mut webs = Vec::new();
        for _ in 0..WEBS {
            webs.push(site.serve(&WEB_SETTINGS).await);
        }
        let urls = webs.iter().map(|web| web.url.clone()).collect();
        Self {
            workers: (0..WORKERS).map(|_| site.worker(&SETTINGS)).collect(),
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
        self.workers[which] = self.site.worker(&SETTINGS);
        format!("worker {which} killed")
    }

    pub async fn kill_web(&mut self, which: usize, pause: Duration) -> String {
        let which = which % WEBS;
        self.webs[which].program.signal("KILL");
        tokio::time::sleep(pause).await;
        self.webs[which] = self.site.serve(&WEB_SETTINGS).await;
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

    /// Opens a snapshot, in place of the one that is open, if any.
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

    /// Nobody may have died of what happened to others.
    pub fn check_that_all_run(&mut self) {
        let webs = self.webs.iter_mut().map(|web| &mut web.program);
        for program in webs.chain(&mut self.workers) {
            assert!(
                program.is_running(),
                "a process ended by itself:\n{}",
                program.log()
            );
        }
    }
}
