//! Which failures make which client wait.

use sea_orm::{EntityTrait as _, PaginatorTrait as _};

use super::*;
use crate::database::test_support::migrated;
use crate::services::clock::test_support::TestClock;

const PER_MINUTE: u32 = 20;
const FREE: i64 = 5;
const ACCOUNT: &str = "ada@example.org";

struct Guarded {
    attempts: Attempts,
    clock: Arc<TestClock>,
    database: Database,
    _folder: tempfile::TempDir,
}

impl Guarded {
    async fn new() -> Self {
        let (folder, database) = migrated().await;
        let clock = TestClock::at(DateTime::UNIX_EPOCH);
        let attempts = Attempts::new(
            database.clone(),
            Arc::clone(&clock) as Arc<dyn Clock>,
            PER_MINUTE,
        );
        Self {
            attempts,
            clock,
            database,
            _folder: folder,
        }
    }

    fn pass(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    /// Fails once; returns how many seconds the client had to wait first.
    async fn fail(&self, account: &str, client: &Client) -> i64 {
        let mut waited = 0;
        loop {
            match self.attempts.begin(account, client, 0).await {
                Ok(attempt) => {
                    let failed = self.attempts.fail(&attempt, Factor::Password, None);
                    failed.await.unwrap();
                    return waited;
                }
                Err(error) => {
                    let wait = error.retry_after_s().unwrap().try_into().unwrap();
                    self.pass(wait);
                    waited += wait;
                }
            }
        }
    }

    async fn may_try(&self, account: &str, client: &Client) -> bool {
        self.attempts.begin(account, client, 0).await.is_ok()
    }
}

fn at(last: u8) -> Client {
    Client {
        address: IpAddr::from([192, 0, 2, last]),
        device: None,
        locale: "en",
    }
}

fn known(last: u8, mark: &str) -> Client {
    Client {
        device: Some(Device {
            email: ACCOUNT.to_owned(),
            mark: mark.to_owned(),
        }),
        ..at(last)
    }
}

#[tokio::test]
async fn waits_begin_after_a_few_failures_and_double() {
    let guarded = Guarded::new().await;
    let mut waits = Vec::new();
    for _ in 0..FREE + 12 {
        waits.push(guarded.fail(ACCOUNT, &at(1)).await);
    }
    let free = usize::try_from(FREE).unwrap();
    assert_eq!(waits[..free], [0; 5]);
    assert_eq!(
        waits[free..],
        [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    );
}

#[tokio::test]
async fn an_address_without_failures_gets_in_while_others_guess() {
    let guarded = Guarded::new().await;
    for address in 1..50 {
        guarded.fail(ACCOUNT, &at(address)).await;
    }
    assert!(guarded.may_try(ACCOUNT, &at(200)).await);
    assert!(guarded.may_try(ACCOUNT, &known(1, "owner")).await);
    assert!(!guarded.may_try(ACCOUNT, &at(1)).await, "has failed before");
}

#[tokio::test]
async fn others_cannot_prolong_the_wait_of_an_owner_who_mistyped() {
    let guarded = Guarded::new().await;
    for address in 1..50 {
        guarded.fail(ACCOUNT, &at(address)).await;
    }
    guarded.fail(ACCOUNT, &at(200)).await;
    assert!(!guarded.may_try(ACCOUNT, &at(200)).await);
    guarded.pass(ACCOUNT_WAIT_MAX_S - 1);
    guarded.fail(ACCOUNT, &at(201)).await;
    assert!(!guarded.may_try(ACCOUNT, &at(200)).await);
    guarded.pass(1);
    assert!(guarded.may_try(ACCOUNT, &at(200)).await);
}

#[tokio::test]
async fn an_address_that_tries_many_accounts_waits() {
    let guarded = Guarded::new().await;
    for account in 0..FREE {
        guarded
            .fail(&format!("{account}@example.org"), &at(1))
            .await;
    }
    assert!(!guarded.may_try("another@example.org", &at(1)).await);
    assert!(guarded.may_try("another@example.org", &at(2)).await);
}

#[tokio::test]
async fn a_success_clears_only_the_failures_at_its_own_account() {
    let guarded = Guarded::new().await;
    for _ in 1..FREE {
        guarded.fail("victim@example.org", &at(1)).await;
    }
    guarded.fail(ACCOUNT, &at(1)).await;
    guarded.pass(1);
    let attempt = guarded.attempts.begin(ACCOUNT, &at(1), 0).await.unwrap();
    guarded.attempts.succeed(&attempt).await.unwrap();
    // Four failures remain, so one more is free.
    assert_eq!(guarded.fail("victim@example.org", &at(1)).await, 0);
    assert_eq!(guarded.fail("victim@example.org", &at(1)).await, 1);
}

#[tokio::test]
async fn a_known_browser_is_counted_separately() {
    let guarded = Guarded::new().await;
    for _ in 0..FREE {
        guarded.fail("victim@example.org", &at(1)).await;
    }
    for _ in 0..FREE {
        assert_eq!(guarded.fail(ACCOUNT, &known(1, "owner")).await, 0);
    }
    assert!(!guarded.may_try(ACCOUNT, &known(1, "owner")).await);
    assert!(guarded.may_try(ACCOUNT, &known(1, "other")).await);
    // For another account this browser is just a client at its address.
    assert!(!guarded.may_try("bob@example.org", &known(1, "other")).await);
}

#[tokio::test]
async fn attempts_at_once_count_as_failures_of_a_client_that_failed_before() {
    let guarded = Guarded::new().await;
    assert!(guarded.attempts.begin(ACCOUNT, &at(1), 100).await.is_ok());
    guarded.fail(ACCOUNT, &at(1)).await;
    assert!(guarded.attempts.begin(ACCOUNT, &at(1), 1).await.is_ok());
    assert!(guarded.attempts.begin(ACCOUNT, &at(1), 100).await.is_err());
}

#[tokio::test]
async fn failures_are_forgotten_and_deleted() {
    let guarded = Guarded::new().await;
    for address in 1..20 {
        guarded.fail(ACCOUNT, &at(address)).await;
    }
    guarded.pass(FORGOTTEN_AFTER.num_seconds() + 1);
    assert!(guarded.may_try(ACCOUNT, &at(1)).await);
    assert_eq!(guarded.fail(ACCOUNT, &at(1)).await, 0);
    let rows = login_failure::Entity::find().count(guarded.database.write());
    assert_eq!(rows.await.unwrap(), 3, "of the last failure only");
}

#[tokio::test]
async fn the_latest_counts_stay_when_there_are_too_many() {
    let guarded = Guarded::new().await;
    for account in 0..4 {
        guarded
            .fail(&format!("{account}@example.org"), &at(1))
            .await;
        guarded.pass(1);
    }
    login_failure::Entity::delete_beyond(3)
        .exec(guarded.database.write())
        .await
        .unwrap();
    let left = login_failure::Entity::find();
    let left = left.all(guarded.database.write()).await.unwrap();
    let latest = guarded.clock.now() - Duration::seconds(1);
    assert_eq!(left.len(), 3);
    assert!(left.iter().all(|it| it.failed_at == latest), "{left:?}");
}

#[tokio::test]
async fn counts_of_the_same_moment_are_kept_together() {
    let guarded = Guarded::new().await;
    guarded.fail(ACCOUNT, &at(1)).await;
    let delete = login_failure::Entity::delete_beyond(2);
    delete.exec(guarded.database.write()).await.unwrap();
    let left = login_failure::Entity::find().count(guarded.database.write());
    assert_eq!(left.await.unwrap(), 3);
}

#[tokio::test]
async fn a_registration_is_limited_by_address() {
    let guarded = Guarded::new().await;
    for _ in 0..PER_MINUTE {
        guarded.attempts.count_registration(&at(1)).unwrap();
    }
    assert!(guarded.attempts.count_registration(&at(1)).is_err());
    guarded.attempts.count_registration(&at(2)).unwrap();
}

#[test]
fn addresses_of_one_ipv6_network_are_one_client() {
    let network = |address: &str| network_of(address.parse().unwrap());
    assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:2"));
    assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
    assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
}
