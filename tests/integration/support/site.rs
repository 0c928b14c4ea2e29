//! An installation: a database, a data folder, and the processes that use them.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::{Browser, Database, Engine, Program, Response};

const BINARY: &str = env!("CARGO_BIN_EXE_pledgecast");
const READY: &str = "Pledgecast is ready at ";

/// A database with a data folder.
pub struct Site {
    pub database: Database,
    /// The URL by which the processes reach the database, if it differs from the test's.
    url: Option<String>,
    folder: TempDir,
}

/// A running `pledgecast serve`.
pub struct Server {
    pub url: String,
    pub program: Program,
}

impl Site {
    /// An empty installation.
    pub async fn new(engine: Engine) -> Self {
        let folder = TempDir::new().unwrap();
        let database = Database::create(engine, folder.path()).await;
        Self::on(database, folder)
    }

    /// An installation on this database, with its data in `folder`.
    pub fn on(database: Database, folder: TempDir) -> Self {
        std::fs::create_dir(folder.path().join("data")).unwrap();
        Self {
            database,
            url: None,
            folder,
        }
    }

    /// Makes the processes reach the database at `url`, such as through a proxy.
    pub fn through(mut self, url: String) -> Self {
        self.url = Some(url);
        self
    }

    /// An installation with a running server, which has these settings in addition to the defaults of tests.
    pub async fn serving(engine: Engine, settings: &[(&str, &str)]) -> (Self, Server) {
        let site = Self::new(engine).await;
        let server = site.serve(settings).await;
        (site, server)
    }

    /// The data folder.
    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// A command of the binary with the default settings of tests; no other environment variable is passed on.
    pub fn command(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Command {
        let mut command = Command::new(BINARY);
        self.prepare(&mut command, settings);
        command.args(arguments);
        command
    }

    fn prepare(&self, command: &mut Command, settings: &[(&str, &str)]) {
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env(
                "PLEDGECAST_DATABASE_URL",
                self.url.as_ref().unwrap_or(&self.database.url),
            )
            .env("PLEDGECAST_DATA_DIR", self.data())
            .env("PLEDGECAST_ADDRESS", "127.0.0.1:0")
            .env("PLEDGECAST_WORKERS", "1")
            .env("PLEDGECAST_INFERENCE_THREADS", "1")
            .env("PLEDGECAST_AUTH_PER_MINUTE", "100000")
            .env("PLEDGECAST_ADMIN_SECOND_FACTOR", "false")
            .env("PLEDGECAST_TOP_UPS", "demonstration")
            .envs(settings.iter().copied());
    }

    /// Starts `pledgecast serve` and waits until it is ready.
    pub async fn serve(&self, settings: &[(&str, &str)]) -> Server {
        Server::ready(Program::start(
            self.command(&["serve"], settings),
            self.folder.path(),
        ))
        .await
    }

    /// Starts `pledgecast worker`.
    pub fn worker(&self, settings: &[(&str, &str)]) -> Program {
        Program::start(self.command(&["worker"], settings), self.folder.path())
    }

    /// Starts a command without waiting.
    pub fn start(&self, command: Command) -> Program {
        Program::start(command, self.folder.path())
    }

    /// Runs an operator's command to its end, with `input` as standard input.
    pub async fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(arguments, &[]);
        let path = self.folder.path().join("input.txt");
        std::fs::write(&path, input).unwrap();
        command.stdin(Stdio::from(std::fs::File::open(path).unwrap()));
        tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap()
    }

    /// Runs a command that must succeed; returns its standard output.
    pub async fn run_ok(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input).await;
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Checks the invariants with `pledgecast audit`.
    pub async fn assert_audit_is_clean(&self) {
        self.run_ok(&["audit"], "").await;
    }

    /// Creates an admin with the command line and signs in.
    pub async fn admin(&self, server: &Server) -> Browser {
        let email = format!("{}@example.org", super::unique("admin"));
        let password = "correct horse battery";
        let create = ["user", "create", "--email", &email, "--role", "admin"];
        self.run_ok(&create, &format!("{password}\n")).await;
        let browser = Browser::new(server);
        let credentials = [("email", email.as_str()), ("password", password)];
        let response = browser.post_form("/api/auth/login", &credentials).await;
        response.ok();
        browser
    }
}

impl Server {
    /// Waits until the server is ready.
    pub async fn ready(mut program: Program) -> Self {
        let url = program.wait_for_line(READY).await;
        Self { url, program }
    }

    /// A GET without cookies.
    pub async fn get(&self, path: &str) -> Response {
        Browser::new(self).get(path).await
    }
}

/// A server with one worker, shared by all tests without special needs.
pub async fn shared_server(engine: Engine) -> &'static Server {
    static SQLITE: OnceCell<(Site, Server)> = OnceCell::const_new();
    static POSTGRES: OnceCell<(Site, Server)> = OnceCell::const_new();
    share(engine, [&SQLITE, &POSTGRES], "1").await
}

/// Like [`shared_server`], without a worker: queued tasks stay queued.
pub async fn shared_idle_server(engine: Engine) -> &'static Server {
    static SQLITE: OnceCell<(Site, Server)> = OnceCell::const_new();
    static POSTGRES: OnceCell<(Site, Server)> = OnceCell::const_new();
    share(engine, [&SQLITE, &POSTGRES], "0").await
}

async fn share(
    engine: Engine,
    [sqlite, postgres]: [&'static OnceCell<(Site, Server)>; 2],
    workers: &str,
) -> &'static Server {
    let cell = match engine {
        Engine::Sqlite => sqlite,
        Engine::Postgres => postgres,
    };
    let start = || async {
        let site = Site::new(engine).await;
        let folder: &Path = site.folder.path();
        // Statics are not dropped. The shell sees its standard input close when this process ends, and then kills the
        // server and deletes the folder.
        let script = r#""$0" serve & read -r _; kill -9 $!; rm -rf "$1""#;
        let mut command = Command::new("sh");
        site.prepare(&mut command, &[("PLEDGECAST_WORKERS", workers)]);
        command.args(["-c", script, BINARY]).arg(folder);
        let server = Server::ready(Program::start(command, folder)).await;
        (site, server)
    };
    let (_, server) = cell.get_or_init(start).await;
    server
}
