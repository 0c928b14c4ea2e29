//! Sessions: an encrypted cookie with the user's id, the issue time and the session epoch.
//!
//! Log-out remembers the issue time in the user's row, so that a copy of the cookie is dead too; a changed
//! epoch ends all sessions.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, Set,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tower_cookies::cookie::SameSite;
use tower_cookies::{Cookie, Cookies, Key};

use super::Clock;
use super::attempts::Device;
use super::batcher::Batcher;
use crate::database::{Database, Transaction, is_among};
use crate::entities::users;
use crate::types::{AppError, UserId};

const LIFETIME: Duration = Duration::days(30);
const DEVICE_LIFETIME: Duration = Duration::days(365);
const SESSION_COOKIE: &str = "pledgecast_session";
const DEVICE_COOKIE: &str = "pledgecast_device";
/// Ended sessions that a row remembers; past that all sessions end instead.
const ENDED_MAX: usize = 200;
/// Ids begin at 1.
const NOBODY: i64 = 0;
/// Users in one statement.
const USERS_AT_ONCE: usize = 100;
/// Such statements side by side.
const READS_AT_ONCE: usize = 2;

/// What the session cookie holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Claims {
    user: i64,
    issued_us: i64,
    epoch: i32,
}

impl Claims {
    /// Whether the session has not been ended.
    fn stands(&self, user: &users::Model) -> bool {
        user.session_epoch == self.epoch && !user.ended_sessions.0.contains(&self.issued_us)
    }
}

/// Opens, reads and ends sessions.
pub struct Sessions {
    database: Database,
    /// Every request asks who it is from; those that ask at the same time share a statement.
    users: Batcher<i64, Option<users::Model>>,
    clock: Arc<dyn Clock>,
    key: Key,
    https: bool,
}

impl Sessions {
    /// `https` tells whether browsers reach the service over https only.
    pub fn new(database: Database, clock: Arc<dyn Clock>, key: Key, https: bool) -> Self {
        let users = {
            let database = database.clone();
            Batcher::new(USERS_AT_ONCE, READS_AT_ONCE, move |ids| {
                find_users(database.clone(), ids)
            })
        };
        Self {
            database,
            users,
            clock,
            key,
            https,
        }
    }

    /// Signs a user in with this browser, and remembers the browser for the limits of log-in.
    pub fn open(&self, cookies: &Cookies, user: &users::Model) {
        let claims = Claims {
            user: user.id,
            issued_us: self.issue_time(),
            epoch: user.session_epoch,
        };
        self.put(cookies, SESSION_COOKIE, &claims, LIFETIME);
        if self
            .device(cookies)
            .is_none_or(|it| it.email != user.email_folded)
        {
            let device = Device {
                email: user.email_folded.clone(),
                mark: uuid::Uuid::new_v4().to_string(),
            };
            self.put(cookies, DEVICE_COOKIE, &device, DEVICE_LIFETIME);
        }
    }

