//! A report as a document: what the page and the PDF file show, block by block. Both are made from it, so they say the
//! same.

/// A report.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Its heading, and the name of a file.
    pub title: String,
    /// What it is about: the campaign, if it is one.
    pub subject: String,
    /// The code of its language.
    pub language: &'static str,
    /// What it consists of, in order.
    pub blocks: Vec<Block>,
}

/// A part of a report.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Begins a new page of paper.
    PageBreak,
    /// A heading.
    Heading {
        /// 2 or 3; the title of the report is 1.
        level: u8,
        /// Its text.
        text: String,
    },
    /// A paragraph.
    Paragraph {
        /// Its text.
        text: String,
        /// How it looks.
        tone: Tone,
    },
    /// A probability with its interval; all are shares between 0 and 1.
    Gauge {
        /// The probability.
        probability: f64,
        /// Lower end of its interval.
        low: f64,
        /// Upper end of its interval.
        high: f64,
        /// The probability, as people read it.
        number: String,
        /// All of it in a sentence.
        words: String,
    },
    /// Items of equal rank.
    List(Vec<String>),
    /// Terms and their values.
    Facts(Vec<(String, String)>),
    /// A table.
    Table {
        /// What it shows, for screen readers.
        caption: String,
        /// The heads of its columns.
        head: Vec<String>,
        /// Its rows. The first cell is the head of its row.
        rows: Vec<Vec<String>>,
    },
}

/// How a paragraph looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As most.
    Plain,
    /// More important than others.
    Strong,
    /// Less important than others.
    Quiet,
}

impl Block {
    /// A heading.
    pub fn heading(level: u8, text: impl Into<String>) -> Self {
        let text = text.into();
        Self::Heading { level, text }
    }

    /// A paragraph.
    pub fn paragraph(tone: Tone, text: impl Into<String>) -> Self {
        let text = text.into();
        Self::Paragraph { text, tone }
    }
}
