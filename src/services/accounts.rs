//! Accounts: register, log in, change the password, end all sessions.

use std::sync::Arc;

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set, UpdateMany};
use typed_text::clean_email;

use super::Clock;
use super::attempts::{Attempts, Client, Factor};
use super::credentials::{
    check_given_password, check_login, check_new_account, check_new_password, check_password_change,
};
use super::emails::Emails;
use super::password_rules::{check_guessing, rate};
use super::passwords::{Passwords, Slot, Verified};
use super::registration::{NewAccountRules, hash_of};
use super::user_changes::{
    CreatedBy, NewAccount, PasswordChange, next_epoch, set_password_hash, update_user,
};
use crate::database::{Database, conflict_if_taken, in_own_task};
use crate::entities::users;
use crate::entities::users::fold_email;
use crate::types::{
    AppError, Credits, PasswordStrengthView, Registration, Role, UserId, Violation,
};

/// The client key under which the operator's commands reserve password slots.
const OPERATOR: &str = "operator";

/// Creates accounts and checks credentials; cheap to clone.
///
/// Requests with a password run to their end even if the client goes away, so that every failed attempt is counted.
#[derive(Clone)]
pub struct Accounts {
    pub(super) database: Database,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) passwords: Passwords,
    pub(super) attempts: Arc<Attempts>,
    pub(super) emails: Emails,
    rules: NewAccountRules,
}

impl Accounts {
    /// For accounts in this database.
    pub fn new(
        database: Database,
        clock: Arc<dyn Clock>,
        passwords: Passwords,
        attempts: Attempts,
        emails: Emails,
        rules: NewAccountRules,
    ) -> Self {
        Self {
            database,
            clock,
            passwords,
            attempts: Arc::new(attempts),
            emails,
            rules,
        }
    }

    /// Creates an account for a visitor. The code of an invitation is ignored if none is needed.
    ///
    /// # Errors
    /// 422 naming `email`, `password` or `invitation`; 403 if only the operator creates accounts; 409 if the address is
    /// taken; 429; 503.
    pub async fn register(
        &self,
        email: &str,
        password: &str,
        invitation: &str,
        client: &Client,
    ) -> Result<users::Model, AppError> {
        let invitation = match self.rules.registration {
            Registration::Open => None,
            Registration::Invitation => Some(invitation),
            Registration::Closed => {
                let reason = "only the operator of this service creates accounts";
                return Err(AppError::Forbidden(reason.to_owned()));
            }
        };
        check_new_account(email, password, invitation)?;
        let slot = self.passwords.reserve(&client.address_key())?;
        self.attempts.count_registration(client)?;
        let (this, email, password) = (self.clone(), email.to_owned(), password.to_owned());
        let created_by = CreatedBy {
            role: Role::User,
            locale: Some(client.locale),
            invitation: invitation.map(hash_of),
        };
        in_own_task(|_| async move { this.create_in(&slot, (&email, &password), created_by).await })
            .await
    }

    /// Creates an account with its welcome credits, without rate limits: for the operator.
    ///
    /// # Errors
    /// 422 naming `email` or `password`; 409 if the address is taken.
    pub async fn create(
        &self,
        email: &str,
        password: &str,
        role: Role,
    ) -> Result<users::Model, AppError> {
        check_new_account(email, password, None)?;
        let slot = self.passwords.reserve(OPERATOR)?;
        let created_by = CreatedBy {
            role,
            locale: None,
            invitation: None,
        };
        self.create_in(&slot, (email, password), created_by).await
    }

    async fn create_in(
        &self,
        slot: &Slot,
        (email, password): (&str, &str),
        created_by: CreatedBy,
    ) -> Result<users::Model, AppError> {
        check_guessing(slot, "password", password, email).await?;
        let password_hash = slot.hash(password).await?;
        let new = NewAccount {
            email: clean_email(email),
            password_hash,
            created_by,
            emails: self.emails.clone(),
            welcome: self.rules.welcome,
            now: self.clock.now(),
        };
        let created = self
            .database
            .transaction("register", new, |transaction, new| {
                Box::pin(new.insert(transaction))
            });
        let taken = "this email address is already registered";
        let user = created.await.map_err(conflict_if_taken(taken))?;
        let user = user.ok_or_else(|| AppError::invalid("invitation", Violation::Wrong))?;
        tracing::info!(user = %user.id, role = user.role.as_str(), "registered");
        Ok(user)
    }

