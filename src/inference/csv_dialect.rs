//! Detects the format of a CSV file: the encoding from the byte order mark, the delimiter from the names in the header,
//! the line ending from the first line.

use std::io::{self, Chain, Cursor, Read};

use csv::Terminator;
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

use super::csv_errors::CsvError;
use super::csv_records::RecordReader;

/// Delimiters to try. The first is the default.
const DELIMITERS: [u8; 4] = *b",;\t|";
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
const UTF16_MARKS: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];
const ZIP: &[u8] = b"PK\x03\x04";
/// How many bytes are needed to detect the encoding.
const START_BYTES: u64 = 4;

/// The file, decoded to UTF-8.
pub(super) type Decoded<R> = DecodeReaderBytes<Chain<Cursor<Vec<u8>>, R>, Vec<u8>>;

/// The format of a file; output uses the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The delimiter between fields.
    pub delimiter: u8,
    /// Whether the file begins with a byte order mark.
    pub has_mark: bool,
    /// Whether lines end with CRLF.
    pub has_crlf: bool,
}

/// Detects the encoding from the first bytes of a file. Returns the decoded file and whether it has a byte order mark.
///
/// # Errors
/// If reading fails, or if the file is not text in a known encoding.
pub(super) fn decode<R: Read>(mut source: R) -> Result<(Decoded<R>, bool), CsvError> {
    let mut start = Vec::new();
    source.by_ref().take(START_BYTES).read_to_end(&mut start)?;
    let is_utf16 = UTF16_MARKS.iter().any(|mark| start.starts_with(mark));
    let has_mark = is_utf16 || start.starts_with(UTF8_MARK);
    if start == ZIP {
        return Err(CsvError::Workbook);
    }
    if !is_utf16 && start.contains(&0) {
        return Err(CsvError::UnmarkedUtf16);
    }
    let decoded = DecodeReaderBytesBuilder::new()
        // Keep bytes that are not UTF-8, so that they are reported by line instead of being replaced.
        .utf8_passthru(true)
        .strip_bom(true)
        .build(Cursor::new(start).chain(source));
    Ok((decoded, has_mark))
}

/// Detects the dialect from the header, which names some of the columns in `known`. The header is not consumed.
///
/// # Errors
/// If reading fails.
pub(super) fn detect<R: Read>(
    records: &mut RecordReader<R>,
    has_mark: bool,
    known: &[&str],
) -> io::Result<Dialect> {
    let line = records.peek_line()?;
    let delimiter = delimiter_of(&String::from_utf8_lossy(&line), known);
    records.set_delimiter(delimiter);
    Ok(Dialect {
        delimiter,
        has_mark,
        has_crlf: line.ends_with(b"\r\n"),
    })
}

/// The delimiter that yields the most known columns.
fn delimiter_of(header: &str, known: &[&str]) -> u8 {
    let mut best = (0, DELIMITERS[0]);
    for delimiter in DELIMITERS {
        let names = header.split(char::from(delimiter));
        let names = names.map(|name| name.trim().trim_matches('"').trim());
        let found = names.filter(|name| known.contains(name)).count();
        if found > best.0 {
            best = (found, delimiter);
        }
    }
    best.1
}

impl Dialect {
    /// The line ending.
    pub const fn terminator(&self) -> Terminator {
        if self.has_crlf {
            Terminator::CRLF
        } else {
            Terminator::Any(b'\n')
        }
    }

    /// Whether commas separate fields, so that a number with a comma must be quoted.
    pub const fn is_comma_separated(&self) -> bool {
        self.delimiter == b','
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialect_of(bytes: &[u8]) -> Dialect {
        let (decoded, has_mark) = decode(bytes).unwrap();
        let known = ["country", "name"];
        detect(&mut RecordReader::new(decoded), has_mark, &known).unwrap()
    }

    #[test]
    fn delimiter_and_line_ending_are_detected_from_the_header() {
        for (header, delimiter) in [
            ("country,name,note;s\n", b','),
            ("country;name\r\n", b';'),
            ("\"country\"\t\"name\"", b'\t'),
            ("name|country\n", b'|'),
            ("nothing known\n", b','),
            ("", b','),
        ] {
            let dialect = dialect_of(header.as_bytes());
            assert_eq!(dialect.delimiter, delimiter, "{header}");
            assert_eq!(dialect.has_crlf, header.ends_with("\r\n"));
            assert!(!dialect.has_mark);
        }
    }

    #[test]
    fn each_encoding_with_a_byte_order_mark_is_read() {
        let text = "country;name\r\nDE;Ё\r\n";
        let units = || text.encode_utf16();
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        for (mark, body) in [
            (UTF8_MARK, text.as_bytes().to_vec()),
            (UTF16_MARKS[0], little),
            (UTF16_MARKS[1], big),
        ] {
            let file = [mark, &body].concat();
            let (mut decoded, has_mark) = decode(file.as_slice()).unwrap();
            let mut read = String::new();
            decoded.read_to_string(&mut read).unwrap();
            assert_eq!((read.as_str(), has_mark), (text, true));
        }
    }

    #[test]
    fn files_that_are_not_text_are_refused_with_the_reason() {
        let refused = |bytes: &[u8]| decode(bytes).err();
        let unmarked = refused(b"c\0o\0u\0");
        assert!(matches!(unmarked, Some(CsvError::UnmarkedUtf16)));
        let workbook = refused(b"PK\x03\x04rest");
        assert!(matches!(workbook, Some(CsvError::Workbook)));
        assert!(refused(b"name").is_none());
        assert!(refused(b"").is_none());
    }
}
