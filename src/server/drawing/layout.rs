//! A report on pages of A4 paper: where each line of text and each bar is. Lengths are in points, from the top left.

use super::placed::{Element, Ink, Item, Node, Role, Shape};
use super::typeface::Face;
use crate::app::reports::{Block, Report, Tone};

/// The size of a page.
pub const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 51.0;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
const BOTTOM: f32 = PAGE.1 - 62.0;
const FOOTER: f32 = PAGE.1 - 34.0;
/// A heading stays with this much of what follows.
const KEPT: f32 = 64.0;

const TITLE_SIZE: f32 = 20.0;
const TEXT_SIZE: f32 = 9.5;
const SMALL_SIZE: f32 = 8.5;
const NUMBER_SIZE: f32 = 30.0;
const LINE_HEIGHT: f32 = 1.35;
/// The size of text in tables with many columns.
const NARROW_SIZE: f32 = 8.0;
const CELL_GAP: f32 = 6.0;

/// A report on pages.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// What each page shows.
    pub pages: Vec<Vec<Item>>,
    /// The elements of the structure.
    pub elements: Vec<Element>,
    /// The elements that are in no other, in reading order.
    pub top: Vec<usize>,
    y: f32,
}

/// How a text looks.
#[derive(Clone, Copy)]
struct Style {
    face: Face,
    size: f32,
    ink: Ink,
}

const PLAIN: Style = Style {
    face: Face::Regular,
    size: TEXT_SIZE,
    ink: Ink::Plain,
};
const STRONG: Style = Style {
    face: Face::Bold,
    ..PLAIN
};
const QUIET: Style = Style {
    size: SMALL_SIZE,
    ink: Ink::Quiet,
    ..PLAIN
};

impl Layout {
    /// Places a report. `footer` returns the text below a page, from its number and the number of all.
    pub fn of(report: &Report, footer: impl Fn(usize, usize) -> String) -> Self {
        let mut pages = Self::default();
        pages.begin_page();
        pages.text(Role::Heading(1), title_style(1), &report.title);
        for block in &report.blocks {
            pages.block(block);
        }
        pages.finish(footer);
        pages
    }

    fn begin_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    /// Goes on on the next page unless there is room for this height.
    fn make_room(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > MARGIN {
            self.begin_page();
        }
    }

    fn finish(&mut self, footer: impl Fn(usize, usize) -> String) {
        let all = self.pages.len();
        for (index, page) in self.pages.iter_mut().enumerate() {
            let text = footer(index + 1, all);
            page.push(Item {
                x: MARGIN,
                y: FOOTER,
                ink: Ink::Quiet,
                shape: Shape::Text {
                    text,
                    face: Face::Regular,
                    size: SMALL_SIZE,
                },
                has_meaning: false,
            });
        }
    }

    fn element(&mut self, parent: Option<usize>, role: Role) -> usize {
        let id = self.elements.len();
        let nodes = Vec::new();
        self.elements.push(Element { role, nodes });
        match parent {
            Some(parent) => self.elements[parent].nodes.push(Node::Element(id)),
            None => self.top.push(id),
        }
        id
    }

    /// Adds something to the current page, as a part of an element or as decoration.
    fn draw(&mut self, element: Option<usize>, (x, y): (f32, f32), ink: Ink, shape: Shape) {
        let page = self.pages.len() - 1;
        if let Some(element) = element {
            let node = Node::Item(page, self.pages[page].len());
            self.elements[element].nodes.push(node);
        }
        self.pages[page].push(Item {
            x,
            y,
            ink,
            shape,
            has_meaning: element.is_some(),
        });
    }

    /// Writes lines from the current height on, each where there is room for it.
    fn lines(&mut self, element: usize, x: f32, style: Style, lines: Vec<String>) {
        for text in lines {
            self.make_room(style.size * LINE_HEIGHT);
            self.line(element, (x, self.y), style, text);
            self.y += style.size * LINE_HEIGHT;
        }
    }

    /// Writes one line whose upper end is at `y`.
    fn line(&mut self, element: usize, (x, y): (f32, f32), style: Style, mut text: String) {
        // A space ends each line, so that the words of two lines are not taken for one.
        text.push(' ');
        let Style { face, size, ink } = style;
        self.draw(
            Some(element),
            (x, y + size),
            ink,
            Shape::Text { text, face, size },
        );
    }

