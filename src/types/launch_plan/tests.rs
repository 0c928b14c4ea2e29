//! Tests of the launch planner's arithmetic: an example by hand, and what holds for any assumptions.

use proptest::prelude::*;

use super::*;

/// A goal of 10,000 dollars, with an audience of each kind.
fn example() -> Assumptions {
    Assumptions {
        currency: "USD",
        parent: "Games",
        goal: Cents(1_000_000),
        average_pledge: Cents(6_100),
        is_typical_pledge: true,
        platform_fee: Rate(500),
        payment_fee: Rate(300),
        payment_fixed: Cents(20),
        uncollected: Rate(300),
        backer_cost: Cents(2_500),
        subscribers: channel(1_000, [100, 500, 1_000]),
        followers: channel(400, [1_000, 1_500, 2_500]),
        social: channel(2_100, [10, 50, 100]),
        early_share: Rate(3_300),
    }
}

fn channel(people: i64, rates: [i64; 3]) -> Channel {
    Channel {
        people,
        rates: rates.map(Rate),
    }
}

#[test]
fn the_example_is_what_one_gets_by_hand() {
    let plan = LaunchPlan::of(&example());
    // 10,000 / 61 = 163.9
    assert_eq!(plan.backers_needed, 164);
    let [low, expected, high] = &plan.outcomes;
    assert_eq!(low.by_channel, [10, 40, 2]);
    assert_eq!(expected.by_channel, [50, 60, 10]);
    assert_eq!(high.by_channel, [100, 100, 21]);
    assert_eq!(
        [low.backers, expected.backers, high.backers],
        [52, 120, 221]
    );
    assert_eq!(expected.money, Cents(120 * 6_100));
    assert_eq!(expected.missing_backers, 44);
    assert_eq!(expected.missing_money, Cents(1_000_000 - 732_000));
    // 94 backers at 5 % are 1,880 subscribers; 104 at 15 % are 693.3 followers.
    assert_eq!(expected.more_subscribers, Some(880));
    assert_eq!(expected.more_followers, Some(294));
    assert_eq!(expected.early_money, Cents(241_560));
    assert_eq!(plan.early_target, Cents(300_000));
    assert_eq!(high.missing_backers, 0);
    assert_eq!(high.more_subscribers, Some(0));
    assert_eq!(plan.reach, Reach::High);
}

#[test]
fn the_budget_of_the_example_adds_up() {
    let budget = LaunchPlan::of(&example()).budget;
    assert_eq!(budget.uncollected, Cents(30_000));
    // 4 of 164 pledges fail, so 9,700 dollars from 160 backers are collected.
    assert_eq!(budget.platform_fee, Cents(48_500));
    assert_eq!(budget.payment_fee, Cents(29_100 + 160 * 20));
    assert_eq!(budget.costs, Cents(160 * 2_500));
    assert_eq!(budget.left, Cents(970_000 - 48_500 - 32_300 - 400_000));
}

#[test]
fn a_project_may_lose_money() {
    let mut assumptions = example();
    assumptions.backer_cost = Cents(7_000);
    assert!(LaunchPlan::of(&assumptions).budget.left < Cents(0));
}

#[test]
fn the_conclusion_names_the_first_scenario_that_reaches_the_goal() {
    for (subscribers, reach) in [
        (0, Reach::NoAudience),
        (1_639, Reach::Short),
        (1_640, Reach::High),
        (3_280, Reach::Expected),
        (16_400, Reach::Low),
    ] {
        let mut assumptions = example();
        assumptions.subscribers.people = subscribers;
        assumptions.followers.people = 0;
        assumptions.social.people = 0;
        assert_eq!(LaunchPlan::of(&assumptions).reach, reach, "{subscribers}");
    }
}

#[test]
fn nobody_closes_the_gap_if_nobody_pledges() {
    let mut assumptions = example();
    assumptions.subscribers.rates = [0, 0, 0].map(Rate);
    let plan = LaunchPlan::of(&assumptions);
    assert_eq!(plan.outcomes[EXPECTED].more_subscribers, None);
    assert!(plan.outcomes[EXPECTED].more_followers.is_some());
}

#[test]
fn a_share_is_rounded_to_the_nearest_cent() {
    for (rate, sum, share) in [
        (500, 10, 1),
        (500, 9, 0),
        (3_333, 10_000, 3_333),
        (10_000, 123, 123),
        (0, 123, 0),
        (1, 4_999, 0),
        (1, 5_000, 1),
    ] {
        assert_eq!(Rate(rate).of(Cents(sum)), Cents(share), "{rate} {sum}");
    }
}

