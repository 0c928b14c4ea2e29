//! The sliders of "what if" with their positions, which are real scores.

use chrono::{Datelike, Days, NaiveDate};

use crate::client::{Locale, tr};
use crate::components::{format, labels};
use crate::types::{
    Campaign, Curves, DaysPoint, GoalPoint, LaunchPoint, StaffPickScores, Switch, UNKNOWN, words,
};

/// One thing that can be changed.
pub struct SliderSpec {
    /// What it changes.
    pub kind: Kind,
    /// Its name.
    pub label: &'static str,
    /// Its positions, from left to right.
    pub positions: Vec<Position>,
    /// The position of the campaign itself.
    pub own: usize,
}

words!(
    /// What a slider changes, with the name of the slider.
    Kind {
        Goal = "goal",
        Duration = "duration",
        Month = "month",
        Weekday = "weekday",
        Preparation = "preparation",
        Video = "video",
        StaffPick = "staff-pick",
    }
);

impl Kind {
    /// Whether it moves the launch.
    pub const fn is_launch(self) -> bool {
        matches!(self, Self::Month | Self::Weekday)
    }
}

/// A position of a slider.
#[derive(Clone, Debug)]
pub struct Position {
    /// Its meaning in words.
    pub words: String,
    /// The score of the campaign with only this changed.
    pub probability: f64,
    /// What it sets, for [`plan`].
    pub setting: String,
}

/// Every slider of a result.
pub fn slider_specs(locale: Locale, campaign: &Campaign, curves: &Curves) -> Vec<SliderSpec> {
    let goal = |point: &GoalPoint| Position {
        words: format::usd(locale, point.usd_goal),
        probability: point.probability,
        setting: point.usd_goal.to_string(),
    };
    let is_own_goal = |point: &GoalPoint| (point.usd_goal - campaign.usd_goal).abs() < 0.005;
    let days = |kind, label, points: &[DaysPoint], own| {
        let position = |point: &DaysPoint| Position {
            words: tr!(locale, task.duration, count = i64::from(point.days)),
            probability: point.probability,
            setting: point.days.to_string(),
        };
        let is_own = |point: &DaysPoint| i64::from(point.days) == own;
        SliderSpec::new(kind, label, points, position, is_own)
    };
    let launch = |kind, label, points: &[LaunchPoint], name: &dyn Fn(NaiveDate) -> String| {
        let position = |point: &LaunchPoint| Position {
            words: name(point.launched_at),
            probability: point.probability,
            setting: format!(
                "{} {} {}",
                point.created_at, point.launched_at, point.deadline
            ),
        };
        let is_own = |point: &LaunchPoint| point.launched_at == campaign.launched_at;
        SliderSpec::new(kind, label, points, position, is_own)
    };
    let month = |day: NaiveDate| {
        let name = labels::nth(tr!(locale, list.months), day.month0());
        format!("{name} {}", day.year())
    };
    let weekday = |day: NaiveDate| labels::weekday(locale, day).to_owned();
    let switch = |kind, label, scores: Switch, own: bool| {
        let position = |(is_on, probability): &(bool, f64)| Position {
            words: labels::yes_or_no(locale, *is_on).to_owned(),
            probability: *probability,
            setting: is_on.to_string(),
        };
        let points = [(false, scores.off), (true, scores.on)];
        SliderSpec::new(kind, label, &points, position, |(is_on, _)| *is_on == own)
    };
    let (duration, preparation) = (campaign.duration_days(), campaign.preparation_days());
    let label = tr!(locale, why.goal);
    vec![
        SliderSpec::new(Kind::Goal, label, &curves.goal, goal, is_own_goal),
        days(
            Kind::Duration,
            tr!(locale, why.duration),
            &curves.duration,
            duration,
        ),
        launch(
            Kind::Month,
            tr!(locale, what_if.month),
            &curves.month,
            &month,
        ),
        launch(
            Kind::Weekday,
            tr!(locale, what_if.weekday),
            &curves.weekday,
            &weekday,
        ),
        days(
            Kind::Preparation,
            tr!(locale, why.preparation),
            &curves.preparation,
            preparation,
        ),
        switch(
            Kind::Video,
            tr!(locale, why.video),
            curves.video,
            campaign.has_video,
        ),
        staff_pick(locale, campaign, curves.staff_pick),
    ]
}

