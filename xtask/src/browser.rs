//! The browser tests in `end2end/`: Playwright in Chromium, against the program that was built, running in an empty folder.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::process::Job;
use crate::progress::note;
use crate::{apt, fingerprint, npm, paths, process};

/// Names the Chromium to use.
const CHROMIUM_VARIABLE: &str = "CHROMIUM_PATH";
const START_LIMIT: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(100);

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
        let mut server = Server::start(program, &artefacts.join("server.log"))?;
        server.wait_until_ready()?;
        Ok(server)
    }

    fn playwright(&self, server: &Server) -> Command {
        let mut playwright = process::command("npx");
        playwright
            .args(["--no-install", "playwright", "test"])
            .current_dir(&self.folder)
            .env("BASE_URL", server.url())
            .env("PLEDGECAST_BIN", &server.program)
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

/// The server under test.
struct Server {
    port: u16,
    program: PathBuf,
    log: PathBuf,
    // Dropped in this order: the server must end before its folder is removed.
    job: Job,
    folder: TempDir,
}

impl Server {
    /// Start a copy of the program in an empty folder, so that it cannot use files of the repository.
    fn start(built: &Path, log: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("pledgecast-browser-")
            .tempdir()?;
        let program = folder.path().join("pledgecast");
        fs::copy(built, &program).context("cannot copy the server")?;
        let port = process::free_port()?;
        let mut command = process::command(&program);
        // The developer's settings must not affect the tests.
        process::remove_variables(&mut command, &["PLEDGECAST_"]);
        command
            .arg("serve")
            .current_dir(folder.path())
            .env("PLEDGECAST_ADDRESS", format!("127.0.0.1:{port}"))
            .env("PLEDGECAST_DATA_DIR", folder.path().join("data"))
            // The tests register many users from one address.
            .env("PLEDGECAST_AUTH_PER_MINUTE", "100000")
            .stdout(File::create(log)?)
            .stderr(File::options().append(true).open(log)?);
        let job = Job::start(&mut command)?;
        Ok(Self {
            port,
            program,
            log: log.to_owned(),
            job,
            folder,
        })
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        while !is_ready(self.port) {
            process::go_on()?;
            if self.job.ended()?.is_some() || Instant::now() > deadline {
                bail!(
                    "the server did not start: {}",
                    fs::read_to_string(&self.log).unwrap_or_default().trim()
                );
            }
            thread::sleep(POLL);
        }
        Ok(())
    }
}

fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(
            b"GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}
