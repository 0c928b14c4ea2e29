//! `GET /batches/sample.csv`: a file of campaigns to begin with.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;

/// The path, which the page of batches links to.
pub const PATH: &str = "/batches/sample.csv";

/// With the needed columns, and those that people usually know.
const SAMPLE: &str = "\
    name,blurb,analytics_name,usd_goal,country,currency,launched_at,deadline,has_video,is_not_first_project\r\n\
    Little Lanterns,A cooperative board game about lighting a harbor,Tabletop Games,8000,US,USD,2027-03-02,2027-04-01,true,false\r\n\
    The Quiet Orchard,A picture book about bees,Children's Books,4500,GB,GBP,2027-05-11,2027-06-10,true,true\r\n\
    Pocket Loom,A loom that folds into a coat pocket,Hardware,25000,DE,EUR,2027-09-14,2027-10-14,false,\r\n";

/// The file.
pub async fn sample() -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, "attachment; filename=\"sample.csv\""),
    ];
    (headers, SAMPLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::{CampaignFile, Rules};

    #[test]
    fn the_sample_can_be_uploaded() {
        let today = "2026-11-30".parse().unwrap();
        let campaigns = CampaignFile::open(SAMPLE.as_bytes(), today, Rules::Plan).unwrap();
        let campaigns: Vec<_> = campaigns.map(|it| it.unwrap().campaign).collect();
        assert_eq!(campaigns.len(), 3);
        assert!(campaigns.iter().all(Result::is_ok), "{campaigns:?}");
    }
}
