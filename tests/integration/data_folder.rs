//! The data folder and its permissions, and the address to listen on.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::TempDir;

use crate::support::{Engine, Site};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn the_data_folder_is_the_configured_one_and_private() {
    let folder = TempDir::new().unwrap();
    let site = Site::new(Engine::Sqlite).await;
    for name in [
        "plain",
        "50%25off",
        "what?",
        "a b#c",
        "маяк",
        "file:x",
        "q?mode=memory",
    ] {
        let data = folder.path().join("deep").join(name);
        let mut command = site.command(&["serve"], &[]);
        command
            .env_remove("PLEDGECAST_DATABASE_URL")
            .env("PLEDGECAST_DATA_DIR", &data);
        let mut program = site.start(command);
        program
            .wait_for_line("Pledgecast is ready at http://")
            .await;
        assert_eq!(mode(&data), 0o700, "{name}");
        for entry in std::fs::read_dir(&data).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
        for file in [
            "pledgecast.db",
            "pledgecast.db-wal",
            "pledgecast.db-shm",
            "cookie.key",
        ] {
            assert!(data.join(file).exists(), "{name}/{file}");
        }
        program.stop().await;
        let mut audit = site.command(&["audit"], &[]);
        audit
            .env_remove("PLEDGECAST_DATABASE_URL")
            .env("PLEDGECAST_DATA_DIR", &data);
        assert!(site.start(audit).wait().await.success(), "{name}");
    }
    assert_eq!(
        std::fs::read_dir(folder.path().join("deep"))
            .unwrap()
            .count(),
        7
    );
}

#[tokio::test]
async fn a_database_readable_by_others_is_made_private() {
    let site = Site::new(Engine::Sqlite).await;
    site.run_ok(&["migrate"], "").await;
    let file = site.database.url.trim_start_matches("sqlite://").to_owned();
    let file = Path::new(&file);
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
    site.run_ok(&["migrate"], "").await;
    assert_eq!(mode(file), 0o600);
}

#[tokio::test]
async fn a_server_listens_on_host_names_and_on_a_port_alone() {
    let site = Site::new(Engine::Sqlite).await;
    for (address, shown) in [("localhost:0", "127.0.0.1:"), (":0", "0.0.0.0:")] {
        let server = site.serve(&[("PLEDGECAST_ADDRESS", address)]).await;
        assert!(
            server.url.starts_with(&format!("http://{shown}")),
            "{}",
            server.url
        );
        server.program.stop().await;
    }
    let message = {
        let settings = [("PLEDGECAST_ADDRESS", "nowhere")];
        let mut program = site.start(site.command(&["serve"], &settings));
        assert!(!program.wait().await.success());
        program.log()
    };
    assert!(
        message.contains("localhost:3000") && message.contains(":3000 for all"),
        "{message}"
    );
    let mut program = site.start(site.command(
        &["serve"],
        &[("PLEDGECAST_ADDRESS", "no-such-host.invalid:3000")],
    ));
    assert!(!program.wait().await.success());
    assert!(
        program.log().contains("no-such-host.invalid:3000"),
        "{}",
        program.log()
    );
}