    /// Microseconds of Unix time, told apart within the clock's millisecond by chance.
    fn issue_time(&self) -> i64 {
        self.clock.now().timestamp_micros() + i64::from(rand::random::<u16>() % 1000)
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// [`AppError::Unauthorized`] where nobody is, or the session has ended; 503 where the database is unavailable.
    pub async fn user(&self, cookies: &Cookies) -> Result<users::Model, AppError> {
        let claims = self.claims(cookies).ok_or(AppError::Unauthorized)?;
        let issued =
            DateTime::from_timestamp_micros(claims.issued_us).ok_or(AppError::Unauthorized)?;
        if issued + LIFETIME < self.clock.now() {
            return Err(AppError::Unauthorized);
        }
        let user = self.users.submit(claims.user).await?;
        let user = user.ok_or(AppError::Unauthorized)?;
        if claims.stands(&user) {
            Ok(user)
        } else {
            Err(AppError::Unauthorized)
        }
    }

    /// Asks the database for a user who does not exist, together with those that requests ask for: whether a
    /// signed-in request would be answered now.
    ///
    /// # Errors
    /// 503 where the database does not answer.
    pub async fn probe(&self) -> Result<(), AppError> {
        self.users.submit(NOBODY).await.map(drop)
    }

    /// Whose session the cookie is, whether or not it still stands.
    pub fn claimed_user(&self, cookies: &Cookies) -> Option<UserId> {
        self.claims(cookies).map(|claims| UserId(claims.user))
    }

    /// Whether the browser sent a session, of whatever worth.
    pub fn has_cookie(&self, cookies: &Cookies) -> bool {
        cookies.get(&self.name(SESSION_COOKIE)).is_some()
    }

    /// Ends this browser's session, also for whoever copied its cookie. Without a session nothing happens.
    ///
    /// # Errors
    /// 503 where the database is unavailable.
    pub async fn close(&self, cookies: &Cookies) -> Result<(), AppError> {
        let claims = self.claims(cookies);
        self.forget(cookies);
        if let Some(claims) = claims {
            let ended = (claims, self.clock.now());
            self.database
                .transaction("log out", ended, |transaction, (claims, now)| {
                    Box::pin(close_session(transaction, claims, *now))
                })
                .await?;
        }
        Ok(())
    }

    /// Takes the session cookie from this browser.
    pub fn forget(&self, cookies: &Cookies) {
        let mut cookie = self.cookie(SESSION_COOKIE, String::new());
        cookie.make_removal();
        cookies.add(cookie);
    }

    /// The account that this browser signed in to before.
    pub fn device(&self, cookies: &Cookies) -> Option<Device> {
        self.get(cookies, DEVICE_COOKIE)
    }

    fn claims(&self, cookies: &Cookies) -> Option<Claims> {
        self.get(cookies, SESSION_COOKIE)
    }

    fn get<T: DeserializeOwned>(&self, cookies: &Cookies, name: &'static str) -> Option<T> {
        let cookie = cookies.private(&self.key).get(&self.name(name))?;
        serde_json::from_str(cookie.value()).ok()
    }

    fn put<T: Serialize>(
        &self,
        cookies: &Cookies,
        name: &'static str,
        value: &T,
        lifetime: Duration,
    ) {
        // Claims and devices are plain structs: they always serialise.
        let Ok(value) = serde_json::to_string(value) else {
            return;
        };
        let mut cookie = self.cookie(name, value);
        cookie.set_max_age(tower_cookies::cookie::time::Duration::seconds(
            lifetime.num_seconds(),
        ));
        cookies.private(&self.key).add(cookie);
    }

    fn cookie(&self, name: &'static str, value: String) -> Cookie<'static> {
        Cookie::build((self.name(name), value))
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.https)
            .path("/")
            .build()
    }

    /// The `__Host-` prefix binds a cookie to this very host; browsers take it over https only.
    fn name(&self, name: &'static str) -> String {
        if self.https {
            format!("__Host-{name}")
        } else {
            name.to_owned()
        }
    }
}

/// The users of ids, each in its place.
async fn find_users(
    database: Database,
    ids: Vec<i64>,
) -> Result<Vec<Option<users::Model>>, AppError> {
    let found: HashMap<i64, users::Model> = users::Entity::find()
        .filter(is_among(
            database.backend(),
            users::Column::Id,
            ids.iter().copied(),
        ))
        .all(database.read())
        .await?
        .into_iter()
        .map(|user| (user.id, user))
        .collect();
    Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
}

async fn close_session(
    transaction: &Transaction,
    claims: &Claims,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    // Locked, so that of two browsers that log out at once neither is forgotten. Not FOR UPDATE, which would wait for
    // every transaction that refers to the user by a foreign key.
    let user = users::Entity::find_by_id(claims.user)
        .lock(LockType::NoKeyUpdate)
        .one(transaction)
        .await?;
    // Who has the cookie of a session that has ended can end nothing more.
    if let Some(user) = user.filter(|user| claims.stands(user)) {
        end_session(user, claims.issued_us, now)
            .update(transaction)
            .await?;
    }
    Ok(())
}

fn end_session(mut user: users::Model, issued_us: i64, now: DateTime<Utc>) -> users::ActiveModel {
    let oldest = (now - LIFETIME).timestamp_micros();
    let mut ended = std::mem::take(&mut user.ended_sessions);
    ended.0.retain(|issued| *issued >= oldest);
    ended.0.push(issued_us);
    let epoch = user.session_epoch;
    let mut user = user.into_active_model();
    if ended.0.len() > ENDED_MAX {
        user.session_epoch = Set(epoch.wrapping_add(1));
        ended.0.clear();
    }
    user.ended_sessions = Set(ended);
    user
}
