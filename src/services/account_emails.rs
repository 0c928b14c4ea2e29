//! Emails about an account: a new device, and links that set a new password and verify the address.

use sea_orm::sea_query::Expr;
use typed_text::fold_email;

use super::accounts::Accounts;
use super::attempts::Client;
use super::credentials::{check_address, check_reset};
use super::emails::{ValidLink, new_device, reset_password, verify_address};
use super::password_rules::check_guessing;
use super::passwords::Slot;
use super::user_changes::{PasswordChange, update_user, verified};
use crate::database::in_own_task;
use crate::entities::{email, users};
use crate::types::{AppError, EmailKind};

impl Accounts {
    /// Remembers the language of a user who logs in, and tells the user of a browser that was not known.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn note_login(&self, user: &users::Model, client: &Client) -> Result<(), AppError> {
        let is_known = client.knows(&user.email_folded);
        let same_locale = user.locale.as_deref() == Some(client.locale);
        if same_locale && (is_known || !self.emails.is_enabled()) {
            return Ok(());
        }
        let account = &user.email_folded;
        let may_tell = !is_known && self.attempts.count_email_to("device", account).await?;
        let email = may_tell.then(|| new_device(user.id, client));
        let locale =
            update_user(user.id).col_expr(users::Column::Locale, Expr::value(client.locale));
        let input = (self.emails.clone(), locale, email);
        self.database
            .transaction(
                "note a login",
                input,
                |transaction, (emails, locale, email)| {
                    Box::pin(async move {
                        locale.clone().exec(transaction).await?;
                        match email {
                            Some(email) => emails.queue(transaction, email.clone()).await,
                            None => Ok(()),
                        }
                    })
                },
            )
            .await?;
        Ok(())
    }

    /// Sends a link that sets a new password to this address, if it has an account. Response and time do not depend on
    /// whether it has: the account is looked up when the email is sent. Nor do they tell that the account got enough links
    /// within an hour, which still work.
    ///
    /// # Errors
    /// 422 naming `email`; 409 if the service sends no email; 429; 503.
    pub async fn request_password_reset(
        &self,
        email: &str,
        client: &Client,
    ) -> Result<(), AppError> {
        check_address(email)?;
        self.emails.require()?;
        self.attempts.count_email_of_client("reset", client).await?;
        let account = fold_email(email);
        if !self.attempts.count_email_to("reset", &account).await? {
            return Ok(());
        }
        // As typed, because a few accounts are found only by their former form.
        let new = reset_password(email.trim().to_owned(), client.locale);
        let input = (self.emails.clone(), new);
        self.database
            .transaction("request a reset", input, |transaction, (emails, new)| {
                Box::pin(emails.queue(transaction, new.clone()))
            })
            .await?;
        Ok(())
    }

    /// Sets a new password with a link from an email and ends all sessions; the caller opens a new one.
    ///
    /// # Errors
    /// 422 naming `new_password`; 409 if the link was used or has expired; 429; 503.
    pub async fn reset_password_with_link(
        &self,
        token: &str,
        new: &str,
        client: &Client,
    ) -> Result<users::Model, AppError> {
        check_reset(new)?;
        let link = self
            .emails
            .open_link(EmailKind::ResetPassword, token)
            .await?;
        let slot = self.passwords.reserve(&client.address_key())?;
        let (this, new) = (self.clone(), new.to_owned());
        in_own_task(|_| async move { this.try_reset_password(&slot, link, &new).await }).await
    }

    async fn try_reset_password(
        &self,
        slot: &Slot,
        link: ValidLink,
        new: &str,
    ) -> Result<users::Model, AppError> {
        check_guessing(slot, "new_password", new, &link.user.email).await?;
        let change = PasswordChange {
            hash: slot.hash(new).await?,
            link: Some(link.email.id),
            user: link.user,
            emails: self.emails.clone(),
            now: self.clock.now(),
        };
        let changed = change.commit(&self.database).await?;
        let reset = changed
            .ok_or_else(|| AppError::Conflict("the link was used or has expired".to_owned()))?;
        tracing::info!(user = %reset.id, "reset the password");
        Ok(reset)
    }

    /// Sends the link that verifies the address of a user again.
    ///
    /// # Errors
    /// 409 if the address is verified or the service sends no email; 429; 503.
    pub async fn send_verification(
        &self,
        user: &users::Model,
        client: &Client,
    ) -> Result<(), AppError> {
        self.emails.require()?;
        if user.email_verified_at.is_some() {
            return Err(AppError::Conflict("the address is verified".to_owned()));
        }
        let account = &user.email_folded;
        if !self.attempts.count_email_to("verify", account).await? {
            return Err(AppError::TooManyRequests {
                retry_after_s: 3600,
            });
        }
        let new = verify_address(user.id, client.locale);
        let input = (self.emails.clone(), new);
        self.database
            .transaction(
                "send a verification",
                input,
                |transaction, (emails, new)| Box::pin(emails.queue(transaction, new.clone())),
            )
            .await?;
        Ok(())
    }

    /// Verifies an address with a link from an email.
    ///
    /// # Errors
    /// 409 if the link was used or has expired; 503.
    pub async fn verify_email(&self, token: &str) -> Result<(), AppError> {
        let link = self
            .emails
            .open_link(EmailKind::VerifyAddress, token)
            .await?;
        let input = (link, self.clock.now());
        self.database
            .transaction("verify an address", input, |transaction, (link, now)| {
                Box::pin(async move {
                    let used = email::Entity::use_link(link.email.id, *now);
                    if used.exec(transaction).await?.rows_affected == 1 {
                        let verify = verified(update_user(link.user.id), *now);
                        verify.exec(transaction).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        Ok(())
    }
}
