//! The tests of the API in `tests/api/` and of the Python package in `clients/python/`: pytest, with a server of its own.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::cargo::Profile;
use crate::process::Job;
use crate::progress::step;
use crate::test_server::Server;
use crate::{paths, process, python, server, site};

/// Where the packages of these tests are pinned.
const FOLDER: &str = "tests/api";
const TESTS: [&str; 2] = [FOLDER, "clients/python/tests"];
/// What pytest returns if no test matches the filter.
const NO_TESTS: i32 = 5;

/// Run the tests whose names match the filter.
pub fn test(program: &Path, filter: Option<&str>) -> Result<()> {
    let root = paths::root()?;
    let python = ensure_python()?;
    let log = log()?;
    let server = Server::start(program, &log)?;
    let mut pytest = process::command(python);
    pytest
        .args(["-m", "pytest", "-p", "no:cacheprovider", "--quiet"])
        // Test files of both folders may have the same name.
        .arg("--import-mode=importlib")
        .args(TESTS)
        .current_dir(&root)
        .env("BASE_URL", server.url())
        .env("METRICS_URL", server.metrics_url())
        .env("PLEDGECAST_BIN", server.program())
        .env("PYTHONDONTWRITEBYTECODE", "1");
    if let Some(filter) = filter {
        pytest.args(["-k", filter]);
    }
    let status = Job::start(&mut pytest)?.wait()?;
    process::go_on()?;
    // The filter applies to all tests and may match none of these.
    if status.success() || (filter.is_some() && status.code() == Some(NO_TESTS)) {
        return Ok(());
    }
    bail!(
        "tests of the API failed ({status}); the log of the server is {}",
        log.display()
    )
}

/// Build the program, and generate the Python package from its OpenAPI document.
pub fn generate_python_client() -> Result<()> {
    site::build(Profile::Release)?;
    let program = server::build(Profile::Dev)?;
    let python = ensure_python()?;
    let server = Server::start(&program, &log()?)?;
    step("Generating clients/python/pledgecast/generated", || {
        let mut generate = process::command(python);
        generate
            .arg("clients/python/generate.py")
            .arg(server.url())
            .current_dir(paths::root()?);
        process::run(&mut generate)
    })
}

fn ensure_python() -> Result<PathBuf> {
    step("Setting up Python", || {
        python::ensure(&paths::root()?.join(FOLDER), "the tests of the API need it")
    })
}

fn log() -> Result<PathBuf> {
    Ok(paths::target()?.join("api-server.log"))
}
