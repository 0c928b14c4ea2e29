//! Runs the commands of the program.

mod announce;
pub mod args;
mod backup;
pub mod client;
pub mod config;
mod connection_args;
mod cookie_key;
mod csv;
mod data_dir;
mod mail_args;
mod metrics;
mod model;
mod rule_args;
mod schema;
mod secret_file;
mod serve;
mod session_args;
mod setup;
mod stop;
mod telemetry;
mod user;
mod webhook_args;

use std::process::ExitCode;

use anyhow::bail;
use args::{BackupArgs, Cli, Command, RowIdArgs};
use config::DatabaseArgs;
use stop::{Stopped, unless_stopped};

use crate::inference::model_check;
use crate::services::audit;
use crate::types::TaskId;

/// Runs one command.
///
/// # Errors
/// The reason for the operator.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let stop = stop::on_signal()?;
    let command = match cli.command {
        Command::Client(args) => return Ok(client::run(&args, &stop).await),
        other => other,
    };
    telemetry::init(&cli.log)?;
    match command {
        Command::Client(_) => Ok(ExitCode::SUCCESS),
        Command::Serve(args) => success_if_stopped(serve::serve(*args, stop).await),
        Command::Worker(args) => success_if_stopped(serve::work(args, stop).await),
        Command::Migrate(args) => unless_stopped(&stop, migrate(&args)).await,
        Command::Audit(args) => unless_stopped(&stop, report_audit(&args)).await,
        Command::RowId(args) => unless_stopped(&stop, print_row_id(&args)).await,
        Command::Backup(args) => unless_stopped(&stop, backup(&args)).await,
        Command::User(args) => unless_stopped(&stop, user::run(args)).await,
        Command::Model(args) => unless_stopped(&stop, model::run(args)).await,
        Command::Score(args) => csv::score(&args, &stop).await,
        Command::Features(args) => csv::features(&args, &stop).await,
        Command::CheckModel => Ok(model_check::run()),
    }
}

/// A service that is stopped by a signal while it starts exits successfully.
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

#[expect(clippy::print_stdout, reason = "the number is the command's output")]
async fn print_row_id(args: &RowIdArgs) -> anyhow::Result<ExitCode> {
    setup::existing_database(&args.database).await?;
    // Ids of all tables are encrypted in the same way.
    let TaskId(row) = args.id.into();
    if row == 0 {
        bail!("no row can have this id");
    }
    println!("{row}");
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "what was done is the command's output")]
async fn backup(args: &BackupArgs) -> anyhow::Result<ExitCode> {
    let bytes = backup::backup(&setup::database_url(&args.database)?, &args.file).await?;
    println!("copied {bytes} bytes to {}", args.file.display());
    Ok(ExitCode::SUCCESS)
}
