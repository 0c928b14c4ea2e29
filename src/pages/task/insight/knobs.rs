//! What can be turned in "what if": each knob with its positions, which are real scores.

use chrono::{Datelike, Days, NaiveDate};

use crate::components::{Locale, format, tr};
use crate::types::{Campaign, CampaignInput, Curves, LaunchPoint, Switch, write_number};

/// One thing that can be changed.
pub struct Knob {
    /// What it changes.
    pub kind: Kind,
    /// Its name.
    pub label: &'static str,
    /// Its positions, from left to right.
    pub positions: Vec<Position>,
    /// The position of the campaign as it was asked.
    pub own: usize,
}

/// What a knob changes.
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

/// A position of a knob.
#[derive(Clone, Debug)]
pub struct Position {
    /// What it stands for, in words.
    pub words: String,
    /// The score of the campaign with only this changed.
    pub probability: f64,
    setting: Setting,
}

#[derive(Clone, Copy, Debug)]
enum Setting {
    Goal(f64),
    Days(u32),
    Launch(NaiveDate, NaiveDate, NaiveDate),
    Is(bool),
}

/// Every knob of a result.
pub fn knobs(l: Locale, campaign: &Campaign, curves: &Curves) -> Vec<Knob> {
    let goal = curves.goal.iter().map(|point| Position {
        words: format::usd(l, point.usd_goal),
        probability: point.probability,
        setting: Setting::Goal(point.usd_goal),
    });
    let days = |points: &[crate::types::DaysPoint]| -> Vec<Position> {
        let position = |point: &crate::types::DaysPoint| Position {
            words: tr!(l, task.duration, count = i64::from(point.days)),
            probability: point.probability,
            setting: Setting::Days(point.days),
        };
        points.iter().map(position).collect()
    };
    let launch = |points: &[LaunchPoint], name: &dyn Fn(NaiveDate) -> String| -> Vec<Position> {
        let position = |point: &LaunchPoint| Position {
            words: name(point.launched_at),
            probability: point.probability,
            setting: Setting::Launch(point.created_at, point.launched_at, point.deadline),
        };
        points.iter().map(position).collect()
    };
    let month = |day: NaiveDate| {
        let name = nth(tr!(l, list.months), day.month0());
        format!("{name} {}", day.year())
    };
    let weekday = |day: NaiveDate| {
        let number = day.weekday().num_days_from_monday();
        nth(tr!(l, list.weekdays), number).to_owned()
    };
    let own_days =
        |days: i64| move |it: &Setting| matches!(it, Setting::Days(of) if i64::from(*of) == days);
    let own_launch =
        |it: &Setting| matches!(it, Setting::Launch(_, day, _) if *day == campaign.launched_at);
    let is = |on: bool| move |it: &Setting| matches!(it, Setting::Is(of) if *of == on);
    vec![
        Knob::new(
            Kind::Goal,
            tr!(l, why.goal),
            goal.collect(),
            |it| matches!(it, Setting::Goal(of) if (of - campaign.usd_goal).abs() < 0.005),
        ),
        Knob::new(
            Kind::Duration,
            tr!(l, why.duration),
            days(&curves.duration),
            own_days(campaign.duration_days()),
        ),
        Knob::new(
            Kind::Month,
            tr!(l, what_if.month),
            launch(&curves.month, &month),
            own_launch,
        ),
        Knob::new(
            Kind::Weekday,
            tr!(l, what_if.weekday),
            launch(&curves.weekday, &weekday),
            own_launch,
        ),
        Knob::new(
            Kind::Preparation,
            tr!(l, why.preparation),
            days(&curves.preparation),
            own_days(campaign.preparation_days()),
        ),
        Knob::new(
            Kind::Video,
            tr!(l, why.video),
            switch(l, curves.video),
            is(campaign.has_video),
        ),
        Knob::new(
            Kind::StaffPick,
            tr!(l, why.staff_pick),
            switch(l, curves.staff_pick),
            is(campaign.staff_pick),
        ),
    ]
}

impl Knob {
    fn new(
        kind: Kind,
        label: &'static str,
        positions: Vec<Position>,
        is_own: impl Fn(&Setting) -> bool,
    ) -> Self {
        let own = positions.iter().position(|it| is_own(&it.setting));
        Self {
            kind,
            label,
            positions,
            own: own.unwrap_or_default(),
        }
    }
}

fn switch(l: Locale, switch: Switch) -> Vec<Position> {
    let position = |words: &'static str, probability, on| Position {
        words: words.to_owned(),
        probability,
        setting: Setting::Is(on),
    };
    vec![
        position(tr!(l, choice.no), switch.off, false),
        position(tr!(l, choice.yes), switch.on, true),
    ]
}

fn nth(list: &'static str, number: u32) -> &'static str {
    list.split(';')
        .nth(usize::try_from(number).unwrap_or_default())
        .unwrap_or_default()
}

/// The fields that the chosen positions change, blank all others: the launch first, because durations hang
/// on it.
pub fn plan(campaign: &Campaign, chosen: &[(Kind, Position)]) -> CampaignInput {
    let mut plan = CampaignInput::default();
    let (mut created_at, mut launched_at) = (campaign.created_at, campaign.launched_at);
    let mut deadline = campaign.deadline;
    for (_, position) in chosen {
        if let Setting::Launch(created, launched, ends) = position.setting {
            (created_at, launched_at, deadline) = (created, launched, ends);
        }
    }
    for (kind, position) in chosen {
        match (*kind, position.setting) {
            (Kind::Goal, Setting::Goal(goal)) => plan.usd_goal = write_number(goal),
            (Kind::Duration, Setting::Days(days)) => {
                deadline = launched_at + Days::new(days.into());
            }
            (Kind::Preparation, Setting::Days(days)) => {
                created_at = launched_at - Days::new(days.into());
            }
            (Kind::Video, Setting::Is(on)) => plan.has_video = on.to_string(),
            (Kind::StaffPick, Setting::Is(on)) => plan.staff_pick = on.to_string(),
            _ => {}
        }
    }
    plan.created_at = created_at.to_string();
    plan.launched_at = launched_at.to_string();
    plan.deadline = deadline.to_string();
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::campaign_example;

    fn position(setting: Setting) -> Position {
        Position {
            words: String::new(),
            probability: 0.5,
            setting,
        }
    }

    #[test]
    fn a_plan_moves_the_launch_before_it_counts_days() {
        let today = "2026-11-23".parse().unwrap();
        let campaign = campaign_example(today).check(today).unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let launch = Setting::Launch(day("2027-02-01"), day("2027-03-02"), day("2027-04-01"));
        let plan = plan(
            &campaign,
            &[
                (Kind::Duration, position(Setting::Days(20))),
                (Kind::Month, position(launch)),
                (Kind::Video, position(Setting::Is(false))),
            ],
        );
        assert_eq!(plan.launched_at, "2027-03-02");
        assert_eq!(plan.deadline, "2027-03-22");
        assert_eq!(plan.created_at, "2027-02-01");
        assert_eq!(plan.has_video, "false");
        assert_eq!(plan.usd_goal, "");
        assert!(plan.check_changed(&campaign).is_ok());
    }
}
