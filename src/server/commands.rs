//! The commands of the program.

use std::process::ExitCode;

use anyhow::Context as _;

use super::config::{BackupArgs, Cli, Command, CsvArgs, UserArgs, UserCommand};
use super::{backup, model_command, serve, setup, telemetry};
use crate::entities::Database;
use crate::inference::{
    CsvReport, OnnxPredictor, SHIPPED_MODEL, features_csv, model_check, score_csv,
};
use crate::queue::Signals;
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
    match cli.command {
        Command::Serve(args) => serve::serve(args).await?,
        Command::Worker(args) => serve::work(args).await?,
        Command::Migrate(args) => {
            setup::database(&args).await?;
        }
        Command::Audit(args) => return report_audit(&setup::database(&args).await?).await,
        Command::Backup(args) => backup(&args).await?,
        Command::User(args) => change_user(args).await?,
        Command::Model(args) => model_command::run(args).await?,
        Command::Score(args) => return score(&args),
        Command::Features(args) => write_features(&args)?,
        Command::CheckModel => return Ok(model_check::run()),
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "the findings are the command's output")]
async fn report_audit(database: &Database) -> anyhow::Result<ExitCode> {
    let findings = audit::audit(database).await?;
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
async fn backup(args: &BackupArgs) -> anyhow::Result<()> {
    let bytes = backup::backup(&setup::database_url(&args.database), &args.file).await?;
    println!("copied {bytes} bytes to {}", args.file.display());
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what was done is the command's output")]
async fn change_user(args: UserArgs) -> anyhow::Result<()> {
    let database = setup::database(&args.database).await?;
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
            println!("made {role} {} with id {}", user.email, user.id);
        }
        UserCommand::Role { email, role } => {
            let user = accounts(0).set_role(&email, role).await?;
            println!("{} is now {role}", user.email);
        }
        UserCommand::Password { email } => {
            let user = accounts(0)
                .reset_password(&email, &read_password()?)
                .await?;
            println!("{} has a new password; all sessions are ended", user.email);
        }
        UserCommand::Grant {
            email,
            amount,
            reason,
        } => {
            let user = accounts(0).find_by_email(&email).await?;
            let ledger = Ledger::new(
                database.clone(),
                Signals::new(&database),
                setup::clock(),
                std::sync::Arc::new(DemonstrationPayment),
            );
            let line = ledger.adjust(user.id(), Credits(amount), &reason).await?;
            println!("{} now has {} credits", user.email, line.balance_after);
        }
    }
    Ok(())
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

fn score(args: &CsvArgs) -> anyhow::Result<ExitCode> {
    let predictor = OnnxPredictor::load(SHIPPED_MODEL)?;
    let today = setup::clock().now().date_naive();
    let report = score_csv::run(&predictor, &args.input, &args.output, today)?;
    tell(&report);
    Ok(if report.failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Campaigns that break the rules are told and left out, so that training sees what a user could have
/// entered; that is no failure.
fn write_features(args: &CsvArgs) -> anyhow::Result<()> {
    let today = setup::clock().now().date_naive();
    tell(&features_csv::run(&args.input, &args.output, today)?);
    Ok(())
}

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the report is the command's output"
)]
fn tell(report: &CsvReport) {
    for (line, reason) in &report.failed {
        eprintln!("line {line}: {reason}");
    }
    println!(
        "{} campaigns done, {} lines left out",
        report.done,
        report.failed.len()
    );
}
