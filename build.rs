//! Turns `locales/*.json` into the module `i18n`, so that a missing key is a compile error.
//!
//! It calls the generator of `leptos_i18n` directly, because `leptos_i18n_build` would add a hundred crates for ICU data
//! generation that nothing here uses.

use std::error::Error;
use std::path::PathBuf;

use leptos_i18n_codegen::gen_code;
use leptos_i18n_parser::parse_locales::options::{Config, ParseOptions};
use leptos_i18n_parser::parse_locales::parse_locales;

const ATTRIBUTES: &str = "#![allow(missing_docs, unreachable_pub, clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=locales");

    let config = Config::new("en")?
        .add_locale("ru")?
        .parse_options(ParseOptions::default().interpolate_display(true));
    let locales = parse_locales(None, config)?;
    for warning in locales.diag.warnings().iter() {
        // For example a key that is missing in one language.
        println!("cargo::error={warning}");
    }
    for error in locales.diag.errors().iter() {
        println!("cargo::error={error}");
    }

    let attributes = ATTRIBUTES.parse()?;
    let code = gen_code(&locales, None, false, Some(&attributes), false)?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("i18n.rs");
    std::fs::write(out, with_own_plurals(&code.to_string())?)?;
    Ok(())
}

/// Makes the generated code use the plural rules of `components/plurals.rs` instead of ICU.
fn with_own_plurals(code: &str) -> Result<String, Box<dyn Error>> {
    let mut code = code.to_owned();
    for (theirs, own) in [
        (
            "l_i18n_crate :: __private :: get_plural_rules",
            "crate :: components :: plurals :: plural_rules",
        ),
        (
            ", l_i18n_crate :: reexports :: icu :: plurals :: PluralRuleType :: Cardinal)",
            ")",
        ),
        (
            "l_i18n_crate :: reexports :: icu :: plurals :: PluralOperands",
            "crate :: components :: plurals :: Count",
        ),
        (
            "l_i18n_crate :: __private :: InterpolatePluralCount",
            "crate :: components :: plurals :: NumberSource",
        ),
    ] {
        if !code.contains(theirs) {
            return Err(format!("the generated code has no {theirs}").into());
        }
        code = code.replace(theirs, own);
    }
    Ok(code)
}
