//! One conversation with the mail server, in two parts: until it agrees to take the text, and the text itself.

use std::str::FromStr;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::time::timeout;
use url::Url;

/// Time limit until the mail server agrees to take the text.
pub(super) const OPEN_TIMEOUT: Duration = Duration::from_secs(40);
/// Time limit for the text and the response to it.
pub(super) const MESSAGE_TIMEOUT: Duration = Duration::from_secs(45);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const EXAMPLE: &str = "must be like smtps://user:password@mail.example.org, smtp://… for STARTTLS, or \
                       smtp://localhost:25?tls=none without encryption";

/// A mail server, and how to log in there.
#[derive(Clone)]
pub struct SmtpServer {
    host: String,
    port: u16,
    security: Security,
    /// With the certificate authorities of the system; `None` without encryption.
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Security {
    None,
    StartTls,
    Tls,
}

/// Why an email was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The mail server will never take it.
    Permanent(String),
    /// It may be taken later.
    Temporary(String),
}

impl std::fmt::Debug for SmtpServer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.host, self.port)
    }
}

impl FromStr for SmtpServer {
    type Err = String;

    /// Errors do not contain the URL, which contains a password.
    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|_| EXAMPLE.to_owned())?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or(EXAMPLE)?.to_owned();
        let (security, port) = match (url.scheme(), url.query()) {
            ("smtps", None) => (Security::Tls, 465),
            ("smtp", None | Some("tls=required")) => (Security::StartTls, 587),
            ("smtp", Some("tls=none")) => (Security::None, 25),
            _ => return Err(EXAMPLE.to_owned()),
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(EXAMPLE.to_owned());
        }
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (_, None) => return Err("must have a password if it has a user name".to_owned()),
            (user, Some(password)) => Some(Credentials::new(decode(user), decode(password))),
        };
        if security == Security::None && credentials.is_some() {
            return Err("must not send a password without encryption".to_owned());
        }
        let tls = match security {
            Security::None => None,
            Security::StartTls | Security::Tls => {
                let tls = TlsParameters::new(bare(&host).to_owned());
                Some(tls.map_err(|error| format!("cannot be used with TLS: {error}"))?)
            }
        };
        Ok(Self {
            host,
            port: url.port().unwrap_or(port),
            security,
            tls,
            credentials,
        })
    }
}

/// A host without the brackets of an IPv6 address.
fn bare(host: &str) -> &str {
    host.trim_matches(['[', ']'])
}

