//! The commands of the program.

use std::process::ExitCode;

use anyhow::Context as _;

use super::config::{BackupArgs, Cli, Command, DatabaseArgs, UserArgs, UserCommand};
use super::stop::{self, Stopped, unless_stopped};
use super::{backup, csv_command, model_command, serve, setup, telemetry};
use crate::inference::model_check;
use crate::queue::Notifier;
use crate::services::attempts::Attempts;
use crate::services::ledger::Ledger;
use crate::services::passwords::Passwords;
use crate::services::payment::DemonstrationPayment;
use crate::services::{Accounts, audit};
use crate::types::Credits;

/// Runs one command.
///
/// # Errors
/// Why it could not be done, for the operator.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    telemetry::init(&cli.log)?;
    let stop = stop::on_signal()?;
    match cli.command {
        Command::Serve(args) => success_if_stopped(serve::serve(args, stop).await),
        Command::Worker(args) => success_if_stopped(serve::work(args, stop).await),
        Command::Migrate(args) => unless_stopped(&stop, migrate(&args)).await,
        Command::Audit(args) => unless_stopped(&stop, report_audit(&args)).await,
        Command::Backup(args) => unless_stopped(&stop, backup(&args)).await,
        Command::User(args) => unless_stopped(&stop, change_user(args)).await,
        Command::Model(args) => unless_stopped(&stop, model_command::run(args)).await,
        Command::Score(args) => csv_command::score(&args, &stop).await,
        Command::Features(args) => csv_command::features(&args, &stop).await,
        Command::CheckModel => Ok(model_check::run()),
    }
}

/// A service that is told to stop while it starts does as it was told.
fn success_if_stopped(ended: anyhow::Result<()>) -> anyhow::Result<ExitCode> {
    match ended {
        Err(error) if !error.is::<Stopped>() => Err(error),
        _ => Ok(ExitCode::SUCCESS),
    }
}

async fn migrate(args: &DatabaseArgs) -> anyhow::Result<ExitCode> {
    setup::database(args).await?;
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "the findings are the command's output")]
async fn report_audit(args: &DatabaseArgs) -> anyhow::Result<ExitCode> {
    let database = setup::existing_database(args).await?;
    let findings = audit::audit(&database).await?;
    for finding in &findings {
        println!("invariant {}: {}", finding.invariant, finding.row);
    }
    if findings.is_empty() {
        println!("all invariants hold");
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

#[expect(clippy::print_stdout, reason = "what was done is the command's output")]
async fn backup(args: &BackupArgs) -> anyhow::Result<ExitCode> {
    let bytes = backup::backup(&setup::database_url(&args.database)?, &args.file).await?;
    println!("copied {bytes} bytes to {}", args.file.display());
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "what was done is the command's output")]
async fn change_user(args: UserArgs) -> anyhow::Result<ExitCode> {
    // A first user may be made before the first start; all else is about users that are there.
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
            welcome_credits,
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
        UserCommand::Grant {
            email,
            amount,
            reason,
        } => {
            let user = accounts(0).find_by_email(&email).await?;
            let ledger = Ledger::new(
                database.clone(),
                Notifier::new(&database),
                setup::clock(),
                std::sync::Arc::new(DemonstrationPayment),
            );
            let line = ledger.adjust(user.id(), Credits(amount), &reason).await?;
            println!("{} now has {} credits", user.email, line.balance_after);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read_password() -> anyhow::Result<String> {
    let mut line = String::new();
    match std::env::var("PLEDGECAST_PASSWORD") {
        Ok(password) => line = password,
        Err(_) => {
            std::io::stdin()
                .read_line(&mut line)
                .context("reading the password from standard input")?;
        }
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
