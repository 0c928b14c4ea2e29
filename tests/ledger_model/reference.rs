//! What the ledger and the queue should do, as plainly as it can be said.

use std::collections::BTreeMap;

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
    top_ups: BTreeMap<u8, i64>,
    submits: BTreeMap<u8, (bool, usize)>,
}

#[derive(Clone, Debug)]
pub struct Task {
    pub user: usize,
    pub status: TaskStatus,
    pub attempts: i32,
    claim: Option<usize>,
    expires_ms: i64,
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
}

impl Reference {
    pub fn new(users: usize) -> Self {
        let account = Account {
            amount: WELCOME,
            held: 0,
            lines: 1,
            top_ups: BTreeMap::new(),
            submits: BTreeMap::new(),
        };
        Self {
            accounts: vec![account; users],
            tasks: Vec::new(),
            claims: Vec::new(),
            now_ms: 0,
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

    pub fn submit(&mut self, user: usize, key: u8, other_body: bool) -> Answer {
        let account = &mut self.accounts[user];
        match account.submits.get(&key) {
            Some((body, task)) if *body == other_body => Answer::Task(*task),
            Some(_) => Answer::KeyReused,
            None if account.amount - account.held < PRICE => Answer::NotEnough,
            None => {
                account.held += PRICE;
                account.submits.insert(key, (other_body, self.tasks.len()));
                self.tasks.push(Task {
                    user,
                    status: TaskStatus::Queued,
                    attempts: 0,
                    claim: None,
                    expires_ms: 0,
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
        if canceled.status != TaskStatus::Queued {
            return Answer::TooLate;
        }
        canceled.status = TaskStatus::Canceled;
        self.accounts[user].held -= PRICE;
        Answer::Task(task)
    }

    pub fn claim(&mut self, limit: usize) {
        let claim = self.claims.len();
        let queued = |task: &Task| task.status == TaskStatus::Queued;
        let oldest: Vec<_> = (0..self.tasks.len())
            .filter(|index| queued(&self.tasks[*index]))
            .take(limit)
            .collect();
        for index in &oldest {
            let task = &mut self.tasks[*index];
            task.status = TaskStatus::Running;
            task.attempts += 1;
            task.claim = Some(claim);
            task.expires_ms = self.now_ms + LEASE_MS;
        }
        self.claims.push(oldest);
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

    pub fn settle(&mut self, claim: usize, answered: u8) {
        for (position, index) in self.claims[claim].iter().enumerate() {
            let task = &mut self.tasks[*index];
            if !task.is_held_by(claim) {
                continue;
            }
            if answered >> position & 1 == 1 {
                task.status = TaskStatus::Succeeded;
                let account = &mut self.accounts[task.user];
                account.amount -= PRICE;
                account.held -= PRICE;
                account.lines += 1;
            } else {
                task.give_back(&mut self.accounts);
            }
        }
    }

    pub fn wait(&mut self, ms: i64) {
        self.now_ms += ms;
    }

    pub fn rescue(&mut self) {
        for task in &mut self.tasks {
            if task.status == TaskStatus::Running && task.expires_ms < self.now_ms {
                task.give_back(&mut self.accounts);
            }
        }
    }
}

impl Task {
    fn is_held_by(&self, claim: usize) -> bool {
        self.status == TaskStatus::Running && self.claim == Some(claim)
    }

    fn give_back(&mut self, accounts: &mut [Account]) {
        self.claim = None;
        if self.attempts < MAX_ATTEMPTS {
            self.status = TaskStatus::Queued;
        } else {
            self.status = TaskStatus::Failed;
            accounts[self.user].held -= PRICE;
        }
    }
}
