//! The picture that messengers and social networks show with a link: 1200 by 630 pixels, as PNG.

use skrifa::outline::OutlinePen;
use tiny_skia::{Color, FillRule, LineCap, Paint, PathBuilder, Pixmap, Rect, Stroke, Transform};

use super::typeface::Face;

const WIDTH: u16 = 1200;
const HEIGHT: u16 = 630;
const MARGIN: f32 = 72.0;
/// The width between the margins.
const INNER: f32 = 1200.0 - 2.0 * MARGIN;

const GROUND: Ink = Ink(0xf5, 0xf7, 0xf8);
const INK: Ink = Ink(0x14, 0x21, 0x2a);
const QUIET: Ink = Ink(0x4f, 0x5f, 0x69);
const LINE: Ink = Ink(0xd5, 0xdd, 0xe0);
const ACCENT: Ink = Ink(0x0b, 0x6b, 0x5d);
const ACCENT_SOFT: Ink = Ink(0x9f, 0xd3, 0xc8);

#[derive(Clone, Copy)]
struct Ink(u8, u8, u8);

/// What a picture shows.
#[derive(Clone, Debug)]
pub struct Card {
    /// The name of the service.
    pub brand: String,
    /// The name of the page, or of the campaign.
    pub title: String,
    /// A sentence below it.
    pub text: String,
    /// The result, if the page is about one.
    pub result: Option<CardResult>,
}

/// A result on a picture.
#[derive(Clone, Debug)]
pub struct CardResult {
    /// The probability in words.
    pub percent: String,
    /// The interval in words.
    pub range: String,
    /// The probability, between 0 and 1.
    pub probability: f32,
    /// The interval, between 0 and 1.
    pub interval: (f32, f32),
}

impl Card {
    /// The picture as a PNG file; `None` if it cannot be encoded.
    pub fn draw(&self) -> Option<Vec<u8>> {
        let mut canvas = Canvas(Pixmap::new(WIDTH.into(), HEIGHT.into())?);
        canvas.0.fill(color(GROUND));
        canvas.logo(MARGIN, 118.0);
        canvas.text(Face::Bold, 42.0, (MARGIN + 76.0, 120.0), INK, &self.brand);
        if let Some(result) = &self.result {
            self.draw_result(&mut canvas, result);
        } else {
            let y = canvas.lines(Face::Bold, 72.0, 260.0, INK, &self.title, 3);
            canvas.lines(Face::Regular, 34.0, y + 10.0, QUIET, &self.text, 3);
        }
        canvas.0.encode_png().ok()
    }

    fn draw_result(&self, canvas: &mut Canvas, result: &CardResult) {
        canvas.lines(Face::Bold, 50.0, 210.0, INK, &self.title, 2);
        let number = (MARGIN, 440.0);
        canvas.text(Face::Bold, 130.0, number, ACCENT, &result.percent);
        let beside = MARGIN + Face::Bold.width(&result.percent, 130.0) + 36.0;
        let width = INNER + MARGIN - beside;
        let verdict = Face::Bold.wrap_at_most(&self.text, 36.0, width, 2);
        let mut y = if verdict.len() > 1 { 350.0 } else { 385.0 };
        for line in &verdict {
            canvas.text(Face::Bold, 36.0, (beside, y), INK, line);
            y += 46.0;
        }
        canvas.text(Face::Regular, 32.0, (beside, y + 8.0), QUIET, &result.range);
        let at = |share: f32| MARGIN + INNER * share.clamp(0.0, 1.0);
        let (low, high) = result.interval;
        canvas.bar(MARGIN, INNER, 520.0, 28.0, LINE);
        canvas.bar(at(low), at(high) - at(low), 520.0, 28.0, ACCENT_SOFT);
        canvas.bar(at(result.probability) - 5.0, 10.0, 506.0, 56.0, ACCENT);
    }
}

/// A picture with its origin at the top left.
struct Canvas(Pixmap);

