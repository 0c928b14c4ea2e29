//! Users for the load: inserted with SQL, with credits that match the ledger, and signed in with session cookies made
//! by the service's own code and a key that the servers share.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use pledgecast::database::{Database, DatabaseOptions};
use pledgecast::services::sessions::{Lifetimes, Origin};
use pledgecast::services::{Clock as _, KeyRing, Sessions, SystemClock, User};
use pledgecast::types::{Role, UserId};
use tower_cookies::{Cookies, Key};

use crate::support::{Engine, Site};

/// The credits of each user.
pub const CREDITS: i64 = 100_000_000;
/// A time literal that both databases accept.
pub const LONG_AGO: &str = "2025-01-01T00:00:00+00:00";

/// Signed-in users.
pub struct LoadUsers {
    /// The id of the first user; the others follow.
    pub first: i64,
    /// The cookie header of each.
    pub cookies: Vec<String>,
}

/// The cookie key of the servers.
pub fn key() -> &'static Key {
    static KEY: std::sync::OnceLock<Key> = std::sync::OnceLock::new();
    KEY.get_or_init(Key::generate)
}

/// The key as a setting for the servers.
pub fn key_setting() -> String {
    BASE64_STANDARD.encode(key().master())
}

/// A database handle of the crate for a site.
pub async fn database_of(site: &Site) -> Database {
    let options = DatabaseOptions {
        url: site.database.url.clone(),
        max_connections: 4,
    };
    Database::connect(&options).await.unwrap()
}

impl LoadUsers {
    /// Adds users to a site whose schema exists.
    pub async fn create(site: &Site, count: usize) -> Self {
        let time = match site.database.engine {
            Engine::Sqlite => format!("'{LONG_AGO}'"),
            Engine::Postgres => format!("'{LONG_AGO}'::timestamptz"),
        };
        let before = site
            .database
            .number("SELECT COALESCE(MAX(id), 0) FROM users")
            .await;
        let numbers = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
        );
        for sql in [
            format!(
                "INSERT INTO users (email, email_folded, password_hash, role, session_epoch, \
                 created_at) {numbers} SELECT 'p' || ({before} + i) || '@example.org', \
                 'p' || ({before} + i) || '@example.org', 'none', 'user', 0, {time} FROM n"
            ),
            format!(
                "INSERT INTO balance (user_id, amount, held, updated_at) \
                 SELECT id, {CREDITS}, 0, {time} FROM users WHERE id > {before}"
            ),
            format!(
                "INSERT INTO transactions (user_id, kind, amount, balance_before, balance_after, \
                 description, created_at) SELECT id, 'welcome', {CREDITS}, 0, {CREDITS}, \
                 'Welcome credits', {time} FROM users WHERE id > {before} ORDER BY id"
            ),
        ] {
            site.database.execute(&sql).await;
        }
        let after = format!("SELECT MIN(id) FROM users WHERE id > {before}");
        let first = site.database.number(&after).await;
        let sessions = Sessions::new(
            database_of(site).await,
            Arc::new(SystemClock),
            KeyRing::new(key().clone()),
            false,
            Lifetimes::default(),
        );
        let mut cookies = Vec::new();
        for id in first..first + i64::try_from(count).unwrap() {
            cookies.push(sign_in(&sessions, id).await);
        }
        Self { first, cookies }
    }
}

async fn sign_in(sessions: &Sessions, id: i64) -> String {
    let email = format!("p{id}@example.org");
    let user = User {
        id: UserId(id),
        email: email.clone(),
        email_folded: email,
        password_hash: String::new(),
        role: Role::User,
        session_epoch: 0,
        created_at: SystemClock.now(),
        locale: None,
        email_verified_at: None,
    };
    let cookies = Cookies::default();
    let origin = Origin::new(None, [127, 0, 0, 1].into());
    sessions.open(&cookies, &user, origin).await.unwrap();
    let session = cookies.get("pledgecast_session").unwrap();
    format!("{}={}", session.name(), session.value())
}
