//! What the tabs of a browser tell each other, and which of them leads, that is, holds the event stream.
//! Nothing of the browser in here, so that it can be tested.

use std::str::Split;

/// A message of a tab to all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A tab has come, or misses the leader.
    Hello,
    /// The sender leads; repeated at least with every heartbeat.
    Lead(Lead),
    /// An event of the stream.
    Event(Event),
    /// The leader is about to go.
    Bye,
}

/// What a leader tells of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Its claim.
    pub claim: Claim,
    /// Where its data stands; empty while that is not known.
    pub position: String,
    /// Whether its stream is open.
    pub is_open: bool,
}

/// An event of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where the data stands with it; empty where it does not tell.
    pub position: String,
    /// What kind of event.
    pub name: String,
    /// Its JSON.
    pub data: String,
}

/// A tab's claim to lead. The greatest wins: the newest, because a tab that claims has missed the leader.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// When it was made.
    pub at_ms: i64,
    /// Which tab made it; decides between two of the same moment.
    pub tab: String,
}

/// A message with the account of the page that sends it, 0 for nobody's, as one text.
pub fn write(account: i64, message: &Message) -> String {
    match message {
        Message::Hello => format!("{account}\nhello"),
        Message::Bye => format!("{account}\nbye"),
        Message::Lead(Lead {
            claim: Claim { at_ms, tab },
            position,
            is_open,
        }) => format!("{account}\nlead\n{at_ms}\n{tab}\n{position}\n{is_open}"),
        Message::Event(Event {
            position,
            name,
            data,
        }) => format!("{account}\nevent\n{position}\n{name}\n{data}"),
    }
}

/// Reads what [`write`] wrote; `None` for anything else, such as the message of another version.
pub fn read(text: &str) -> Option<(i64, Message)> {
    let mut lines = text.split('\n');
    let account = lines.next()?.parse().ok()?;
    let message = match lines.next()? {
        "hello" => Message::Hello,
        "bye" => Message::Bye,
        "lead" => Message::Lead(Lead {
            claim: Claim {
                at_ms: lines.next()?.parse().ok()?,
                tab: word(&mut lines)?,
            },
            position: word(&mut lines)?,
            is_open: lines.next()? == "true",
        }),
        "event" => Message::Event(Event {
            position: word(&mut lines)?,
            name: word(&mut lines)?,
            // JSON has no line breaks of its own.
            data: word(&mut lines)?,
        }),
        _ => return None,
    };
    Some((account, message))
}

fn word(lines: &mut Split<'_, char>) -> Option<String> {
    lines.next().map(ToOwned::to_owned)
}

/// What a tab is to the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// It has asked who leads, and leads itself if nobody responses.
    Asking,
    /// Another one leads, and was last heard then.
    Following {
        /// When.
        heard_ms: i64,
    },
    /// It holds the stream.
    Leading(Claim),
}

/// What a tab must do because another one leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Follow it.
    Follow,
    /// Close one's own stream and follow it.
    StepDown,
    /// Tell it that one leads oneself.
    Insist,
}

impl Role {
    /// Hears of a claim at `now_ms`.
    pub fn hear(&mut self, claim: &Claim, now_ms: i64) -> Verdict {
        let verdict = match self {
            Self::Leading(own) if *own > *claim => return Verdict::Insist,
            Self::Leading(_) => Verdict::StepDown,
            Self::Asking | Self::Following { .. } => Verdict::Follow,
        };
        *self = Self::Following { heard_ms: now_ms };
        verdict
    }

    /// Hears anything else of the leader.
    pub fn hear_event(&mut self, now_ms: i64) {
        if let Self::Following { heard_ms } = self {
            *heard_ms = now_ms;
        }
    }

    /// Whether it follows a leader that has been silent for longer than that.
    pub fn misses_leader(&self, now_ms: i64, limit_ms: i64) -> bool {
        matches!(self, Self::Following { heard_ms } if now_ms - heard_ms > limit_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(at_ms: i64, tab: &str) -> Claim {
        Claim {
            at_ms,
            tab: tab.to_owned(),
        }
    }

    #[test]
    fn every_message_is_read_as_it_was_written() {
        for message in [
            Message::Hello,
            Message::Bye,
            Message::Lead(Lead {
                claim: claim(1_700_000_000_000, "a"),
                position: String::new(),
                is_open: false,
            }),
            Message::Event(Event {
                position: "0f".to_owned(),
                name: "task".to_owned(),
                data: r#"{"name":"a\nb"}"#.to_owned(),
            }),
        ] {
            assert_eq!(read(&write(7, &message)), Some((7, message)));
        }
    }

    #[test]
    fn what_no_tab_of_this_version_wrote_is_ignored() {
        for text in [
            "",
            "7",
            "7\nother",
            "x\nhello",
            "7\nlead\nx\na\n\ntrue",
            "7\nevent\n1",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn of_two_leaders_exactly_one_steps_down() {
        let claims = [claim(1, "b"), claim(2, "a"), claim(2, "b")];
        for first in &claims {
            for second in claims.iter().filter(|it| *it != first) {
                let verdicts = [
                    Role::Leading(first.clone()).hear(second, 3),
                    Role::Leading(second.clone()).hear(first, 3),
                ];
                assert!(
                    verdicts.contains(&Verdict::StepDown),
                    "{first:?} {second:?}"
                );
                assert!(verdicts.contains(&Verdict::Insist), "{first:?} {second:?}");
            }
        }
    }

    #[test]
    fn a_tab_that_asks_follows_whoever_leads_and_notices_when_it_falls_silent() {
        let mut role = Role::Asking;
        assert!(!role.misses_leader(1_000, 10));
        assert_eq!(role.hear(&claim(1, "a"), 100), Verdict::Follow);
        assert!(!role.misses_leader(110, 10));
        role.hear_event(105);
        assert!(!role.misses_leader(115, 10));
        assert!(role.misses_leader(116, 10));
    }

    #[test]
    fn a_tab_that_steps_down_follows() {
        let mut role = Role::Leading(claim(1, "a"));
        assert_eq!(role.hear(&claim(2, "b"), 5), Verdict::StepDown);
        assert_eq!(role, Role::Following { heard_ms: 5 });
    }
}
