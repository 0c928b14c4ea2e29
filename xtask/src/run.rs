//! `cargo xtask run`, `build` and `site`: from a clean clone to the running service.

use std::process::ExitCode;

use anyhow::Result;

use crate::progress::Steps;
use crate::server::{self, Profile};
use crate::site::{BuildProfile, Site};

/// Build everything and serve until interrupted. Returns the exit code of the server.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let site = Site::check(BuildProfile::Release)?;
    let mut steps = Steps::new(site.steps() + 2);
    site.build(&mut steps)?;
    let program = steps.step("Building the server", || server::build(Profile::Release))?;
    steps.announce("Starting; the first start creates the database in data/");
    server::serve(&program, arguments)
}

/// Build everything.
pub fn build() -> Result<()> {
    let site = Site::check(BuildProfile::Release)?;
    let mut steps = Steps::new(site.steps() + 1);
    site.build(&mut steps)?;
    let program = steps.step("Building the server", || server::build(Profile::Release))?;
    println!("{}", program.display());
    Ok(())
}

/// Build the client bundle.
pub fn site() -> Result<()> {
    let site = Site::check(BuildProfile::Release)?;
    site.build(&mut Steps::new(site.steps()))
}
