//! When the user of a session last authenticated: gave the password, and the code of an account with a second factor. What
//! an attacker could do lasting harm with needs that again.

use chrono::Duration;
use tower_cookies::Cookies;

use super::{Claims, SESSION_COOKIE, Sessions};
use crate::entities::session::{Entity, Model as Session};
use crate::types::AppError;

/// How long an authentication counts.
const RECENT: Duration = Duration::minutes(15);

impl Sessions {
    /// Refuses a session whose user authenticated too long ago.
    ///
    /// # Errors
    /// [`AppError::ReauthenticationRequired`].
    pub fn require_recent(&self, session: &Session) -> Result<(), AppError> {
        if self.clock.now() - session.authenticated_at < RECENT {
            Ok(())
        } else {
            Err(AppError::ReauthenticationRequired)
        }
    }

    /// Notes that the user of this browser's session has just authenticated again. The session gets a new token, so that
    /// copies of the earlier cookie end.
    ///
    /// # Errors
    /// 401 if the session has ended; 503 if the database is unavailable.
    pub async fn renew(&self, cookies: &Cookies) -> Result<(), AppError> {
        let (session, user) = self.check(cookies).await?;
        let claims = Claims::new(user.id);
        let renewal = Entity::renew(&session, &claims.hash(), self.clock.now());
        let renewed = renewal.exec(self.database.write()).await?;
        if renewed.rows_affected == 0 {
            return Err(AppError::Unauthorized);
        }
        tracing::info!(user = %user.id, "authenticated again");
        self.sealed
            .put(cookies, SESSION_COOKIE, &claims, self.lifetimes.max);
        Ok(())
    }
}
