//! `serve` with its defaults: one worker and the embedded database.

use std::sync::Arc;

use crate::load::{Load, Until, closed_loop};
use crate::support::{Engine, Server, Site};
use crate::users::{LoadUsers, key_setting};

const CONNECTIONS: usize = 64;
const PEOPLE: usize = 1000;

/// The service in one process, with users who have credits.
pub struct Embedded {
    pub site: Site,
    pub server: Server,
    users: Arc<LoadUsers>,
}

impl Embedded {
    pub async fn open() -> Self {
        let site = Site::new(Engine::Sqlite).await;
        site.run_ok(&["migrate"], "").await;
        let users = Arc::new(LoadUsers::create(&site, PEOPLE).await);
        let key = key_setting();
        let settings = [("PLEDGECAST_KEY", key.as_str()), ("PLEDGECAST_LOG", "warn")];
        let server = site.serve(&settings).await;
        Self {
            site,
            server,
            users,
        }
    }

    pub async fn load(&self, until: Until) -> Load {
        closed_loop(
            &self.site,
            &self.server.url,
            &self.users,
            CONNECTIONS,
            until,
        )
        .await
    }

    /// The users and connections of the load, for a report.
    pub fn describe_load() -> String {
        format!("{PEOPLE} users on {CONNECTIONS} connections")
    }
}
