//! Sessions: an encrypted cookie with the user's id, the issue time and the session epoch.
//!
//! Logging out stores the issue time in the user's row, so that copies of the cookie are invalid, too. A changed epoch
//! ends all sessions.

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
/// The name of the session cookie.
pub const SESSION_COOKIE: &str = "pledgecast_session";
const DEVICE_COOKIE: &str = "pledgecast_device";
/// Ended sessions stored per user. Beyond that, logging out ends all sessions instead.
const ENDED_MAX: usize = 200;
/// An id that no user has: ids start at 1.
const NO_USER: UserId = UserId(0);
/// Users per statement.
const USERS_AT_ONCE: usize = 100;
/// Statements at the same time.
const READS_AT_ONCE: usize = 2;

/// The content of the session cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Claims {
    /// The row of the user. Nobody can read it in the encrypted cookie.
    user: i64,
    issued_us: i64,
    epoch: i32,
}

impl Claims {
    /// Whether the session has not been ended.
    fn is_valid(&self, user: &users::Model) -> bool {
        user.session_epoch == self.epoch && !user.ended_sessions.0.contains(&self.issued_us)
    }
}

/// Opens, checks and ends sessions.
pub struct Sessions {
    database: Database,
    /// Every request looks up its user; concurrent requests share a statement.
    users: Batcher<UserId, Option<users::Model>>,
    clock: Arc<dyn Clock>,
    key: Key,
    https: bool,
}

impl Sessions {
    /// `https` says whether browsers use the service only over https.
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

    /// Signs a user in with this browser, and marks the browser as a known device of the account.
    pub fn open(&self, cookies: &Cookies, user: &users::Model) {
        let claims = Claims {
            user: user.id.0,
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

    /// Unix time in microseconds. The digits below the clock's millisecond are random, which makes issue times
    /// distinct.
    fn issue_time(&self) -> i64 {
        self.clock.now().timestamp_micros() + i64::from(rand::random::<u16>() % 1000)
    }

    /// The signed-in user.
    ///
    /// # Errors
    /// [`AppError::Unauthorized`] if nobody is signed in or the session has ended; 503 if the database is
    /// unavailable.
    pub async fn user(&self, cookies: &Cookies) -> Result<users::Model, AppError> {
        let claims = self.claims(cookies).ok_or(AppError::Unauthorized)?;
        let issued =
            DateTime::from_timestamp_micros(claims.issued_us).ok_or(AppError::Unauthorized)?;
        if issued + LIFETIME < self.clock.now() {
            return Err(AppError::Unauthorized);
        }
        let user = self.users.submit(UserId(claims.user)).await?;
        let user = user.ok_or(AppError::Unauthorized)?;
        if claims.is_valid(&user) {
            Ok(user)
        } else {
            Err(AppError::Unauthorized)
        }
    }

    /// Looks up a user that does not exist, in a batch with the users of real requests: checks that signed-in requests
    /// would succeed now.
    ///
    /// # Errors
    /// 503 if the database does not respond.
    pub async fn probe(&self) -> Result<(), AppError> {
        self.users.submit(NO_USER).await.map(drop)
    }

    /// The user named in the cookie, even if the session has ended.
    pub fn claimed_user(&self, cookies: &Cookies) -> Option<UserId> {
        self.claims(cookies).map(|claims| UserId(claims.user))
    }

    /// Whether the browser sent a session cookie, valid or not.
    pub fn has_cookie(&self, cookies: &Cookies) -> bool {
        cookies.get(&self.name(SESSION_COOKIE)).is_some()
    }

    /// Ends this browser's session, and with it all copies of its cookie. Does nothing without a session.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
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

    /// Removes the session cookie from this browser.
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
        // Claims and devices are plain structs and always serialize.
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

    /// The `__Host-` prefix binds a cookie to this exact host; browsers accept it only over https.
    fn name(&self, name: &'static str) -> String {
        if self.https {
            format!("__Host-{name}")
        } else {
            name.to_owned()
        }
    }
}

/// The users with these ids, in the same order.
async fn find_users(
    database: Database,
    ids: Vec<UserId>,
) -> Result<Vec<Option<users::Model>>, AppError> {
    let found: HashMap<UserId, users::Model> = users::Entity::find()
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
    // Locks the row, so that no logout is lost if two browsers log out at once. FOR UPDATE would wait for every
    // transaction that refers to the user with a foreign key.
    let user = users::Entity::find_by_id(UserId(claims.user))
        .lock(LockType::NoKeyUpdate)
        .one(transaction)
        .await?;
    // The cookie of a session that has ended cannot end anything else.
    if let Some(user) = user.filter(|user| claims.is_valid(user)) {
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
