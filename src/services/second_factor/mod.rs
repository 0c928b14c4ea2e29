//! The second factor of an account: codes of an authenticator app, and recovery codes for its loss.

mod given;
mod qr;
mod recovery;
mod sealed;
mod store;
#[cfg(test)]
mod tests;
mod totp;

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};

use self::given::{CODE, Given};
use self::recovery::NewCodes;
use self::sealed::Sealer;
use self::store::{Change, Enabled};
use super::attempts::{Attempts, Client, Device, Factor};
use super::in_use::KeyedLimit;
use super::service_key::KeyRing;
use super::{Clock, User};
use crate::database::{Database, in_own_task};
use crate::entities::{recovery_code, second_factor};
use crate::types::{
    AppError, RecoveryCodesView, Role, SecondFactorSetup, SecondFactorView, UserId, Violation,
};

/// How long a set-up waits for its first code.
const SETUP_LASTS: Duration = Duration::hours(1);

/// Sets up, checks and removes second factors.
#[derive(Clone)]
pub struct SecondFactor {
    database: Database,
    clock: Arc<dyn Clock>,
    attempts: Arc<Attempts>,
    sealer: Arc<Sealer>,
    /// One check at a time for each user, so that many at once cannot outrun the count of failures.
    checking: Arc<KeyedLimit<UserId>>,
    /// Whether operators need one.
    is_required_of_operators: bool,
}

impl SecondFactor {
    /// Encrypts secrets with `keys`.
    pub fn new(
        database: Database,
        clock: Arc<dyn Clock>,
        attempts: Attempts,
        keys: &KeyRing,
        is_required_of_operators: bool,
    ) -> Self {
        Self {
            database,
            clock,
            attempts: Arc::new(attempts),
            sealer: Arc::new(Sealer::new(keys)),
            checking: Arc::new(KeyedLimit::new(1)),
            is_required_of_operators,
        }
    }

