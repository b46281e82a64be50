//! `xinqiao-hub sealed close`: destroys what a school year leaves over, with a signed record.

use clap::Args;
use domain::catalogue::Stage;
use domain::unit::UnitId;
use proto::pack::plan::name as plan_name;
use proto::recalled::YearClosed;
use runtime::cli::{Exit, Failure, Sentence};
use serde_json::json;

use super::context::Context;
use super::words::sealed as words;
use crate::sealed::close::{CloseError, Outstanding};
use crate::sealed::closing::{self, ClosingError, Kept};

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
        let message = Sentence::new(words::CONFIRM_YEAR, &values);
        return Err(
            Failure::new(Exit::Refused, "CONFIRM_DIFFERS", message).hint(words::CONFIRM_YEAR_NEXT)
        );
    }
    let of = closing::Asked {
        year: asked.year,
        leaves_closed: asked.leave_closed,
        today: context.clock.today(),
        now_ms: context.now_ms(),
    };
    // Where the log cannot be emptied now, what was overwritten is in it: the command says so and
    // is run again.
    let closed = closing::close_year(&config, &database, of)?;
    told(context, asked.year, (&closed, &closing::kept(&config, &database, of)?))
}

fn told(
    context: &Context,
    year: i16,
    (closed, kept): (&[(UnitId, Option<YearClosed>)], &[Kept]),
) -> Result<(), Failure> {
    let plans = |one: &Kept| {
        let plan = |(area, of): &(UnitId, i16)| plan_name(area, *of);
        one.open.iter().map(plan).collect::<Vec<_>>()
    };
    let keys_kept = kept.iter().map(|one| json!({"key": one.key.to_string(), "open": plans(one)}));
    let keys_kept: Vec<_> = keys_kept.collect();
    let value = closed.iter().map(|(area, done)| {
        json!({
            "area": area.as_str(), "year": year, "new": done.is_some(),
            "reports": done.as_ref().map(|done| done.reports),
            "keys": done.as_ref().map(|done| done.keys.len()),
            "opened": done.as_ref().map(|done| done.opened),
            "left_closed": done.as_ref().map(|done| done.left_closed),
            "record": done.as_ref().map(|done| done.number),
            "keys_kept": keys_kept,
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
        let lines = closed.iter().map(line);
        let still = kept
            .iter()
            .map(|one| t.text(words::KEY_KEPT, &[&one.key, &year, &plans(one).join(" ")]));
        lines.chain(still).collect::<Vec<_>>().join("\n")
    })
}

impl From<ClosingError> for Failure {
    fn from(error: ClosingError) -> Self {
        match error {
            ClosingError::NoPart(year) => {
                let message = Sentence::new(words::NO_CLOSE_YEAR, &[&year]);
                Self::new(Exit::NotFound, "NO_PLAN", message)
            }
            ClosingError::Close(error) => error.into(),
            ClosingError::Hub(error) => error.into(),
            ClosingError::Key(error) => error.into(),
            ClosingError::Store(error) => error.into(),
        }
    }
}

impl From<CloseError> for Failure {
    fn from(error: CloseError) -> Self {
        match error {
            CloseError::Store(error) => error.into(),
            CloseError::Early(day) => {
                let message = Sentence::new(words::CLOSE_EARLY, &[&day]);
                Self::new(Exit::Refused, "YEAR_NOT_OVER", message).hint(words::CLOSE_EARLY_NEXT)
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
