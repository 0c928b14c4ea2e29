//! `pledgecast client`: the API from a terminal or a script, on any server. It has no database, and no log, so that a key
//! never gets into one.

mod address;
pub mod args;
mod batch;
mod campaign;
mod error;
mod keys;
mod login;
mod predict;
mod profile;
mod requests;
mod session;
mod sse;
mod terminal;
mod watch;

use std::process::ExitCode;

use tokio_util::sync::CancellationToken;

use args::{ClientArgs, ClientCommand};
use error::Error;
use requests::{Api, Request};

/// Runs a command and reports its error. The exit codes are in `docs/client.md`.
pub async fn run(args: &ClientArgs, stop: &CancellationToken) -> ExitCode {
    let done = stop.run_until_cancelled(execute(args)).await;
    match done.unwrap_or(Err(Error::Stopped)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error, args.json);
            error.exit_code()
        }
    }
}

async fn execute(args: &ClientArgs) -> Result<(), Error> {
    match &args.command {
        ClientCommand::Login(options) => login::login(args, options).await,
        ClientCommand::Logout { revoke } => login::logout(args, *revoke).await,
        ClientCommand::Predict(options) => {
            predict::run(&session::open(args)?, options, args.json).await
        }
        ClientCommand::Batch(options) => {
            batch::run(&session::open(args)?, options, args.json).await
        }
        ClientCommand::Watch { task } => watch::run(&session::open(args)?, *task, args.json).await,
        ClientCommand::Balance => balance(&session::open(args)?, args.json).await,
        ClientCommand::Keys(command) => keys::run(&session::open(args)?, command, args.json).await,
    }
}

async fn balance(api: &Api, is_json: bool) -> Result<(), Error> {
    let balance = api.json(&Request::get("/api/balance")).await?;
    if is_json {
        terminal::print_json(&balance)
    } else {
        terminal::print(&watch::balance(&balance))
    }
}

#[expect(clippy::print_stderr, reason = "the problem is for programs")]
fn report(error: &Error, is_json: bool) {
    if is_json {
        eprintln!("{}", error.json());
        return;
    }
    let fields = error.fields();
    if fields.len() < 2 {
        return terminal::note(&format!("pledgecast: {error}"));
    }
    // A file may have many errors.
    terminal::note(&format!("pledgecast: {} errors:", fields.len()));
    for field in fields {
        terminal::note(&format!("  {field}"));
    }
}
