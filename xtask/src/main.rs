//! `cargo xtask`: the commands that build, run and test Pledgecast. Each command is in the module of its name.
//!
//! - [`run`], [`dev`], [`test`](mod@test), [`bench`](mod@bench), [`mutants`](mod@mutants),
//!   [`lint`](mod@lint), [`train`]: the commands.
//! - [`site`], [`server`]: the client bundle and the server that they build.
//! - [`postgres`], [`browser`], [`api`], [`test_server`], [`faketime`]: what the tests need.
//! - [`wasm_target`], [`apt`], [`npm`], [`python`], [`tools`]: installing what is missing.
//! - [`process`], [`cargo`], [`progress`], [`paths`], [`fingerprint`]: helpers.

mod api;
mod apt;
mod bench;
mod browser;
mod cargo;
mod dev;
mod faketime;
mod fingerprint;
mod lint;
mod mutants;
mod npm;
mod paths;
mod postgres;
mod process;
mod progress;
mod python;
mod run;
mod server;
mod site;
mod test;
mod test_server;
mod tools;
mod train;
mod wasm_target;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use cargo::Profile;

/// The build, run and test commands of Pledgecast.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    arg_required_else_help = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and serve it, installing what is missing; arguments after `--` go to `pledgecast serve`.
    Run {
        /// Arguments of `pledgecast serve`.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Build everything: the client bundle into target/site, and the server that embeds it.
    Build,
    /// Build only the client bundle, into target/site.
    Site,
    /// Rebuild and restart on each change of the sources; arguments after `--` go to `pledgecast serve`.
    Dev {
        /// Arguments of `pledgecast serve`.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Run all tests: unit tests, integration tests on SQLite and PostgreSQL, tests of the API, browser
    /// tests.
    Test(test::Options),
    /// Generate the Python package again, after a change of the API.
    PythonClient,
    /// Kill, freeze and restart processes at random under load, and check that nothing is lost.
    Crash(test::CrashOptions),
    /// Mutate the code of the ledger, the queue, the workers and the database, and check that tests notice.
    Mutants(mutants::Options),
    /// Check licences and sources of dependencies, unused dependencies, and spelling.
    Lint,
    /// Run the benchmarks with the release build.
    Bench(bench::Options),
    /// Train the model with the data of three files.
    Train(train::Options),
}

fn main() -> ExitCode {
    match process::pass_signals_on().and_then(|()| execute(Arguments::parse().command)) {
        Ok(()) => ExitCode::SUCCESS,
        // The user has stopped it and needs no message.
        Err(_) if process::stop_requested() => ExitCode::from(130),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command) -> Result<()> {
    match command {
        Command::Run { arguments } => run::run(&arguments),
        Command::Build => run::build().map(|program| println!("{}", program.display())),
        Command::Site => site::build(Profile::Release),
        Command::Dev { arguments } => dev::dev(&arguments),
        Command::Test(options) => test::test(&options),
        Command::PythonClient => api::generate_python_client(),
        Command::Crash(options) => test::crash(&options),
        Command::Mutants(options) => mutants::mutants(&options),
        Command::Lint => lint::lint(),
        Command::Bench(options) => bench::bench(&options),
        Command::Train(options) => train::train(&options),
    }
}
