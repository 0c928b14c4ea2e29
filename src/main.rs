//! Parses the configuration and runs one command.

use std::process::ExitCode;

use clap::Parser as _;
use pledgecast::commands::args::{Cli, Command};
use pledgecast::{commands, inference::model_check};
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Command::CheckModel) {
        // Run without a Tokio runtime: the stacks of its threads would count against the memory limit.
        return model_check::run();
    }
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("pledgecast: starting the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(commands::run(cli));
    // Blocking calls that nobody awaits any more, such as a name lookup without an answer, end with the process.
    runtime.shutdown_background();
    outcome.unwrap_or_else(|error| {
        eprintln!("pledgecast: {error:#}");
        ExitCode::FAILURE
    })
}
