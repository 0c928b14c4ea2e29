//! The style sheet: `style/main.css` and its imports as one minified file.

use std::fmt::Display;
use std::path::Path;

use anyhow::{Result, anyhow};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions};

/// Read, bundle and minify. Errors name the file and the line.
pub fn bundle(main: &Path) -> Result<String> {
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet = bundler.bundle(main).map_err(explain)?;
    sheet.minify(MinifyOptions::default()).map_err(explain)?;
    let options = PrinterOptions {
        minify: true,
        ..PrinterOptions::default()
    };
    Ok(sheet.to_css(options).map_err(explain)?.code)
}

fn explain<T: Display>(error: lightningcss::error::Error<T>) -> anyhow::Error {
    match &error.loc {
        // Its lines start at 0.
        Some(place) => anyhow!("{}:{}: {}", place.filename, place.line + 1, error.kind),
        None => anyhow!("cannot build the style sheet: {}", error.kind),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn imports_become_one_sheet_in_their_order_and_modern_css_stays() {
        let folder = tempfile::tempdir().unwrap();
        let main = folder.path().join("main.css");
        fs::write(
            &main,
            "@import \"tokens.css\";\n.a { & .b { color: light-dark(red, blue); } }",
        )
        .unwrap();
        fs::write(
            folder.path().join("tokens.css"),
            ":root {\n  --gap: 4px;\n}",
        )
        .unwrap();
        let css = bundle(&main).unwrap();
        assert!(css.starts_with(":root{--gap:4px}"), "{css}");
        assert!(css.contains("& .b") && css.contains("light-dark("), "{css}");
    }

    #[test]
    fn a_missing_import_is_an_error_that_names_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let main = folder.path().join("main.css");
        fs::write(&main, "\n@import \"gone.css\";").unwrap();
        assert!(
            bundle(&main)
                .unwrap_err()
                .to_string()
                .contains("main.css:2")
        );
    }
}
