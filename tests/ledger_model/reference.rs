//! What the ledger and the queue should do, as plainly as it can be said.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use pledgecast::types::TaskStatus;

pub const WELCOME: i64 = 30;
pub const PRICE: i64 = 10;
pub const LEASE_MS: i64 = 10_000;
pub const MAX_ATTEMPTS: i32 = 3;

#[derive(Clone, Debug)]
pub struct Account {
    pub amount: i64,
    pub held: i64,
    /// Lines in the ledger.
    pub lines: usize,
    /// The earliest round of the next task while one is open.
    next_round: i64,
    top_ups: BTreeMap<u8, i64>,
    submits: BTreeMap<SubmitKey, (bool, usize)>,
}

#[derive(Clone, Debug)]
pub struct Task {
    pub user: usize,
    pub status: TaskStatus,
    pub attempts: i32,
    /// Claims go by it, then by the order in which the tasks were made.
    pub round: i64,
    /// The rounds that it may have been put into; known once it is.
    rounds: RangeInclusive<i64>,
    claim: Option<usize>,
    expires_ms: i64,
    /// Before it there is no further attempt.
    retry_ms: i64,
    retries: RangeInclusive<i64>,
}

/// The idempotency key of a submit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubmitKey {
    One(u8),
    /// Of one of the many at the same moment.
    OfBatch(usize, u8),
}

/// What became of one attempt at a task.
#[derive(Clone, Copy, Debug)]
pub enum AttemptKind {
    Succeeded,
    Failed,
    /// It was not made: it does not count.
    Released,
}

/// How a request must be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Done,
    /// The task of this index.
    Task(usize),
    KeyReused,
    NotEnough,
    NotFound,
    TooLate,
}

#[derive(Clone, Debug)]
pub struct Reference {
    pub accounts: Vec<Account>,
    pub tasks: Vec<Task>,
    /// The tasks of each claim.
    pub claims: Vec<Vec<usize>>,
    now_ms: i64,
    /// One after the highest round that was claimed from.
    round: i64,
    batches: usize,
}

impl Reference {
    pub fn new(users: usize) -> Self {
        let account = Account {
            amount: WELCOME,
            held: 0,
            lines: 1,
            next_round: 0,
            top_ups: BTreeMap::new(),
            submits: BTreeMap::new(),
        };
        Self {
            accounts: vec![account; users],
            tasks: Vec::new(),
            claims: Vec::new(),
            now_ms: 0,
            round: 0,
            batches: 0,
        }
    }

    pub fn top_up(&mut self, user: usize, amount: i64, key: u8) -> Answer {
        let account = &mut self.accounts[user];
        match account.top_ups.get(&key) {
            Some(before) if *before == amount => Answer::Done,
            Some(_) => Answer::KeyReused,
            None => {
                account.top_ups.insert(key, amount);
                account.amount += amount;
                account.lines += 1;
                Answer::Done
            }
        }
    }

    /// An operator's correction.
    pub fn grant(&mut self, user: usize, amount: i64) -> Answer {
        let account = &mut self.accounts[user];
        if account.amount + amount < account.held {
            return Answer::TooLate;
        }
        account.amount += amount;
        account.lines += 1;
        Answer::Done
    }

    pub fn next_batch(&mut self) -> usize {
        self.batches += 1;
        self.batches
    }

    pub fn submit(&mut self, user: usize, key: SubmitKey, other_body: bool) -> Answer {
        // One round after the user's last task, unless none is open.
        let next = match self.accounts[user].held {
            0 => 0,
            _ => self.accounts[user].next_round,
        };
        let first = next.max(self.round);
        // A submit that turned out to repeat an earlier one may have used a round up.
        let rounds = first..=first + 200;
        let account = &mut self.accounts[user];
        match account.submits.get(&key) {
            Some((body, task)) if *body == other_body => Answer::Task(*task),
            Some(_) => Answer::KeyReused,
            None if account.amount - account.held < PRICE => Answer::NotEnough,
            None => {
                account.held += PRICE;
                account.next_round = first + 1;
                account.submits.insert(key, (other_body, self.tasks.len()));
                self.tasks.push(Task {
                    user,
                    status: TaskStatus::Queued,
                    attempts: 0,
                    round: first,
                    rounds,
                    claim: None,
                    expires_ms: 0,
                    retry_ms: i64::MIN,
                    retries: 0..=0,
                });
                Answer::Task(self.tasks.len() - 1)
            }
        }
    }

