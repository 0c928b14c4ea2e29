//! `cargo xtask run`, `build` and `site`: from a clean clone to the running service.

use std::process::ExitCode;

use anyhow::Result;

use crate::progress::Steps;
use crate::server::{self, Profile};
use crate::site::{BuildProfile, Site};

/// Build all and serve until asked to stop; the server's own status is the result.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let site = Site::check(BuildProfile::Release)?;
    let mut steps = Steps::new(site.steps() + 2);
    site.build(&mut steps)?;
    let program = steps.step("Building the server", || server::build(Profile::Release))?;
    steps.announce("Starting: the first start makes data/ with its database");
    server::serve(&program, arguments)
}

/// Build all.
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
