//! Settings of the mail server: what is missing, and how connections are encrypted.

use crate::support::{AUTHORITY, Browser, Encryption, Engine, MailServer, Site, wait_for};

on_both_databases!(
    settings_of_email_must_be_complete,
    emails_and_credentials_are_encrypted,
    an_email_is_not_sent_where_encryption_fails,
);

async fn settings_of_email_must_be_complete(engine: Engine) {
    let site = Site::new(engine).await;
    let server = ("PLEDGECAST_SMTP_URL", "smtps://ada:secret@mail.example.org");
    let sender = ("PLEDGECAST_MAIL_FROM", "noreply@example.org");
    let url = ("PLEDGECAST_PUBLIC_URL", "https://pledgecast.example");
    let bad_server = ("PLEDGECAST_SMTP_URL", "ada:secret@mail.example.org");
    for (settings, missing) in [
        (&[server, url][..], "PLEDGECAST_MAIL_FROM"),
        (&[server, sender], "PLEDGECAST_PUBLIC_URL"),
        (&[sender, url], "PLEDGECAST_SMTP_URL"),
        (&[bad_server, sender, url], "PLEDGECAST_SMTP_URL"),
    ] {
        let mut program = site.start(site.command(&["serve"], settings));
        assert!(!program.wait().await.success());
        let log = program.log();
        assert!(log.contains(missing), "{log}");
        assert!(!log.contains("secret"), "{log}");
    }
}

async fn emails_and_credentials_are_encrypted(engine: Engine) {
    for encryption in [Encryption::StartTls, Encryption::Tls] {
        let mail = MailServer::start_with(encryption, &[]).await;
        let mut settings = mail.settings().to_vec();
        settings.push(("SSL_CERT_FILE", AUTHORITY));
        let (_site, server) = Site::serving(engine, &settings).await;
        let browser = Browser::registered(&server).await;
        let received = mail.wait_for(&browser.email, "Confirm").await;
        assert_eq!(received.credentials.as_deref(), Some("\0ada\0secret"));
    }
}

async fn an_email_is_not_sent_where_encryption_fails(engine: Engine) {
    let plain = MailServer::start(&[]).await;
    // Requires STARTTLS, which this server does not have.
    let requires = plain.url.replace("?tls=none", "");
    // Their certificates are not trusted here.
    let upgraded = MailServer::start_with(Encryption::StartTls, &[]).await;
    let encrypted = MailServer::start_with(Encryption::Tls, &[]).await;
    for (mail, url) in [
        (&plain, &requires),
        (&upgraded, &upgraded.url),
        (&encrypted, &encrypted.url),
    ] {
        let mut settings = mail.settings();
        settings[0].1 = url;
        let (site, server) = Site::serving(engine, &settings).await;
        Browser::registered(&server).await;
        wait_for("a failed attempt", || async {
            let failed =
                "SELECT COUNT(*) FROM email WHERE status = 'pending' AND error IS NOT NULL";
            (site.database.number(failed).await == 1).then_some(())
        })
        .await;
        assert_eq!(mail.announced(), 0, "{url}");
    }
}