    /// Checks an address and a password.
    ///
    /// # Errors
    /// 422 naming a field whose value no account can have; 401, the same and after the same time for an
    /// unknown address and a wrong password; 429; 503.
    pub async fn log_in(
        &self,
        email: &str,
        password: &str,
        client: &Client,
    ) -> Result<users::Model, AppError> {
        check_login(email, password)?;
        let account = fold_email(email);
        let slot = self.passwords.reserve(&client.key(&account))?;
        let (this, client) = (self.clone(), client.clone());
        let (email, password) = (email.to_owned(), password.to_owned());
        in_own_task(|_| async move { this.try_log_in(&slot, &email, &password, &client).await })
            .await
    }

    async fn try_log_in(
        &self,
        slot: &Slot,
        email: &str,
        password: &str,
        client: &Client,
    ) -> Result<users::Model, AppError> {
        let account = fold_email(email);
        let attempt = self.attempts.begin(&account, client, slot.others()).await?;
        // As typed, because a few accounts are found only by their former form.
        let user = users::Entity::find_by_email(email)
            .one(self.database.read())
            .await?;
        let hash = user.as_ref().map(|user| user.password_hash.as_str());
        let verified = slot.verify(password, hash).await?;
        let id = user.as_ref().map(|user| user.id);
        let (Some(user), Verified::Right | Verified::RightButOutdated) = (user, verified) else {
            self.attempts.fail(&attempt, Factor::Password, id).await?;
            return Err(AppError::BadCredentials);
        };
        self.attempts.succeed(&attempt).await?;
        if verified == Verified::RightButOutdated {
            let hash = slot.hash(password).await?;
            // Changes nothing else: another password may have been set in the meantime.
            set_password_hash(&user, hash)
                .exec(self.database.write())
                .await?;
        }
        Ok(user)
    }

    /// Checks the password of a signed-in user.
    ///
    /// # Errors
    /// 422 naming `password`; 429; 503.
    pub async fn verify_password(
        &self,
        user: users::Model,
        password: &str,
        client: &Client,
    ) -> Result<(), AppError> {
        check_given_password(password)?;
        let slot = self.passwords.reserve(&client.key(&user.email_folded))?;
        let (this, password, client) = (self.clone(), password.to_owned(), client.clone());
        in_own_task(|_| async move {
            let wrong = AppError::invalid("password", Violation::Wrong);
            this.try_verify(&slot, &user, &password, &client, wrong)
                .await
        })
        .await
    }

    /// Compares a password with that of a user; counts a failure, which is `wrong`.
    async fn try_verify(
        &self,
        slot: &Slot,
        user: &users::Model,
        password: &str,
        client: &Client,
        wrong: AppError,
    ) -> Result<(), AppError> {
        let others = slot.others();
        let attempt = self
            .attempts
            .begin(&user.email_folded, client, others)
            .await?;
        let verified = slot.verify(password, Some(&user.password_hash)).await?;
        if verified == Verified::Wrong {
            let failed = self
                .attempts
                .fail(&attempt, Factor::Password, Some(user.id));
            failed.await?;
            return Err(wrong);
        }
        self.attempts.succeed(&attempt).await
    }

    /// Sets a new password and ends all sessions; the caller opens a new one.
    ///
    /// # Errors
    /// 422 naming `current_password` or `new_password`; 429; 503.
    pub async fn change_password(
        &self,
        user: users::Model,
        current: &str,
        new: &str,
        client: &Client,
    ) -> Result<users::Model, AppError> {
        check_password_change(current, new)?;
        let slot = self.passwords.reserve(&client.key(&user.email_folded))?;
        let (this, client) = (self.clone(), client.clone());
        let (current, new) = (current.to_owned(), new.to_owned());
        in_own_task(|_| async move {
            this.try_change_password(&slot, &user, [&current, &new], &client)
                .await
        })
        .await
    }

