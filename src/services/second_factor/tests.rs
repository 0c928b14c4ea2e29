//! Which codes are accepted, and when.

use std::net::IpAddr;

use chrono::DateTime;
use sea_orm::EntityTrait as _;
use tempfile::TempDir;
use totp_rs::{Builder, Secret};

use super::*;
use crate::database::test_support::migrated;
use crate::services::clock::test_support::TestClock;
use crate::services::passwords::Passwords;
use crate::services::registration::NewAccountRules;
use crate::services::{Accounts, Emails};
use crate::types::Credits;

struct Set {
    _folder: TempDir,
    database: Database,
    clock: Arc<TestClock>,
    factors: SecondFactor,
    user: User,
}

async fn set_up(role: Role) -> Set {
    let (folder, database) = migrated().await;
    let clock = TestClock::at(DateTime::UNIX_EPOCH + Duration::days(20_000));
    let attempts = || Attempts::new(database.clone(), clock.clone(), 20);
    let accounts = Accounts::new(
        database.clone(),
        clock.clone(),
        Passwords::new(1),
        attempts(),
        Emails::none(&database, &(clock.clone() as Arc<dyn Clock>)),
        NewAccountRules::closed(Credits(10)),
    );
    let user = accounts.create("ada@example.org", "the first one", role);
    let keys = KeyRing::new(tower_cookies::Key::from(&[7; 64]));
    Set {
        user: user.await.unwrap(),
        factors: SecondFactor::new(database.clone(), clock.clone(), attempts(), &keys, true),
        _folder: folder,
        database,
        clock,
    }
}

fn client() -> Client {
    Client {
        address: IpAddr::from([192, 0, 2, 1]),
        device: None,
        locale: "en",
    }
}

fn wrong() -> AppError {
    AppError::invalid(CODE, Violation::Wrong)
}

impl Set {
    /// The code that an app with this secret shows now.
    fn code(&self, secret: &str) -> String {
        let app = Builder::new()
            .with_secret(Secret::try_from_base32(secret).unwrap())
            .build()
            .unwrap();
        let now = u64::try_from(self.clock.now().timestamp()).unwrap();
        app.generate(now).to_string()
    }

    async fn start(&self) -> String {
        let state = self.factors.start(&self.user).await.unwrap();
        state.setup.unwrap().secret
    }

    /// Turns it on; returns the secret and the recovery codes.
    async fn turn_on(&self) -> (String, Vec<String>) {
        let secret = self.start().await;
        let enabled = self.enable(&self.code(&secret)).await.unwrap();
        (secret, enabled.recovery_codes)
    }

    async fn enable(&self, code: &str) -> Result<RecoveryCodesView, AppError> {
        let enabled = self.factors.enable(&self.user, code, &client()).await;
        enabled.map(|(_, codes)| codes)
    }

    async fn check(&self, code: &str) -> Result<(), AppError> {
        self.factors.check(self.user.id, code, &client()).await
    }

    async fn is_enabled(&self) -> bool {
        self.factors.is_enabled(self.user.id).await.unwrap()
    }
}

#[tokio::test]
async fn it_is_on_only_after_the_first_code() {
    let set = set_up(Role::User).await;
    let secret = set.start().await;
    assert!(!set.is_enabled().await);
    assert_eq!(set.check(&set.code(&secret)).await, Err(wrong()));
    assert_eq!(set.enable("000000").await, Err(wrong()));
    let codes = set.enable(&set.code(&secret)).await.unwrap();
    assert_eq!(codes.recovery_codes.len(), 10);
    assert!(set.is_enabled().await);
    let again = set.factors.start(&set.user).await;
    assert!(matches!(again, Err(AppError::Conflict(_))), "{again:?}");
    let view = set.factors.view(&set.user, true).await.unwrap();
    assert_eq!((view.setup, view.recovery_codes_left), (None, 10));
}

#[tokio::test]
async fn sessions_that_began_without_a_code_end() {
    let set = set_up(Role::User).await;
    let secret = set.start().await;
    let code = set.code(&secret);
    let enabled = set.factors.enable(&set.user, &code, &client()).await;
    let (user, _) = enabled.unwrap();
    assert_eq!(user.session_epoch, set.user.session_epoch + 1);
}

