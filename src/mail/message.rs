//! The message as mail servers get it: headers, and the text as plain text and as HTML.

use std::str::FromStr;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use typed_text::deliverable_email;

use super::texts::Text;

/// The address that emails come from, with a name.
#[derive(Clone, Debug)]
pub struct Sender(Mailbox);

impl FromStr for Sender {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mailbox: Result<Mailbox, _> = text.parse();
        let mailbox = mailbox.ok().filter(|it| is_ascii(&it.email));
        mailbox.map(Self).ok_or_else(|| {
            "must be like noreply@example.org or Pledgecast <noreply@example.org>".to_owned()
        })
    }
}

impl Sender {
    /// The address without the name.
    pub fn address(&self) -> &Address {
        &self.0.email
    }
}

/// A message that is ready to be sent.
pub(super) struct Finished {
    /// To whom.
    pub(super) to: Address,
    /// Headers and texts.
    pub(super) bytes: Vec<u8>,
}

impl Finished {
    /// Whether a mail server that knows only ASCII addresses can take it.
    pub(super) fn is_ascii(&self) -> bool {
        self.bytes.is_ascii() && is_ascii(&self.to)
    }
}

/// Writes a message. `id` is the same for each attempt; `now` is its date.
///
/// # Errors
/// If there cannot be a message to this address.
pub(super) fn write(
    sender: &Sender,
    to: &str,
    id: &str,
    now: DateTime<Utc>,
    text: &Text,
) -> anyhow::Result<Finished> {
    let to: Address = deliverable_email(to).parse()?;
    let id = format!("<{id}@{}>", sender.address().domain());
    let message = Message::builder()
        .from(sender.0.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(&text.subject)
        .date(SystemTime::from(now))
        .message_id(Some(id))
        .raw_header(no_reply()?)
        .multipart(MultiPart::alternative_plain_html(text.plain(), text.html()))?;
    Ok(Finished {
        to,
        bytes: message.formatted(),
    })
}

fn is_ascii(address: &Address) -> bool {
    let address: &str = address.as_ref();
    address.is_ascii()
}

/// Asks other programs not to respond automatically (RFC 3834).
fn no_reply() -> anyhow::Result<HeaderValue> {
    let name = HeaderName::new_from_ascii("Auto-Submitted".to_owned())?;
    Ok(HeaderValue::new(name, "auto-generated".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(subject: &str) -> Text {
        Text {
            subject: subject.to_owned(),
            language: "ru",
            paragraphs: vec!["Здравствуйте".to_owned()],
            action: None,
            footer: "Pledgecast".to_owned(),
        }
    }

    fn finished(to: &str) -> Finished {
        let sender: Sender = "Pledgecast <noreply@example.org>".parse().unwrap();
        let now = DateTime::UNIX_EPOCH;
        write(&sender, to, "abc", now, &text("Привет, Jürgen")).unwrap()
    }

    #[test]
    fn a_message_is_ascii_unless_the_address_is_not() {
        let message = finished("jurgen@münchen.example");
        assert!(message.is_ascii());
        let head = String::from_utf8(message.bytes).unwrap();
        for line in [
            "Message-ID: <abc@example.org>\r\n",
            "To: jurgen@xn--mnchen-3ya.example\r\n",
            "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "multipart/alternative",
            "text/plain; charset=utf-8",
            "text/html; charset=utf-8",
        ] {
            assert!(head.contains(line), "{line}: {head}");
        }
        assert!(!finished("jürgen@example.org").is_ascii());
    }

    #[test]
    fn headers_cannot_be_added_with_an_address() {
        let sender: Sender = "noreply@example.org".parse().unwrap();
        let to = "a@example.org\r\nBcc: b@example.org";
        let message = write(&sender, to, "abc", DateTime::UNIX_EPOCH, &text("x"));
        assert!(message.is_err());
        assert!("noreply".parse::<Sender>().is_err());
        assert!("Ü <ü@example.org>".parse::<Sender>().is_err());
    }
}
