//! Before the weekly report, whoever is responsible for a website is reminded by e-mail of its parts that are not kept up: of each part
//! once for each report.

mod letter;
pub mod rules;
pub mod service;
pub mod store;

/// The job that writes to one person.
pub const JOB: &str = "monitoring.nudge";
