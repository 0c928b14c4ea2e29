//! `pledgecast score` on files as users have them.

use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;

use crate::support::{Engine, Site, wait_for};

const HEADER: &str = "id,usd_goal,analytics_name,country,currency,launched_at,deadline,name";
const GOOD: &str = "x1,12000,Hardware,US,USD,2025-03-03,2025-04-02T09:00:00Z,A lamp";
const BAD: &str = "x2,-5,Hardware,US,USD,2025-03-03,2025-04-02,A lamp";

struct Files {
    site: Site,
    folder: TempDir,
}

impl Files {
    async fn new() -> Self {
        Self {
            site: Site::new(Engine::Sqlite).await,
            folder: TempDir::new().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn score(&self, input: &[u8], output: &Path) -> Output {
        let file = self.path("campaigns.csv");
        std::fs::write(&file, input).unwrap();
        let (file, output) = (file.to_str().unwrap(), output.to_str().unwrap());
        let arguments = ["score", "--input", file, "--output", output];
        self.site.run(&arguments, "").await
    }
}

fn stderr_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn line_numbers_match_an_editor() {
    let files = Files::new().await;
    let output = files.path("scored.csv");
    let quoted = GOOD.replace("A lamp", "\"A\nlamp\"");
    for end in ["\n", "\r\n"] {
        let text = [HEADER, GOOD, BAD, "", &quoted, BAD, ""].join(end);
        let outcome = files.score(text.as_bytes(), &output).await;
        assert_eq!(outcome.status.code(), Some(1));
        let message = stderr_of(&outcome);
        let lines: Vec<&str> = message
            .lines()
            .filter_map(|line| line.split(": ").next())
            .collect();
        assert_eq!(lines, ["line 3", "line 7"], "{message}");
        let scored = std::fs::read_to_string(&output).unwrap();
        assert_eq!(scored.matches("\r\n").count() > 0, end == "\r\n");
    }
}

#[tokio::test]
async fn an_unclosed_quote_is_reported_with_its_line_and_affects_no_other() {
    let files = Files::new().await;
    let output = files.path("scored.csv");
    let open = GOOD.replace("A lamp", "\"A lamp");
    let mut lines = vec![HEADER, GOOD, &open];
    lines.extend([GOOD; 100]);
    let outcome = files.score(lines.join("\n").as_bytes(), &output).await;
    assert_eq!(outcome.status.code(), Some(1));
    assert!(
        stderr_of(&outcome).starts_with("line 3: has a quote"),
        "{outcome:?}"
    );
    let report = String::from_utf8_lossy(&outcome.stdout).into_owned();
    assert_eq!(report, "101 campaigns processed, 1 lines skipped\n");
}

#[tokio::test]
async fn a_failed_run_keeps_the_previous_output() {
    let files = Files::new().await;
    let output = files.path("scored.csv");
    std::fs::write(&output, "before").unwrap();
    let utf16: Vec<u8> = HEADER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (input, cause) in [
        (b"wrong,header\n".as_slice(), "the header is missing"),
        (b"only one column\n", "separated by commas"),
        (b"PK\x03\x04", "save it as CSV"),
        (&utf16, "UTF-16"),
        (b"\xff\xfehalf", "the header is missing"),
        (b"", "the header is missing"),
    ] {
        let outcome = files.score(input, &output).await;
        assert_eq!(outcome.status.code(), Some(1), "{outcome:?}");
        assert!(stderr_of(&outcome).contains(cause), "{outcome:?}");
        assert_eq!(std::fs::read(&output).unwrap(), b"before");
    }
    let input = files.path("campaigns.csv");
    let text = [HEADER, GOOD].join("\n");
    std::fs::write(&input, &text).unwrap();
    let link = files.path("link.csv");
    std::fs::hard_link(&input, &link).unwrap();
    let outcome = files.score(text.as_bytes(), &link).await;
    assert!(stderr_of(&outcome).contains("same file"), "{outcome:?}");
    assert_eq!(std::fs::read_to_string(&input).unwrap(), text);
}

#[tokio::test]
async fn an_interrupted_run_keeps_the_previous_output() {
    let files = Files::new().await;
    let (input, output) = (files.path("campaigns.csv"), files.path("scored.csv"));
    let mut lines = vec![HEADER];
    lines.extend(std::iter::repeat_n(GOOD, 60_000));
    std::fs::write(&input, lines.join("\n")).unwrap();
    std::fs::write(&output, "before").unwrap();
    for signal in ["TERM", "KILL"] {
        let arguments = [
            "score",
            "--input",
            input.to_str().unwrap(),
            "--output",
            output.to_str().unwrap(),
        ];
        let mut program = files.site.start(files.site.command(&arguments, &[]));
        let partials = || {
            let entries = std::fs::read_dir(files.folder.path()).unwrap();
            let names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
            names.filter(|name| name.contains("partial")).count()
        };
        wait_for("the output to be begun", || {
            std::future::ready((partials() > 0).then_some(()))
        })
        .await;
        program.signal(signal);
        assert!(!program.wait().await.success());
        assert_eq!(std::fs::read(&output).unwrap(), b"before", "{signal}");
        // A process that is killed cannot clean up.
        assert_eq!(partials(), usize::from(signal == "KILL"));
    }
}

#[tokio::test]
async fn formats_of_spreadsheets_pandas_and_dumps_are_accepted() {
    let files = Files::new().await;
    let output = files.path("scored.csv");
    let header = format!("{HEADER},has_video,staff_pick");
    let plain = [
        &header,
        "a,12000,Hardware,US,USD,2024-01-30,2024-02-20,A lamp,true,false",
    ]
    .join("\n");
    let outcome = files.score(plain.as_bytes(), &output).await;
    assert!(outcome.status.success(), "{outcome:?}");
    let score = |text: &str, separator: char| {
        let row = text.lines().nth(1).unwrap().trim_start_matches('\u{feff}');
        row.rsplit(separator).nth(1).unwrap().to_owned()
    };
    let expected = score(&std::fs::read_to_string(&output).unwrap(), ',');
    for row in [
        "a,12000.0,Hardware,us,USD,2024-01-30 00:00:00,2024-02-20T12:00:00,A lamp,1.0,0.0",
        "a,12000,Hardware,US,USD,1706572800,1708387200.0,A lamp,t,F",
        "a,\"12,000.00\",Hardware,US,USD,01/30/2024,02/20/2024,A lamp,Y,N",
        "a;12000,00;Hardware;US;USD;30.01.2024;20.02.2024;A lamp;ИСТИНА;ЛОЖЬ",
        "a\t12 000,0\tHardware\tUS\tUSD\t30.01.2024 10:00\t2024/02/20\tA lamp\tда\tнет",
    ] {
        let separator = row.chars().find(|it| ",;\t".contains(*it)).unwrap();
        let text = [&header.replace(',', &separator.to_string()), row].join("\r\n");
        let outcome = files.score(text.as_bytes(), &output).await;
        assert!(outcome.status.success(), "{row}: {outcome:?}");
        let scored = std::fs::read_to_string(&output).unwrap();
        assert_eq!(score(&scored, separator), expected, "{row}");
    }
}

#[tokio::test]
async fn past_campaigns_are_scored_with_a_warning_and_empty_rows_are_ignored() {
    let files = Files::new().await;
    let output = files.path("scored.csv");
    let long = GOOD.replace("2025-04-02T09:00:00Z", "2025-06-03");
    let nowhere = GOOD.replace(",US,", ",\"N,0\"\"\",");
    let blank = ",".repeat(7);
    let mut lines = vec![HEADER, &long, &nowhere];
    lines.extend([blank.as_str(); 1000]);
    let outcome = files.score(lines.join("\n").as_bytes(), &output).await;
    assert!(outcome.status.success(), "{outcome:?}");
    let message = stderr_of(&outcome);
    let message: Vec<&str> = message.lines().collect();
    assert_eq!(message.len(), 2);
    assert!(
        message[0].starts_with("line 2: warning: lasts 92 days"),
        "{message:?}"
    );
    assert!(
        message[1].starts_with("line 3: warning: unknown country \"N,0\\\"\""),
        "{message:?}"
    );
    let scored = std::fs::read_to_string(&output).unwrap();
    assert_eq!(scored.lines().count(), 3);
    assert!(
        scored.lines().skip(1).all(|line| !line.ends_with(",,")),
        "{scored}"
    );
}
