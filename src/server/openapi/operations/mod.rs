//! Every operation of the API. A test compares this table with the routes, and others send its examples.

mod accounts;
mod batches;
mod common;
mod credits;
mod emails;
mod inference;
mod insights;
mod keys;
mod models;
mod outcomes;
mod predictions;
mod public;
mod second_factor;
pub mod service;
mod sharing;
mod webhooks;

use super::operation::Operation;

/// The operations, in the order of the documentation.
pub fn all() -> Vec<Operation> {
    let mut all = predictions::all();
    all.extend(batches::all());
    all.extend(inference::all());
    all.extend(insights::all());
    all.extend(credits::all());
    all.extend(outcomes::all());
    all.extend(sharing::all());
    all.extend(models::all());
    all.extend(public::all());
    all.extend(accounts::all());
    all.extend(emails::all());
    all.extend(second_factor::all());
    all.extend(keys::all());
    all.extend(webhooks::all());
    all.extend(service::all());
    all
}
