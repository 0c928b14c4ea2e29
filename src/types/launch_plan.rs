//! The arithmetic of the launch planner: how many backers a goal takes, what it leaves after fees and costs, and how
//! far the creator's own audience gets. It knows no model and does not affect a score.
//!
//! Money is in whole cents and rates in hundredths of a percent, so all results are exact. Nothing overflows for
//! assumptions within the limits of `planner_input.rs`.

/// A sum of money in hundredths of its currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cents(pub i64);

impl Cents {
    /// A sum in whole units of its currency, rounded to cents.
    pub fn of_units(units: f64) -> Self {
        Self(hundredths(units))
    }
}

/// A share in hundredths of a percent, from 0 to 10,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(pub i64);

impl Rate {
    /// Everything.
    const WHOLE: i64 = 10_000;

    /// This share of a sum, rounded to the nearest cent.
    fn of(self, sum: Cents) -> Cents {
        // Split, because the product of a large sum and a rate may not fit.
        let (whole, rest) = (sum.0 / Self::WHOLE, sum.0 % Self::WHOLE);
        Cents(whole * self.0 + (rest * self.0 + Self::WHOLE / 2) / Self::WHOLE)
    }

    /// This share of a number of people, in whole people.
    fn of_people(self, people: i64) -> i64 {
        people * self.0 / Self::WHOLE
    }

    /// How many people are needed so that this share of them is `wanted`; `None` if the share is zero.
    fn people_for(self, wanted: i64) -> Option<i64> {
        (self.0 > 0).then(|| divide_up(wanted * Self::WHOLE, self.0))
    }
}

/// A number for low, expected and high rates.
pub type Scenarios<T> = [T; 3];

/// The index of the expected rates among [`Scenarios`].
pub const EXPECTED: usize = 1;

/// The share of the goal that a campaign should have after 48 hours.
pub const EARLY_BENCHMARK: Rate = Rate(3_000);

/// A group of people who already know of the campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    /// How many people it has.
    pub people: i64,
    /// The share of them that pledges, in ascending order.
    pub rates: Scenarios<Rate>,
}

impl Channel {
    /// The backers from this channel at the rates of one scenario.
    fn backers(self, scenario: usize) -> i64 {
        self.rates[scenario].of_people(self.people)
    }

    /// How many more people this channel needs for that many more backers; `None` if none of them pledges.
    fn more_people(self, scenario: usize, backers: i64) -> Option<i64> {
        if backers == 0 {
            return Some(0);
        }
        let wanted = self.backers(scenario) + backers;
        let people = self.rates[scenario].people_for(wanted)?;
        Some(people - self.people)
    }
}

/// What the creator assumes. All sums are in the same currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumptions {
    /// The code of the currency.
    pub currency: &'static str,
    /// The parent category; empty if none is chosen.
    pub parent: &'static str,
    /// The goal, more than nothing.
    pub goal: Cents,
    /// What a backer pledges on average, more than nothing.
    pub average_pledge: Cents,
    /// Whether the average pledge is the median of the category rather than the creator's own number.
    pub is_typical_pledge: bool,
    /// The fee of Kickstarter.
    pub platform_fee: Rate,
    /// The share that the payment processor takes of each pledge.
    pub payment_fee: Rate,
    /// What the payment processor takes of each pledge besides.
    pub payment_fixed: Cents,
    /// The share of pledges whose payment fails.
    pub uncollected: Rate,
    /// What the reward of one backer costs, with shipping.
    pub backer_cost: Cents,
    /// Subscribers of the mailing list.
    pub subscribers: Channel,
    /// Followers of the pre-launch page.
    pub followers: Channel,
    /// Followers on social networks.
    pub social: Channel,
    /// The share of the audience's money that arrives in the first 48 hours.
    pub early_share: Rate,
}

/// What happens to the money if the campaign raises exactly its goal. `left` is the goal minus all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Pledges whose payment fails.
    pub uncollected: Cents,
    /// The fee of Kickstarter.
    pub platform_fee: Cents,
    /// The fees of the payment processor.
    pub payment_fee: Cents,
    /// Rewards and shipping.
    pub costs: Cents,
    /// What is left for the project; negative if the campaign would lose money.
    pub left: Cents,
}

