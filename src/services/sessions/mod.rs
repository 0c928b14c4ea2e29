//! Sessions: a random token in an encrypted cookie, and a row with its hash, the device and the times of its use.
//!
//! A session ends when its row is deleted, when its user's epoch changes, when it is not used for a while, and at a
//! certain age. All processes read the row, so they all see the end at once.

mod cookies;
mod list;
mod origin;
mod pending;
mod prune;
mod recent;
mod store;

use std::collections::HashSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tower_cookies::Cookies;

use self::cookies::SealedCookies;
use self::store::{NewSession, find_sessions};
use super::Clock;
use super::attempts::Device;
use super::batcher::Batcher;
use super::service_key::KeyRing;
use crate::database::Database;
use crate::entities::session::{Entity, Model as Session};
use crate::entities::users::Model as User;
use crate::types::{AppError, SessionId, UserId, hex};

pub use crate::entities::session::Model as SessionRow;
pub use cookies::cookie_name;
pub use origin::Origin;
pub(super) use origin::network_of;

/// The name of the session cookie.
pub const SESSION_COOKIE: &str = "pledgecast_session";
const DEVICE_COOKIE: &str = "pledgecast_device";
const DEVICE_LIFETIME: Duration = Duration::days(365);
/// The default days without use after which a session ends.
pub const IDLE_DAYS: u16 = 14;
/// The default days after which every session ends.
pub const MAX_DAYS: u16 = 90;
const TOKEN_BYTES: usize = 32;
/// The last use of a session is written once in this time.
const NOTED_EVERY: Duration = Duration::minutes(5);
/// Sessions per statement.
const SESSIONS_AT_ONCE: usize = 100;
/// Statements at the same time.
const READS_AT_ONCE: usize = 2;

/// How long sessions last.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// Without being used.
    pub idle: Duration,
    /// At most.
    pub max: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            idle: Duration::days(IDLE_DAYS.into()),
            max: Duration::days(MAX_DAYS.into()),
        }
    }
}

impl Lifetimes {
    fn are_over(self, session: &Session, now: DateTime<Utc>) -> bool {
        session.last_used_at + self.idle <= now || session.created_at + self.max <= now
    }
}

/// The content of the session cookie.
#[derive(Serialize, Deserialize)]
struct Claims {
    /// The row of the user. Nobody can read it in the encrypted cookie.
    user: i64,
    token: String,
}

impl Claims {
    /// A new token for a user.
    fn new(user: UserId) -> Self {
        Self {
            user: user.0,
            token: BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; TOKEN_BYTES]>()),
        }
    }

    fn hash(&self) -> String {
        hex(&Sha256::digest(&self.token))
    }
}

/// Opens, checks, lists and ends sessions.
pub struct Sessions {
    database: Database,
    clock: Arc<dyn Clock>,
    sealed: SealedCookies,
    lifetimes: Lifetimes,
    /// Sessions with their users, by hash; concurrent requests share a statement.
    found: Batcher<String, Option<(Session, User)>>,
    /// Sessions whose last use is being written.
    noting: Arc<Mutex<HashSet<SessionId>>>,
}

impl Sessions {
    /// `https` says whether browsers use the service only over https.
    pub fn new(
        database: Database,
        clock: Arc<dyn Clock>,
        keys: KeyRing,
        https: bool,
        lifetimes: Lifetimes,
    ) -> Self {
        let found = {
            let database = database.clone();
            Batcher::new(SESSIONS_AT_ONCE, READS_AT_ONCE, move |hashes| {
                find_sessions(database.clone(), hashes)
            })
        };
        Self {
            database,
            clock,
            sealed: SealedCookies { keys, https },
            lifetimes,
            found,
            noting: Arc::default(),
        }
    }

