//! The records of a CSV file (RFC 4180), with the line numbers that an editor shows.
//!
//! Stricter than the `csv` crate, which loses records silently: it makes a single record of everything after an
//! unclosed quote. Here such a record ends at the end of that line, and reading continues on the next one. A line ends
//! with LF, CRLF or CR.

use std::collections::VecDeque;
use std::io::{self, BufReader, Read};

use csv::ByteRecord;

use super::csv_errors::RecordError;

/// Maximum size of a record. It limits the memory that an unclosed quote can use.
const RECORD_MAX_BYTES: usize = 1024 * 1024;
const TOO_LONG: RecordError = RecordError::TooLong {
    max_bytes: RECORD_MAX_BYTES,
};

/// A record as found in the file.
#[derive(Debug)]
pub(super) struct RawRecord {
    /// The line on which the record begins, or on which its unclosed or too long quoted field does.
    pub(super) line: u64,
    /// The fields; if there is a fault, only those up to the fault.
    pub(super) fields: ByteRecord,
    /// Why the record is incomplete.
    pub(super) fault: Option<RecordError>,
}

/// Reads a file record by record.
pub(super) struct RecordReader<R> {
    source: io::Bytes<BufReader<R>>,
    /// Bytes that are read before those of the source.
    unread: VecDeque<u8>,
    delimiter: u8,
    /// The line of the next byte.
    line: u64,
    is_after_cr: bool,
}

impl<R: Read> RecordReader<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source: BufReader::new(source).bytes(),
            unread: VecDeque::new(),
            delimiter: b',',
            line: 1,
            is_after_cr: false,
        }
    }

    /// Sets the delimiter for the following records.
    pub(super) const fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// Returns the first line that is not empty, including its line ending, without consuming it.
    pub(super) fn peek_line(&mut self) -> io::Result<Vec<u8>> {
        self.skip_line_ends()?;
        let line = self.line;
        let mut bytes = Vec::new();
        while let Some(byte) = self.next()? {
            bytes.push(byte);
            if self.line > line || bytes.len() == RECORD_MAX_BYTES {
                break;
            }
        }
        if bytes.ends_with(b"\r") && self.peek()? == Some(b'\n') {
            bytes.extend(self.next()?);
        }
        self.put_back(&bytes);
        self.line = line;
        Ok(bytes)
    }

    /// The next record; empty lines are skipped.
    pub(super) fn next_record(&mut self) -> io::Result<Option<RawRecord>> {
        self.skip_line_ends()?;
        if self.peek()?.is_none() {
            return Ok(None);
        }
        let line = self.line;
        let mut fields = ByteRecord::new();
        let mut size = 0;
        loop {
            let field = self.read_field(RECORD_MAX_BYTES.saturating_sub(size))?;
            size += field.size;
            fields.push_field(&field.bytes);
            let fault = match field.end {
                FieldEnd::Delimiter => continue,
                FieldEnd::Record => None,
                FieldEnd::Fault(fault) => Some(fault),
            };
            let line = field.fault_line.unwrap_or(line);
            return Ok(Some(RawRecord {
                line,
                fields,
                fault,
            }));
        }
    }

    fn read_field(&mut self, room: usize) -> io::Result<Field> {
        if self.peek()? == Some(b'"') {
            return self.read_quoted(room);
        }
        let mut field = Field::default();
        while let Some(byte) = self.next()? {
            field.size += 1;
            match byte {
                b'\r' | b'\n' => return Ok(field),
                _ if byte == self.delimiter => {
                    field.end = FieldEnd::Delimiter;
                    return Ok(field);
                }
                _ if field.size > room => {
                    self.skip_line()?;
                    field.end = FieldEnd::Fault(TOO_LONG);
                    return Ok(field);
                }
                _ => field.bytes.push(byte),
            }
        }
        Ok(field)
    }

    /// Keeps all bytes from the quote on, to read them again if the quote is not closed.
    fn read_quoted(&mut self, room: usize) -> io::Result<Field> {
        let line = self.line;
        let mut field = Field::default();
        let mut raw = Vec::new();
        raw.extend(self.next()?);
        let is_closed = loop {
            let Some(byte) = self.next()? else {
                break false;
            };
            raw.push(byte);
            if raw.len() > room {
                break false;
            }
            if byte != b'"' {
                field.bytes.push(byte);
                continue;
            }
            let Some(after) = self.next()? else {
                break true;
            };
            raw.push(after);
            match after {
                b'"' => field.bytes.push(b'"'),
                b'\r' | b'\n' => break true,
                _ if after == self.delimiter => {
                    field.end = FieldEnd::Delimiter;
                    break true;
                }
                _ => break false,
            }
        };
        field.size = raw.len();
        if !is_closed {
            // On a single line, the size is the fault, whether the quote is closed later or not. Over several lines, a
            // quote that is not closed is far more likely than a text of that size.
            let is_too_long = raw.len() > room && !raw.iter().copied().any(is_line_end);
            field.end = FieldEnd::Fault(if is_too_long {
                TOO_LONG
            } else {
                RecordError::UnclosedQuote
            });
            field.bytes = self.give_up(line, &raw)?;
            field.fault_line = Some(line);
        }
        Ok(field)
    }

    /// Goes back to the end of the line on which the field began, and returns the part of the field on that line.
    fn give_up(&mut self, line: u64, raw: &[u8]) -> io::Result<Vec<u8>> {
        let Some(end) = raw.iter().copied().position(is_line_end) else {
            self.skip_line()?;
            return Ok(raw.to_vec());
        };
        let rest = &raw[end..];
        let rest = rest.strip_prefix(b"\r\n").unwrap_or(&rest[1..]);
        if !rest.is_empty() {
            self.put_back(rest);
            self.line = line + 1;
        }
        Ok(raw[..end].to_vec())
    }

    fn skip_line_ends(&mut self) -> io::Result<()> {
        while matches!(self.peek()?, Some(b'\r' | b'\n')) {
            self.next()?;
        }
        Ok(())
    }

    fn skip_line(&mut self) -> io::Result<()> {
        while !matches!(self.next()?, None | Some(b'\r' | b'\n')) {}
        Ok(())
    }

    fn next(&mut self) -> io::Result<Option<u8>> {
        let byte = match self.unread.pop_front() {
            None => self.source.next().transpose()?,
            byte => byte,
        };
        // CRLF counts as one line ending.
        let ends_line = byte == Some(b'\r') || (byte == Some(b'\n') && !self.is_after_cr);
        self.line += u64::from(ends_line);
        self.is_after_cr = byte == Some(b'\r');
        Ok(byte)
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.unread.is_empty() {
            self.unread.extend(self.source.next().transpose()?);
        }
        Ok(self.unread.front().copied())
    }

    /// The caller must reset `line`.
    fn put_back(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().rev() {
            self.unread.push_front(*byte);
        }
        self.is_after_cr = false;
    }
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

#[derive(Default)]
struct Field {
    bytes: Vec<u8>,
    /// Size in the file, in bytes.
    size: usize,
    end: FieldEnd,
    fault_line: Option<u64>,
}

#[derive(Default)]
enum FieldEnd {
    Delimiter,
    /// The end of the line or of the file.
    #[default]
    Record,
    Fault(RecordError),
}

#[cfg(test)]
mod tests;