    pub fn cancel(&mut self, user: usize, task: usize) -> Answer {
        let canceled = &mut self.tasks[task];
        if canceled.user != user {
            return Answer::NotFound;
        }
        match canceled.status {
            TaskStatus::Queued => {}
            TaskStatus::Canceled => return Answer::Task(task),
            _ => return Answer::TooLate,
        }
        canceled.status = TaskStatus::Canceled;
        self.accounts[user].held -= PRICE;
        Answer::Task(task)
    }

    /// The tasks that are claimed.
    pub fn claim(&mut self, limit: usize) -> Vec<usize> {
        let claim = self.claims.len();
        let is_due =
            |task: &Task| task.status == TaskStatus::Queued && task.retry_ms <= self.now_ms;
        let mut first: Vec<_> = (0..self.tasks.len())
            .filter(|index| is_due(&self.tasks[*index]))
            .collect();
        first.sort_by_key(|index| (self.tasks[*index].round, *index));
        first.truncate(limit);
        for index in &first {
            let task = &mut self.tasks[*index];
            task.status = TaskStatus::Running;
            task.attempts += 1;
            task.claim = Some(claim);
            task.expires_ms = self.now_ms + LEASE_MS;
            self.round = self.round.max(task.round + 1);
        }
        // As the claim lists them.
        first.sort_unstable();
        self.claims.push(first.clone());
        first
    }

    /// How many tasks are still held under the claim.
    pub fn renew(&mut self, claim: usize) -> u64 {
        let mut renewed = 0;
        for task in self.tasks.iter_mut().filter(|it| it.is_held_by(claim)) {
            task.expires_ms = self.now_ms + LEASE_MS;
            renewed += 1;
        }
        renewed
    }

    pub fn settle(&mut self, claim: usize, attempts: [AttemptKind; 3]) {
        for (position, index) in self.claims[claim].iter().enumerate() {
            let task = &mut self.tasks[*index];
            if !task.is_held_by(claim) {
                continue;
            }
            match attempts[position] {
                AttemptKind::Succeeded => {
                    task.status = TaskStatus::Succeeded;
                    let account = &mut self.accounts[task.user];
                    account.amount -= PRICE;
                    account.held -= PRICE;
                    account.lines += 1;
                }
                AttemptKind::Failed => {
                    task.end_attempt(&mut self.accounts, self.round, self.now_ms);
                }
                AttemptKind::Released => {
                    task.attempts -= 1;
                    task.queue_again(self.round);
                }
            }
        }
    }

    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// The rounds that a task may have been put into; it was put into this one.
    pub fn learn_round(&mut self, task: usize, round: i64) -> RangeInclusive<i64> {
        let task = &mut self.tasks[task];
        let allowed = std::mem::replace(&mut task.rounds, round..=round);
        if allowed != task.rounds {
            task.round = round;
            let account = &mut self.accounts[task.user];
            account.next_round = account.next_round.max(round + 1);
        }
        allowed
    }

    /// The times at which a task may be tried again; it is at this one.
    pub fn learn_retry(&mut self, task: usize, at_ms: i64) -> RangeInclusive<i64> {
        let task = &mut self.tasks[task];
        let allowed = std::mem::replace(&mut task.retries, at_ms..=at_ms);
        task.retry_ms = at_ms;
        allowed
    }

    pub fn wait(&mut self, ms: i64) {
        self.now_ms += ms;
    }

    pub fn reap(&mut self) {
        for task in &mut self.tasks {
            if task.status == TaskStatus::Running && task.expires_ms < self.now_ms {
                task.end_attempt(&mut self.accounts, self.round, self.now_ms);
            }
        }
    }
}

impl Task {
    fn is_held_by(&self, claim: usize) -> bool {
        self.status == TaskStatus::Running && self.claim == Some(claim)
    }

    fn end_attempt(&mut self, accounts: &mut [Account], round: i64, now_ms: i64) {
        if self.attempts < MAX_ATTEMPTS {
            let longest_ms = 1_000 * 4_i64.pow(self.attempts.unsigned_abs() - 1);
            self.retries = now_ms + longest_ms / 2..=now_ms + longest_ms;
            self.queue_again(round);
        } else {
            self.claim = None;
            self.status = TaskStatus::Failed;
            accounts[self.user].held -= PRICE;
        }
    }

    /// It keeps its place, but does not fall behind the current round.
    fn queue_again(&mut self, round: i64) {
        self.claim = None;
        self.status = TaskStatus::Queued;
        self.round = self.round.max(round);
        self.rounds = self.round..=self.round;
    }
}
