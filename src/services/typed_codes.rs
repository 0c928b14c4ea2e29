//! Codes that people type: 130 random bits each, as groups of letters and digits that cannot be confused.

const CHARS: usize = 26;
/// The last group has one character more.
const GROUP: usize = 5;
/// Base 32 without I, L, O and U (Crockford).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new code, as it is shown.
pub(super) fn generate() -> String {
    let mut code = String::new();
    for (index, byte) in rand::random::<[u8; CHARS]>().into_iter().enumerate() {
        if index > 0 && index < CHARS - 1 && index % GROUP == 0 {
            code.push('-');
        }
        // 256 is a multiple of 32, so all characters are equally likely.
        code.push(ALPHABET[usize::from(byte % 32)].into());
    }
    code
}

/// A code as typed, without what people add, with what they confuse; `None` if it has another length or characters.
pub(super) fn normalize(typed: &str) -> Option<String> {
    let is_separator = |it: &char| it.is_whitespace() || *it == '-';
    let code: String = typed
        .chars()
        .filter(|it| !is_separator(it))
        .map(|it| match it.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            it => it,
        })
        .collect();
    let is_code = code.len() == CHARS && code.bytes().all(|byte| ALPHABET.contains(&byte));
    is_code.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_recognised_however_it_is_typed() {
        let code = generate();
        assert_eq!(code.len(), 30);
        let plain = code.replace('-', "");
        let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
        for typed in [code.as_str(), &plain, &typed] {
            assert_eq!(normalize(typed).as_ref(), Some(&plain), "{typed}");
        }
        assert_eq!(
            normalize("oiLl0-00000-00000-00000-000000").as_deref(),
            Some("01110000000000000000000000")
        );
        for wrong in [
            "",
            "123456",
            &plain[1..],
            "UUUUU-UUUUU-UUUUU-UUUUU-UUUUUU",
            "ы",
        ] {
            assert_eq!(normalize(wrong), None, "{wrong}");
        }
        assert_ne!(generate(), code);
    }
}
