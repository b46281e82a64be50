//! `xinqiao-hub sealed close`: destroys what a school year leaves over, with a signed record.

use std::sync::Arc;

use certs::identity::LeafIdentity;
use clap::Args;
use domain::catalogue::Stage;
use domain::digest::Digest;
use domain::unit::UnitId;
use proto::recalled::YearClosed;
use runtime::cli::{Exit, Failure, Sentence};
use runtime::sql::Tx;
use serde_json::json;

use super::context::Context;
use super::words::sealed as words;
use crate::app::{HubError, load_pins};
use crate::packs::Packs;
use crate::sealed::close::{self, CloseError, Closing, Outstanding};
use crate::sealed::documents::{Documents, ShareKeys};
use crate::share_key::{self, Held, ShareKeyError};

/// Sums that are named where they stand in the way.
const NAMED_MAX: usize = 20;

#[derive(Args)]
pub(super) struct Asked {
    /// School year of the plan, by the year it begins in
    year: i16,
    /// The same once more
    #[arg(long)]
    confirm: i16,
    /// Leave sums closed for good that may still be opened
    #[arg(long)]
    leave_closed: bool,
}

pub(super) fn run(context: &Context, asked: &Asked) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    if asked.confirm != asked.year {
        let values: [&dyn std::fmt::Display; 2] = [&asked.confirm, &asked.year];
        let message = Sentence::new(super::words::CONFIRM_DIFFERS, &values);
        return Err(Failure::new(Exit::Refused, "CONFIRM_DIFFERS", message));
    }
    let identity = LeafIdentity::load(&config.path("identity.pem")).map_err(HubError::Identity)?;
    let (today, now_ms, pins) = (context.clock.today(), context.now_ms(), load_pins(&config)?);
    let read = move |tx: &Tx<'_>| Packs::load(tx, today, &pins);
    let packs = Arc::new(database.read(read).map_err(HubError::from)?);
    let documents = Documents::of(packs.clone(), &ShareKeys::default());
    let own = documents.years().iter().filter_map(|year| {
        let plan = &year.sealed().plan;
        let role = year.role_of(&config.unit).filter(|_| plan.year() == asked.year)?;
        Some((plan.area().clone(), role))
    });
    let areas: Vec<_> = own.collect();
    if areas.is_empty() {
        let message = Sentence::new(words::NO_CLOSE_YEAR, &[&asked.year]);
        return Err(Failure::new(Exit::NotFound, "NO_PLAN", message));
    }
    let held = share_key::held(&config)?;
    let over = |one: &Held| share_key::is_of_year(one, packs.sealed_years(), asked.year);
    let (over, _): (Vec<Held>, Vec<Held>) = held.into_iter().partition(over);
    let keys: Vec<Digest> = over.iter().map(Held::digest).collect();
    let (year, leaves_closed) = (asked.year, asked.leave_closed);
    let (signer, place) = (identity.key().clone(), config.clone());
    let write = move |tx: &Tx<'_>| {
        let mut closed = Vec::new();
        for (area, role) in areas {
            let asked = Closing {
                unit: place.unit.clone(),
                role,
                place: (area.clone(), year),
                documents: &documents,
                identity: &identity,
                today,
                now_ms,
                keys: keys.clone(),
                leaves_closed,
            };
            match close::close(tx, &asked) {
                Ok(done) => closed.push((area, Some(done))),
                Err(CloseError::Closed) => closed.push((area, None)),
                Err(error) => return Err(error),
            }
        }
        for key in &over {
            share_key::record(tx, (&place, &signer), (key, packs.sealed_years()), now_ms)?;
        }
        Ok((closed, over))
    };
    let (closed, over) = database.write("sealed_close", write)?;
    // The records stand first. Keys go whether or not the log can be emptied now; until it is, what
    // was overwritten is in it, and the command says so and is run again.
    over.iter().try_for_each(share_key::erase)?;
    database.fold()?;
    told(context, asked.year, &closed)
}

fn told(
    context: &Context,
    year: i16,
    closed: &[(UnitId, Option<YearClosed>)],
) -> Result<(), Failure> {
    let value = closed.iter().map(|(area, done)| {
        json!({
            "area": area.as_str(), "year": year, "new": done.is_some(),
            "reports": done.as_ref().map(|done| done.reports),
            "keys": done.as_ref().map(|done| done.keys.len()),
            "opened": done.as_ref().map(|done| done.opened),
            "left_closed": done.as_ref().map(|done| done.left_closed),
            "record": done.as_ref().map(|done| done.number),
        })
    });
    let value: Vec<_> = value.collect();
    context.terminal.result(&value, |t| {
        let line = |(area, done): &(UnitId, Option<YearClosed>)| match done {
            None => t.text(words::CLOSED_BEFORE, &[area, &year]),
            Some(done) => t.text(
                words::CLOSED_YEAR,
                &[
                    area,
                    &year,
                    &done.reports,
                    &done.keys.len(),
                    &done.opened,
                    &done.left_closed,
                    &done.number,
                ],
            ),
        };
        closed.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

impl From<ShareKeyError> for CloseError {
    fn from(error: ShareKeyError) -> Self {
        match error {
            ShareKeyError::Store(error) => Self::Store(error),
            _ => Self::Signing,
        }
    }
}

impl From<CloseError> for Failure {
    fn from(error: CloseError) -> Self {
        match error {
            CloseError::Store(error) => error.into(),
            CloseError::Early(day) => {
                let message = Sentence::new(words::CLOSE_EARLY, &[&day]);
                Self::new(Exit::Refused, "YEAR_NOT_OVER", message)
            }
            CloseError::Outstanding(left) => {
                let named: Vec<String> = left.iter().take(NAMED_MAX).map(named).collect();
                let named = named.join("\n");
                let message = Sentence::new(words::CLOSE_OUTSTANDING, &[&left.len(), &named]);
                Self::new(Exit::Refused, "YEAR_OUTSTANDING", message)
                    .hint(words::CLOSE_OUTSTANDING_NEXT)
            }
            other => Self::new(Exit::Failed, "YEAR_CLOSE", words::UNREAD).because(&other),
        }
    }
}

fn named(one: &Outstanding) -> String {
    let stage = one.stage.map_or("*", Stage::as_str);
    let groups = one.groups.join(" ");
    format!("  {} {} {stage} {groups}", one.table, one.period)
}
