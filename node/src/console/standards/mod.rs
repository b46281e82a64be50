//! What the school owes by rule and how far it has come, and the training of its staff: for the
//! school's own screen and paper.
//!
//! No student is named. Classes and stages are for everybody who works with students; what the
//! school keeps up as a whole is for who reads governance, training for who reads training.

mod pages;
mod pledge;
mod training;
mod words;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::ledger::{Action, Area, Footing, Kind, SchoolRole, Word as _, permits};
use runtime::web::{NavLink, Problem, Text, Visitor};

use super::ledgers::{LEDGERS_HREF, Readers};
use super::office::{Office, problem};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::{browse, profile};
use crate::obligation::{self, training::Training};

pub(super) const STANDARDS_HREF: &str = "/standards";
pub(super) const TRAINING_HREF: &str = "/training";

/// The pages' entries of the menu.
pub(super) const fn links() -> [NavLink; 2] {
    [
        NavLink { label: words::STANDARDS, href: STANDARDS_HREF },
        NavLink { label: words::TRAINING, href: TRAINING_HREF },
    ]
}

/// The pages over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(STANDARDS_HREF, get(show))
        .route(TRAINING_HREF, get(show_training))
        .route("/training/pledge", get(pledge::show))
}

/// What is missing, so that classes and stages are not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lack {
    /// The school has not joined a hub, which says what it is.
    Hub,
    /// Its type.
    Type,
    /// A term that today lies in.
    Term,
}

/// Whether a role reads an area, whoever it is about.
pub(super) fn reads(role: SchoolRole, area: Area) -> bool {
    permits(role, Action::Read(area), Footing::default())
}

/// Where entries of some kinds are written, as far as the role may.
fn new_links(role: SchoolRole, kinds: &[(Kind, Text)]) -> Vec<(String, Text)> {
    let may = kinds.iter().filter(|(kind, _)| browse::is_writable_by(role, *kind));
    may.map(|(kind, label)| (format!("{LEDGERS_HREF}/{}/new", kind.as_str()), *label)).collect()
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
) -> Result<Response, Problem> {
    let packs = office.packs().await?;
    let small_classes = office.rules.small_school_classes();
    let has_joined = office.rules.list_recipient().is_some();
    let found = office.work(&visitor.session, move |tx, reader| {
        let (role, today) = (reader.role(), reader.today());
        let term = packs.calendar().current(today).copied();
        let profile = profile::load(tx)?;
        let lacks = match (&profile, term) {
            (None, _) if !has_joined => Some(Lack::Hub),
            (None, _) => Some(Lack::Type),
            (Some(_), None) => Some(Lack::Term),
            (Some(_), Some(_)) => None,
        };
        let known = profile.zip(term);
        let teaching = match &known {
            Some((profile, term)) => Some(obligation::teaching::of(tx, profile, term, today)?),
            None => None,
        };
        let works = match term.filter(|_| reads(role, Area::Governance)) {
            Some(term) => Some(obligation::works::of(tx, &term, today)?),
            None => None,
        };
        let staff = match reads(role, Area::Training) {
            true => Some(obligation::training::of(tx, today)?),
            false => None,
        };
        let names = Names::of(tx, [])?;
        Ok::<_, LedgerRefusal>((
            pages::Standards { teaching, lacks, works, staff, names, today, small_classes },
            role,
        ))
    });
    let (view, role) = found.await.map_err(problem)?;
    office.reply(&visitor, &pages::standards(&view, role, visitor.frame.lang)?)
}

async fn show_training(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, |tx, reader| {
        if !reads(reader.role(), Area::Training) {
            return Err(LedgerRefusal::NotAllowed);
        }
        let today = reader.today();
        let read: Training = obligation::training::of(tx, today)?;
        Ok((read, Names::of(tx, [])?, today, reader.role()))
    });
    let (read, names, today, role) = found.await.map_err(problem)?;
    let view = training::View { read: &read, names: &names, today, role };
    office.reply(&visitor, &training::page(&view, visitor.frame.lang)?)
}

#[cfg(test)]
mod tests;
