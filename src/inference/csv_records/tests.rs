//! Records, their line numbers, and unclosed quotes.

use proptest::prelude::*;

use super::*;

fn read(text: &[u8]) -> Vec<RawRecord> {
    let mut reader = RecordReader::new(text);
    std::iter::from_fn(|| reader.next_record().unwrap()).collect()
}

/// The line, the fields and the fault of each record.
fn records_of(text: &str) -> Vec<(u64, Vec<String>, Option<RecordError>)> {
    let text_of = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    read(text.as_bytes())
        .into_iter()
        .map(|record| {
            let fields = record.fields.iter().map(text_of).collect();
            (record.line, fields, record.fault)
        })
        .collect()
}

fn lines(text: &str) -> Vec<u64> {
    records_of(text)
        .into_iter()
        .map(|(line, ..)| line)
        .collect()
}

#[test]
fn lines_are_counted_as_an_editor_does() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["a,b", "c,\"d", "e\"", "", "f,g", "\"h\",i", ""].join(end);
        assert_eq!(lines(&text), [1, 2, 5, 6], "{end:?}");
        let records = records_of(&text);
        assert_eq!(records[1].1, ["c".to_owned(), format!("d{end}e")]);
        assert!(records.iter().all(|(.., fault)| fault.is_none()));
    }
    assert_eq!(lines("\r\n\n\ra\r\n\r\nb"), [4, 6]);
    assert_eq!(lines("a\n\r\nb"), [1, 3]);
}

#[test]
fn an_unclosed_quote_affects_its_own_line_only() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["a,b", "c,\"d", "e,f", "g,h"].join(end);
        let records = records_of(&text);
        assert_eq!(lines(&text), [1, 2, 3, 4], "{end:?}");
        assert_eq!(records[1].1, ["c", "\"d"]);
        assert_eq!(records[1].2, Some(RecordError::UnclosedQuote));
        assert_eq!(records[2].1, ["e", "f"]);
    }
}

#[test]
fn an_unclosed_quote_is_found_even_if_a_later_quote_seems_to_close_it() {
    let records = records_of("a,\"b\nc,\"d\"\n\"e\",f\n");
    let faults: Vec<_> = records
        .iter()
        .map(|(line, _, fault)| (*line, fault.as_ref()))
        .collect();
    let unclosed = Some(&RecordError::UnclosedQuote);
    assert_eq!(faults, [(1, unclosed), (2, None), (3, None)]);
    assert_eq!(records[1].1, ["c", "d"]);
}

#[test]
fn the_line_of_the_unclosed_quote_is_reported() {
    let records = records_of("\"a\nb\",\"c\nd,e\n");
    assert_eq!(records[0].0, 2);
    assert_eq!(records[0].1, ["a\nb", "\"c"]);
    assert_eq!(records[1].1, ["d", "e"]);
    assert_eq!(records[1].0, 3);
}

#[test]
fn the_size_of_a_record_is_bounded() {
    let long = "x".repeat(RECORD_MAX_BYTES);
    let plain = format!("a,{long}\nb,c\n");
    let records = read(plain.as_bytes());
    assert_eq!(records[0].fault, Some(TOO_LONG));
    assert_eq!((records[1].line, records[1].fields.len()), (2, 2));
    let quoted = format!("a,\"{long}\"\nc,d\n");
    let records = read(quoted.as_bytes());
    assert_eq!(records[0].fault, Some(TOO_LONG));
    assert_eq!((records[1].line, records[1].fields.len()), (2, 2));
    let quoted = format!("a,\"b\n{long},\"\nc,d\n");
    let records = read(quoted.as_bytes());
    assert_eq!(records[0].fault, Some(RecordError::UnclosedQuote));
    assert_eq!(records.last().map(|it| it.line), Some(3));
}

#[test]
fn quotes_inside_a_field_are_kept() {
    assert_eq!(
        records_of("5\" lamp,\"say \"\"hi\"\"\",\"\"\n")[0].1,
        ["5\" lamp", "say \"hi\"", ""]
    );
}

proptest! {
    #[test]
    fn written_records_read_back(
        rows in prop::collection::vec(prop::collection::vec("[a-z,;\"\r\n ]{0,8}", 3), 1..8),
        delimiter in prop::sample::select(b",;\t".as_slice()),
        crlf: bool,
    ) {
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .terminator(terminator)
            .from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = writer.into_inner().unwrap();
        let mut reader = RecordReader::new(text.as_slice());
        reader.set_delimiter(delimiter);
        for row in &rows {
            let record = reader.next_record().unwrap().unwrap();
            prop_assert_eq!(record.fault, None);
            prop_assert_eq!(record.fields, ByteRecord::from(row.clone()));
        }
        prop_assert!(reader.next_record().unwrap().is_none());
    }

    #[test]
    fn any_bytes_are_read_to_the_end_with_increasing_lines(
        bytes in prop::collection::vec(prop::sample::select(b"ab,\"\r\n".as_slice()), 0..60),
    ) {
        let records = read(&bytes);
        let found: Vec<u64> = records.iter().map(|record| record.line).collect();
        prop_assert!(found.windows(2).all(|pair| pair[0] < pair[1]), "{found:?}");
        let last = bytes.iter().filter(|it| matches!(it, b'\r' | b'\n')).count() as u64 + 1;
        prop_assert!(found.iter().all(|line| (1..=last).contains(line)));
    }

    #[test]
    fn peeking_changes_nothing(bytes in prop::collection::vec(prop::sample::select(b"ab,\"\r\n".as_slice()), 0..40)) {
        let plain: Vec<_> = read(&bytes).into_iter().map(|it| (it.line, it.fields)).collect();
        let mut reader = RecordReader::new(bytes.as_slice());
        reader.peek_line().unwrap();
        let peeked = std::iter::from_fn(|| reader.next_record().unwrap());
        let peeked: Vec<_> = peeked.map(|it| (it.line, it.fields)).collect();
        prop_assert_eq!(peeked, plain);
    }
}
