//! Pledgecast: tells whether a Kickstarter campaign will reach its goal, as a paid service.

pub mod types;
