//! Checks a model file that may be malicious, in a separate process with little memory and time.
//!
//! Loading a graph folds its constants, so a file of one kilobyte can take hours or all memory. The program therefore
//! runs itself as `pledgecast check-model`, which sets limits on itself, reads the file from standard input and writes
//! a [`Report`] to standard output. If it ends in any other way, the file exceeded a limit.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};

use super::manifest::Manifest;
use super::model_file::MODEL_MAX_BYTES;
use super::onnx::OnnxPredictor;
use super::predictor::Predictor as _;

/// The name of the command.
pub const CHECK_COMMAND: &str = "check-model";
/// Maximum address space of the process, in bytes.
pub const CHECK_MAX_BYTES: u64 = 1024 * 1024 * 1024;
/// Maximum processor time of the process, in seconds.
pub const CHECK_MAX_CPU_S: u64 = 15;
/// Maximum size of a report: the manifest is part of the file, but JSON escapes may make it longer.
pub const REPORT_MAX_BYTES: u64 = 4 * MODEL_MAX_BYTES as u64;

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// The model can be served; this is its manifest.
    Fits(Box<Manifest>),
    /// The reason why the model cannot be served.
    Refused(String),
}

/// Runs `pledgecast check-model`.
pub fn run() -> ExitCode {
    match limit_this_process().and_then(|()| check_input()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn limit_this_process() -> std::io::Result<()> {
    for (resource, most) in [
        (Resource::As, CHECK_MAX_BYTES),
        (Resource::Cpu, CHECK_MAX_CPU_S),
        // No core dump is needed.
        (Resource::Core, 0),
    ] {
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit)?;
    }
    Ok(())
}

fn check_input() -> std::io::Result<()> {
    let mut file = Vec::new();
    let most = MODEL_MAX_BYTES as u64 + 1;
    std::io::stdin().lock().take(most).read_to_end(&mut file)?;
    let report = check(&file);
    let mut output = std::io::stdout().lock();
    serde_json::to_writer(&mut output, &report)?;
    output.flush()
}

fn check(file: &[u8]) -> Report {
    match OnnxPredictor::load(file) {
        Ok(predictor) => Report::Fits(Box::new(predictor.manifest().clone())),
        Err(error) => Report::Refused(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::SHIPPED_MODEL;

    #[test]
    fn a_report_carries_the_manifest_or_the_reason() {
        let report = check(SHIPPED_MODEL);
        assert!(matches!(&report, Report::Fits(manifest) if !manifest.name.is_empty()));
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);

        let Report::Refused(reason) = check(b"garbage") else {
            panic!("accepted")
        };
        assert!(reason.contains("ONNX"), "{reason}");
    }
}
