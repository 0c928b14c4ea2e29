//! The codes of authenticator apps (TOTP, RFC 6238): six digits, 30 seconds, SHA-1, as all apps know them.

use totp_rs::{Builder, Secret, Totp};

const SECRET_BYTES: usize = 20;
/// Seconds that a code lasts.
const STEP_S: u64 = 30;
/// Codes of one step before and after are accepted, because clocks differ.
const SKEW: u16 = 1;
const ISSUER: &str = "Pledgecast";

/// A new secret.
pub(super) fn generate_secret() -> [u8; SECRET_BYTES] {
    rand::random()
}

/// The secret as people type it, in base 32.
pub(super) fn secret_text(secret: &[u8]) -> String {
    Secret::from(secret.to_vec()).to_base32()
}

/// The address that an authenticator app reads from a QR code.
pub(super) fn setup_url(secret: &[u8], email: &str) -> String {
    // An address has no spaces, which this would write as plus signs.
    let email: String = form_urlencoded::byte_serialize(email.as_bytes()).collect();
    let secret = secret_text(secret);
    format!("otpauth://totp/{ISSUER}:{email}?secret={secret}&issuer={ISSUER}")
}

/// The time step of a code that is valid at this Unix time; `None` if the code is wrong.
pub(super) fn step_of(secret: &[u8], code: &str, time_s: u64) -> Option<u64> {
    generator(secret, 6).check(code, time_s)
}

fn generator(secret: &[u8], digits: u8) -> Totp {
    Builder::new()
        .with_secret(secret.to_vec())
        .with_digits(digits)
        .with_step_duration(STEP_S)
        .with_skew(SKEW)
        .build_noncompliant()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC_SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_rfc_6238() {
        for (time, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let made = generator(RFC_SECRET, 8).generate(time).to_string();
            assert_eq!(made, code, "{time}");
            // Six digits are the last six of eight.
            let step = step_of(RFC_SECRET, &code[2..], time);
            assert_eq!(step, Some(time / 30), "{time}");
        }
    }

    #[test]
    fn a_code_is_valid_for_one_step_before_and_after() {
        let code = generator(RFC_SECRET, 6).generate(3_000).to_string();
        for time in [2_970, 3_000, 3_029, 3_059] {
            assert_eq!(step_of(RFC_SECRET, &code, time), Some(100), "{time}");
        }
        for time in [2_969, 3_060] {
            assert_eq!(step_of(RFC_SECRET, &code, time), None, "{time}");
        }
        for wrong in ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"] {
            assert_eq!(step_of(RFC_SECRET, wrong, 3_000), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_names_service_account_and_secret() {
        assert_eq!(
            setup_url(RFC_SECRET, "ada+x@example.org"),
            "otpauth://totp/Pledgecast:ada%2Bx%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Pledgecast"
        );
    }
}
