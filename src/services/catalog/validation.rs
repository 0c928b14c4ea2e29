//! Runs `pledgecast check-model` on a file before it is registered: one at a time, with a time limit.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::sync::Mutex;

use crate::inference::{CHECK_COMMAND, CHECK_MAX_BYTES, Manifest, REPORT_MAX_BYTES, Report};
use crate::types::AppError;

/// Time limit of a check, in wall-clock time. Shorter than the time limit of a request.
const TIME_MAX: Duration = Duration::from_secs(20);
const BUSY_RETRY_S: u64 = 5;

/// Checks model files, one at a time.
#[derive(Default)]
pub(super) struct Validator {
    turn: Mutex<()>,
}

pub(super) enum Checked {
    /// The file can be served.
    Fits(Box<Manifest>),
    /// The file cannot be served, with the reason.
    Refused(String),
    /// The check ended early: the file takes too much memory or time, or the machine has too little left.
    BrokeOff(String),
}

impl Checked {
    /// The manifest, or the reason why the file cannot be served now.
    pub(super) fn manifest(self) -> Result<Manifest, String> {
        match self {
            Self::Fits(manifest) => Ok(*manifest),
            Self::Refused(reason) | Self::BrokeOff(reason) => Err(reason),
        }
    }
}

/// How the process ended.
struct Outcome {
    status: ExitStatus,
    report: Vec<u8>,
}

impl Validator {
    /// Checks whether a model file can be served.
    ///
    /// # Errors
    /// 503 while another file is being checked; 500 if the program cannot start itself.
    pub async fn check(&self, file: &[u8]) -> Result<Checked, AppError> {
        let Ok(_turn) = self.turn.try_lock() else {
            let reason = "another model is being checked";
            return Err(AppError::unavailable(reason, BUSY_RETRY_S));
        };
        // On timeout, dropping the process kills it.
        let ended = tokio::time::timeout(TIME_MAX, run(file)).await;
        let outcome = match ended {
            Ok(outcome) => outcome.map_err(|error| {
                tracing::error!(%error, "cannot run the check of a model");
                AppError::Internal
            })?,
            Err(_) => return Ok(Checked::BrokeOff(too_much())),
        };
        Ok(read(&outcome))
    }
}

fn read(outcome: &Outcome) -> Checked {
    match serde_json::from_slice(&outcome.report) {
        Ok(Report::Fits(manifest)) if outcome.status.success() => Checked::Fits(manifest),
        Ok(Report::Refused(reason)) if outcome.status.success() => Checked::Refused(reason),
        _ => {
            tracing::warn!(status = %outcome.status, "the check of a model ended early");
            Checked::BrokeOff(too_much())
        }
    }
}

async fn run(file: &[u8]) -> std::io::Result<Outcome> {
    let mut process = Command::new(this_program()?)
        .arg(CHECK_COMMAND)
        // The check needs no settings, and must not see the secrets among them.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (Some(mut input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
        return Err(std::io::ErrorKind::BrokenPipe.into());
    };
    let mut report = Vec::new();
    let mut output = output.take(REPORT_MAX_BYTES);
    let ((), read) = tokio::join!(
        async move {
            // If the process ends before it has read everything, its status says why.
            let _ = input.write_all(file).await;
        },
        output.read_to_end(&mut report),
    );
    read?;
    drop(output);
    let status = process.wait().await?;
    Ok(Outcome { status, report })
}

/// The running program, even if its file was replaced since.
fn this_program() -> std::io::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        Ok(PathBuf::from("/proc/self/exe"))
    } else {
        std::env::current_exe()
    }
}

fn too_much() -> String {
    format!(
        "it takes more than {} MiB of memory or {} seconds to load",
        CHECK_MAX_BYTES / 1024 / 1024,
        TIME_MAX.as_secs()
    )
}
