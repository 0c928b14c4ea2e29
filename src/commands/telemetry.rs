//! Log set-up.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use super::config::{LogArgs, LogFormat};

/// Sends the logs of the process to standard error.
///
/// # Errors
/// If the filter cannot be parsed.
pub fn init(args: &LogArgs) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&args.log)
        .map_err(|error| anyhow::anyhow!("PLEDGECAST_LOG: {error}"))?;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Colours only on a terminal; log files are read by programs.
        .with_ansi(std::io::stderr().is_terminal());
    match args.log_format {
        LogFormat::Human => logs.init(),
        LogFormat::Json => logs.json().init(),
    }
    Ok(())
}