    async fn try_change_password(
        &self,
        slot: &Slot,
        user: &users::Model,
        [current, new]: [&str; 2],
        client: &Client,
    ) -> Result<users::Model, AppError> {
        let wrong = || AppError::invalid("current_password", Violation::Wrong);
        self.try_verify(slot, user, current, client, wrong())
            .await?;
        check_guessing(slot, "new_password", new, &user.email).await?;
        let change = PasswordChange {
            user: user.clone(),
            hash: slot.hash(new).await?,
            link: None,
            emails: self.emails.clone(),
            now: self.clock.now(),
        };
        // If another password was set in the meantime, the given one is no longer the current one.
        let changed = change.commit(&self.database).await?.ok_or_else(wrong)?;
        tracing::info!(user = %changed.id, "changed the password");
        Ok(changed)
    }

    /// Says how strong a new password of the account with this address is.
    ///
    /// # Errors
    /// 429; 503.
    pub async fn rate_password(
        &self,
        password: &str,
        email: &str,
        client: &Client,
    ) -> Result<PasswordStrengthView, AppError> {
        self.attempts.count_rating(client)?;
        let slot = self.passwords.reserve(&client.address_key())?;
        rate(&slot, password, email).await
    }

    /// Ends every session of a user, in all browsers.
    ///
    /// # Errors
    /// 404 if the user does not exist; 503 if the database is unavailable.
    pub async fn end_sessions(&self, user: UserId) -> Result<users::Model, AppError> {
        let this = self.clone();
        let end = next_epoch(update_user(user));
        in_own_task(|_| async move {
            let ended = this.update(end).await?.ok_or(AppError::NotFound)?;
            tracing::info!(%user, "ended all sessions");
            Ok(ended)
        })
        .await
    }

    /// Sets a user's role: for the operator.
    ///
    /// # Errors
    /// 404 if there is no such user.
    pub async fn set_role(&self, email: &str, role: Role) -> Result<users::Model, AppError> {
        let mut user = self.find_by_email(email).await?.into_active_model();
        user.role = Set(role);
        Ok(user.update(self.database.write()).await?)
    }

    /// Sets a password without the old one and ends all sessions: for the operator.
    ///
    /// # Errors
    /// 404 if there is no such user; 422 naming `password`.
    pub async fn reset_password(&self, email: &str, new: &str) -> Result<users::Model, AppError> {
        check_new_password(new)?;
        let user = self.find_by_email(email).await?;
        let slot = self.passwords.reserve(OPERATOR)?;
        check_guessing(&slot, "password", new, &user.email).await?;
        let hash = slot.hash(new).await?;
        let change = update_user(user.id).col_expr(users::Column::PasswordHash, Expr::value(hash));
        self.update(next_epoch(change))
            .await?
            .ok_or(AppError::NotFound)
    }

    /// The user with this address.
    ///
    /// # Errors
    /// 404.
    pub async fn find_by_email(&self, email: &str) -> Result<users::Model, AppError> {
        users::Entity::find_by_email(email)
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)
    }

    /// Changes one user with one statement; `None` if its condition does not match.
    async fn update(
        &self,
        change: UpdateMany<users::Entity>,
    ) -> Result<Option<users::Model>, AppError> {
        let changed = change.exec_with_returning(self.database.write()).await?;
        Ok(changed.into_iter().next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::test_support::migrated;
    use crate::services::SystemClock;

    #[tokio::test]
    async fn a_hash_is_not_replaced_if_it_changed_meanwhile() {
        let (_folder, database) = migrated().await;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let attempts = Attempts::new(database.clone(), Arc::clone(&clock), 20);
        let emails = Emails::none(&database, &clock);
        let rules = NewAccountRules::closed(Credits(10));
        let accounts = Accounts::new(database, clock, Passwords::new(1), attempts, emails, rules);
        let email = "ada@example.org";
        let read = accounts.create(email, "the first one", Role::User).await;
        let read = read.unwrap();
        let reset = accounts.reset_password(email, "the second one").await;
        let reset = reset.unwrap();
        assert_eq!(reset.session_epoch, read.session_epoch + 1);
        let late = accounts.update(set_password_hash(&read, "late".to_owned()));
        assert_eq!(late.await, Ok(None));
        let now = accounts.find_by_email(email).await.unwrap();
        assert_eq!(now, reset);
    }
}