    /// Signs a user in with this browser, whose earlier session ends, and marks the browser as a known device of the
    /// account.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn open(
        &self,
        cookies: &Cookies,
        user: &User,
        origin: Origin,
    ) -> Result<(), AppError> {
        let claims = Claims::new(user.id);
        let new = NewSession {
            user: user.id,
            epoch: user.session_epoch,
            token_hash: claims.hash(),
            replaced: self.claims(cookies).map(|replaced| replaced.hash()),
            origin,
            now: self.clock.now(),
        };
        self.database
            .transaction("sign in", new, |transaction, new| {
                Box::pin(new.insert(transaction))
            })
            .await?;
        tracing::info!(user = %user.id, "started a session");
        self.sealed
            .put(cookies, SESSION_COOKIE, &claims, self.lifetimes.max);
        self.forget_login(cookies);
        if self
            .device(cookies)
            .is_none_or(|it| it.email != user.email_folded)
        {
            let device = Device {
                email: user.email_folded.clone(),
                mark: uuid::Uuid::new_v4().to_string(),
            };
            self.sealed
                .put(cookies, DEVICE_COOKIE, &device, DEVICE_LIFETIME);
        }
        Ok(())
    }

    /// The signed-in user. Notes the use of the session, to a few minutes, without waiting for it.
    ///
    /// # Errors
    /// [`AppError::Unauthorized`] if nobody is signed in or the session has ended; 503 if the database is
    /// unavailable.
    pub async fn user(&self, cookies: &Cookies) -> Result<User, AppError> {
        let (_, user) = self.find(cookies).await?;
        Ok(user)
    }

    /// The session of a browser and its user. Notes the use.
    ///
    /// # Errors
    /// As for [`Self::user`].
    pub async fn find(&self, cookies: &Cookies) -> Result<(Session, User), AppError> {
        let found = self.check(cookies).await?;
        self.note_use(&found.0);
        Ok(found)
    }

    /// The same without noting the use: a check is none.
    ///
    /// # Errors
    /// As for [`Self::user`].
    pub async fn check(&self, cookies: &Cookies) -> Result<(Session, User), AppError> {
        let claims = self.claims(cookies).ok_or(AppError::Unauthorized)?;
        let found = self.found.submit(claims.hash()).await?;
        let (session, user) = found.ok_or(AppError::Unauthorized)?;
        let is_open = session.epoch == user.session_epoch
            && !self.lifetimes.are_over(&session, self.clock.now());
        if is_open {
            Ok((session, user))
        } else {
            Err(AppError::Unauthorized)
        }
    }

    /// Written at most once at a time by each process, and in the background.
    fn note_use(&self, session: &Session) {
        let (now, id) = (self.clock.now(), session.id);
        if now - session.last_used_at < NOTED_EVERY || !self.noting.lock().insert(id) {
            return;
        }
        let (database, noting) = (self.database.clone(), Arc::clone(&self.noting));
        tokio::spawn(async move {
            let noted = Entity::note_use(id, now).exec(database.write()).await;
            if let Err(error) = noted {
                tracing::warn!(%error, session = %id, "cannot note the use of a session");
            }
            noting.lock().remove(&id);
        });
    }

    /// Looks up a session that does not exist, in a batch with the sessions of real requests: checks that signed-in
    /// requests would succeed now.
    ///
    /// # Errors
    /// 503 if the database does not respond.
    pub async fn probe(&self) -> Result<(), AppError> {
        self.found.submit(String::new()).await.map(drop)
    }

    /// The user named in the cookie, even if the session has ended.
    pub fn claimed_user(&self, cookies: &Cookies) -> Option<UserId> {
        self.claims(cookies).map(|claims| UserId(claims.user))
    }

    /// Whether the browser sent a session cookie, valid or not.
    pub fn has_cookie(&self, cookies: &Cookies) -> bool {
        self.sealed.has(cookies, SESSION_COOKIE)
    }

    /// Ends this browser's session, and with it all copies of its cookie. Does nothing without a session.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn close(&self, cookies: &Cookies) -> Result<(), AppError> {
        let claims = self.claims(cookies);
        self.forget(cookies);
        if let Some(claims) = claims {
            let ended = Entity::delete_by_hash(&claims.hash())
                .exec(self.database.write())
                .await?;
            if ended.rows_affected > 0 {
                tracing::info!(user = %UserId(claims.user), "logged out");
            }
        }
        Ok(())
    }

    /// Removes the session cookie from this browser, and that of a login that has only begun.
    pub fn forget(&self, cookies: &Cookies) {
        self.forget_login(cookies);
        self.sealed.remove(cookies, SESSION_COOKIE);
    }

    /// The account that this browser signed in to before.
    pub fn device(&self, cookies: &Cookies) -> Option<Device> {
        self.sealed.get(cookies, DEVICE_COOKIE)
    }

    fn claims(&self, cookies: &Cookies) -> Option<Claims> {
        self.sealed.get(cookies, SESSION_COOKIE)
    }
}

#[cfg(test)]
mod tests;
