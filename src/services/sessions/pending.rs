//! A login whose second factor has not been given yet: an encrypted cookie that is no session, so that nothing else can
//! be done with it.

use chrono::{DateTime, Duration};
use sea_orm::EntityTrait as _;
use serde::{Deserialize, Serialize};
use tower_cookies::Cookies;

use super::Sessions;
use crate::entities::users::{self, Model as User};
use crate::types::{AppError, UserId};

const PENDING_COOKIE: &str = "pledgecast_login";
const LIFETIME: Duration = Duration::minutes(10);

/// The content of the cookie.
#[derive(Debug, Serialize, Deserialize)]
struct PendingLogin {
    user: i64,
    epoch: i32,
    begun_ms: i64,
}

impl Sessions {
    /// Notes that the password of this user was given in this browser.
    pub fn begin_login(&self, cookies: &Cookies, user: &User) {
        let pending = PendingLogin {
            user: user.id.0,
            epoch: user.session_epoch,
            begun_ms: self.clock.now().timestamp_millis(),
        };
        self.sealed.put(cookies, PENDING_COOKIE, &pending, LIFETIME);
    }

    /// The user whose password was given in this browser.
    ///
    /// # Errors
    /// 401 if it was not, or too long ago, or if all sessions were ended since; 503 if the database is unavailable.
    pub async fn pending_login(&self, cookies: &Cookies) -> Result<User, AppError> {
        let pending: Option<PendingLogin> = self.sealed.get(cookies, PENDING_COOKIE);
        let pending = pending.ok_or(AppError::Unauthorized)?;
        let begun = DateTime::from_timestamp_millis(pending.begun_ms);
        if begun.is_none_or(|begun| begun + LIFETIME <= self.clock.now()) {
            return Err(AppError::Unauthorized);
        }
        let user = users::Entity::find_by_id(UserId(pending.user))
            .one(self.database.read())
            .await?;
        user.filter(|user| user.session_epoch == pending.epoch)
            .ok_or(AppError::Unauthorized)
    }

    /// Forgets a login that waits for its second factor.
    pub(super) fn forget_login(&self, cookies: &Cookies) {
        if self.sealed.has(cookies, PENDING_COOKIE) {
            self.sealed.remove(cookies, PENDING_COOKIE);
        }
    }
}
