//! The program: reads the configuration and runs one command.

use std::process::ExitCode;

use clap::Parser as _;
use pledgecast::server::{commands, config::Cli};

#[tokio::main]
async fn main() -> ExitCode {
    match commands::run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("pledgecast: {error:#}");
            ExitCode::FAILURE
        }
    }
}
