//! `pledgecast client`: the API from a terminal. Each test has a folder of its own for profiles.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api_keys::{ALL, scopes};
use crate::support::{
    Browser, Engine, PRICE, Program, Server, sample, shared_idle_server, shared_server, wait_for,
};

on_both_databases!(
    a_login_with_a_key_keeps_a_private_profile,
    a_login_with_a_password_creates_a_key_and_ends_the_session,
    a_prediction_is_bought_once_and_printed,
    fields_of_a_campaign_are_flags,
    refusals_have_their_exit_codes,
    keys_are_managed,
    changes_are_watched,
    a_task_is_watched_until_it_is_canceled,
    logout_revokes_and_deletes,
);

const BINARY: &str = env!("CARGO_BIN_EXE_pledgecast");

/// A user's machine: a folder for profiles, and the address of a server.
struct Terminal<'a> {
    server: &'a Server,
    home: TempDir,
}

impl<'a> Terminal<'a> {
    fn new(server: &'a Server) -> Self {
        let home = TempDir::new().unwrap();
        Self { server, home }
    }

    /// Logged in with a new key of this user for everything.
    async fn logged_in(server: &'a Server, owner: &Browser) -> Self {
        let terminal = Self::new(server);
        let (secret, _) = owner.create_key(scopes(&ALL)).await;
        terminal.ok(&["login"], &secret).await;
        terminal
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command
            .arg("client")
            .args(arguments)
            .current_dir(self.home.path())
            .env_clear()
            .env("XDG_CONFIG_HOME", self.home.path());
        // The profile knows the server.
        if arguments.contains(&"login") {
            command.env("PLEDGECAST_SERVER", &self.server.url);
        }
        command
    }

    async fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(arguments);
        let path = self.home.path().join("input.txt");
        std::fs::write(&path, input).unwrap();
        command.stdin(Stdio::from(std::fs::File::open(path).unwrap()));
        let done = tokio::task::spawn_blocking(move || command.output().unwrap());
        done.await.unwrap()
    }

    /// Runs a command that must succeed; returns its standard output.
    async fn ok(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input).await;
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command with `--json` that must succeed; returns its document.
    async fn json(&self, arguments: &[&str], input: &str) -> Value {
        let arguments = [&["--json"], arguments].concat();
        serde_json::from_str(&self.ok(&arguments, input).await).unwrap()
    }

    /// Runs a command with `--json` that must fail; returns its problem details.
    async fn fails(&self, arguments: &[&str], input: &str, code: i32) -> Value {
        let arguments = [&["--json"], arguments].concat();
        let output = self.run(&arguments, input).await;
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {output:?}"
        );
        assert!(output.stdout.is_empty(), "{output:?}");
        serde_json::from_slice(&output.stderr).unwrap()
    }

    fn profile(&self, name: &str) -> std::path::PathBuf {
        let profiles = self.home.path().join("pledgecast/profiles");
        profiles.join(format!("{name}.json"))
    }
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

async fn a_login_with_a_key_keeps_a_private_profile(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let terminal = Terminal::new(server);
    let (secret, _) = browser.create_key(scopes(&["read"])).await;
    let login = ["login", "--profile", "work"];
    let login = terminal.run(&login, &format!("{secret}\n")).await;
    assert!(login.status.success(), "{login:?}");
    let printed = [login.stdout, login.stderr].concat();
    let printed = String::from_utf8(printed).unwrap();
    assert!(!printed.contains(&secret), "{printed}");
    let file = terminal.profile("work");
    assert_eq!(mode(&file), 0o600);

    let balance = terminal.json(&["balance", "--profile", "work"], "").await;
    assert_eq!(balance["available"], 10);
    let text = terminal.ok(&["balance", "--profile", "work"], "").await;
    assert_eq!(text, "10 credits available, 0 held\n");
    let other = terminal.fails(&["balance"], "", 3).await;
    assert!(other["detail"].as_str().unwrap().contains("login"));

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = ["balance", "--profile", "work"];
    let refused = terminal.fails(&refused, "", 3).await;
    assert!(refused["detail"].as_str().unwrap().contains("chmod 600"));
}

