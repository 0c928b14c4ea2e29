//! The pages, one a file. A page asks `crate::api` and lays out `crate::components`; no rule lives here.

pub mod account;
pub mod again;
pub mod chunk;
pub mod compare;
pub mod explore;
pub mod home;
pub mod login;
pub mod overview;
pub mod predict;
pub mod register;
pub mod shared;
pub mod task;
pub mod tasks;
pub mod transactions;
