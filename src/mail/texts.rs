//! What emails say, in the language of their reader.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;

use crate::entities::{email, users};
use crate::i18n::{I18nLocaleTrait as _, Locale, td_string as tr};
use crate::services::emails::{BalanceData, DeviceData};
use crate::types::EmailKind;

/// The text of an email.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) subject: String,
    pub(super) language: &'static str,
    pub(super) paragraphs: Vec<String>,
    /// The words and the URL of a link.
    pub(super) action: Option<(String, String)>,
    pub(super) footer: String,
}

/// The text of an email to a user. `site` is the URL of the service, `link` the path of the one-time link.
pub(super) fn text_of(
    email: &email::Model,
    user: &users::Model,
    site: &str,
    link: Option<&str>,
) -> Text {
    let locale = email.locale.as_deref().or(user.locale.as_deref());
    let locale: Locale = locale.and_then(|it| it.parse().ok()).unwrap_or_default();
    let address = user.email.as_str();
    let account = format!("{site}/account");
    let link = link.map(|link| format!("{site}{link}&lang={}", locale.as_str()));
    let link = link.unwrap_or_else(|| account.clone());
    let (subject, paragraphs, action) = match email.kind {
        EmailKind::VerifyAddress => (
            tr!(locale, mail.verify_subject, email = address),
            vec![
                tr!(locale, mail.verify_text, email = address),
                tr!(locale, mail.verify_end).to_owned(),
            ],
            (tr!(locale, mail.verify_action).to_owned(), link),
        ),
        EmailKind::ResetPassword => (
            tr!(locale, mail.reset_subject).to_owned(),
            vec![
                tr!(locale, mail.reset_text, email = address),
                tr!(locale, mail.reset_end).to_owned(),
            ],
            (tr!(locale, mail.reset_action).to_owned(), link),
        ),
        EmailKind::NewDevice => (
            tr!(locale, mail.device_subject).to_owned(),
            vec![
                tr!(
                    locale,
                    mail.device_text,
                    email = address,
                    time = time_text(email.created_at),
                    network = read::<DeviceData>(email).map_or_else(String::new, |it| it.network)
                ),
                tr!(locale, mail.device_end).to_owned(),
            ],
            (tr!(locale, mail.account_action).to_owned(), account),
        ),
        EmailKind::PasswordChanged => (
            tr!(locale, mail.changed_subject).to_owned(),
            vec![
                tr!(
                    locale,
                    mail.changed_text,
                    email = address,
                    time = time_text(email.created_at)
                ),
                tr!(locale, mail.changed_end).to_owned(),
            ],
            (
                tr!(locale, mail.reset_action).to_owned(),
                format!("{site}/reset-password"),
            ),
        ),
        EmailKind::LowBalance => low_balance(locale, email, site),
    };
    Text {
        subject,
        language: locale.as_str(),
        paragraphs,
        action: Some(action),
        footer: tr!(locale, mail.footer, email = address, site = site),
    }
}

type Parts = (String, Vec<String>, (String, String));

fn low_balance(locale: Locale, email: &email::Model, site: &str) -> Parts {
    let (amount, limit) = read::<BalanceData>(email).map_or((0, 0), |it| (it.amount.0, it.limit.0));
    let amount = amount.to_string();
    (
        tr!(locale, mail.balance_subject, amount = amount.clone()),
        vec![tr!(
            locale,
            mail.balance_text,
            amount = amount,
            limit = limit.to_string()
        )],
        (
            tr!(locale, mail.balance_action).to_owned(),
            format!("{site}/overview"),
        ),
    )
}

fn read<T: DeserializeOwned>(email: &email::Model) -> Option<T> {
    serde_json::from_str(email.data.as_deref()?).ok()
}

fn time_text(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

impl Text {
    /// As plain text.
    pub(super) fn plain(&self) -> String {
        let mut parts = self.paragraphs.clone();
        if let Some((words, url)) = &self.action {
            parts.insert(1.min(parts.len()), format!("{words}:\n{url}"));
        }
        parts.push(format!("-- \n{}", self.footer));
        parts.join("\n\n") + "\n"
    }

    /// As a small HTML document without pictures.
    pub(super) fn html(&self) -> String {
        let mut parts: Vec<String> = self
            .paragraphs
            .iter()
            .map(|text| format!("<p>{}</p>", escape(text)))
            .collect();
        if let Some((words, url)) = &self.action {
            let (words, url) = (escape(words), escape(url));
            let link = format!("<p><a href=\"{url}\" style=\"{LINK}\">{words}</a></p>");
            let plain = format!("<p style=\"{QUIET}\">{url}</p>");
            parts.insert(1.min(parts.len()), link + &plain);
        }
        format!(
            "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\
             <body style=\"{BODY}\">{}<p style=\"{QUIET}\">{}</p></body></html>\n",
            self.language,
            escape(&self.subject),
            parts.join("\n"),
            escape(&self.footer)
        )
    }
}

const BODY: &str =
    "font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:36em;margin:1em";
const LINK: &str = "display:inline-block;padding:0.6em 1em;border-radius:0.5em;background:#0b6b5d;color:#ffffff;\
                    text-decoration:none;font-weight:600";
const QUIET: &str = "color:#4f5f69;font-size:13px;overflow-wrap:anywhere";

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}
