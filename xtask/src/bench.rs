//! `cargo xtask bench`: the measured promises, in the release build. What each measures is told in `benches/`.

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::progress::Steps;
use crate::site::{Effort, Site};
use crate::{paths, process, train};

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Subject {
    /// The shipped model in tract, with ONNX Runtime beside it.
    Inference,
    /// Looking into one result.
    Insight,
}

impl Subject {
    /// The benchmark's name in Cargo.toml.
    const fn target(self) -> &'static str {
        match self {
            Self::Inference => "inference",
            Self::Insight => "insight",
        }
    }
}

/// Build the site, which the server embeds, and run the benchmarks: the named one, or all.
pub fn bench(subject: Option<Subject>) -> Result<()> {
    let site = Site::check(Effort::Release)?;
    let mut steps = Steps::new(site.steps() + 2);
    site.build(&mut steps)?;
    let python = steps.step("Setting up Python", train::ensure_python)?;
    let subjects = subject.map_or_else(|| Subject::value_variants().to_vec(), |it| vec![it]);
    steps.step("Measuring", || {
        let mut command = process::cargo();
        command
            .args(["bench", "--package", "pledgecast"])
            .env("PLEDGECAST_PYTHON", python)
            .current_dir(paths::root()?);
        for subject in subjects {
            command.args(["--bench", subject.target()]);
        }
        process::run(&mut command).context("a promise is not kept")
    })
}
