//! The browser tests in `end2end/`: Playwright in Chromium, against the program that was built, running in an empty folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::progress::note;
use crate::test_server::Server;
use crate::{apt, fingerprint, npm, paths, process};

/// Names the Chromium to use.
const CHROMIUM_VARIABLE: &str = "CHROMIUM_PATH";

/// Playwright and a browser, ready to use.
pub struct Tools {
    folder: PathBuf,
    /// `None` if Playwright uses its own browser.
    chromium: Option<PathBuf>,
}

impl Tools {
    /// Find or install the npm packages and Chromium.
    pub fn ensure() -> Result<Self> {
        let folder = paths::root()?.join("end2end");
        for program in ["node", "npm", "npx"] {
            if process::find_program(program).is_none() {
                bail!("{program} is missing: the browser tests need Node.js 20 or later");
            }
        }
        install_packages(&folder)?;
        let chromium = ensure_chromium(&folder)?;
        Ok(Self { folder, chromium })
    }

    /// Run the specs whose titles match the filter, against a server of their own.
    pub fn test(
        &self,
        program: &Path,
        filter: Option<&str>,
        update_screenshot: bool,
    ) -> Result<()> {
        let server = self.serve(program)?;
        let mut playwright = self.playwright(&server);
        if update_screenshot {
            playwright.env("UPDATE_SCREENSHOT", "1");
        }
        if let Some(filter) = filter {
            // The filter applies to all tests and may match none of these.
            playwright.args(["--pass-with-no-tests", "--grep", filter]);
        }
        process::run(&mut playwright).context("browser tests failed; see end2end/artefacts")
    }

    /// Measure the pages, against a server of their own. Returns the report and whether every aim was met. `rows` is the
    /// length of the measured history, by default the one of the aims.
    pub fn measure_pages(&self, program: &Path, rows: Option<u32>) -> Result<(String, bool)> {
        let server = self.serve(program)?;
        let reports = tempfile::tempdir()?;
        let mut playwright = self.playwright(&server);
        playwright
            .args(["--config", "playwright.bench.config.ts"])
            .env("BENCH_REPORTS", reports.path());
        if let Some(rows) = rows {
            playwright.env("BENCH_ROWS", rows.to_string());
        }
        let (_, is_kept) = process::output_and_success(&mut playwright)?;
        let found: Vec<String> = fingerprint::files(reports.path())?
            .iter()
            .map(fs::read_to_string)
            .collect::<std::io::Result<_>>()?;
        Ok((found.join("\n"), is_kept))
    }

    fn serve(&self, program: &Path) -> Result<Server> {
        let artefacts = self.folder.join("artefacts");
        fs::create_dir_all(&artefacts)?;
        Server::start(program, &artefacts.join("server.log"))
    }

    fn playwright(&self, server: &Server) -> Command {
        let mut playwright = process::command("npx");
        playwright
            .args(["--no-install", "playwright", "test"])
            .current_dir(&self.folder)
            .env("BASE_URL", server.url())
            .env("PLEDGECAST_BIN", server.program())
            .env("PLEDGECAST_DATA_DIR", server.data());
        if let Some(chromium) = &self.chromium {
            playwright.env(CHROMIUM_VARIABLE, chromium);
        }
        playwright
    }
}

fn install_packages(folder: &Path) -> Result<()> {
    let wanted = fingerprint::of(&fs::read(folder.join("package-lock.json"))?);
    let stamp = folder.join("node_modules/.installed");
    if fs::read_to_string(&stamp).unwrap_or_default() == wanted {
        return Ok(());
    }
    npm::install(folder).context("npm cannot install the packages of end2end/: no network?")?;
    fs::write(stamp, wanted)?;
    Ok(())
}

fn ensure_chromium(folder: &Path) -> Result<Option<PathBuf>> {
    if let Some(path) = std::env::var_os(CHROMIUM_VARIABLE).map(PathBuf::from) {
        if path.is_file() {
            return Ok(Some(path));
        }
        bail!(
            "{CHROMIUM_VARIABLE} names {}, which does not exist",
            path.display()
        );
    }
    if let Some(path) = process::find_program("chromium") {
        return Ok(Some(path));
    }
    if apt::is_available() && process::is_root() {
        apt::install(&["chromium"], "the browser tests need it")?;
        return process::find_program("chromium")
            .context("chromium was installed but is not in PATH")
            .map(Some);
    }
    note("installing Chromium with Playwright");
    let mut fetch = process::command("npx");
    fetch
        .args(["--no-install", "playwright", "install", "chromium"])
        .current_dir(folder);
    process::run(&mut fetch).with_context(|| {
        format!("Chromium is missing: install it, or name one in {CHROMIUM_VARIABLE}")
    })?;
    Ok(None)
}
