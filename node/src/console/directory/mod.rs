//! The directory: whom a school may turn to, by kind, with what may be chosen today and what not.
//!
//! The page names nobody of the school and is for everybody who works with students. Choosing is
//! done on a referral's own page.

mod pages;
mod words;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use runtime::web::{NavLink, Problem, Visitor};

use super::ledgers::Readers;
use super::office::Office;

pub(super) use pages::{room, sending, services};

pub(super) const DIRECTORY_HREF: &str = "/directory";

/// The page's entry of the menu.
pub(super) const fn link() -> NavLink {
    NavLink { label: words::DIRECTORY, href: DIRECTORY_HREF }
}

/// The page over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new().route(DIRECTORY_HREF, get(show))
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
) -> Result<Response, Problem> {
    let directories = office.directories().await?;
    let today = office.shell.clock.today();
    office.reply(&visitor, &pages::page(&directories, today, visitor.frame.lang)?)
}

#[cfg(test)]
mod tests;
