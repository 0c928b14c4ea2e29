//! What can be turned in "what if": each slider with its positions, which are real scores.

use chrono::{Datelike, Days, NaiveDate};

use crate::client::{Locale, tr};
use crate::components::format;
use crate::types::{Campaign, Curves, DaysPoint, GoalPoint, LaunchPoint, Switch};

/// One thing that can be changed.
pub struct SliderSpec {
    /// What it changes.
    pub kind: Kind,
    /// Its name.
    pub label: &'static str,
    /// Its positions, from left to right.
    pub positions: Vec<Position>,
    /// The position of the campaign as it was asked.
    pub own: usize,
}

/// What a slider changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Goal,
    Duration,
    Month,
    Weekday,
    Preparation,
    Video,
    StaffPick,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Goal,
        Self::Duration,
        Self::Month,
        Self::Weekday,
        Self::Preparation,
        Self::Video,
        Self::StaffPick,
    ];

    /// The name of its slider.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Goal => "goal",
            Self::Duration => "duration",
            Self::Month => "month",
            Self::Weekday => "weekday",
            Self::Preparation => "preparation",
            Self::Video => "video",
            Self::StaffPick => "staff-pick",
        }
    }

    /// That of a slider's name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether it moves the launch.
    pub const fn is_launch(self) -> bool {
        matches!(self, Self::Month | Self::Weekday)
    }
}

/// A position of a slider.
#[derive(Clone, Debug)]
pub struct Position {
    /// What it stands for, in words.
    pub words: String,
    /// The score of the campaign with only this changed.
    pub probability: f64,
    /// What it sets, for [`plan`].
    pub setting: String,
}

/// Every slider of a result.
pub fn slider_specs(locale: Locale, campaign: &Campaign, curves: &Curves) -> Vec<SliderSpec> {
    let goal = curves.goal.iter().map(|point| Position {
        words: format::usd(locale, point.usd_goal),
        probability: point.probability,
        setting: point.usd_goal.to_string(),
    });
    let days = |points: &[DaysPoint]| -> Vec<Position> {
        let position = |point: &DaysPoint| Position {
            words: tr!(locale, task.duration, count = i64::from(point.days)),
            probability: point.probability,
            setting: point.days.to_string(),
        };
        points.iter().map(position).collect()
    };
    let launch = |points: &[LaunchPoint], name: &dyn Fn(NaiveDate) -> String| -> Vec<Position> {
        let position = |point: &LaunchPoint| Position {
            words: name(point.launched_at),
            probability: point.probability,
            setting: format!(
                "{} {} {}",
                point.created_at, point.launched_at, point.deadline
            ),
        };
        points.iter().map(position).collect()
    };
    let month = |day: NaiveDate| {
        let name = nth(tr!(locale, list.months), day.month0());
        format!("{name} {}", day.year())
    };
    let weekday = |day: NaiveDate| {
        let number = day.weekday().num_days_from_monday();
        nth(tr!(locale, list.weekdays), number).to_owned()
    };
    let own_launch = |points: &[LaunchPoint]| {
        let is_own = |point: &LaunchPoint| point.launched_at == campaign.launched_at;
        points.iter().position(is_own)
    };
    let own_days = |points: &[DaysPoint], days: i64| {
        let is_own = |point: &DaysPoint| i64::from(point.days) == days;
        points.iter().position(is_own)
    };
    let is_own_goal = |point: &GoalPoint| (point.usd_goal - campaign.usd_goal).abs() < 0.005;
    vec![
        SliderSpec::new(
            Kind::Goal,
            tr!(locale, why.goal),
            goal.collect(),
            curves.goal.iter().position(is_own_goal),
        ),
        SliderSpec::new(
            Kind::Duration,
            tr!(locale, why.duration),
            days(&curves.duration),
            own_days(&curves.duration, campaign.duration_days()),
        ),
        SliderSpec::new(
            Kind::Month,
            tr!(locale, what_if.month),
            launch(&curves.month, &month),
            own_launch(&curves.month),
        ),
        SliderSpec::new(
            Kind::Weekday,
            tr!(locale, what_if.weekday),
            launch(&curves.weekday, &weekday),
            own_launch(&curves.weekday),
        ),
        SliderSpec::new(
            Kind::Preparation,
            tr!(locale, why.preparation),
            days(&curves.preparation),
            own_days(&curves.preparation, campaign.preparation_days()),
        ),
        SliderSpec::new(
            Kind::Video,
            tr!(locale, why.video),
            switch(locale, curves.video),
            Some(usize::from(campaign.has_video)),
        ),
        SliderSpec::new(
            Kind::StaffPick,
            tr!(locale, why.staff_pick),
            switch(locale, curves.staff_pick),
            Some(usize::from(campaign.staff_pick)),
        ),
    ]
}

impl SliderSpec {
    fn new(kind: Kind, label: &'static str, positions: Vec<Position>, own: Option<usize>) -> Self {
        Self {
            kind,
            label,
            positions,
            own: own.unwrap_or_default(),
        }
    }
}

/// Off is the first position.
fn switch(locale: Locale, switch: Switch) -> Vec<Position> {
    let position = |words: &'static str, probability, on: bool| Position {
        words: words.to_owned(),
        probability,
        setting: on.to_string(),
    };
    vec![
        position(tr!(locale, choice.no), switch.off, false),
        position(tr!(locale, choice.yes), switch.on, true),
    ]
}

fn nth(list: &'static str, number: u32) -> &'static str {
    list.split(';')
        .nth(usize::try_from(number).unwrap_or_default())
        .unwrap_or_default()
}

/// The fields that chosen settings change, where the campaign was created, launched and ended on `days`: the
/// launch first, because durations hang on it.
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
    fn a_plan_moves_the_launch_before_it_counts_days() {
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
    fn a_slider_is_known_by_its_name() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(Kind::parse(""), None);
    }
}
