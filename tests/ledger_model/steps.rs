//! What may happen next.

use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::Index;

/// One step of a person, a worker or the clock. An [`Index`] picks among what there is by then.
#[derive(Clone, Debug)]
pub enum Step {
    TopUp {
        user: usize,
        amount: i64,
        key: u8,
    },
    Submit {
        user: usize,
        key: u8,
        other_body: bool,
    },
    Cancel {
        user: usize,
        task: Index,
    },
    Claim {
        limit: u64,
    },
    Renew {
        claim: Index,
    },
    /// Settles every task of a claim, perhaps late, perhaps a second time; bit n tells whether the model
    /// answered for task n.
    Settle {
        claim: Index,
        answered: u8,
    },
    Wait {
        ms: i64,
    },
    Rescue,
}

/// Few users and few keys, so that steps meet.
pub fn step() -> impl Strategy<Value = Step> {
    let user = 0_usize..2;
    prop_oneof![
        2 => (user.clone(), 1_i64..40, 0_u8..6)
            .prop_map(|(user, amount, key)| Step::TopUp { user, amount, key }),
        6 => (user.clone(), 0_u8..12, proptest::bool::weighted(0.1))
            .prop_map(|(user, key, other_body)| Step::Submit { user, key, other_body }),
        2 => (user, any::<Index>()).prop_map(|(user, task)| Step::Cancel { user, task }),
        4 => (1_u64..4).prop_map(|limit| Step::Claim { limit }),
        1 => any::<Index>().prop_map(|claim| Step::Renew { claim }),
        4 => (any::<Index>(), any::<u8>())
            .prop_map(|(claim, answered)| Step::Settle { claim, answered }),
        2 => (1_i64..20_000).prop_map(|ms| Step::Wait { ms }),
        2 => proptest::strategy::Just(Step::Rescue),
    ]
}
