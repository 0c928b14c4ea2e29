//! The pages, one per file. A page loads data from `crate::api` and arranges `crate::components`; it has no rules.

pub mod account;
pub mod again;
pub mod batch;
pub mod batches;
pub mod chunk;
pub mod compare;
pub mod delivery;
pub mod docs;
pub mod example;
pub mod explore;
pub mod home;
pub mod keys;
pub mod login;
pub mod outcomes;
pub mod overview;
pub mod plan;
pub mod predict;
pub mod register;
pub mod report;
pub mod shared;
pub mod task;
pub mod tasks;
pub mod track_record;
pub mod transactions;
pub mod webhook;
pub mod webhooks;
