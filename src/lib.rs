//! Ortsgespräch: one team answers the phone for a Kreis and its towns, each with its own knowledge.
//!
//! # The map
//!
//! *Folders say what it is about; file names say what kind of code it is. Use only what stands below you.*
//!
//! ```text
//! main.rs  verbs/                the command line: serve, migrate, tenant, line, user, token, source, knowledge, ...
//!   |
//! routes.rs  work.rs             requests come in / background work comes in: the only files that know every feature
//!   |
//! <feature>/pages.rs api.rs      the HTTP edge of a feature; never another feature's private parts
//!   |
//! web/                           the shell: page frame, session, guard, forms, errors
//!   |
//! app.rs                         App: what every request may reach (pool, clock, search index)
//!   |
//! <feature>/mod.rs store.rs ...  the features in reading order, each using only earlier ones:
//!                                audit, tenants, accounts, mail, directory, knowledge, bulletins, search, public, calls, telephony,
//!                                cases, appointments, gaps, desk, wallboard
//!   |
//! access.rs                      who is asking and what they may do
//!   |
//! config.rs db/ ids.rs clock.rs telemetry.rs
//! ```
//!
//! Every feature has the same names: `mod.rs` holds types and pure rules, `store.rs` all SQL on its tables, `pages.rs` routes,
//! forms, templates and handlers, `api.rs` the doors for programs. The same word stands in every tree: `desk` is a folder in
//! `src` and `templates`, a file in `static/css`, a prefix in `static/js`, a file in `tests/suite` and part of the route.
//!
//! # One request: an agent searches "Pass verlängern"
//!
//! 1. `static/js` does nothing: htmx sends `GET /desk/results?q=...` while the agent types (`templates/desk/_frame.html`).
//! 2. [`web::session`] reads the cookie and asks [`accounts`] who that is: one query, the person with all their tenants.
//! 3. [`web::guard`] compares the route's permission (`UseDesk`, named in `desk/pages/mod.rs`) with the person's roles.
//! 4. `desk/pages/view.rs` reads from the desk's row which town is on the line; a page cannot ask for another one.
//! 5. [`search`] analyses the words as it did the texts, looks up what they may mean in the lexicon and in the words that the
//!    town and its knowledge bases keep, and asks the index for them **and** for that town's knowledge sources
//!    in one query: what may not be seen is never found, not filtered afterwards.
//! 6. `templates/desk/_results.html` prints the hits. Enter posts the first one to `/desk/calls/{call}/entries/...`;
//!    `desk/sitting.rs` holds the desk's row, notes entry and version in the call, and the whole desk comes back.
//! 7. Ctrl+Enter marks the entry as the answer; `search/learning` ties the known ones of the typed words to it, and every
//!    server lets it rise for similar words from now on.
//!
//! # One call: somebody dials the Bürgerbüro of Stadt A
//!
//! 1. The telephone system posts to its door ([`telephony`]), or its manager interface tells us; either way the message is
//!    translated into our words (`calls/event.rs`).
//! 2. `calls/intake` stores it with whatever else came meanwhile, folds the call anew (`calls/fold`), finds out whose it is,
//!    and leaves a signal for the seat at which it rings.
//! 3. `desk/hub.rs` hears of the signal and sends it to that desk's browser; `desk/settle.rs` brings the desk in line with
//!    the telephone on every look at it.
//!
//! # Three nets at the tenant border
//!
//! The route names its permission; every statement names its tenant; row-level security shows nothing without a scope
//! ([`db::Scope`]). `tests/suite/tenancy.rs` and `tests/suite/crawler.rs` hold each of them.

pub mod access;
pub mod accounts;
pub mod app;
pub mod appointments;
pub mod audit;
pub mod bulletins;
pub mod calls;
pub mod cases;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod desk;
pub mod directory;
pub mod gaps;
pub mod ids;
pub mod knowledge;
pub mod mail;
pub mod public;
pub mod routes;
pub mod search;
pub mod telemetry;
pub mod telephony;
pub mod tenants;
pub mod verbs;
pub mod wallboard;
pub mod web;
pub mod work;