    /// Writes a text over the whole width, as an element of its own.
    fn text(&mut self, role: Role, style: Style, text: &str) {
        let element = self.element(None, role);
        let lines = style.face.wrap(text, style.size, WIDTH);
        self.lines(element, MARGIN, style, lines);
        self.y += style.size * 0.45;
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::PageBreak => self.begin_page(),
            Block::Heading { level, text } => {
                let level = u16::from(*level);
                let style = title_style(level);
                self.y += style.size * 0.6;
                self.make_room(style.size + KEPT);
                self.text(Role::Heading(level), style, text);
            }
            Block::Paragraph { text, tone } => {
                let style = match tone {
                    Tone::Plain => PLAIN,
                    Tone::Strong => STRONG,
                    Tone::Quiet => QUIET,
                };
                self.text(Role::Paragraph, style, text);
            }
            Block::Gauge {
                probability,
                low,
                high,
                number,
                words,
            } => self.gauge([*probability, *low, *high].map(to_f32), number, words),
            Block::List(items) => self.list(items),
            Block::Facts(facts) => {
                let rows = facts.iter();
                let rows = rows.map(|(term, value)| vec![term.clone(), value.clone()]);
                self.table(
                    &[WIDTH * 0.34, WIDTH * 0.66],
                    None,
                    &rows.collect::<Vec<_>>(),
                );
            }
            Block::Table { head, rows, .. } => {
                self.table(&column_widths(head.len()), Some(head), rows);
            }
        }
    }

    /// The number, and below it a bar with the interval and the probability.
    fn gauge(&mut self, [probability, low, high]: [f32; 3], number: &str, words: &str) {
        self.make_room(NUMBER_SIZE * LINE_HEIGHT + 24.0);
        let element = self.element(None, Role::Figure(words.to_owned()));
        let style = Style {
            face: Face::Bold,
            size: NUMBER_SIZE,
            ink: Ink::Accent,
        };
        self.lines(element, MARGIN, style, vec![number.to_owned()]);
        let at = |share: f32| MARGIN + WIDTH * share.clamp(0.0, 1.0);
        let y = self.y + 4.0;
        for (x, y, width, height, ink) in [
            (MARGIN, y, WIDTH, 8.0, Ink::Line),
            (at(low), y, at(high) - at(low), 8.0, Ink::Soft),
            (at(probability) - 1.5, y - 3.0, 3.0, 14.0, Ink::Accent),
        ] {
            let width = width.max(0.5);
            self.draw(Some(element), (x, y), ink, Shape::Bar { width, height });
        }
        self.y += 26.0;
    }

    fn list(&mut self, items: &[String]) {
        const INDENT: f32 = 12.0;
        let list = self.element(None, Role::List);
        for item in items {
            let element = self.element(Some(list), Role::Item);
            let lines = PLAIN.face.wrap(item, PLAIN.size, WIDTH - INDENT);
            self.make_room(PLAIN.size * LINE_HEIGHT);
            let dot = Shape::Bar {
                width: 3.0,
                height: 3.0,
            };
            self.draw(None, (MARGIN + 2.0, self.y + 5.0), Ink::Accent, dot);
            self.lines(element, MARGIN + INDENT, PLAIN, lines);
            self.y += 2.0;
        }
        self.y += 4.0;
    }

    /// A table. The first cell of each row is its head; without heads of columns, values are at the left.
    fn table(&mut self, widths: &[f32], head: Option<&Vec<String>>, rows: &[Vec<String>]) {
        let table = self.element(None, Role::Table);
        if let Some(head) = head {
            self.row(table, widths, head, true, true);
        }
        for row in rows {
            self.row(table, widths, row, false, head.is_some());
        }
        self.y += 6.0;
    }

    fn row(
        &mut self,
        table: usize,
        widths: &[f32],
        cells: &[String],
        is_head: bool,
        are_values_right: bool,
    ) {
        let size = if widths.len() > 3 {
            NARROW_SIZE
        } else {
            TEXT_SIZE
        };
        let style = |column: usize| Style {
            size,
            ..if is_head || column == 0 {
                STRONG
            } else {
                PLAIN
            }
        };
        let wrapped: Vec<Vec<String>> = cells
            .iter()
            .zip(widths)
            .enumerate()
            .map(|(column, (text, width))| style(column).face.wrap(text, size, width - CELL_GAP))
            .collect();
        let most = wrapped.iter().map(Vec::len).max().unwrap_or_default();
        let height = lines_height(most, size) + 5.0;
        self.make_room(height);
        let row = self.element(Some(table), Role::Row);
        let (top, mut x) = (self.y, MARGIN);
        for (column, (lines, width)) in wrapped.into_iter().zip(widths).enumerate() {
            let role = match (is_head, column) {
                (true, _) => Role::ColumnHead,
                (false, 0) => Role::RowHead,
                (false, _) => Role::Cell,
            };
            let cell = self.element(Some(row), role);
            let style = style(column);
            for (index, text) in lines.into_iter().enumerate() {
                let free = width - style.face.width(&text, size);
                let indent = if are_values_right && column > 0 {
                    free
                } else {
                    0.0
                };
                let y = top + lines_height(index, size);
                self.line(cell, (x + indent, y), style, text);
            }
            x += width;
        }
        let rule = Shape::Bar {
            width: WIDTH,
            height: 0.5,
        };
        self.draw(None, (MARGIN, top + height - 2.0), Ink::Line, rule);
        self.y = top + height + 1.0;
    }
}

fn title_style(level: u16) -> Style {
    let size = match level {
        1 => TITLE_SIZE,
        2 => 14.0,
        _ => 11.0,
    };
    Style { size, ..STRONG }
}

/// The height of some lines.
#[expect(clippy::cast_precision_loss, reason = "few lines")]
fn lines_height(lines: usize, size: f32) -> f32 {
    lines as f32 * size * LINE_HEIGHT
}

/// The widths of columns: the first takes what the others leave.
#[expect(clippy::cast_precision_loss, reason = "few columns")]
fn column_widths(columns: usize) -> Vec<f32> {
    let others = columns.saturating_sub(1).max(1);
    let width = (WIDTH * 0.8 / others as f32).min(110.0);
    let first = WIDTH - width * others as f32;
    std::iter::once(first)
        .chain(std::iter::repeat_n(width, columns.saturating_sub(1)))
        .collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1")]
const fn to_f32(share: f64) -> f32 {
    share as f32
}

#[cfg(test)]
mod tests;
