//! Measures the speed of the shipped model in tract, compared with ONNX Runtime on the same file and rows: `cargo xtask
//! bench inference`. One thread each; exits with 1 if an aim is missed.
//!
//! The two take turns, so that a machine that slows down affects both. The fastest turn of each counts.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and panics if it cannot run"
)]

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use pledgecast::inference::{OnnxPredictor, Predictor as _, Row, SHIPPED_MODEL};

/// The largest batch that is computed at once.
const BATCH: u32 = 256;
/// Accuracy comes first: a paid prediction costs several times as much in the database.
const ONE_ROW_AIM_US: f64 = 60.0;
const ROWS_A_SECOND_AIM: f64 = 200_000.0;

const TURNS: usize = 5;
/// How long each size is measured in one turn, as in `onnx_runtime.py`.
const TURN: Duration = Duration::from_millis(300);

/// The time of one run of a model, in microseconds.
#[derive(Clone, Copy)]
struct Speed {
    one_row_us: f64,
    batch_us: f64,
}

fn main() -> ExitCode {
    let Ok(python) = std::env::var("PLEDGECAST_PYTHON") else {
        println!(
            "run `cargo xtask bench inference`, which installs ONNX Runtime for the comparison"
        );
        return ExitCode::FAILURE;
    };
    let model = OnnxPredictor::load(SHIPPED_MODEL).expect("the shipped model loads");
    let rows = rows(&model);
    let mut tract = Speed::SLOWEST;
    let mut runtime = Speed::SLOWEST;
    for _ in 0..TURNS {
        tract = tract.quicker(Speed {
            one_row_us: quickest_us(|| drop(model.score(&rows[..1]).expect("the model scores"))),
            batch_us: quickest_us(|| drop(model.score(&rows).expect("the model scores"))),
        });
        runtime = runtime.quicker(onnx_runtime(&python));
    }
    report(tract, runtime)
}

fn report(tract: Speed, runtime: Speed) -> ExitCode {
    let (one, many) = (
        tract.one_row_us / runtime.one_row_us,
        tract.batch_us / runtime.batch_us,
    );
    println!("                       tract   ONNX Runtime   ratio   aim");
    println!(
        "one row, us       {:>10.1}   {:>12.1}   {one:>5.2}   {ONE_ROW_AIM_US}",
        tract.one_row_us, runtime.one_row_us
    );
    println!(
        "rows a second     {:>10.0}   {:>12.0}   {many:>5.2}   {ROWS_A_SECOND_AIM}, {BATCH} at a time",
        tract.rows_a_second(),
        runtime.rows_a_second()
    );
    let kept = tract.one_row_us <= ONE_ROW_AIM_US && tract.rows_a_second() >= ROWS_A_SECOND_AIM;
    ExitCode::from(u8::from(!kept))
}

impl Speed {
    const SLOWEST: Self = Self {
        one_row_us: f64::INFINITY,
        batch_us: f64::INFINITY,
    };

    const fn quicker(self, other: Self) -> Self {
        Self {
            one_row_us: self.one_row_us.min(other.one_row_us),
            batch_us: self.batch_us.min(other.batch_us),
        }
    }

    fn rows_a_second(self) -> f64 {
        f64::from(BATCH) * 1e6 / self.batch_us
    }
}

/// The rows of the model's own background, repeated; `onnx_runtime.py` uses the same.
fn rows(model: &OnnxPredictor) -> Vec<Row> {
    let count = usize::try_from(BATCH).expect("a small number");
    let background = model.manifest().background.iter().copied();
    background.cycle().take(count).collect()
}

fn quickest_us(mut run: impl FnMut()) -> f64 {
    let end = Instant::now() + TURN;
    let mut quickest = Duration::MAX;
    while Instant::now() < end {
        let start = Instant::now();
        run();
        quickest = quickest.min(start.elapsed());
    }
    quickest.as_secs_f64() * 1e6
}

fn onnx_runtime(python: &str) -> Speed {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(python)
        .arg(root.join("training/onnx_runtime.py"))
        .arg(root.join("models/campaign-outlook.onnx"))
        .output()
        .expect("Python starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    let mut next = || {
        let number = numbers.next().and_then(Result::ok);
        number.unwrap_or_else(|| panic!("unexpected output of ONNX Runtime: {output:?}"))
    };
    Speed {
        one_row_us: next(),
        batch_us: next(),
    }
}
