//! Startup: what the program waits for and how long, what it refuses, and what it never creates.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

use crate::support::{Database, Engine, Link, Site, wait_for};

/// The lock that a process holds while it migrates.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_lock(123610859857765)";
/// Commands that need an existing database.
const ON_A_DATABASE: [&[&str]; 7] = [
    &["audit"],
    &["model", "list"],
    &["model", "set", "--id", "1", "--state", "live"],
    &[
        "user",
        "role",
        "--email",
        "ada@example.org",
        "--role",
        "admin",
    ],
    &["user", "password", "--email", "ada@example.org"],
    &[
        "user",
        "grant",
        "--email",
        "ada@example.org",
        "--amount",
        "1",
        "--reason",
        "x",
    ],
    &["backup", "copy.db"],
];

on_both_databases!(
    a_migrated_database_needs_no_lock_to_start,
    commands_on_an_older_schema_say_how_to_migrate,
    a_schema_of_a_newer_program_is_refused_by_name,
    an_additive_migration_of_a_newer_program_is_accepted,
);

/// Settings with short waits.
fn short_waits<'a>() -> [(&'a str, &'a str); 1] {
    [("PLEDGECAST_DATABASE_WAIT_SECONDS", "1")]
}

async fn failure_of(site: &Site, arguments: &[&str]) -> String {
    let mut program = site.start(site.command(arguments, &short_waits()));
    let status = program.wait().await;
    assert_eq!(status.code(), Some(1), "{arguments:?}: {}", program.log());
    program.log()
}

#[tokio::test]
async fn commands_never_create_a_database() {
    let folder = TempDir::new().unwrap();
    let nowhere = folder.path().join("nowhere");
    let site = Site::new(Engine::Sqlite).await;
    for arguments in ON_A_DATABASE {
        let mut command = site.command(arguments, &[]);
        command
            .env_remove("PLEDGECAST_DATABASE_URL")
            .env("PLEDGECAST_DATA_DIR", &nowhere);
        let mut program = site.start(command);
        assert_eq!(program.wait().await.code(), Some(1), "{arguments:?}");
        let message = program.log();
        assert!(
            message.contains("no database at"),
            "{arguments:?}: {message}"
        );
        assert!(message.contains("nowhere/pledgecast.db"), "{message}");
        assert!(!nowhere.exists(), "{arguments:?}");
        assert!(
            failure_of(&site, arguments)
                .await
                .contains("no database at")
        );
    }
    let made = std::fs::read_dir(site.data()).unwrap().count();
    assert_eq!(made, 0);
}

#[tokio::test]
async fn commands_never_migrate_a_database() {
    let site = Site::new(Engine::Postgres).await;
    for arguments in &ON_A_DATABASE[..6] {
        let message = failure_of(&site, arguments).await;
        assert!(
            message.contains("pledgecast migrate"),
            "{arguments:?}: {message}"
        );
    }
    let tables = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'public'";
    assert_eq!(site.database.number(tables).await, 0);
}

async fn commands_on_an_older_schema_say_how_to_migrate(engine: Engine) {
    let site = Site::new(engine).await;
    site.run_ok(&["migrate"], "").await;
    let newest = "SELECT MAX(version) FROM seaql_migrations";
    let forget = format!("DELETE FROM seaql_migrations WHERE version = ({newest})");
    let forget = match engine {
        Engine::Sqlite => forget,
        Engine::Postgres => format!(
            "WITH newest AS ({newest}) DELETE FROM seaql_migrations WHERE version = (SELECT max FROM newest)"
        ),
    };
    assert_eq!(site.database.execute(&forget).await, 1);
    let message = failure_of(&site, &["audit"]).await;
    assert!(message.contains("the database has schema m"), "{message}");
    assert!(message.contains("run `pledgecast migrate`"), "{message}");
}

async fn a_schema_of_a_newer_program_is_refused_by_name(engine: Engine) {
    let site = Site::new(engine).await;
    site.run_ok(&["migrate"], "").await;
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m99_refunds', 0)";
    site.database.execute(newer).await;
    let commands: &[&[&str]] = &[
        &["serve"],
        &["worker"],
        &["migrate"],
        &["audit"],
        &["model", "list"],
    ];
    for arguments in commands {
        let message = failure_of(&site, arguments).await;
        assert!(
            message.contains("migrated by a newer program: it has m99_refunds"),
            "{arguments:?}: {message}"
        );
    }
}

async fn an_additive_migration_of_a_newer_program_is_accepted(engine: Engine) {
    let site = Site::new(engine).await;
    site.run_ok(&["migrate"], "").await;
    let newer =
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m99_notes_additive', 0)";
    site.database.execute(newer).await;
    site.serve(&[]).await.program.stop().await;
    site.assert_audit_is_clean().await;
}

async fn hold_migration_lock(site: &Site) -> Link {
    let mut link = site.database.connect().await;
    if site.database.engine == Engine::Postgres {
        link.execute("SET application_name = 'another session'")
            .await;
        link.execute(MIGRATION_LOCK).await;
    }
    link
}

async fn a_migrated_database_needs_no_lock_to_start(engine: Engine) {
    let site = Site::new(engine).await;
    site.run_ok(&["migrate"], "").await;
    let _holder = hold_migration_lock(&site).await;
    site.run_ok(&["migrate"], "").await;
    site.serve(&[]).await.program.stop().await;
}

