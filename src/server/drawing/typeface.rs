//! The typeface of drawings: which glyph a character has, how wide texts are, and where lines break.
//!
//! There is no shaping: the scripts in `fonts/` need none. A character that the fonts lack is drawn as an empty box.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::OutlinePen;
use skrifa::{FontRef, GlyphId, MetadataProvider as _};

use crate::types::is_invisible;

static REGULAR: LazyLock<Glyphs> = LazyLock::new(|| Glyphs::of(Face::Regular));
static BOLD: LazyLock<Glyphs> = LazyLock::new(|| Glyphs::of(Face::Bold));
const ELLIPSIS: char = '…';

/// One of the two fonts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// For running text.
    Regular,
    /// For titles and numbers.
    Bold,
}

/// The glyph of a character.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glyph {
    /// Its number in the font.
    pub id: u32,
    /// Its width, in ems.
    pub advance: f32,
}

/// The glyphs of a font by their characters.
#[derive(Default)]
struct Glyphs {
    by_character: HashMap<char, Glyph>,
    missing: Glyph,
}

impl Default for Glyph {
    fn default() -> Self {
        Self {
            id: 0,
            advance: 0.5,
        }
    }
}

impl Glyphs {
    /// Empty if the font cannot be read, which a test rules out.
    fn of(face: Face) -> Self {
        let Ok(font) = FontRef::new(face.bytes()) else {
            return Self::default();
        };
        let (size, location) = (Size::unscaled(), LocationRef::default());
        let units_per_em = f32::from(font.metrics(size, location).units_per_em);
        let metrics = font.glyph_metrics(size, location);
        let glyph = |id: GlyphId| Glyph {
            id: id.to_u32(),
            advance: metrics.advance_width(id).unwrap_or_default() / units_per_em,
        };
        let mappings = font.charmap();
        let mappings = mappings.mappings();
        Self {
            by_character: mappings
                .filter_map(|(code, id)| Some((char::from_u32(code)?, glyph(id))))
                .collect(),
            missing: glyph(GlyphId::NOTDEF),
        }
    }
}

impl Face {
    /// The font file.
    pub const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Regular => include_bytes!("../../../fonts/NotoSans-Regular.ttf"),
            Self::Bold => include_bytes!("../../../fonts/NotoSans-Bold.ttf"),
        }
    }

    fn glyph(self, character: char) -> Glyph {
        let glyphs = match self {
            Self::Regular => &REGULAR,
            Self::Bold => &BOLD,
        };
        let find = |it: char| glyphs.by_character.get(&it).copied();
        find(character)
            .or_else(|| find(stand_in(character)?))
            .unwrap_or(glyphs.missing)
    }

    /// The glyphs of a text with the bytes that each stands for. Invisible characters have none, except for spaces.
    pub fn glyphs(self, text: &str) -> impl Iterator<Item = (Range<usize>, Glyph)> {
        let visible = text
            .char_indices()
            .filter(|(_, it)| it.is_whitespace() || !is_invisible(*it));
        visible.map(move |(at, it)| (at..at + it.len_utf8(), self.glyph(it)))
    }

    /// The width of a text.
    pub fn width(self, text: &str, size: f32) -> f32 {
        let advances = self.glyphs(text).map(|(_, glyph)| glyph.advance);
        advances.sum::<f32>() * size
    }

    /// Lines of at most `width`, broken at spaces, and within words that are longer than that.
    pub fn wrap(self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        let words = text.split([' ', '\n', '\r', '\t']);
        for word in words.filter(|word| !word.is_empty()) {
            let longer = if line.is_empty() {
                word.to_owned()
            } else {
                format!("{line} {word}")
            };
            if self.width(&longer, size) <= width {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for character in word.chars() {
                line.push(character);
                if self.width(&line, size) > width && line.chars().count() > 1 {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, character.to_string()));
                }
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }

    /// At most `max` lines; an ellipsis marks what was left out.
    pub fn wrap_at_most(self, text: &str, size: f32, width: f32, max: usize) -> Vec<String> {
        let mut lines = self.wrap(text, size, width);
        if lines.len() > max {
            lines.truncate(max);
            if let Some(last) = lines.last_mut() {
                last.push(ELLIPSIS);
                while self.width(last, size) > width && last.chars().count() > 1 {
                    last.pop();
                    last.pop();
                    last.push(ELLIPSIS);
                }
            }
        }
        lines
    }

    /// Draws the outline of a glyph for an em of `size`; its origin is at the left end of the baseline, and y grows
    /// upwards.
    pub fn outline(self, glyph: Glyph, size: f32, pen: &mut impl OutlinePen) {
        let Ok(font) = FontRef::new(self.bytes()) else {
            return;
        };
        let outlines = font.outline_glyphs();
        if let Some(outline) = outlines.get(GlyphId::new(glyph.id)) {
            // A glyph that cannot be drawn is left out.
            let _ = outline.draw(Size::new(size), pen);
        }
    }
}

/// A character that looks alike, for one that the fonts lack.
const fn stand_in(character: char) -> Option<char> {
    match character {
        '\u{2212}' => Some('–'),
        '\u{2000}'..='\u{200a}' | '\u{205f}' | '\u{3000}' | '\t' | '\n' | '\r' => Some(' '),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Locale;
    use crate::components::format;

    #[test]
    fn both_fonts_draw_the_texts_of_both_languages() {
        let texts = [
            include_str!("../../../locales/en.json"),
            include_str!("../../../locales/ru.json"),
            &format::points(Locale::en, -0.5),
        ];
        for face in [Face::Regular, Face::Bold] {
            for character in texts.iter().flat_map(|text| text.chars()) {
                let glyph = face.glyph(character);
                // Only texts of pages use them.
                let is_drawn = glyph.id != 0 || "≠→".contains(character);
                assert!(is_drawn, "{face:?} lacks {character:?}");
            }
            assert_eq!(face.glyph('漢').id, 0);
        }
    }

    #[test]
    fn lines_break_at_spaces_and_within_words_that_are_too_long() {
        let face = Face::Regular;
        let width = face.width("one two", 10.0) + 0.1;
        assert_eq!(
            face.wrap("one two  three\nfour", 10.0, width),
            ["one two", "three", "four"]
        );
        let lines = face.wrap(&"x".repeat(50), 10.0, width);
        assert!(lines.len() > 1);
        assert!(lines.iter().all(|line| face.width(line, 10.0) <= width));
        assert_eq!(lines.concat().len(), 50);
        assert!(face.wrap("", 10.0, width).is_empty());
        assert_eq!(face.wrap("a\u{a0}b", 10.0, 1.0).concat(), "a\u{a0}b");
    }

    #[test]
    fn an_ellipsis_marks_what_was_left_out() {
        let face = Face::Bold;
        let width = face.width("one two three", 10.0);
        let lines = face.wrap_at_most("one two three four five six", 10.0, width, 1);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].ends_with('…'), "{lines:?}");
        assert!(face.width(&lines[0], 10.0) <= width);
        let whole = face.wrap_at_most("one two", 10.0, width, 1);
        assert_eq!(whole, ["one two"]);
    }

    #[test]
    fn invisible_characters_are_not_drawn() {
        let face = Face::Regular;
        let (plain, marked) = ("ab", "a\u{202e}\u{200b}b");
        assert!((face.width(plain, 10.0) - face.width(marked, 10.0)).abs() < f32::EPSILON);
    }
}
