//! Limits on attempts to log in and to register.
//!
//! Failed logins are counted across all processes, per client, per account, and per pair of both. A client is an
//! address, or a browser that signed in to the account before. After a few failures a client must wait, twice as long
//! each time. The wait is also longer if many other attempts on the same account failed. A client without failures
//! never waits, so nobody can lock out the owner from elsewhere.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use crate::database::{Database, retry};
use crate::entities::login_failure::{self, Model as Failures};
use crate::metrics::{self, Login};
use crate::services::Clock;
use crate::services::rate_limit::RateLimit;
use crate::types::{AppError, UserId, hex};

/// Passwords that are rated per minute and address.
const RATINGS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// Emails of a kind that a client may request until it has requested none for an hour.
const EMAILS_PER_CLIENT: i32 = 20;
/// Emails of a kind that an account gets until it has got none for an hour.
const EMAILS_PER_ACCOUNT: i32 = 5;
/// The longest wait of a client because of its own failures.
const WAIT_MAX_S: i64 = 900;
/// The longest wait because of all failures at the account.
const ACCOUNT_WAIT_MAX_S: i64 = 60;
/// Failures are forgotten an hour after the last one.
const FORGOTTEN_AFTER: Duration = Duration::hours(1);
/// How often a process deletes forgotten failures.
const PRUNE_EVERY: Duration = Duration::minutes(1);
/// Maximum number of counts kept.
const COUNTS_MAX: u64 = 100_000;

/// Who is trying to log in or register.
#[derive(Clone, Debug)]
pub struct Client {
    /// The address that the request came from.
    pub address: IpAddr,
    /// The account that this browser signed in to before, with a random mark.
    pub device: Option<Device>,
    /// The language of the request.
    pub locale: &'static str,
}

/// What was wrong in a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// The password, or the address.
    Password,
    /// The code of the second factor.
    Code,
}

impl Factor {
    /// The word in the log.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
        }
    }
}

/// A browser that signed in before.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Device {
    /// The account's address, folded.
    pub email: String,
    /// Distinguishes this browser from others of the account.
    pub mark: String,
}

/// Limits registrations and slows down failing logins.
pub struct Attempts {
    database: Database,
    clock: Arc<dyn Clock>,
    registrations: RateLimit,
    ratings: RateLimit,
    /// Failures of a client before it has to wait.
    free_failures: i64,
    pruned_at: Mutex<Option<DateTime<Utc>>>,
}

/// One permitted attempt to log in.
pub struct Attempt {
    keys: Keys,
    address: IpAddr,
    /// Failures of this client at this account so far.
    failures: i32,
}

/// The keys of the counts. They are hashes, so that keys are short and no row identifies anybody.
struct Keys {
    client: String,
    account: String,
    both: String,
}

impl Client {
    /// Whether this browser signed in to `account` before.
    pub fn knows(&self, account: &str) -> bool {
        self.device.as_ref().is_some_and(|it| it.email == account)
    }

    /// The key of this client: its browser if that signed in to `account` before, else its address.
    pub fn key(&self, account: &str) -> String {
        match self.device.as_ref().filter(|_| self.knows(account)) {
            Some(device) => key("device", &device.mark),
            None => self.address_key(),
        }
    }

    /// The key of the address alone.
    pub fn address_key(&self) -> String {
        key("address", &network_of(self.address).to_string())
    }
}

impl Attempts {
    /// Each address may register `per_minute` accounts a minute. Clients may fail to log in a quarter as many times
    /// before they have to wait.
    pub fn new(database: Database, clock: Arc<dyn Clock>, per_minute: u32) -> Self {
        let per_minute = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        Self {
            database,
            clock,
            registrations: RateLimit::per_minute("registrations", per_minute),
            ratings: RateLimit::per_minute("rated-passwords", RATINGS_PER_MINUTE),
            free_failures: i64::from(per_minute.get() / 4).max(1),
            pruned_at: Mutex::default(),
        }
    }