#[tokio::test]
async fn a_held_migration_lock_is_reported_and_waited_for_with_a_limit() {
    let site = Site::new(Engine::Postgres).await;
    let holder = hold_migration_lock(&site).await;
    let commands: &[&[&str]] = &[&["serve"], &["worker"], &["migrate"]];
    for arguments in commands {
        let message = failure_of(&site, arguments).await;
        assert!(
            message.contains("waiting for the migration lock"),
            "{message}"
        );
        assert!(message.contains("application another session"), "{message}");
        assert!(
            message.contains("still held by the session with pid"),
            "{message}"
        );
    }
    let mut waiting = site.start(site.command(&["migrate"], &[]));
    wait_for("the program to report that it waits", || {
        std::future::ready(
            waiting
                .log()
                .contains("waiting for the migration lock")
                .then_some(()),
        )
    })
    .await;
    drop(holder);
    assert!(waiting.wait().await.success(), "{}", waiting.log());
}

#[tokio::test]
async fn a_migration_that_waits_for_a_table_reports_who_uses_it() {
    let site = Site::new(Engine::Postgres).await;
    site.run_ok(&["migrate"], "").await;
    let mut user = site.database.connect().await;
    // The last migration has nothing to change, but still has to lock its table.
    site.database
        .execute("DELETE FROM seaql_migrations WHERE version = 'm08_room_for_updates'")
        .await;
    user.execute("SET application_name = 'a long report'").await;
    user.execute("BEGIN").await;
    user.execute("LOCK TABLE balance IN ACCESS SHARE MODE")
        .await;
    user.execute("LOCK TABLE balance IN ROW EXCLUSIVE MODE")
        .await;
    user.execute("LOCK TABLE balance IN EXCLUSIVE MODE").await;
    let message = failure_of(&site, &["migrate"]).await;
    assert!(message.contains("application a long report"), "{message}");
}

#[tokio::test]
async fn a_locked_sqlite_file_is_waited_for() {
    let site = Site::new(Engine::Sqlite).await;
    std::fs::write(site.database.url.trim_start_matches("sqlite://"), "").unwrap();
    let mut holder = site.database.connect().await;
    holder.execute("BEGIN EXCLUSIVE").await;
    let mut waiting = site.start(site.command(&["migrate"], &[]));
    wait_for("the program to report that it waits", || {
        let is_reported = waiting
            .log()
            .contains("another process has locked the database");
        std::future::ready(is_reported.then_some(()))
    })
    .await;
    drop(holder);
    assert!(waiting.wait().await.success(), "{}", waiting.log());
}

#[tokio::test]
async fn a_signal_ends_every_wait_at_startup() {
    let locked = Site::new(Engine::Postgres).await;
    let _holder = hold_migration_lock(&locked).await;
    // Accepts connections and sends nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("postgres://nobody@{}/nowhere", silent.local_addr().unwrap());
    let nobody = "postgres://nobody@127.0.0.1:1/nowhere".to_owned();
    for (url, sign) in [
        (
            locked.database.url.clone(),
            Some("waiting for the migration lock"),
        ),
        (silent, None),
        (nobody, Some("trying again")),
    ] {
        let settings = [
            ("PLEDGECAST_DATABASE_URL", url.as_str()),
            ("PLEDGECAST_DATABASE_WAIT_SECONDS", "86400"),
        ];
        let commands: &[(&[&str], Option<i32>)] = &[
            (&["serve"], Some(0)),
            (&["worker"], Some(0)),
            (&["migrate"], Some(1)),
            (&["audit"], Some(1)),
        ];
        for (arguments, code) in commands {
            if *arguments == ["audit"] && sign == Some("waiting for the migration lock") {
                continue; // It does not migrate, so it does not wait.
            }
            let mut program = locked.start(locked.command(arguments, &settings));
            wait_for("the program to wait", || {
                let log = program.log();
                let is_there =
                    sign.map_or_else(|| catches_signals(program.id()), |sign| log.contains(sign));
                std::future::ready(is_there.then_some(()))
            })
            .await;
            program.signal("TERM");
            let status = program.wait().await;
            assert_eq!(
                status.code(),
                *code,
                "{arguments:?} {url}: {}",
                program.log()
            );
        }
    }
}

/// Whether a process handles SIGTERM itself.
fn catches_signals(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|it| u64::from_str_radix(it.trim(), 16).ok());
    caught.is_some_and(|notifier| notifier & (1 << 14) != 0)
}

#[tokio::test]
async fn a_database_that_cannot_store_all_text_is_refused() {
    let server = std::env::var("TEST_DATABASE_URL").unwrap();
    let mut link = PgConnection::connect(&server).await.unwrap();
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let name = format!("narrow_{}_{}", encoding.to_lowercase(), std::process::id());
        let make =
            format!("CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0");
        link.execute(AssertSqlSafe(make)).await.unwrap();
        let database = Database {
            engine: Engine::Postgres,
            url: format!("{}/{name}", server.rsplit_once('/').unwrap().0),
        };
        let site = Site::on(database, TempDir::new().unwrap());
        let commands: &[&[&str]] = &[&["serve"], &["worker"], &["migrate"], &["audit"]];
        for arguments in commands {
            let message = failure_of(&site, arguments).await;
            assert!(
                message.contains(&format!("stores text as {encoding}")),
                "{message}"
            );
            assert!(message.contains("--encoding=UTF8"), "{message}");
        }
        let drop = format!("DROP DATABASE {name} WITH (FORCE)");
        link.execute(AssertSqlSafe(drop)).await.unwrap();
    }
}