async fn a_login_with_a_password_creates_a_key_and_ends_the_session(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let terminal = Terminal::new(server);
    let credentials = browser.credentials();
    let password = credentials["password"].as_str().unwrap();
    let email = browser.email.as_str();
    terminal
        .fails(&["login", "--email", email], "wrong password", 3)
        .await;
    assert!(!terminal.profile("default").exists());

    let arguments = [
        "login",
        "--email",
        email,
        "--label",
        "laptop",
        "--cap-day",
        "70",
    ];
    let login = terminal.json(&arguments, password).await;
    assert_eq!(login["key"]["label"], "laptop");
    assert_eq!(login["key"]["scopes"], json!(["read", "predict"]));
    assert_eq!(login["key"]["caps"]["day"], 70);
    assert!(login.to_string().contains("pc_") && !login.to_string().contains("secret"));
    assert_eq!(terminal.json(&["balance"], "").await["available"], 10);
    // A key without the scope manage cannot list keys.
    terminal.fails(&["keys", "list"], "", 3).await;
}

async fn a_prediction_is_bought_once_and_printed(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    browser.top_up(PRICE).await;
    let terminal = Terminal::logged_in(server, &browser).await;
    let campaign = sample().to_string();
    let predict = [
        "predict",
        "-",
        "--wait",
        "--idempotency-key",
        "first",
        "--max-price",
        "10",
    ];
    let text = terminal.ok(&predict, &campaign).await;
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].ends_with(" % likely"), "{text}");
    assert!(lines[1].starts_with("between "), "{text}");
    assert_eq!(lines[2], "charged 10 credits");
    let task = &browser.items("/api/tasks").await[0];
    assert_eq!(lines[3], format!("{}/tasks/{}", server.url, task["id"]));

    let again = terminal.json(&predict, &campaign).await;
    assert_eq!(again["id"], task["id"]);
    assert_eq!(
        again["result"]["probability"],
        task["result"]["probability"]
    );
    assert_eq!(browser.balance().await, [10, 0, 10]);

    let id = task["id"].to_string();
    let watched = terminal.json(&["watch", &id], "").await;
    assert_eq!(watched["status"], "succeeded");
}

async fn fields_of_a_campaign_are_flags(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let terminal = Terminal::logged_in(server, &browser).await;
    std::fs::write(terminal.home.path().join("plan.json"), sample().to_string()).unwrap();
    let predict = [
        "predict",
        "plan.json",
        "--usd-goal",
        "777",
        "--name",
        "From flags",
    ];
    let task = terminal.json(&predict, "").await;
    assert_eq!(task["campaign"]["usd_goal"], 777.0);
    assert_eq!(task["campaign"]["name"], "From flags");
    assert_eq!(task["campaign"]["country"], "US");
}

async fn refusals_have_their_exit_codes(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let terminal = Terminal::new(server);
    let unknown = terminal
        .fails(&["login"], &crate::api_keys::unknown_key(), 3)
        .await;
    assert_eq!(unknown["type"], "/problems/invalid_key");
    assert!(!terminal.profile("default").exists());

    let terminal = Terminal::logged_in(server, &browser).await;
    let campaign = sample().to_string();
    terminal.fails(&["predict", "-"], "not json", 2).await;
    terminal.fails(&["predict"], "", 2).await;
    terminal.fails(&["predict", "missing.json"], "", 1).await;
    terminal.fails(&["watch", "9007199254740991"], "", 4).await;
    let invalid = ["predict", "-", "--usd-goal", "-5"];
    let usage = terminal.run(&invalid, &campaign).await;
    assert_eq!(
        usage.status.code(),
        Some(2),
        "a value that looks like a flag"
    );
    let invalid = ["predict", "-", "--usd-goal=-5"];
    let invalid = terminal.fails(&invalid, &campaign, 4).await;
    assert_eq!(invalid["type"], "/problems/invalid");
    assert!(invalid["errors"]["usd_goal"].is_object());
    let dear = ["predict", "-", "--max-price", "9"];
    let dear = terminal.fails(&dear, &campaign, 4).await;
    assert_eq!(dear["type"], "/problems/price_changed");
    terminal.ok(&["predict", "-", "--wait"], &campaign).await;
    let poor = terminal.fails(&["predict", "-"], &campaign, 4).await;
    assert_eq!(poor["type"], "/problems/insufficient_credits");
    // Nobody listens on this port.
    let mut nowhere = terminal.command(&["balance", "--server", "http://127.0.0.1:9"]);
    nowhere.env("PLEDGECAST_API_KEY", "pc_x");
    let status = tokio::task::spawn_blocking(move || nowhere.output().unwrap());
    assert_eq!(status.await.unwrap().status.code(), Some(5));
    // The key of the profile is for its own server only.
    terminal
        .fails(&["balance", "--server", "http://127.0.0.1:9"], "", 3)
        .await;
}