/// How far the audience gets in one scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Backers from the mailing list, from the pre-launch page and from social networks.
    pub by_channel: [i64; 3],
    /// All of these.
    pub backers: i64,
    /// What they pledge.
    pub money: Cents,
    /// How many backers are missing to reach the goal.
    pub missing_backers: i64,
    /// How much money is missing to reach the goal.
    pub missing_money: Cents,
    /// How many more subscribers of the mailing list would bring the missing backers; `None` if none of them pledges.
    pub more_subscribers: Option<i64>,
    /// How many more followers of the pre-launch page would bring the missing backers; `None` if none of them pledges.
    pub more_followers: Option<i64>,
    /// What the audience pledges in the first 48 hours.
    pub early_money: Cents,
}

/// In which scenario the audience reaches the goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// There is no audience yet.
    NoAudience,
    /// Even at the low rates.
    Low,
    /// At the expected rates, but not at the low ones.
    Expected,
    /// Only at the high rates.
    High,
    /// Not even at the high rates.
    Short,
}

/// The answers of the launch planner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchPlan {
    /// The number of backers that reach the goal with the average pledge.
    pub backers_needed: i64,
    /// What a goal that is exactly reached leaves.
    pub budget: Budget,
    /// How far the audience gets.
    pub outcomes: Scenarios<Outcome>,
    /// What the campaign should have after 48 hours.
    pub early_target: Cents,
    /// In which scenario the audience reaches the goal.
    pub reach: Reach,
}

/// The number of backers that reach a goal with an average pledge. Both must be more than nothing.
pub fn backers_needed(goal: Cents, average_pledge: Cents) -> i64 {
    divide_up(goal.0, average_pledge.0)
}

impl LaunchPlan {
    /// Computes everything.
    pub fn of(assumptions: &Assumptions) -> Self {
        let backers_needed = backers_needed(assumptions.goal, assumptions.average_pledge);
        let outcomes = [0, 1, 2].map(|it| outcome(assumptions, backers_needed, it));
        Self {
            backers_needed,
            budget: budget(assumptions, backers_needed),
            early_target: EARLY_BENCHMARK.of(assumptions.goal),
            reach: reach(assumptions, &outcomes),
            outcomes,
        }
    }
}

fn budget(assumptions: &Assumptions, backers: i64) -> Budget {
    let goal = assumptions.goal;
    let uncollected = assumptions.uncollected.of(goal);
    // Only collected pledges cause fees and costs. Rounded up, so that costs are not too low.
    let backers = backers - assumptions.uncollected.of_people(backers);
    let collected = Cents(goal.0 - uncollected.0);
    let platform_fee = assumptions.platform_fee.of(collected);
    let payment_fee =
        assumptions.payment_fee.of(collected).0 + assumptions.payment_fixed.0 * backers;
    let costs = assumptions.backer_cost.0 * backers;
    Budget {
        uncollected,
        platform_fee,
        payment_fee: Cents(payment_fee),
        costs: Cents(costs),
        left: Cents(collected.0 - platform_fee.0 - payment_fee - costs),
    }
}

fn outcome(assumptions: &Assumptions, needed: i64, scenario: usize) -> Outcome {
    let channels = [
        assumptions.subscribers,
        assumptions.followers,
        assumptions.social,
    ];
    let by_channel = channels.map(|it| it.backers(scenario));
    let backers: i64 = by_channel.iter().sum();
    let money = Cents(backers * assumptions.average_pledge.0);
    let missing_backers = (needed - backers).max(0);
    let more = |channel: Channel| channel.more_people(scenario, missing_backers);
    Outcome {
        by_channel,
        backers,
        money,
        missing_backers,
        missing_money: Cents((assumptions.goal.0 - money.0).max(0)),
        more_subscribers: more(assumptions.subscribers),
        more_followers: more(assumptions.followers),
        early_money: assumptions.early_share.of(money),
    }
}

fn reach(assumptions: &Assumptions, outcomes: &Scenarios<Outcome>) -> Reach {
    let channels = [
        assumptions.subscribers,
        assumptions.followers,
        assumptions.social,
    ];
    if channels.iter().all(|it| it.people == 0) {
        return Reach::NoAudience;
    }
    let reached = [Reach::Low, Reach::Expected, Reach::High];
    let first = outcomes.iter().position(|it| it.missing_backers == 0);
    first.map_or(Reach::Short, |scenario| reached[scenario])
}

/// A number in hundredths, rounded.
#[expect(
    clippy::cast_possible_truncation,
    reason = "all limits are far below 2^53 hundredths"
)]
pub(super) fn hundredths(number: f64) -> i64 {
    (number * 100.0).round() as i64
}

/// The quotient of two positive numbers, rounded up.
fn divide_up(number: i64, by: i64) -> i64 {
    (number + by - 1) / by
}

#[cfg(test)]
mod tests;