/// Rates in ascending order.
fn rates() -> impl Strategy<Value = [Rate; 3]> {
    prop::array::uniform3(0..=10_000_i64).prop_map(|mut rates| {
        rates.sort_unstable();
        rates.map(Rate)
    })
}

fn channels() -> impl Strategy<Value = Channel> {
    let people = prop_oneof![Just(0), 0..=10_000_i64, 0..=100_000_000_i64];
    (people, rates()).prop_map(|(people, rates)| Channel { people, rates })
}

/// Assumptions up to the limits of the form.
fn assumptions() -> impl Strategy<Value = Assumptions> {
    let goal = prop_oneof![1..=10_000_000_i64, 1..=1_000_000_000_000_i64];
    let pledge = prop_oneof![100..=50_000_i64, 100..=100_000_000_i64];
    let rate = || (0..=10_000_i64).prop_map(Rate);
    let cost = prop_oneof![Just(0), 0..=100_000_000_i64];
    let fees = (rate(), rate(), 0..=100_000_i64, rate());
    let audience = prop::array::uniform3(channels());
    (goal, pledge, fees, cost, audience, rate()).prop_map(
        |(goal, pledge, fees, cost, [subscribers, followers, social], early_share)| Assumptions {
            currency: "EUR",
            parent: "",
            goal: Cents(goal),
            average_pledge: Cents(pledge),
            is_typical_pledge: false,
            platform_fee: fees.0,
            payment_fee: fees.1,
            payment_fixed: Cents(fees.2),
            uncollected: fees.3,
            backer_cost: Cents(cost),
            subscribers,
            followers,
            social,
            early_share,
        },
    )
}

proptest! {
    // Overflows and divisions by zero panic in tests.
    #[test]
    fn the_numbers_hold_together_for_any_assumptions(assumptions in assumptions()) {
        let plan = LaunchPlan::of(&assumptions);
        let (goal, pledge) = (assumptions.goal.0, assumptions.average_pledge.0);
        prop_assert!(plan.backers_needed * pledge >= goal);
        prop_assert!((plan.backers_needed - 1) * pledge < goal);

        let budget = &plan.budget;
        let taken = budget.uncollected.0 + budget.platform_fee.0 + budget.payment_fee.0 + budget.costs.0;
        prop_assert_eq!(budget.left.0 + taken, goal);

        for outcome in &plan.outcomes {
            prop_assert_eq!(outcome.by_channel.iter().sum::<i64>(), outcome.backers);
            prop_assert!(outcome.missing_backers >= 0);
            prop_assert!(outcome.missing_money >= Cents(0));
            prop_assert_eq!(outcome.missing_backers == 0, outcome.missing_money == Cents(0));
            prop_assert!(outcome.early_money <= outcome.money);
        }
        for pair in plan.outcomes.windows(2) {
            prop_assert!(pair[0].backers <= pair[1].backers);
            prop_assert!(pair[0].money <= pair[1].money);
            prop_assert!(pair[0].missing_backers >= pair[1].missing_backers);
            prop_assert!(pair[0].missing_money >= pair[1].missing_money);
            prop_assert!(pair[0].early_money <= pair[1].early_money);
        }
    }

    #[test]
    fn the_suggested_people_close_the_gap_and_one_fewer_does_not(
        assumptions in assumptions(),
        scenario in 0..3_usize,
        is_mail in any::<bool>(),
    ) {
        let outcome = &LaunchPlan::of(&assumptions).outcomes[scenario];
        let more = if is_mail { outcome.more_subscribers } else { outcome.more_followers };
        let missing_after = |more: i64| {
            let mut assumptions = assumptions.clone();
            let channel = if is_mail { &mut assumptions.subscribers } else { &mut assumptions.followers };
            channel.people += more;
            LaunchPlan::of(&assumptions).outcomes[scenario].missing_backers
        };
        match more {
            Some(0) => prop_assert_eq!(outcome.missing_backers, 0),
            Some(more) => {
                prop_assert!(more > 0);
                prop_assert_eq!(missing_after(more), 0);
                prop_assert!(missing_after(more - 1) > 0);
            }
            None => prop_assert!(outcome.missing_backers > 0),
        }
    }
}
