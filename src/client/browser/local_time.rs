//! Days and times in the device's time zone.

use chrono::{DateTime, SecondsFormat, Utc};
use js_sys::{Date, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::i18n::Locale;

/// A day with the offset of the device's time zone when it begins, or when it ends: `2026-11-02+10:00`. Other text
/// stays as it is.
pub fn with_offset(day: &str, at_end: bool) -> String {
    const DAY_MS: f64 = 86_400_000.0;
    let utc = Date::parse(&format!("{day}T00:00:00Z")) + if at_end { DAY_MS } else { 0.0 };
    if day.len() != 10 || utc.is_nan() {
        return day.to_owned();
    }
    // A time without a zone is in the device's.
    let midnight = String::from(Date::new(&utc.into()).to_iso_string());
    let local = Date::parse(midnight.trim_end_matches('Z'));
    #[expect(
        clippy::cast_possible_truncation,
        reason = "offsets are shorter than a day"
    )]
    let ahead = ((utc - local) / 60_000.0) as i32;
    let sign = if ahead < 0 { '-' } else { '+' };
    let ahead = ahead.abs();
    format!("{day}{sign}{:02}:{:02}", ahead / 60, ahead % 60)
}

/// A time in the device's time zone, in the words of the language.
pub fn local_time(at: DateTime<Utc>, locale: Locale) -> String {
    let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let options = Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    let locale: &str = locale.as_ref();
    Date::new(&JsValue::from_str(&at))
        .to_locale_string(locale, &options)
        .into()
}
