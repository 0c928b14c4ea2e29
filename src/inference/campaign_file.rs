//! Reads campaigns from a file that is CSV or JSON Lines, whichever its beginning shows.

use chrono::NaiveDate;

use super::campaign_csv::{CampaignReader, CampaignRecord, Rules};
use super::campaign_jsonl::JsonLinesReader;
use super::csv_errors::CsvError;

/// How many bytes are searched for the first character.
const START_BYTES: usize = 4096;
/// Bytes in front of the first character: byte order marks, white space, and the zeros of UTF-16.
const BEFORE_TEXT: &[u8] = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n";

/// A file of campaigns.
pub struct CampaignFile<'a>(Reader<'a>);

enum Reader<'a> {
    Csv(Box<CampaignReader<&'a [u8]>>),
    JsonLines(Box<JsonLinesReader<&'a [u8]>>),
}

impl<'a> CampaignFile<'a> {
    /// Detects the format. `today` replaces a blank `created_at`.
    ///
    /// # Errors
    /// If the file is not text in a known encoding, or if the header of a CSV file lacks a required field or names one
    /// twice.
    pub fn open(bytes: &'a [u8], today: NaiveDate, rules: Rules) -> Result<Self, CsvError> {
        let start = &bytes[..bytes.len().min(START_BYTES)];
        let first = start.iter().find(|byte| !BEFORE_TEXT.contains(byte));
        // No field of a campaign begins with a brace, so no header does.
        Ok(Self(if first == Some(&b'{') {
            Reader::JsonLines(Box::new(JsonLinesReader::new(bytes, today, rules)?))
        } else {
            Reader::Csv(Box::new(CampaignReader::new(bytes, today, rules)?))
        }))
    }
}

impl Iterator for CampaignFile<'_> {
    type Item = Result<CampaignRecord, CsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Reader::Csv(reader) => reader.next(),
            Reader::JsonLines(reader) => reader.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::test_support::{sample, today, wire_csv};

    #[test]
    fn both_formats_are_recognized_in_any_encoding() {
        let json = serde_json::to_string(&sample()).unwrap();
        for text in [wire_csv(&[sample()]), json] {
            let utf16: Vec<u8> = format!("\u{feff}\r\n{text}")
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect();
            let marked = format!("\u{feff}{text}").into_bytes();
            for file in [text.into_bytes(), marked, utf16] {
                let records = CampaignFile::open(&file, today(), Rules::Plan).unwrap();
                let campaigns: Vec<_> = records.map(|it| it.unwrap().campaign).collect();
                assert_eq!(campaigns, [Ok(sample())]);
            }
        }
        assert!(CampaignFile::open(b"", today(), Rules::Plan).is_err());
        assert!(CampaignFile::open(b"[{}]", today(), Rules::Plan).is_err());
    }
}
