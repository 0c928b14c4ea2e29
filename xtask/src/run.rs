//! `cargo xtask run`, `build` and `site`: from a clean clone to the running service.

use std::path::PathBuf;

use anyhow::Result;

use crate::cargo::Profile;
use crate::progress::note;
use crate::{process, server, site};

/// Build everything and serve until interrupted.
pub fn run(arguments: &[String]) -> Result<()> {
    let program = build()?;
    note("starting; the first start creates the database in data/");
    process::run(&mut server::serve(&program, arguments))
}

/// Build everything. Returns the path of the program.
pub fn build() -> Result<PathBuf> {
    site::build(Profile::Release)?;
    server::build(Profile::Release)
}