async fn keys_are_managed(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let terminal = Terminal::logged_in(server, &browser).await;
    let create = [
        "keys",
        "create",
        "--label",
        "nightly",
        "--scope",
        "read",
        "--cap-total",
        "30",
    ];
    let created = terminal.json(&create, "").await;
    let secret = created["secret"].as_str().unwrap();
    let id = created["key"]["id"].to_string();
    let program = Browser::with_key(server, secret);
    let current = program.get("/api/keys/current").await;
    assert_eq!(current.ok()["caps"]["total"], 30);
    terminal
        .ok(&["keys", "rename", &id, "--label", "weekly"], "")
        .await;
    let listed = terminal.ok(&["keys", "list"], "").await;
    let line = listed.lines().find(|it| it.starts_with(&id)).unwrap();
    assert!(
        line.contains("weekly") && line.contains("total 0/30"),
        "{line}"
    );
    terminal.ok(&["keys", "revoke", &id], "").await;
    program.get("/api/keys/current").await.problem(401);
}

/// A command in the background; its output can be read with `log`.
fn start(terminal: &Terminal, arguments: &[&str]) -> Program {
    Program::start(terminal.command(arguments), terminal.home.path())
}

async fn changes_are_watched(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let terminal = Terminal::logged_in(server, &browser).await;
    let mut watch = start(&terminal, &["--json", "watch"]);
    wait_for("the stream to begin", || {
        std::future::ready(watch.log().contains("resync").then_some(()))
    })
    .await;
    browser.top_up(7).await;
    let event = wait_for("the top-up", || {
        let log = watch.log();
        let events = log.lines().filter_map(|it| serde_json::from_str(it).ok());
        let mut events = events.filter(|it: &Value| it["event"] == "transaction");
        std::future::ready(events.next())
    })
    .await;
    assert_eq!(event["data"]["amount"], 7);
    // As Ctrl-C does.
    watch.signal("INT");
    assert_eq!(watch.wait().await.code(), Some(130));
}

async fn a_task_is_watched_until_it_is_canceled(engine: Engine) {
    let server = shared_idle_server(engine).await;
    let browser = Browser::registered(server).await;
    let terminal = Terminal::logged_in(server, &browser).await;
    let task = terminal
        .json(&["predict", "-"], &sample().to_string())
        .await;
    assert_eq!(task["status"], "queued");
    let id = task["id"].to_string();
    let mut watch = start(&terminal, &["watch", &id]);
    let queued = format!("prediction {id} queued");
    watch.wait_for_line(&queued).await;
    let cancel = json!({ "id": task["id"] });
    browser.post_json("/api/tasks/cancel", &cancel).await.ok();
    assert_eq!(watch.wait().await.code(), Some(1), "{}", watch.log());
    assert!(watch.log().contains("canceled"), "{}", watch.log());
}

async fn logout_revokes_and_deletes(engine: Engine) {
    let server = shared_server(engine).await;
    let browser = Browser::registered(server).await;
    let terminal = Terminal::logged_in(server, &browser).await;
    let text = std::fs::read_to_string(terminal.profile("default")).unwrap();
    let profile: Value = serde_json::from_str(&text).unwrap();
    let program = Browser::with_key(server, profile["key"].as_str().unwrap());
    program.get("/api/balance").await.ok();
    terminal.ok(&["logout", "--revoke"], "").await;
    assert!(!terminal.profile("default").exists());
    program.get("/api/balance").await.problem(401);
    terminal.fails(&["logout"], "", 3).await;
}
