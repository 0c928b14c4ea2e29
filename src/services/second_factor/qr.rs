//! QR codes as the path of an SVG image, so that pages need no image format and no inline style.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around a code, as its standard demands.
const MARGIN: usize = 4;

/// The path of the dark modules, one unit each, and the width of the image; `None` if the text is too long for a code.
pub(super) fn draw(text: &str) -> Option<(String, u32)> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|it| **it == Color::Dark);
            let run = run.count();
            if run > 0 {
                // Writing into a string cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + MARGIN, y + MARGIN);
            }
            x += run.max(1);
        }
    }
    Some((path, u32::try_from(width + 2 * MARGIN).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_covers_exactly_the_dark_modules() {
        let text = "otpauth://totp/Pledgecast:ada%40example.org?secret=ABC";
        let (path, size) = draw(text).unwrap();
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        assert_eq!(size as usize, code.width() + 8);
        let dark: usize = code
            .to_colors()
            .iter()
            .filter(|it| **it == Color::Dark)
            .count();
        let runs = path.split('M').skip(1).map(|run| {
            let (_, rest) = run.split_once('h').unwrap();
            rest.split_once('v').unwrap().0.parse::<usize>().unwrap()
        });
        assert_eq!(runs.sum::<usize>(), dark);
        // The finder pattern at the top left begins with seven dark modules.
        assert!(path.starts_with("M4 4h7v1h-7z"), "{path}");
        assert_eq!(draw(&"x".repeat(5_000)), None);
    }
}
