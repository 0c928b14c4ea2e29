//! A mail server.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mail_parser::{Message, MessageParser};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::tls::acceptor;
use super::wait_for;

const GREETING: &[u8] = b"220 mail.test\r\n";

/// How a mail server encrypts connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    None,
    /// After the command STARTTLS, without which it takes no email.
    StartTls,
    /// From the start.
    Tls,
}

/// What a mail server does with one email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailReply {
    /// Accepts it.
    Accept,
    /// Refuses its recipient with this response.
    RefuseRecipient(&'static str),
    /// Takes its text and refuses it with this response.
    RefuseText(&'static str),
    /// Takes its text and closes the connection without a response.
    Vanish,
    /// Takes its text and never responds.
    Hang,
}

/// An email that the mail server took, whatever it responded.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The addresses of the envelope.
    pub from: String,
    pub to: String,
    /// What its sender logged in with: a user name and a password, each after a NUL.
    pub credentials: Option<String>,
    raw: Vec<u8>,
}

/// A mail server that keeps what it gets, until the test ends.
pub struct MailServer {
    pub url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// What is done with the next emails; those after them are accepted.
    plan: VecDeque<MailReply>,
    mails: Vec<Mail>,
    /// How many emails were announced.
    announced: usize,
}

impl MailServer {
    /// Starts a mail server without encryption that does this with the first emails, and accepts all others.
    pub async fn start(plan: &[MailReply]) -> Self {
        Self::start_with(Encryption::None, plan).await
    }

    /// The same, with encryption: its certificate is for 127.0.0.1, and its URL has credentials.
    pub async fn start_with(encryption: Encryption, plan: &[MailReply]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let url = match encryption {
            Encryption::None => format!("smtp://{address}?tls=none"),
            Encryption::StartTls => format!("smtp://ada:secret@{address}"),
            Encryption::Tls => format!("smtps://ada:secret@{address}"),
        };
        let state = Arc::new(Mutex::new(State {
            plan: plan.iter().copied().collect(),
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // An error means that the client has gone.
                let state = Arc::clone(&shared);
                tokio::spawn(async move { drop(serve(stream, encryption, &state).await) });
            }
        });
        Self { url, state }
    }

    /// Settings that make a server send its emails here.
    pub fn settings(&self) -> [(&'static str, &str); 3] {
        [
            ("PLEDGECAST_SMTP_URL", &self.url),
            (
                "PLEDGECAST_MAIL_FROM",
                "Pledgecast <noreply@pledgecast.example>",
            ),
            ("PLEDGECAST_PUBLIC_URL", "http://pledgecast.example"),
        ]
    }

    /// What it got so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.state.lock().unwrap().mails.clone()
    }

    /// How many emails were announced so far, also those whose text did not follow.
    pub fn announced(&self) -> usize {
        self.state.lock().unwrap().announced
    }

    /// Waits for an email to this address whose subject contains these words.
    pub async fn wait_for(&self, to: &str, subject: &str) -> Mail {
        wait_for(&format!("an email about {subject:?} to {to}"), || async {
            let mails = self.mails().into_iter();
            let mut found = mails.filter(|it| it.to == to && it.subject().contains(subject));
            found.next()
        })
        .await
    }

    /// Waits until it has this many emails.
    pub async fn wait_for_count(&self, count: usize) -> Vec<Mail> {
        wait_for(&format!("{count} emails"), || async {
            let mails = self.mails();
            (mails.len() >= count).then_some(mails)
        })
        .await
    }
}

impl Mail {
    fn parsed(&self) -> Message<'_> {
        MessageParser::default().parse(&self.raw).unwrap()
    }

    pub fn subject(&self) -> String {
        self.parsed().subject().unwrap_or_default().to_owned()
    }

    pub fn message_id(&self) -> String {
        self.parsed().message_id().unwrap().to_owned()
    }

    /// The plain text.
    pub fn text(&self) -> String {
        self.parsed().body_text(0).unwrap().into_owned()
    }

    /// The HTML.
    pub fn html(&self) -> String {
        self.parsed().body_html(0).unwrap().into_owned()
    }

    /// The headers and texts as they were sent.
    pub fn raw(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }

    /// Path and query of the link to this page.
    pub fn link(&self, page: &str) -> String {
        let start = format!("http://pledgecast.example{page}?");
        let text = self.text();
        let mut lines = text.lines();
        let line = lines.find(|line| line.starts_with(&start));
        let line = line.unwrap_or_else(|| panic!("no link to {page}: {text}"));
        line["http://pledgecast.example".len()..].to_owned()
    }

    /// The token of the link to this page.
    pub fn token(&self, page: &str) -> String {
        let link = self.link(page);
        let (_, query) = link.split_once("?token=").unwrap();
        query.split('&').next().unwrap().to_owned()
    }
}

