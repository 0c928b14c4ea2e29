//! One form for texts that people type in several ways: email addresses and passwords. `README.md` says which is for what.

use std::borrow::Cow;

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizer, ComposingNormalizerBorrowed};
use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;
use idna::AsciiDenyList;

/// The full stop of Chinese and Japanese keyboards, which separates labels of domains like a full stop.
const IDEOGRAPHIC_FULL_STOP: char = '\u{3002}';

const NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfkc();

/// An address as it is stored, shown and sent to: without blanks and invisible characters around it, in Unicode's form NFKC.
#[must_use]
pub fn clean_email(email: &str) -> String {
    let email = NFKC.normalize(email.trim_matches(is_invisible));
    // Some characters become blanks only in this form.
    let email = email.trim_matches(is_invisible);
    match email.rsplit_once('@') {
        Some((local, domain)) if domain.contains(IDEOGRAPHIC_FULL_STOP) => {
            format!("{local}@{}", domain.replace(IDEOGRAPHIC_FULL_STOP, "."))
        }
        _ => email.to_owned(),
    }
}

/// The form by which addresses are compared: clean, without invisible characters, without case, the domain in ASCII.
#[must_use]
pub fn fold_email(email: &str) -> String {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let visible: String = clean_email(email)
        .chars()
        .filter(|it| !ignorable.contains(*it))
        .collect();
    let Some((local, domain)) = visible.rsplit_once('@') else {
        return fold_case(&visible);
    };
    // The form in ASCII has no case. It keeps letters apart that folding would not, such as ß and ss.
    let domain = ascii_domain(domain).unwrap_or_else(|| fold_case(domain));
    format!("{}@{domain}", fold_case(local))
}

fn fold_case(text: &str) -> String {
    let folded = CaseMapper::new().fold_string(text);
    // Folding may leave characters that compose: the form must not change if it is folded again.
    NFKC.normalize(&folded).into_owned()
}

/// The address for mail servers: its domain in ASCII. A local part that is not ASCII needs SMTPUTF8.
#[must_use]
pub fn deliverable_email(email: &str) -> String {
    let email = clean_email(email);
    let ascii = email
        .rsplit_once('@')
        .and_then(|(local, domain)| Some(format!("{local}@{}", ascii_domain(domain)?)));
    ascii.unwrap_or(email)
}

/// A domain by UTS 46; `None` if it has no form in ASCII.
fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_cow(domain.as_bytes(), AsciiDenyList::EMPTY);
    ascii.ok().map(Cow::into_owned)
}

/// The form of a password that is hashed: Unicode's form NFKC, as NIST SP 800-63B recommends. Case, blanks and
/// everything else stay.
#[must_use]
pub fn fold_password(password: &str) -> Cow<'_, str> {
    NFKC.normalize(password)
}

fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_look_alike_are_compared_alike() {
        for (typed, others) in [
            (
                "Ada@Example.ORG",
                &[
                    " ada@example.org\n",
                    "\u{feff}ada@example.org\u{200b}",
                    "a\u{ad}da@example.org",
                    "ＡＤＡ＠ｅｘａｍｐｌｅ．ｏｒｇ",
                    "ada@example。org",
                    "ada@EXAMPLE\u{ff61}org",
                ][..],
            ),
            (
                "jürgen@münchen.example",
                &[
                    "ju\u{308}rgen@mu\u{308}nchen.example",
                    "JÜRGEN@xn--mnchen-3ya.example",
                    "Jürgen@XN--MNCHEN-3YA.EXAMPLE",
                ],
            ),
            (
                "Иван@Почта.рф",
                &["иван@почта.рф", "ИВАН@xn--80a1acny.xn--p1ai"],
            ),
            (
                "straße@example.org",
                &["STRASSE@example.org", "STRAẞE@example.org"],
            ),
            ("σίσυφος@example.org", &["ΣΊΣΥΦΟΣ@example.org"]),
            (
                "ada@straße.example",
                &["ada@xn--strae-oqa.example", "ada@STRAẞE.example"],
            ),
            ("ada@βόλος.example", &["ada@xn--nxasmm1c.example"]),
        ] {
            for other in others {
                assert_eq!(fold_email(typed), fold_email(other), "{typed} {other:?}");
            }
        }
    }

    #[test]
    fn different_addresses_stay_different() {
        for (one, other) in [
            ("ada@example.org", "ada@example.com"),
            ("ada@example.org", "a.da@example.org"),
            ("jürgen@example.org", "jurgen@example.org"),
            ("ada@example.org", "аda@example.org"),
            ("i@example.org", "ı@example.org"),
            ("ada@straße.example", "ada@strasse.example"),
        ] {
            assert_ne!(fold_email(one), fold_email(other));
        }
    }

    #[test]
    fn a_folded_address_stays_the_same_if_it_is_folded_again() {
        for email in [
            "Ünïcode@münchen.example",
            "ΐ\u{345}@example.org",
            "ﬁ@ﬂ.example",
            "a@b@c",
            "nobody",
            "@",
            "",
            "x@..",
            "x@xn--a",
            "ᾲ\u{301}ǰ@İstanbul.example",
        ] {
            let folded = fold_email(email);
            assert_eq!(fold_email(&folded), folded, "{email}");
        }
    }

    #[test]
    fn a_stored_address_is_as_it_was_typed_but_clean() {
        assert_eq!(clean_email(" Ada@Example.org\u{200b} "), "Ada@Example.org");
        assert_eq!(clean_email("ada＠例え。テスト"), "ada@例え.テスト");
        // Invisible characters inside are left for the rules to refuse.
        assert_eq!(clean_email("a\u{200b}da@x.org"), "a\u{200b}da@x.org");
        assert_eq!(
            deliverable_email("Jürgen@München.example"),
            "Jürgen@xn--mnchen-3ya.example"
        );
    }

    #[test]
    fn passwords_that_look_alike_are_hashed_alike() {
        for (one, other) in [
            ("pa\u{308}ssword", "p\u{e4}ssword"),
            ("ｐａｓｓ", "pass"),
            ("two\u{a0}words", "two words"),
        ] {
            assert_eq!(fold_password(one), fold_password(other));
        }
        assert_ne!(fold_password("Pass"), fold_password("pass"));
        assert_ne!(fold_password(" pass"), fold_password("pass"));
    }
}
