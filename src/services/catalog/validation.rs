//! Runs `pledgecast check-model` on a file that somebody wants to register: one at a time, with an end.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::sync::Mutex;

use crate::inference::{CHECK_COMMAND, CHECK_MAX_BYTES, Manifest, REPORT_MAX_BYTES, Report};
use crate::types::AppError;

/// Longest time of a check, by the clock on the wall. Shorter than a request may take.
const TIME_MAX: Duration = Duration::from_secs(20);
const BUSY_RETRY_S: u64 = 5;

/// Checks model files, one at a time.
#[derive(Default)]
pub(super) struct Validator {
    turn: Mutex<()>,
}

/// What a check found.
pub(super) enum Checked {
    /// The file can be served.
    Fits(Box<Manifest>),
    /// It cannot; why.
    Refused(String),
    /// The check was ended before it could tell: the file takes too much, or the machine has too little left.
    BrokeOff(String),
}

impl Checked {
    /// The manifest, or why the file cannot be served now.
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
    /// Whether a model file can be served.
    ///
    /// # Errors
    /// 503 while another file is being checked; 500 where the program cannot start itself.
    pub async fn check(&self, file: &[u8]) -> Result<Checked, AppError> {
        let Ok(_turn) = self.turn.try_lock() else {
            return Err(AppError::Unavailable {
                reason: "another model is being checked".to_owned(),
                retry_after_s: BUSY_RETRY_S,
            });
        };
        // Where the time is up, the dropped process is killed.
        let ended = tokio::time::timeout(TIME_MAX, run(file)).await;
        let outcome = match ended {
            Ok(outcome) => outcome.map_err(|error| {
                tracing::error!(%error, "a model cannot be checked");
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
            tracing::warn!(status = %outcome.status, "the check of a model was ended");
            Checked::BrokeOff(too_much())
        }
    }
}

async fn run(file: &[u8]) -> std::io::Result<Outcome> {
    let mut process = Command::new(this_program()?)
        .arg(CHECK_COMMAND)
        // It needs no settings, and none of the secrets among them.
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
            // Where the process ends before it has read all, its status tells why.
            let _ = input.write_all(file).await;
        },
        output.read_to_end(&mut report),
    );
    read?;
    drop(output);
    let status = process.wait().await?;
    Ok(Outcome { status, report })
}

/// The program that runs now, even where its file was replaced since.
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