impl Canvas {
    fn text(&mut self, face: Face, size: f32, (mut x, y): (f32, f32), ink: Ink, text: &str) {
        let mut pen = Pen::default();
        for (_, glyph) in face.glyphs(text) {
            pen.origin = (x, y);
            face.outline(glyph, size, &mut pen);
            x += glyph.advance * size;
        }
        if let Some(path) = pen.path.finish() {
            let fill = FillRule::Winding;
            self.0
                .fill_path(&path, &paint(ink), fill, Transform::identity(), None);
        }
    }

    /// Writes at most `max` lines; returns the baseline of the next one.
    fn lines(&mut self, face: Face, size: f32, y: f32, ink: Ink, text: &str, max: usize) -> f32 {
        let mut y = y;
        for line in face.wrap_at_most(text, size, INNER, max) {
            self.text(face, size, (MARGIN, y), ink, &line);
            y += size * 1.25;
        }
        y
    }

    fn bar(&mut self, x: f32, width: f32, y: f32, height: f32, ink: Ink) {
        if let Some(rect) = Rect::from_xywh(x, y, width.max(1.0), height) {
            self.0
                .fill_rect(rect, &paint(ink), Transform::identity(), None);
        }
    }

    /// The logo of the pages: a gauge with a needle, on a baseline.
    fn logo(&mut self, x: f32, y: f32) {
        const RADIUS: f32 = 27.0;
        const CENTER: f32 = 30.0;
        let arc = |part: f32| {
            let mut path = PathBuilder::new();
            let steps = 40_u8;
            for step in 0..=steps {
                let angle =
                    std::f32::consts::PI * (1.0 - part * f32::from(step) / f32::from(steps));
                let point = (x + CENTER + RADIUS * angle.cos(), y - RADIUS * angle.sin());
                if step == 0 {
                    path.move_to(point.0, point.1);
                } else {
                    path.line_to(point.0, point.1);
                }
            }
            path.finish()
        };
        let mut needle = PathBuilder::new();
        needle.move_to(x + CENTER, y);
        needle.line_to(x + CENTER + 11.0, y - 17.0);
        let strokes = [
            (arc(1.0), LINE),
            (arc(0.68), ACCENT),
            (needle.finish(), INK),
        ];
        let stroke = Stroke {
            width: 6.5,
            line_cap: LineCap::Round,
            ..Stroke::default()
        };
        for (path, ink) in strokes {
            if let Some(path) = path {
                self.0
                    .stroke_path(&path, &paint(ink), &stroke, Transform::identity(), None);
            }
        }
    }
}

/// Collects the outlines of glyphs, whose y grows upwards.
#[derive(Default)]
struct Pen {
    path: PathBuilder,
    origin: (f32, f32),
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.origin.0 + x, self.origin.1 - y)
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let ((cx, cy), (x, y)) = (self.at(cx, cy), self.at(x, y));
        self.path.quad_to(cx, cy, x, y);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let (a, b, to) = (self.at(ax, ay), self.at(bx, by), self.at(x, y));
        self.path.cubic_to(a.0, a.1, b.0, b.1, to.0, to.1);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

fn color(Ink(red, green, blue): Ink) -> Color {
    Color::from_rgba8(red, green, blue, 0xff)
}

fn paint(ink: Ink) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(color(ink));
    paint
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_a_png_of_the_size_that_pages_announce() {
        let card = |result| Card {
            brand: "Pledgecast".to_owned(),
            title: "Кооперативная игра ".repeat(20),
            text: "Too close to call".to_owned(),
            result,
        };
        let result = CardResult {
            percent: "52%".to_owned(),
            range: "Likely range: 40% to 63%".to_owned(),
            probability: 0.52,
            interval: (0.4, 0.63),
        };
        let pictures = [None, Some(result)].map(|result| card(result).draw().unwrap());
        assert_ne!(pictures[0], pictures[1]);
        for picture in pictures {
            let picture = Pixmap::decode_png(&picture).unwrap();
            assert_eq!((picture.width(), picture.height()), (1200, 630));
            let ground = picture.pixel(0, 0).unwrap();
            assert!(picture.pixels().iter().any(|it| *it != ground));
        }
    }
}