    /// Counts one registration.
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`] over the limit of the address.
    pub fn count_registration(&self, client: &Client) -> Result<(), AppError> {
        self.registrations.count(&network_of(client.address))
    }

    /// Counts one rating of a password.
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`] over the limit of the address.
    pub fn count_rating(&self, client: &Client) -> Result<(), AppError> {
        self.ratings.count(&network_of(client.address))
    }

    /// Counts one email of a kind that a client requests.
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`] if the client has requested too many within an hour; 503.
    pub async fn count_email_of_client(&self, kind: &str, client: &Client) -> Result<(), AppError> {
        let key = key(kind, &client.address_key());
        if self.count_email(key, EMAILS_PER_CLIENT).await? {
            return Ok(());
        }
        Err(AppError::TooManyRequests {
            retry_after_s: FORGOTTEN_AFTER.num_seconds().unsigned_abs(),
        })
    }

    /// Counts one email of a kind to an account (folded address, which need not have an account). False if it must not be
    /// sent, because the account got enough of them within an hour. Refused ones do not count, so nobody can keep the owner
    /// from getting any.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn count_email_to(&self, kind: &str, account: &str) -> Result<bool, AppError> {
        let may_send = self
            .count_email(key(kind, account), EMAILS_PER_ACCOUNT)
            .await?;
        if !may_send {
            tracing::info!(kind, "an account got enough emails within an hour");
        }
        Ok(may_send)
    }

    /// Counts with one statement, so that concurrent requests cannot exceed the limit.
    async fn count_email(&self, key: String, max: i32) -> Result<bool, AppError> {
        let now = self.clock.now();
        let counted = retry("count an email", || async {
            login_failure::Entity::count_up_to(key.clone(), max, now, now - FORGOTTEN_AFTER)
                .exec_without_returning(self.database.write())
                .await
        })
        .await?;
        self.prune(now).await;
        Ok(counted > 0)
    }

    /// Begins an attempt at an account (folded e-mail). `others` is the number of other attempts of this client in
    /// progress.
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`] if the client has to wait first.
    pub async fn begin(
        &self,
        account: &str,
        client: &Client,
        others: usize,
    ) -> Result<Attempt, AppError> {
        let keys = Keys::new(account, client);
        let counts = login_failure::Entity::of_keys(&keys.all())
            .all(self.database.read())
            .await?;
        let now = self.clock.now();
        let count = |key: &str| {
            let counts = counts.iter().filter(|it| it.failures > 0);
            counts
                .filter(|it| it.failed_at >= now - FORGOTTEN_AFTER)
                .find(|it| it.key == key)
        };
        let wait_s = count(&keys.client).map_or(0, |by_client| {
            self.wait_s(by_client, count(&keys.account), others, now)
        });
        if wait_s > 0 {
            metrics::login(Login::Delayed);
            tracing::warn!(address = %client.address.to_canonical(), wait_s, "login refused");
            return Err(AppError::TooManyRequests {
                retry_after_s: wait_s.unsigned_abs(),
            });
        }
        Ok(Attempt {
            failures: count(&keys.both).map_or(0, |it| it.failures),
            address: client.address.to_canonical(),
            keys,
        })
    }

    /// Seconds until a client with failures may try again. The wait starts at the client's own last failure, so that
    /// others cannot prolong it.
    fn wait_s(
        &self,
        by_client: &Failures,
        at_account: Option<&Failures>,
        others: usize,
        now: DateTime<Utc>,
    ) -> i64 {
        // Attempts in progress count as failures. Otherwise many concurrent attempts would all be free.
        let others = i64::try_from(others).unwrap_or(i64::MAX);
        let failures = i64::from(by_client.failures).saturating_add(others);
        let by_client_s = self.pause_s(failures).min(WAIT_MAX_S);
        let at_account = at_account.map_or(0, |it| i64::from(it.failures));
        let at_account_s = self.pause_s(at_account).min(ACCOUNT_WAIT_MAX_S);
        let pause_s = by_client_s.max(at_account_s);
        let passed_ms = (now - by_client.failed_at).num_milliseconds().max(0);
        let left_ms = pause_s * 1000 - passed_ms;
        // Rounded up.
        (left_ms + 999).div_euclid(1000).max(0)
    }

    /// 1 second after the last free failure, and twice as long after each further one.
    fn pause_s(&self, failures: i64) -> i64 {
        match u32::try_from(failures - self.free_failures) {
            Ok(doublings) => 1_i64.checked_shl(doublings.min(30)).unwrap_or(WAIT_MAX_S),
            Err(_) => 0,
        }
    }

    /// Counts a failure and logs it, with the user if the account exists.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn fail(
        &self,
        attempt: &Attempt,
        factor: Factor,
        user: Option<UserId>,
    ) -> Result<(), AppError> {
        metrics::login(Login::Failed);
        let user = user.map(i64::from);
        tracing::warn!(address = %attempt.address, factor = factor.as_str(), user, "login failed");
        let now = self.clock.now();
        let keys = attempt.keys.all();
        retry("count a failed login", || async {
            login_failure::Entity::count(&keys, now, now - FORGOTTEN_AFTER)
                .exec_without_returning(self.database.write())
                .await
        })
        .await?;
        self.prune(now).await;
        Ok(())
    }

    /// Removes this client's failures at this account. Its failures at other accounts stay, so that nobody can reset a
    /// count with an account of their own.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn succeed(&self, attempt: &Attempt) -> Result<(), AppError> {
        metrics::login(Login::Succeeded);
        if attempt.failures > 0 {
            let keys = attempt.keys.all();
            retry("clear failed logins", || async {
                login_failure::Entity::subtract(&keys, attempt.failures)
                    .exec(self.database.write())
                    .await
            })
            .await?;
        }
        Ok(())
    }

    /// Deletes old counts at intervals. An error here does not fail the login.
    async fn prune(&self, now: DateTime<Utc>) {
        {
            let mut pruned_at = self.pruned_at.lock();
            if pruned_at.is_some_and(|at| now - at < PRUNE_EVERY) {
                return;
            }
            *pruned_at = Some(now);
        }
        let database = self.database.write();
        let forgotten = login_failure::Entity::delete_forgotten(now - FORGOTTEN_AFTER);
        let beyond = login_failure::Entity::delete_beyond(COUNTS_MAX);
        for old in [forgotten, beyond] {
            if let Err(error) = old.exec(database).await {
                tracing::warn!(%error, "cannot delete old failed logins");
            }
        }
    }
}

impl Keys {
    fn new(account: &str, client: &Client) -> Self {
        let (client, account) = (client.key(account), key("account", account));
        Self {
            both: key("both", &format!("{client} {account}")),
            client,
            account,
        }
    }

    fn all(&self) -> [String; 3] {
        [self.client.clone(), self.account.clone(), self.both.clone()]
    }
}

fn key(kind: &str, text: &str) -> String {
    hex(&Sha256::digest(format!("{kind} {text}")))
}

/// The key of limits per address. IPv6 is limited per /64, which usually belongs to one household or company.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests;
