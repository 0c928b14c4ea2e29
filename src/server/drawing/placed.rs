//! What is drawn on the pages of a PDF file, and the structure that screen readers follow.

use super::typeface::Face;

/// The colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Of text.
    Plain,
    /// Of text that matters less.
    Quiet,
    /// Of lines and empty bars.
    Line,
    /// Of the interval.
    Soft,
    /// Of the probability.
    Accent,
}

/// What something is, for screen readers.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// A heading of this level.
    Heading(u16),
    /// A paragraph.
    Paragraph,
    /// A drawing with its description.
    Figure(String),
    /// A list.
    List,
    /// An item of a list.
    Item,
    /// A table.
    Table,
    /// A row of a table.
    Row,
    /// The head of a column.
    ColumnHead,
    /// The head of a row.
    RowHead,
    /// A cell.
    Cell,
}

/// A node in the structure of the document.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// An element, by its place in the list of all elements.
    Element(usize),
    /// What is drawn: a page, and the place on it.
    Item(usize, usize),
}

/// An element of the structure.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// What it is.
    pub role: Role,
    /// What it contains, in reading order.
    pub nodes: Vec<Node>,
}

/// Something that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its left end.
    pub x: f32,
    /// The baseline of a text, the upper end of a bar.
    pub y: f32,
    /// Its colour.
    pub ink: Ink,
    /// What it is.
    pub shape: Shape,
    /// Whether it belongs to the structure. Everything else is decoration.
    pub has_meaning: bool,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A line of text.
    Text {
        /// The text.
        text: String,
        /// The font.
        face: Face,
        /// The size of an em.
        size: f32,
    },
    /// A rectangle.
    Bar {
        /// Its width.
        width: f32,
        /// Its height.
        height: f32,
    },
}
