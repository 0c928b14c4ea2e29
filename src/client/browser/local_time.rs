//! Days and times in the device's time zone.

use chrono::{DateTime, SecondsFormat, Utc};
use js_sys::{Date, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::i18n::Locale;

/// A day with the offset of the device's time zone where it begins, or where it ends: `2026-11-02+10:00`.
/// What is no day stays as it is.
pub fn with_offset(day: &str, at_end: bool) -> String {
    const DAY_MS: f64 = 86_400_000.0;
    let utc = Date::parse(&format!("{day}T00:00:00Z")) + if at_end { DAY_MS } else { 0.0 };
    if day.len() != 10 || utc.is_nan() {
        return day.to_owned();
    }
    // A time without a zone is one of the device's.
    let midnight = String::from(Date::new(&utc.into()).to_iso_string());
    let local = Date::parse(midnight.trim_end_matches('Z'));
    #[expect(
        clippy::cast_possible_truncation,
        reason = "no offset is as long as a day"
    )]
    let ahead = ((utc - local) / 60_000.0) as i32;
    let sign = if ahead < 0 { '-' } else { '+' };
    let ahead = ahead.abs();
    format!("{day}{sign}{:02}:{:02}", ahead / 60, ahead % 60)
}

fn format_locally(at: &str, locale: Locale, options: &[(&str, &str)]) -> String {
    let bag = Object::new();
    for (name, value) in options {
        let _ = Reflect::set(&bag, &(*name).into(), &(*value).into());
    }
    let locale: &str = locale.as_ref();
    Date::new(&JsValue::from_str(at))
        .to_locale_string(locale, &bag)
        .into()
}

/// A time in the device's time zone, in the words of the language.
pub fn local_time(at: DateTime<Utc>, locale: Locale) -> String {
    let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    format_locally(
        &at,
        locale,
        &[("dateStyle", "medium"), ("timeStyle", "short")],
    )
}
