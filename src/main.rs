//! The program: reads the configuration and runs one command.

use std::process::ExitCode;

use clap::Parser as _;
use pledgecast::inference::model_check;
use pledgecast::server::commands;
use pledgecast::server::config::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command {
        // Without threads, whose stacks would count against its limits.
        Command::CheckModel => model_check::run(),
        _ => run(cli),
    }
}

#[tokio::main]
async fn run(cli: Cli) -> ExitCode {
    match commands::run(cli).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("pledgecast: {error:#}");
            ExitCode::FAILURE
        }
    }
}
