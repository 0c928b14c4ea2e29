//! `pledgecast user`: creates and changes users.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::TimeDelta;

use super::args::{UserArgs, UserCommand};
use super::secret_file::secret_of;
use super::setup;
use crate::queue::Notifier;
use crate::services::attempts::Attempts;
use crate::services::ledger::Ledger;
use crate::services::passwords::Passwords;
use crate::services::registration::NewAccountRules;
use crate::services::{Accounts, ApiKeys, Catalog, Emails, second_factor};
use crate::types::Credits;

/// Creates or changes a user.
///
/// # Errors
/// The reason for the operator.
#[expect(clippy::print_stdout, reason = "what was done is the command's output")]
pub async fn run(args: UserArgs) -> anyhow::Result<ExitCode> {
    // The first user may be created before the first start; all other commands change existing users.
    let database = match args.command {
        UserCommand::Create { .. } => setup::database(&args.database).await?,
        _ => setup::existing_database(&args.database).await?,
    };
    let accounts = |welcome_credits| {
        Accounts::new(
            database.clone(),
            setup::clock(),
            Passwords::new(1),
            Attempts::new(database.clone(), setup::clock(), 1),
            Emails::none(&database, &setup::clock()),
            NewAccountRules::closed(Credits(welcome_credits)),
        )
    };
    match args.command {
        UserCommand::Create {
            email,
            role,
            welcome_credits,
        } => {
            let password = read_password()?;
            let user = accounts(welcome_credits)
                .create(&email, &password, role)
                .await?;
            println!("created {role} {} with ID {}", user.email, user.id);
        }
        UserCommand::Invite { email, days } => {
            let valid_for = TimeDelta::days(days.into());
            let invitation = accounts(0).invite(email.as_deref(), valid_for).await?;
            println!(
                "invitation {code}, valid once until {until}: open /register?invitation={code}",
                code = invitation.code,
                until = invitation.expires_at.format("%F %R UTC")
            );
        }
        UserCommand::Role { email, role } => {
            let user = accounts(0).set_role(&email, role).await?;
            println!("{} is now {role}", user.email);
        }
        UserCommand::Password { email } => {
            let user = accounts(0)
                .reset_password(&email, &read_password()?)
                .await?;
            println!(
                "changed the password of {} and ended all sessions",
                user.email
            );
        }
        UserCommand::ResetSecondFactor { email } => {
            let user = accounts(0).find_by_email(&email).await?;
            second_factor::remove(&database, user.id, setup::clock().now()).await?;
            println!("removed the second factor of {}", user.email);
        }
        UserCommand::RevokeKeys { email } => {
            let user = accounts(0).find_by_email(&email).await?;
            let catalog = Catalog::new(database.clone(), setup::clock());
            let keys = ApiKeys::new(database.clone(), setup::clock(), Arc::new(catalog));
            let revoked = keys.revoke_all(user.id).await?;
            println!("revoked {revoked} API keys of {}", user.email);
        }
        UserCommand::Grant {
            email,
            amount,
            reason,
        } => {
            let user = accounts(0).find_by_email(&email).await?;
            let notifier = Notifier::new(&database);
            let ledger = Ledger::new(database.clone(), notifier, setup::clock());
            let line = ledger.adjust(user.id, Credits(amount), &reason).await?;
            println!("{} now has {} credits", user.email, line.balance_after);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read_password() -> anyhow::Result<String> {
    let mut line = String::new();
    let password = std::env::var("PLEDGECAST_PASSWORD").ok();
    let file = std::env::var_os("PLEDGECAST_PASSWORD_FILE").map(PathBuf::from);
    match secret_of("PLEDGECAST_PASSWORD", password.as_ref(), file.as_deref())? {
        Some(password) => line = password,
        None => {
            std::io::stdin()
                .read_line(&mut line)
                .context("reading the password from standard input")?;
        }
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
