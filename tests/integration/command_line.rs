//! The operator's commands and the configuration.

use crate::support::{Browser, Engine, Site, unique};

on_both_databases!(
    migrating_twice_changes_nothing,
    a_user_made_by_the_operator_can_log_in,
    a_grant_is_a_ledger_line,
    a_grant_cannot_take_more_than_is_available,
    the_audit_needs_no_server,
);

async fn migrating_twice_changes_nothing(engine: Engine) {
    let site = Site::new(engine).await;
    site.run_ok(&["migrate"], "").await;
    site.run_ok(&["migrate"], "").await;
    let users = site.database.number("SELECT COUNT(*) FROM users").await;
    assert_eq!(users, 0);
}

async fn a_user_made_by_the_operator_can_log_in(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let admin = site.admin(&server).await;
    assert_eq!(admin.get("/api/auth/me").await.ok()["role"], "admin");
    site.assert_audit_is_clean().await;
    let taken = site
        .run(
            &["user", "create", "--email", "x", "--role", "admin"],
            "correct horse battery\n",
        )
        .await;
    assert!(!taken.status.success());
    assert!(String::from_utf8_lossy(&taken.stderr).contains("email"));
}

async fn grant(site: &Site, email: &str, amount: &str) -> std::process::Output {
    let amount = format!("--amount={amount}");
    let arguments = [
        "user",
        "grant",
        "--email",
        email,
        &amount,
        "--reason",
        "a goodwill gesture",
    ];
    site.run(&arguments, "").await
}

async fn a_grant_is_a_ledger_line(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    for (amount, after) in [("50", 60), ("-20", 40)] {
        let output = grant(&site, &browser.email, amount).await;
        assert!(output.status.success(), "{output:?}");
        assert_eq!(browser.balance().await, [after, 0, after]);
        let line = &browser.items("/api/transactions").await[0];
        assert_eq!(line["kind"], "adjustment");
        assert_eq!(line["description"], "a goodwill gesture");
        assert_eq!(line["balance_after"], after);
    }
    site.assert_audit_is_clean().await;
}

async fn a_grant_cannot_take_more_than_is_available(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(5).await;
    browser.submit().await;
    let nobody = format!("{}@example.org", unique("nobody"));
    for (email, amount) in [
        (browser.email.as_str(), "-6"),
        (&browser.email, "-1000"),
        (&browser.email, "0"),
        (&browser.email, "much"),
        (&nobody, "5"),
    ] {
        let output = grant(&site, email, amount).await;
        assert!(!output.status.success(), "{email} {amount}: {output:?}");
        assert!(!output.stderr.is_empty());
    }
    assert_eq!(browser.balance().await, [15, 10, 5]);
    site.assert_audit_is_clean().await;
}

async fn the_audit_needs_no_server(engine: Engine) {
    let site = Site::new(engine).await;
    site.run_ok(&["migrate"], "").await;
    site.assert_audit_is_clean().await;
}

#[tokio::test]
async fn without_a_database_url_the_data_folder_contains_a_sqlite_database() {
    let site = Site::new(Engine::Sqlite).await;
    let mut command = site.command(&["serve", "--workers", "1"], &[]);
    command.env_remove("PLEDGECAST_DATABASE_URL");
    let mut program = site.start(command);
    program
        .wait_for_line("Pledgecast is ready at http://")
        .await;
    program.stop().await;
    let entries = std::fs::read_dir(site.data()).unwrap();
    let names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(
        names.iter().any(|name| !name.contains("key")),
        "no database: {names:?}"
    );
    assert!(!std::path::Path::new(&site.database.url).exists());
}

