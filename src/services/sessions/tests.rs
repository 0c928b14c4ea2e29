//! When sessions begin and end.

use std::sync::Arc;

use chrono::DateTime;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use tempfile::TempDir;
use tower_cookies::Key;

use super::*;
use crate::database::test_support::migrated;
use crate::services::attempts::Attempts;
use crate::services::clock::test_support::TestClock;
use crate::services::passwords::Passwords;
use crate::services::registration::NewAccountRules;
use crate::services::{Accounts, Emails};
use crate::types::{Credits, Role};

const DAY_S: i64 = 24 * 60 * 60;

struct Set {
    _folder: TempDir,
    database: Database,
    clock: Arc<TestClock>,
    sessions: Arc<Sessions>,
    user: User,
}

/// A user, and sessions that last 14 days unused and 90 days at most.
async fn set_up() -> Set {
    let (folder, database) = migrated().await;
    let clock = TestClock::at(DateTime::UNIX_EPOCH + Duration::days(20_000));
    let attempts = Attempts::new(database.clone(), clock.clone(), 20);
    let accounts = Accounts::new(
        database.clone(),
        clock.clone(),
        Passwords::new(1),
        attempts,
        Emails::none(&database, &(clock.clone() as Arc<dyn Clock>)),
        NewAccountRules::closed(Credits(10)),
    );
    let created = accounts.create("ada@example.org", "the first one", Role::User);
    let sessions = Sessions::new(
        database.clone(),
        clock.clone(),
        KeyRing::new(Key::generate()),
        false,
        Lifetimes::default(),
    );
    Set {
        user: created.await.unwrap(),
        sessions: Arc::new(sessions),
        _folder: folder,
        database,
        clock,
    }
}

impl Set {
    /// A browser that signs in.
    async fn browser(&self) -> Cookies {
        let cookies = Cookies::default();
        self.open(&cookies).await;
        cookies
    }

    async fn open(&self, cookies: &Cookies) {
        let origin = Origin::new(None, [192, 0, 2, 1].into());
        self.sessions
            .open(cookies, &self.user, origin)
            .await
            .unwrap();
    }

    async fn is_open(&self, cookies: &Cookies) -> bool {
        self.sessions.check(cookies).await.is_ok()
    }

    async fn rows(&self) -> u64 {
        Entity::find().count(self.database.read()).await.unwrap()
    }

    /// Uses a session and waits until its use is noted.
    async fn use_it(&self, cookies: &Cookies) {
        self.sessions.user(cookies).await.unwrap();
        let now = self.clock.now();
        while self.sessions.check(cookies).await.unwrap().0.last_used_at != now {
            tokio::task::yield_now().await;
        }
    }
}

fn copy_of(cookies: &Cookies) -> Cookies {
    let copy = Cookies::default();
    for cookie in cookies.list() {
        copy.add(cookie.into_owned());
    }
    copy
}

#[tokio::test]
async fn a_session_ends_after_two_weeks_without_use() {
    let set = set_up().await;
    let (used, unused) = (set.browser().await, set.browser().await);
    set.clock.advance(13 * DAY_S);
    set.use_it(&used).await;
    // A check, such as that of an event stream, is no use.
    assert!(set.is_open(&unused).await);
    set.clock.advance(DAY_S);
    assert!(set.is_open(&used).await);
    assert!(!set.is_open(&unused).await);
    set.sessions.prune().await.unwrap();
    assert_eq!(set.rows().await, 1);
    assert!(set.is_open(&used).await);
}

#[tokio::test]
async fn a_session_ends_after_ninety_days_however_it_is_used() {
    let set = set_up().await;
    let cookies = set.browser().await;
    for _ in 0..9 {
        set.clock.advance(10 * DAY_S - 1);
        set.use_it(&cookies).await;
    }
    set.clock.advance(9);
    assert!(!set.is_open(&cookies).await);
    set.sessions.prune().await.unwrap();
    assert_eq!(set.rows().await, 0);
}

#[tokio::test]
async fn the_last_use_is_written_once_in_five_minutes() {
    let set = set_up().await;
    let cookies = set.browser().await;
    let (before, _) = set.sessions.check(&cookies).await.unwrap();
    set.clock.advance(299);
    set.sessions.user(&cookies).await.unwrap();
    assert!(set.sessions.noting.lock().is_empty());
    assert_eq!(set.sessions.check(&cookies).await.unwrap().0, before);
    set.clock.advance(1);
    set.use_it(&cookies).await;
}

#[tokio::test]
async fn a_login_ends_the_earlier_session_of_the_browser() {
    let set = set_up().await;
    let cookies = set.browser().await;
    let copy = copy_of(&cookies);
    let other = set.browser().await;
    set.open(&cookies).await;
    assert!(set.is_open(&cookies).await);
    assert!(!set.is_open(&copy).await);
    assert!(set.is_open(&other).await);
    assert_eq!(set.rows().await, 2);
}

#[tokio::test]
async fn the_oldest_of_too_many_sessions_ends() {
    let set = set_up().await;
    let (first, second) = (set.browser().await, set.browser().await);
    for _ in 0..99 {
        set.browser().await;
    }
    assert!(!set.is_open(&first).await);
    assert!(set.is_open(&second).await);
    assert_eq!(set.rows().await, 100);
}

#[tokio::test]
async fn a_password_counts_as_given_for_fifteen_minutes() {
    let set = set_up().await;
    let cookies = set.browser().await;
    let is_recent = async || {
        let (session, _) = set.sessions.check(&cookies).await.unwrap();
        set.sessions.require_recent(&session)
    };
    set.clock.advance(899);
    assert_eq!(is_recent().await, Ok(()));
    set.clock.advance(1);
    let refused = Err(AppError::ReauthenticationRequired);
    assert_eq!(is_recent().await, refused);
    set.sessions.renew(&cookies).await.unwrap();
    assert_eq!(is_recent().await, Ok(()));
}

#[tokio::test]
async fn an_authentication_ends_copies_of_the_cookie() {
    let set = set_up().await;
    let cookies = set.browser().await;
    let copy = copy_of(&cookies);
    let (before, _) = set.sessions.check(&cookies).await.unwrap();
    set.sessions.renew(&cookies).await.unwrap();
    assert!(!set.is_open(&copy).await);
    assert_eq!(set.sessions.renew(&copy).await, Err(AppError::Unauthorized));
    let (after, _) = set.sessions.check(&cookies).await.unwrap();
    assert_eq!(after.id, before.id);
    assert_eq!(after.created_at, before.created_at);
}

#[tokio::test]
async fn the_table_has_only_the_hash_of_the_token() {
    let set = set_up().await;
    let cookies = set.browser().await;
    let claims = set.sessions.claims(&cookies).unwrap();
    let (session, _) = set.sessions.check(&cookies).await.unwrap();
    assert!(claims.token.len() >= 43);
    assert!(!format!("{session:?}").contains(&claims.token));
}
