//! One process that does everything, on SQLite.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use super::deployment::Urls;
use super::load::Installation;
use crate::support::{Engine, Server, Site};

const SETTINGS: [(&str, &str); 2] = [
    ("PLEDGECAST_WORKERS", "2"),
    ("PLEDGECAST_LEASE_SECONDS", "2"),
];

pub struct SingleNode {
    site: Site,
    server: Server,
    urls: Urls,
}

impl Installation for SingleNode {
    fn site(&self) -> &Site {
        &self.site
    }

    fn web(&self) -> &Server {
        &self.server
    }
}

impl SingleNode {
    pub async fn build() -> Self {
        let (site, server) = Site::serving(Engine::Sqlite, &SETTINGS).await;
        let urls = Arc::new(RwLock::new(vec![server.url.clone()]));
        Self { site, server, urls }
    }

    pub fn urls(&self) -> Urls {
        Arc::clone(&self.urls)
    }

    /// Kills the process at an arbitrary instruction and starts it again.
    pub async fn kill(&mut self, pause: Duration) {
        self.server.program.signal("KILL");
        tokio::time::sleep(pause).await;
        self.server = self.site.serve(&SETTINGS).await;
        self.urls.write().unwrap()[0].clone_from(&self.server.url);
    }
}