#[tokio::test]
async fn an_invalid_setting_is_named_at_startup() {
    let site = Site::new(Engine::Sqlite).await;
    for (name, value) in [
        ("PLEDGECAST_ADDRESS", "nowhere"),
        ("PLEDGECAST_WORKERS", "many"),
        ("PLEDGECAST_WORKERS", "-1"),
        ("PLEDGECAST_INFERENCE_THREADS", "0"),
        ("PLEDGECAST_WELCOME_CREDITS", "-1"),
        ("PLEDGECAST_WELCOME_CREDITS", "1.5"),
        ("PLEDGECAST_LEASE_SECONDS", "0"),
        ("PLEDGECAST_MAX_QUEUED", "x"),
        ("PLEDGECAST_AUTH_PER_MINUTE", "0"),
        ("PLEDGECAST_MAX_OPEN_TASKS", "x"),
        ("PLEDGECAST_MAX_CONNECTIONS", "0"),
        ("PLEDGECAST_STREAMS_PER_USER", "0"),
        ("PLEDGECAST_DATABASE_URL", "mysql://somewhere/db"),
        ("PLEDGECAST_DATABASE_URL", "nonsense"),
        ("PLEDGECAST_PUBLIC_URL", "not a url"),
    ] {
        let mut program = site.start(site.command(&["serve"], &[(name, value)]));
        let status = program.wait().await;
        assert!(!status.success(), "{name}={value} was accepted");
        let message = program.log();
        let option = name.trim_start_matches("PLEDGECAST_").to_lowercase();
        let option = option.replace('_', "-");
        assert!(
            message.contains(name) || message.contains(&option),
            "{name}={value}: {message}"
        );
        assert!(!message.contains("panicked"), "{message}");
    }
}

#[tokio::test]
async fn the_help_explains_every_setting() {
    let site = Site::new(Engine::Sqlite).await;
    let help = site.run_ok(&["serve", "--help"], "").await;
    for name in [
        "PLEDGECAST_DATABASE_URL",
        "PLEDGECAST_ADDRESS",
        "PLEDGECAST_DATA_DIR",
        "PLEDGECAST_WORKERS",
        "PLEDGECAST_INFERENCE_THREADS",
        "PLEDGECAST_WELCOME_CREDITS",
        "PLEDGECAST_AUTH_PER_MINUTE",
        "PLEDGECAST_MAX_QUEUED",
        "PLEDGECAST_LEASE_SECONDS",
        "PLEDGECAST_PUBLIC_URL",
        "PLEDGECAST_LOG",
    ] {
        assert!(help.contains(name), "{name} is not explained:\n{help}");
    }
}

#[tokio::test]
async fn the_operations_guide_lists_every_setting() {
    let site = Site::new(Engine::Sqlite).await;
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations.md");
    let page = std::fs::read_to_string(page).unwrap();
    for command in ["serve", "worker"] {
        let help = site.run_ok(&[command, "--help"], "").await;
        let names = help
            .split(|it: char| !it.is_ascii_uppercase() && it != '_')
            .filter(|word| word.starts_with("PLEDGECAST_"));
        for name in names {
            assert!(page.contains(&format!("`{name}`")), "{name} of {command}");
        }
    }
}

#[tokio::test]
async fn an_address_in_use_is_reported_and_ends_the_program() {
    let (_site, server) = Site::serving(Engine::Sqlite, &[]).await;
    let address = server.url.trim_start_matches("http://");
    let other = Site::new(Engine::Sqlite).await;
    let settings = [("PLEDGECAST_ADDRESS", address)];
    let mut program = other.start(other.command(&["serve"], &settings));
    assert!(!program.wait().await.success());
    assert!(program.log().contains(address), "{}", program.log());
}

#[tokio::test]
async fn scoring_a_file_reports_bad_lines_and_scores_the_others() {
    let site = Site::new(Engine::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (input, output) = (path("campaigns.csv"), path("scored.csv"));
    let good = "x1,12000,Hardware,US,USD,2025-03-03,2025-04-02T09:00:00Z,A lamp";
    let bad = "x2,-5,Hardware,US,USD,2025-03-03,2025-04-02,A lamp";
    let header = "id,usd_goal,analytics_name,country,currency,launched_at,deadline,name";
    let score = async |lines: &[&str]| {
        std::fs::write(&input, [&[header], lines].concat().join("\n")).unwrap();
        let arguments = ["score", "--input", &input, "--output", &output];
        let outcome = site.run(&arguments, "").await;
        (outcome, std::fs::read_to_string(&output).unwrap())
    };

    let (outcome, text) = score(&[good, bad, good]).await;
    assert_eq!(outcome.status.code(), Some(1));
    let message = String::from_utf8_lossy(&outcome.stderr).into_owned();
    assert!(message.contains("line 3: usd_goal"), "{message}");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        format!("{header},probability,verdict,raised_low,raised_mid,raised_high,backers_mid")
    );
    assert_eq!(lines[2], format!("{bad},,,,,,"));
    assert_eq!(lines[1], lines[3]);
    let probability = lines[1].split(',').nth(8).unwrap();
    assert!((0.0..=1.0).contains(&probability.parse::<f64>().unwrap()));

    let (outcome, _) = score(&[good]).await;
    assert!(outcome.status.success(), "{outcome:?}");
}