async fn serve(stream: TcpStream, encryption: Encryption, state: &Mutex<State>) -> io::Result<()> {
    match encryption {
        Encryption::None => {
            let mut stream = BufReader::new(stream);
            stream.write_all(GREETING).await?;
            converse(stream, state).await
        }
        Encryption::StartTls => {
            let mut stream = BufReader::new(stream);
            stream.write_all(GREETING).await?;
            wait_for_starttls(&mut stream).await?;
            let stream = acceptor().accept(stream.into_inner()).await?;
            converse(BufReader::new(stream), state).await
        }
        Encryption::Tls => {
            let mut stream = BufReader::new(acceptor().accept(stream).await?);
            stream.write_all(GREETING).await?;
            converse(stream, state).await
        }
    }
}

async fn wait_for_starttls(stream: &mut BufReader<TcpStream>) -> io::Result<()> {
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let response = match line.to_ascii_uppercase().trim_end() {
            "STARTTLS" => {
                return stream.write_all(b"220 go on\r\n").await;
            }
            hello if hello.starts_with("EHLO") => "250-mail.test\r\n250 STARTTLS\r\n",
            _ => "530 5.7.0 STARTTLS first\r\n",
        };
        stream.write_all(response.as_bytes()).await?;
    }
}

async fn converse<S>(mut stream: BufReader<S>, state: &Mutex<State>) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut from, mut to) = (String::new(), String::new());
    let mut credentials = None;
    let mut reply = MailReply::Accept;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let upper = line.to_ascii_uppercase();
        let response = if upper.starts_with("EHLO") {
            "250-mail.test\r\n250-8BITMIME\r\n250-AUTH PLAIN\r\n250 SMTPUTF8"
        } else if let Some(encoded) = line.strip_prefix("AUTH PLAIN ") {
            let decoded = BASE64_STANDARD.decode(encoded.trim_end()).unwrap();
            credentials = Some(String::from_utf8(decoded).unwrap());
            "235 welcome"
        } else if upper.starts_with("MAIL FROM") {
            from = address(&line);
            let mut state = state.lock().unwrap();
            state.announced += 1;
            reply = state.plan.pop_front().unwrap_or(MailReply::Accept);
            "250 sender"
        } else if upper.starts_with("RCPT TO") {
            to = address(&line);
            match reply {
                MailReply::RefuseRecipient(response) => response,
                _ => "250 recipient",
            }
        } else if upper.starts_with("DATA") {
            stream.write_all(b"354 go on\r\n").await?;
            let raw = read_text(&mut stream).await?;
            let mail = Mail {
                from: from.clone(),
                to: to.clone(),
                credentials: credentials.clone(),
                raw,
            };
            state.lock().unwrap().mails.push(mail);
            match reply {
                MailReply::RefuseText(response) => response,
                MailReply::Vanish => return Ok(()),
                MailReply::Hang => std::future::pending().await,
                MailReply::Accept | MailReply::RefuseRecipient(_) => "250 accepted",
            }
        } else if upper.starts_with("QUIT") {
            stream.write_all(b"221 bye\r\n").await?;
            return Ok(());
        } else {
            "502 what?"
        };
        stream
            .write_all(format!("{response}\r\n").as_bytes())
            .await?;
    }
}

/// The text up to the line with a dot, without the dots that are doubled in it.
async fn read_text<S>(stream: &mut BufReader<S>) -> io::Result<Vec<u8>>
where
    S: AsyncRead + Unpin,
{
    let mut text = Vec::new();
    loop {
        let start = text.len();
        if stream.read_until(b'\n', &mut text).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match &text[start..] {
            b".\r\n" => {
                text.truncate(start);
                return Ok(text);
            }
            [b'.', ..] => drop(text.remove(start)),
            _ => {}
        }
    }
}

fn address(line: &str) -> String {
    let (_, rest) = line.split_once('<').unwrap();
    rest.split('>').next().unwrap().to_owned()
}
