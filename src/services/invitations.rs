//! Invitations: the operator gives somebody a code, with which an account can be created once.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveModelTrait as _, Set};

use super::accounts::Accounts;
use super::credentials::check_new_address;
use super::registration::hash_of;
use super::typed_codes::generate;
use crate::entities::invitation;
use crate::entities::users::fold_email;
use crate::types::AppError;

/// A new invitation.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The code, which nothing can show again.
    pub code: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

impl Accounts {
    /// Invites somebody: for the operator. With `email`, only this address may use it.
    ///
    /// # Errors
    /// 422 naming `email`; 503 if the database is unavailable.
    pub async fn invite(
        &self,
        email: Option<&str>,
        valid_for: TimeDelta,
    ) -> Result<Invitation, AppError> {
        if let Some(email) = email {
            check_new_address(email)?;
        }
        let code = generate();
        let now = self.clock.now();
        let expires_at = now + valid_for;
        let row = invitation::ActiveModel {
            hash: Set(hash_of(&code)),
            email_folded: Set(email.map(fold_email)),
            created_at: Set(now),
            expires_at: Set(expires_at),
            ..Default::default()
        };
        row.insert(self.database.write()).await?;
        Ok(Invitation { code, expires_at })
    }
}
