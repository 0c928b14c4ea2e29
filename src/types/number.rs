//! Numbers as people and JSON write them.

/// Reads a decimal number: digits, a sign, a point, an exponent.
pub fn read_number(text: &str) -> Option<f64> {
    let is_part = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    if text.is_empty() || !text.bytes().all(is_part) {
        return None;
    }
    parse(text)
}

#[cfg(not(feature = "hydrate"))]
fn parse(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// The browser rounds as Rust does, and the page need not bring the tables that it takes.
#[cfg(feature = "hydrate")]
fn parse(text: &str) -> Option<f64> {
    let number = f64::try_from(wasm_bindgen::JsValue::from_str(text)).ok();
    number.filter(|number| !number.is_nan())
}

/// The shortest text that is read as this number again.
#[cfg(not(feature = "hydrate"))]
pub fn write_number(number: f64) -> String {
    number.to_string()
}

/// The shortest text that is read as this number again; by the browser, for the same reason.
#[cfg(feature = "hydrate")]
pub fn write_number(number: f64) -> String {
    let text = js_sys::Number::from(number).to_string_with_radix(10);
    text.map(String::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_numbers_are_read_and_no_other_words() {
        for (text, number) in [
            ("10000", 1e4),
            ("-0.5", -0.5),
            ("+.5", 0.5),
            ("5.", 5.0),
            ("1e3", 1e3),
            ("2.5E-3", 0.0025),
            ("1e999", f64::INFINITY),
        ] {
            assert_eq!(read_number(text), Some(number), "{text}");
        }
        for text in [
            "", " 1", "1,5", "0x10", "inf", "NaN", ".", "e5", "1e", "--1", "1-", "١",
        ] {
            assert_eq!(read_number(text), None, "{text}");
        }
    }
}
