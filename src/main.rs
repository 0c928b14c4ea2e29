//! The program: reads the configuration and runs one command.

use std::process::ExitCode;

use clap::Parser as _;
use pledgecast::server::{commands, config::Cli};
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("pledgecast: starting the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(commands::run(cli));
    // Blocking calls that nobody waits for any more, such as a name lookup without an answer, end with the process.
    runtime.shutdown_background();
    outcome.unwrap_or_else(|error| {
        eprintln!("pledgecast: {error:#}");
        ExitCode::FAILURE
    })
}
