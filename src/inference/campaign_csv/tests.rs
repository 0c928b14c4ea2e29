//! Records of campaigns: what is read, reported and ignored.

use proptest::prelude::*;

use super::*;
use crate::inference::test_support::{sample, today, wire_csv, wire_with};

fn read(text: &[u8]) -> Result<Vec<CampaignRecord>, CsvError> {
    CampaignReader::new(text, today(), Rules::Plan)?.collect()
}

#[test]
fn a_campaign_reads_back_from_the_wire_format() {
    let records = read(wire_csv(&[sample(), sample()]).as_bytes()).unwrap();
    assert_eq!(records.len(), 2);
    assert_eq!(records[0].campaign, Ok(sample()));
    assert_eq!((records[1].line, records[1].number), (3, 2));
}

#[test]
fn column_order_and_unknown_columns_do_not_matter() {
    let text = "note,has_video,name,blurb,usd_goal,currency,country,deadline,launched_at,created_at,analytics_name\n\
                hello,true,A name,,500,EUR,DE,2025-02-01,2025-01-10,2025-01-01,Jazz\n";
    let records = read(text.as_bytes()).unwrap();
    let campaign = records[0].campaign.as_ref().unwrap();
    assert_eq!(campaign.parent_name, "Music");
    assert!(campaign.has_video);
}

#[test]
fn a_bad_record_is_reported_by_line_and_the_others_are_still_read() {
    let mut text = wire_csv(&[sample()]).into_bytes();
    text.extend_from_slice(b"US,USD\n\xff\xfe,USD\n");
    text.extend_from_slice(wire_csv(&[sample()]).lines().nth(1).unwrap().as_bytes());
    let records = read(&text).unwrap();
    assert_eq!(records.len(), 4);
    let (width, bytes) = (&records[1], &records[2]);
    assert_eq!(width.line, 3);
    assert_eq!(
        width.campaign,
        Err(RecordError::Width {
            found: 2,
            expected: 25
        })
    );
    assert_eq!(
        (bytes.line, &bytes.campaign),
        (4, &Err(RecordError::NotText))
    );
    assert!(records[3].campaign.is_ok());
}

#[test]
fn a_broken_rule_is_reported_with_its_field() {
    let mut campaign = sample();
    campaign.usd_goal = -5.0;
    let records = read(wire_csv(&[campaign]).as_bytes()).unwrap();
    let error = records[0].campaign.as_ref().unwrap_err().to_string();
    assert!(error.starts_with("usd_goal must be between"), "{error}");
}

#[test]
fn a_header_without_required_columns_is_refused() {
    let error = read(b"country,currency,name\nUS,USD,x\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the header is missing analytics_name, deadline, launched_at, usd_goal"
    );
    let error = read(b"country:currency:name\n").unwrap_err().to_string();
    assert!(
        error.contains("separated by commas, semicolons or tabs"),
        "{error}"
    );
    let error = read(b"country,country\n").unwrap_err();
    assert_eq!(error.to_string(), "the header names country twice");
}

fn read_past(text: &str) -> Vec<CampaignRecord> {
    let reader = CampaignReader::new(text.as_bytes(), today(), Rules::Past).unwrap();
    reader.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_past_campaign_may_be_longer_than_a_plan_and_of_an_unknown_country() {
    let text = wire_with(&[("country", "N,0\""), ("deadline", "2024-04-30")]);
    let record = &read_past(&text)[0];
    assert_eq!(record.campaign.as_ref().unwrap().country, UNKNOWN_COUNTRY);
    assert_eq!(
        record.warnings,
        [
            RecordWarning::UnknownCountry("N,0\"".to_owned()),
            RecordWarning::LongerThanPlans { days: 91 },
        ]
    );
    let plan = &read(text.as_bytes()).unwrap()[0];
    let Err(RecordError::Rules(errors)) = &plan.campaign else {
        panic!("accepted as a plan")
    };
    assert_eq!(errors.keys().collect::<Vec<_>>(), ["country", "deadline"]);
    assert!(
        read_past(&wire_with(&[("deadline", "2024-05-02")]))[0]
            .campaign
            .is_err()
    );
    assert!(
        read_past(&wire_with(&[("country", " ")]))[0]
            .campaign
            .is_err()
    );
    assert_eq!(read_past(&wire_with(&[]))[0].warnings, []);
}

#[test]
fn records_of_blank_cells_are_skipped() {
    let blank = format!("{}\n", ",".repeat(20)).repeat(1000);
    let one = wire_csv(&[sample()]);
    let records = read(format!("{one}{blank} , \n").as_bytes()).unwrap();
    assert_eq!(records.len(), 1);
    let line = one.lines().nth(1).unwrap();
    let records = read(format!("{one}{blank}{line}\n").as_bytes()).unwrap();
    let last = records.last().unwrap();
    assert_eq!(
        (last.line, last.number),
        (1003, 1002),
        "numbers are those of the file"
    );
}

#[test]
fn an_ambiguous_cell_is_reported_with_both_readings() {
    let record = &read_past(&wire_with(&[
        ("launched_at", "01/02/2024"),
        ("usd_goal", "1,000"),
    ]))[0];
    let error = record.campaign.as_ref().unwrap_err().to_string();
    assert!(
        error.contains("launched_at could be day and month"),
        "{error}"
    );
    assert!(error.contains("usd_goal could be 1000 or 1"), "{error}");
}

#[test]
fn reading_stops_after_too_many_unclosed_quotes() {
    let text = wire_csv(&[]) + &"a\"b,\"c\n".repeat(3000);
    let error = read(text.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("line 1002"), "{error}");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    #[test]
    fn any_cells_are_read_and_errors_name_line_and_field(
        cells in prop::collection::vec("\\PC{0,12}", 21),
        end in prop::sample::select(vec!["\n", "\r\n"]),
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&cells).unwrap();
        let row = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let text = wire_csv(&[sample()]).replace('\n', end) + &row;
        let records = read(text.as_bytes()).unwrap();
        prop_assert_eq!(&records[0].campaign, &Ok(sample()));
        if let Some(record) = records.get(1) {
            prop_assert_eq!(record.line, 3);
            prop_assert_eq!(&record.values, &StringRecord::from(cells));
            if let Err(RecordError::Rules(errors)) = &record.campaign {
                prop_assert!(errors.keys().all(|name| CampaignInput::FIELDS.contains(&name.as_str())));
            }
        }
    }
}