impl SliderSpec {
    fn new<P>(
        kind: Kind,
        label: &'static str,
        points: &[P],
        position: impl Fn(&P) -> Position,
        is_own: impl Fn(&P) -> bool,
    ) -> Self {
        Self {
            kind,
            label,
            positions: points.iter().map(position).collect(),
            own: points.iter().position(is_own).unwrap_or_default(),
        }
    }
}

/// From the lowest score to the highest.
fn staff_pick(locale: Locale, campaign: &Campaign, scores: StaffPickScores) -> SliderSpec {
    let mut points = vec![(Some(false), scores.off), (Some(true), scores.on)];
    if let Some(score) = scores.unknown {
        points.insert(1, (None, score));
    }
    let position = |(answer, probability): &(Option<bool>, f64)| Position {
        words: labels::yes_or_no(locale, *answer).to_owned(),
        probability: *probability,
        setting: answer.map_or_else(|| UNKNOWN.to_owned(), |answer| answer.to_string()),
    };
    let label = tr!(locale, why.staff_pick);
    SliderSpec::new(Kind::StaffPick, label, &points, position, |(answer, _)| {
        *answer == campaign.staff_pick
    })
}

/// The fields that chosen settings change, with the values. `days` are the campaign's days of creation, launch and
/// deadline. The launch is moved first, because durations count from it.
pub fn plan(days: [NaiveDate; 3], chosen: &[(Kind, String)]) -> Vec<(&'static str, String)> {
    let [mut created_at, mut launched_at, mut deadline] = days;
    for (_, setting) in chosen.iter().filter(|(kind, _)| kind.is_launch()) {
        let mut days = setting.split(' ').filter_map(|day| day.parse().ok());
        if let (Some(created), Some(launched), Some(ends)) = (days.next(), days.next(), days.next())
        {
            (created_at, launched_at, deadline) = (created, launched, ends);
        }
    }
    let days = |setting: &str| Days::new(setting.parse().unwrap_or_default());
    let mut fields = Vec::new();
    for (kind, setting) in chosen {
        match kind {
            Kind::Duration => deadline = launched_at + days(setting),
            Kind::Preparation => created_at = launched_at - days(setting),
            Kind::Goal => fields.push(("usd_goal", setting.clone())),
            Kind::Video => fields.push(("has_video", setting.clone())),
            Kind::StaffPick => fields.push(("staff_pick", setting.clone())),
            Kind::Month | Kind::Weekday => {}
        }
    }
    fields.push(("created_at", created_at.to_string()));
    fields.push(("launched_at", launched_at.to_string()));
    fields.push(("deadline", deadline.to_string()));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_moves_the_launch_before_counting_days() {
        let days = ["2026-12-01", "2027-01-10", "2027-02-10"].map(|day| day.parse().unwrap());
        let plan = plan(
            days,
            &[
                (Kind::Duration, "20".to_owned()),
                (Kind::Month, "2027-02-01 2027-03-02 2027-04-01".to_owned()),
                (Kind::Video, "false".to_owned()),
            ],
        );
        let expected = [
            ("has_video", "false"),
            ("created_at", "2027-02-01"),
            ("launched_at", "2027-03-02"),
            ("deadline", "2027-03-22"),
        ];
        assert_eq!(plan, expected.map(|(name, value)| (name, value.to_owned())));
    }

    #[test]
    fn kinds_of_sliders_are_parsed_from_their_names() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
        assert!("".parse::<Kind>().is_err());
    }
}