#[tokio::test]
async fn a_code_is_checked_only_if_there_is_a_second_factor() {
    let set = set_up(Role::User).await;
    let check = async |code: &str| {
        let client = client();
        let checked = set.factors.check_if_enabled(set.user.id, code, &client);
        checked.await
    };
    assert_eq!(check("").await, Ok(()));
    let (_, codes) = set.turn_on().await;
    let missing = AppError::invalid(CODE, Violation::Required);
    assert_eq!(check("").await, Err(missing));
    assert_eq!(check("000000").await, Err(wrong()));
    assert_eq!(check(&codes[0]).await, Ok(()));
}

#[tokio::test]
async fn a_code_is_accepted_once() {
    let set = set_up(Role::User).await;
    let (secret, _) = set.turn_on().await;
    // The code of the set-up, too.
    assert_eq!(set.check(&set.code(&secret)).await, Err(wrong()));
    set.clock.advance(60);
    let code = set.code(&secret);
    set.clock.advance(30);
    let later = set.code(&secret);
    assert_eq!(set.check(&later).await, Ok(()));
    assert_eq!(set.check(&later).await, Err(wrong()));
    assert_eq!(set.check(&code).await, Err(wrong()), "of an earlier step");
}

#[tokio::test]
async fn a_recovery_code_is_accepted_once_and_ends_with_new_ones() {
    let set = set_up(Role::User).await;
    let (_, codes) = set.turn_on().await;
    assert_eq!(set.check(&codes[0].to_lowercase()).await, Ok(()));
    assert_eq!(set.check(&codes[0]).await, Err(wrong()));
    let view = set.factors.view(&set.user, true).await.unwrap();
    assert_eq!(view.recovery_codes_left, 9);
    let renewed = set.factors.renew_recovery_codes(set.user.id).await;
    let renewed = renewed.unwrap().recovery_codes;
    assert_eq!(set.check(&codes[1]).await, Err(wrong()));
    assert_eq!(set.check(&renewed[1]).await, Ok(()));
}

#[tokio::test]
async fn failures_are_counted_per_account_whatever_the_address() {
    let set = set_up(Role::User).await;
    let (secret, _) = set.turn_on().await;
    set.clock.advance(60);
    for last in 0..5 {
        let elsewhere = Client {
            address: IpAddr::from([198, 51, 100, last]),
            device: None,
            locale: "en",
        };
        let checked = set.factors.check(set.user.id, "000000", &elsewhere).await;
        assert_eq!(checked, Err(wrong()));
    }
    let limited = set.check(&set.code(&secret)).await;
    assert!(
        matches!(limited, Err(AppError::TooManyRequests { .. })),
        "{limited:?}"
    );
    set.clock.advance(60);
    assert_eq!(set.check(&set.code(&secret)).await, Ok(()));
}

#[tokio::test]
async fn a_set_up_waits_for_an_hour_and_is_shown_only_if_allowed() {
    let set = set_up(Role::User).await;
    let secret = set.start().await;
    let shown = async |is_recent| {
        let view = set.factors.view(&set.user, is_recent).await;
        view.unwrap().setup.map(|setup| setup.secret)
    };
    assert_eq!(shown(true).await, Some(secret.clone()));
    assert_eq!(shown(false).await, None);
    set.clock.advance(3_600);
    assert_eq!(shown(true).await, None);
    let late = set.enable(&set.code(&secret)).await;
    assert!(matches!(late, Err(AppError::Conflict(_))), "{late:?}");
}

#[tokio::test]
async fn an_operator_needs_one_and_others_do_not() {
    let set = set_up(Role::Admin).await;
    let may = async || set.factors.require_of_operator(&set.user).await;
    assert!(matches!(may().await, Err(AppError::Forbidden(_))));
    let (_, codes) = set.turn_on().await;
    assert_eq!(may().await, Ok(()));
    set.factors.disable(set.user.id).await.unwrap();
    assert!(matches!(may().await, Err(AppError::Forbidden(_))));
    assert_eq!(set.check(&codes[0]).await, Err(wrong()));
    let other = User {
        role: Role::User,
        ..set.user.clone()
    };
    assert_eq!(set.factors.require_of_operator(&other).await, Ok(()));
}

#[tokio::test]
async fn the_tables_have_neither_the_secret_nor_the_codes() {
    let set = set_up(Role::User).await;
    let (secret, codes) = set.turn_on().await;
    let row = set.factors.row(set.user.id).await.unwrap().unwrap();
    assert!(!format!("{row:?}").contains(&secret));
    let rows = recovery_code::Entity::find().all(set.database.read()).await;
    let rows = format!("{:?}", rows.unwrap());
    for code in codes {
        assert!(!rows.contains(&code.replace('-', "")));
    }
}