    /// Whether logging in needs a code.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn is_enabled(&self, user: UserId) -> Result<bool, AppError> {
        let row = self.row(user).await?;
        Ok(row.is_some_and(|row| row.enabled_at.is_some()))
    }

    /// Refuses an operator who needs a second factor and has none. Says nothing about other users.
    ///
    /// # Errors
    /// 403; 503 if the database is unavailable.
    pub async fn require_of_operator(&self, user: &User) -> Result<(), AppError> {
        if self.is_required_of(user) && !self.is_enabled(user.id).await? {
            let reason = "an admin needs a second factor to do this; set it up on the page Account, Second factor";
            return Err(AppError::Forbidden(reason.to_owned()));
        }
        Ok(())
    }

    fn is_required_of(&self, user: &User) -> bool {
        self.is_required_of_operators && user.role == Role::Admin
    }

    /// The state of a user's second factor. `shows_setup` says whether a set-up in progress may be shown.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn view(&self, user: &User, shows_setup: bool) -> Result<SecondFactorView, AppError> {
        let row = self.row(user.id).await?;
        let recovery_codes_left = recovery_code::Entity::unused(user.id)
            .count(self.database.read())
            .await?;
        let setup = row.as_ref().filter(|row| shows_setup && self.is_open(row));
        Ok(SecondFactorView {
            enabled_at: row.as_ref().and_then(|row| row.enabled_at),
            recovery_codes_left,
            is_required: self.is_required_of(user),
            setup: setup.and_then(|row| self.setup(user, row)),
        })
    }

    /// Whether a set-up waits for its first code.
    fn is_open(&self, row: &second_factor::Model) -> bool {
        row.enabled_at.is_none() && self.clock.now() < row.created_at + SETUP_LASTS
    }

    fn setup(&self, user: &User, row: &second_factor::Model) -> Option<SecondFactorSetup> {
        let secret = self.sealer.open(user.id, &row.secret)?;
        let url = totp::setup_url(&secret, &user.email);
        let (qr_path, qr_size) = qr::draw(&url)?;
        Some(SecondFactorSetup {
            secret: totp::secret_text(&secret),
            url,
            qr_path,
            qr_size,
        })
    }

    /// Begins a set-up with a new secret, which replaces that of an earlier set-up.
    ///
    /// # Errors
    /// 409 if there is a second factor; 503 if the database is unavailable.
    pub async fn start(&self, user: &User) -> Result<SecondFactorView, AppError> {
        let secret = self.sealer.seal(user.id, &totp::generate_secret());
        let started = self.store(user.id, Change::Start { secret }).await?;
        if started.is_none() {
            return Err(conflict("there is a second factor; turn it off first"));
        }
        self.view(user, true).await
    }

    /// Ends a set-up with the first code of the app: from now on logging in needs a code. All sessions end, because they
    /// began without one; the caller opens a new one for the user that this returns.
    ///
    /// # Errors
    /// 422 naming `code`; 409 if no set-up is in progress; 429 after failures; 503.
    pub async fn enable(
        &self,
        user: &User,
        code: &str,
        client: &Client,
    ) -> Result<(User, RecoveryCodesView), AppError> {
        let row = self.row(user.id).await?.filter(|row| self.is_open(row));
        let row = row.ok_or_else(|| conflict("no set-up is in progress; start again"))?;
        let given = Given::parse(code)?;
        let (this, sealed) = (self.clone(), row.secret.clone());
        let step = self
            .count_failures(user.id, client, async move { Ok(this.step(&row, &given)) })
            .await?;
        let codes = NewCodes::generate(user.id);
        let enabled = Enabled {
            sealed,
            step,
            hashes: codes.hashes,
        };
        let user = self.store(user.id, Change::Enable(enabled)).await?;
        let user = user.ok_or_else(|| conflict("the set-up was started again meanwhile"))?;
        tracing::info!(user = %user.id, "turned on a second factor");
        Ok((user, codes.view))
    }

    /// Checks a code if the user has a second factor; without one, any code is ignored.
    ///
    /// # Errors
    /// As for [`Self::check`].
    pub async fn check_if_enabled(
        &self,
        user: UserId,
        code: &str,
        client: &Client,
    ) -> Result<(), AppError> {
        if self.is_enabled(user).await? {
            self.check(user, code, client).await?;
        }
        Ok(())
    }

    /// Checks a code. Each is accepted once.
    ///
    /// # Errors
    /// 422 naming `code`; 429 after failures; 503.
    pub async fn check(&self, user: UserId, code: &str, client: &Client) -> Result<(), AppError> {
        let given = Given::parse(code)?;
        let this = self.clone();
        self.count_failures(user, client, async move {
            let row = this.row(user).await?;
            let row = row.filter(|row| row.enabled_at.is_some());
            let is_accepted = match (row, &given) {
                (None, _) => false,
                (Some(_), Given::Recovery(code)) => this.use_up(user, code).await?,
                (Some(row), Given::App(_)) => match this.step(&row, &given) {
                    Some(step) => this.use_step(user, step).await?,
                    None => false,
                },
            };
            Ok(is_accepted.then_some(()))
        })
        .await
    }

    /// New recovery codes; the earlier ones end.
    ///
    /// # Errors
    /// 409 if there is no second factor; 503.
    pub async fn renew_recovery_codes(&self, user: UserId) -> Result<RecoveryCodesView, AppError> {
        let codes = NewCodes::generate(user);
        let renewal = Change::Renew {
            hashes: codes.hashes,
        };
        if self.store(user, renewal).await?.is_none() {
            return Err(conflict("there is no second factor"));
        }
        tracing::info!(%user, "created recovery codes");
        Ok(codes.view)
    }

    /// Removes the second factor, also one whose set-up is in progress.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn disable(&self, user: UserId) -> Result<(), AppError> {
        remove(&self.database, user, self.clock.now()).await
    }

    /// Runs a check to its end even if the client goes away, and counts its failure: `None`.
    async fn count_failures<T: Send + 'static>(
        &self,
        user: UserId,
        client: &Client,
        check: impl Future<Output = Result<Option<T>, AppError>> + Send + 'static,
    ) -> Result<T, AppError> {
        let turn = self.checking.try_acquire(user);
        let turn = turn.ok_or(AppError::TooManyRequests { retry_after_s: 1 })?;
        let (attempts, account) = (
            Arc::clone(&self.attempts),
            format!("second factor {}", user.0),
        );
        let client = client_of(&account, client);
        in_own_task(|_| async move {
            let _turn = turn;
            let attempt = attempts.begin(&account, &client, 0).await?;
            let Some(value) = check.await? else {
                attempts.fail(&attempt, Factor::Code, Some(user)).await?;
                return Err(AppError::invalid(CODE, Violation::Wrong));
            };
            attempts.succeed(&attempt).await?;
            Ok(value)
        })
        .await
    }

    /// The time step of a valid code of the app; a recovery code has none.
    fn step(&self, row: &second_factor::Model, given: &Given) -> Option<i64> {
        let Given::App(code) = given else {
            return None;
        };
        let Some(secret) = self.sealer.open(row.user_id, &row.secret) else {
            tracing::error!(
                user = %row.user_id,
                "the key of the service has changed, so the second factor cannot be checked; recovery codes work, or \
                 remove it with `pledgecast user reset-second-factor`"
            );
            return None;
        };
        let now_s = u64::try_from(self.clock.now().timestamp()).ok()?;
        i64::try_from(totp::step_of(&secret, code, now_s)?).ok()
    }

    async fn use_step(&self, user: UserId, step: i64) -> Result<bool, AppError> {
        let update = second_factor::Entity::use_step(user, step)
            .exec(self.database.write())
            .await?;
        Ok(update.rows_affected == 1)
    }

    async fn use_up(&self, user: UserId, code: &str) -> Result<bool, AppError> {
        let hash = recovery::hash(user, code);
        let update = recovery_code::Entity::use_up(user, &hash, self.clock.now())
            .exec(self.database.write())
            .await?;
        if update.rows_affected == 1 {
            tracing::info!(%user, "used a recovery code");
        }
        Ok(update.rows_affected == 1)
    }

    async fn row(&self, user: UserId) -> Result<Option<second_factor::Model>, AppError> {
        Ok(second_factor::Entity::find_by_id(user)
            .one(self.database.read())
            .await?)
    }

    async fn store(&self, user: UserId, change: Change) -> Result<Option<User>, AppError> {
        Ok(change.store(&self.database, user, self.clock.now()).await?)
    }
}

/// Removes the second factor of a user, also one whose set-up is in progress.
///
/// # Errors
/// 503 if the database is unavailable.
pub async fn remove(database: &Database, user: UserId, now: DateTime<Utc>) -> Result<(), AppError> {
    Change::Disable.store(database, user, now).await?;
    tracing::info!(%user, "turned off a second factor");
    Ok(())
}

/// Failures are counted per account, not per address. The client already knows the password, so it is the user or an
/// attacker, and an attacker must not get more attempts by using more addresses.
fn client_of(account: &str, client: &Client) -> Client {
    Client {
        address: client.address,
        device: Some(Device {
            email: account.to_owned(),
            mark: account.to_owned(),
        }),
        locale: client.locale,
    }
}

fn conflict(reason: &str) -> AppError {
    AppError::Conflict(reason.to_owned())
}