/// Decodes a part of a URL.
fn decode(text: &str) -> String {
    // In a form, a plus sign means a blank.
    let pair = format!("={}", text.replace('+', "%2B"));
    let mut pairs = form_urlencoded::parse(pair.as_bytes());
    pairs
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// A mail server that waits for the text of an email.
pub(super) struct OpenMail(AsyncSmtpConnection);

impl SmtpServer {
    /// How the server is reached, for the log.
    pub fn describe(&self) -> String {
        let security = match self.security {
            Security::None => "without encryption",
            Security::StartTls => "with STARTTLS",
            Security::Tls => "with TLS",
        };
        format!("{}:{} {security}", self.host, self.port)
    }

    /// Connects, logs in and announces an email.
    pub(super) async fn open(
        &self,
        from: &Address,
        to: &Address,
        is_ascii: bool,
    ) -> Result<OpenMail, Refusal> {
        let open = self.announce(from, to, is_ascii);
        timeout(OPEN_TIMEOUT, open)
            .await
            .unwrap_or_else(|_| Err(Refusal::Temporary("no response in time".to_owned())))
    }

    async fn announce(
        &self,
        from: &Address,
        to: &Address,
        is_ascii: bool,
    ) -> Result<OpenMail, Refusal> {
        // Whatever fails before the email is named is not the fault of the email.
        let mut connection = self.connect(from.domain()).await.map_err(temporary)?;
        let mut options = Vec::new();
        if !is_ascii {
            if !connection
                .server_info()
                .supports_feature(Extension::SmtpUtfEight)
            {
                let reason = "the mail server does not support addresses that are not ASCII";
                return Err(Refusal::Permanent(reason.to_owned()));
            }
            options.push(MailParameter::SmtpUtfEight);
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let mail = Mail::new(Some(from.clone()), options);
        // The sender is the same for all emails, so a refusal of it is no fault of this one.
        connection.command(mail).await.map_err(temporary)?;
        let recipient = Rcpt::new(to.clone(), Vec::new());
        connection.command(recipient).await.map_err(refusal)?;
        connection.command(Data).await.map_err(temporary)?;
        Ok(OpenMail(connection))
    }

    async fn connect(
        &self,
        hello: &str,
    ) -> Result<AsyncSmtpConnection, lettre::transport::smtp::Error> {
        let hello = ClientId::Domain(hello.to_owned());
        let tls = self.tls.clone();
        let at_once = tls.clone().filter(|_| self.security == Security::Tls);
        let server = (bare(&self.host), self.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            server,
            Some(CONNECT_TIMEOUT),
            &hello,
            at_once,
            None,
        )
        .await?;
        if let (Security::StartTls, Some(tls)) = (self.security, tls) {
            connection.starttls(tls, &hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&mechanisms, credentials).await?;
        }
        Ok(connection)
    }
}

impl OpenMail {
    /// Sends the text. `None` if it is not known whether it was accepted.
    pub(super) async fn send(mut self, text: &[u8]) -> Option<Result<(), Refusal>> {
        let sent = timeout(MESSAGE_TIMEOUT, self.0.message(text)).await.ok()?;
        match sent {
            Ok(_) => {
                // The email is accepted, whatever happens to the connection. What is recorded does not wait for it.
                tokio::spawn(async move { drop(timeout(CONNECT_TIMEOUT, self.0.quit()).await) });
                Some(Ok(()))
            }
            Err(error) if error.is_permanent() || error.is_transient() => Some(Err(refusal(error))),
            Err(_) => None,
        }
    }

    /// Leaves without sending the text.
    pub(super) async fn abandon(mut self) {
        // The text has not ended, so the server takes nothing.
        let _ = timeout(CONNECT_TIMEOUT, self.0.abort()).await;
    }
}

fn refusal(error: lettre::transport::smtp::Error) -> Refusal {
    if error.is_permanent() {
        Refusal::Permanent(error.to_string())
    } else {
        temporary(error)
    }
}

fn temporary(error: lettre::transport::smtp::Error) -> Refusal {
    Refusal::Temporary(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<SmtpServer, String> {
        text.parse()
    }

    #[test]
    fn the_url_says_how_the_connection_is_encrypted() {
        for (text, described) in [
            ("smtps://mail.example.org", "mail.example.org:465 with TLS"),
            (
                "smtp://mail.example.org",
                "mail.example.org:587 with STARTTLS",
            ),
            (
                "smtp://mail.example.org:25/",
                "mail.example.org:25 with STARTTLS",
            ),
            (
                "smtp://mail.example.org?tls=required",
                "mail.example.org:587 with STARTTLS",
            ),
            (
                "smtp://localhost?tls=none",
                "localhost:25 without encryption",
            ),
            (
                "smtp://[::1]:2525?tls=none",
                "[::1]:2525 without encryption",
            ),
        ] {
            assert_eq!(parse(text).unwrap().describe(), described);
        }
    }

    #[test]
    fn credentials_are_decoded_and_never_shown_or_sent_in_the_clear() {
        let server = parse("smtps://ada%40example.org:a%2Bb+c%C3%BC@mail.example.org").unwrap();
        let expected = Credentials::new("ada@example.org".to_owned(), "a+b+cü".to_owned());
        assert_eq!(server.credentials, Some(expected));
        assert_eq!(format!("{server:?}"), "mail.example.org:465");
        for bad in [
            "smtp://ada:secret@mail.example.org?tls=none",
            "smtp://ada@mail.example.org",
            "smtp://ada:secret@mail.example.org?tls=maybe",
            "smtps://ada:secret@mail.example.org?tls=none",
            "smtps://ada:secret@mail.example.org/path",
            "https://ada:secret@mail.example.org",
            "ada:secret@mail.example.org",
            "smtps://",
            "",
        ] {
            let error = parse(bad).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
