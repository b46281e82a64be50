//! `xinqiao-hub plan make`: the plan of a year, from its roster and both hubs' key statements.
//!
//! What would be refused after four signatures is refused here: a statement of one commission, one
//! that ends within the year, a plan that opens nothing.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use certs::statement::{KeyStatement, Purpose, SignedStatement};
use clap::Args;
use domain::disclosure::plan::{Flaw, GROUP_MIN, Plan};
use jiff::civil::{Date, date};
use proto::pack::plan::{self as plan_pack, OpenPlan, Sealing};
use runtime::cli::{Exit, Failure, Paint, Sentence, Terminal};
use runtime::clock::date_of;
use runtime::web::Text;
use serde_json::json;

use super::causes::Caused as _;
use super::plan::{
    Judged, PLAN_EXTENSION, bytes, earlier, folder, read_roster, said, stem, unreadable,
};
use super::words::plan as words;
use super::{plan_keys, plan_shut, plan_versions};
use crate::ca::source::create;

/// First line of a draft's file, for whoever finds it later.
const DRAFT: &str =
    "# 草案：只供查看分组，不能签署。 A draft: it shows the groups and cannot be signed.\n";

/// What a plan is made of.
#[derive(Args)]
pub(super) struct Make {
    /// Roster, a CSV named after area and school year, such as 370203-2026.csv
    roster: PathBuf,
    /// Fewest schools of a group; cannot be below 5
    #[arg(long, value_name = "SCHOOLS", default_value_t = GROUP_MIN)]
    floor: u32,
    /// Folder with the rosters and plans of earlier years; that of the roster if left out
    #[arg(long, value_name = "DIR")]
    past: Option<PathBuf>,
    /// Published plan of the same year that this one replaces, its roster beside it; the oldest
    /// first where there are several
    #[arg(long, value_name = "PLAN")]
    replaces: Vec<PathBuf>,
    /// Day on which the roster's enrolment was read; without it the plan is a draft
    #[arg(long, value_name = "DATE", requires_all = ["leader_statement", "helper_statement"])]
    census_day: Option<Date>,
    /// Key statement of education's hub, signed by both commissions
    #[arg(long, value_name = "FILE", requires = "census_day")]
    leader_statement: Option<PathBuf>,
    /// Key statement of health's hub, signed by both commissions
    #[arg(long, value_name = "FILE", requires = "census_day")]
    helper_statement: Option<PathBuf>,
    /// New file for the plan; beside the roster if left out
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Makes the plan and writes it, with what has to be done next.
pub(super) fn run(terminal: &Terminal, asked: &Make) -> Result<(), Failure> {
    if asked.floor < GROUP_MIN {
        let flaw = said(&Flaw::Floor { floor: asked.floor, smallest: None });
        return Err(Failure::new(Exit::Usage, "FLOOR", flaw).hint(words::FLOOR_NEXT));
    }
    let (roster, digest) = read_roster(&asked.roster)?;
    let out = asked.out.clone().unwrap_or_else(|| asked.roster.with_extension(PLAN_EXTENSION));
    let mut past = earlier(&roster, folder(asked.past.as_deref(), &asked.roster))?;
    let at = (asked.past.as_deref(), out.as_path());
    past.extend(plan_versions::before(&roster, &asked.replaces, at)?);
    let plan = Plan::build(asked.floor, &roster, &past);
    let sealing = asked.sealing(roster.year)?;
    let judged = Judged { plan, roster, digest, sealing, past };
    judged.accept()?;
    if let Some(sealing) = &judged.sealing {
        let beside = folder(asked.past.as_deref(), &asked.roster);
        plan_keys::check(sealing, judged.plan.year(), beside)?;
    }
    let is_draft = judged.sealing.is_none();
    if judged.open() == 0 && !is_draft {
        let message = Sentence::new(words::OPENS_NOTHING, &[]);
        let failure = Failure::new(Exit::Refused, "PLAN_OPENS_NOTHING", message);
        return Err(failure.hint(words::OPENS_NOTHING_NEXT));
    }
    write(&out, &judged)?;
    let Judged { plan, .. } = &judged;
    let (years, versions) = plan_versions::counts(&judged);
    let name = plan_pack::name(plan.area(), plan.year());
    if stem(&out) != Some(name.as_str()) {
        terminal.talk(words::OTHER_NAME, &[&out.display(), &name]);
    }
    let value = json!({
        "file": out, "area": plan.area().as_str(), "year": plan.year(), "floor": plan.floor(),
        "years_before": years, "versions_before": versions, "groups": judged.groups(),
        "open": judged.open(), "draft": is_draft, "never_told": plan_shut::listed(&judged),
    });
    terminal.result(&value, |t| {
        let text = if is_draft { words::DRAFTED } else { words::WRITTEN };
        let mut lines = vec![judged.table(t), t.text(text, &[&out.display(), &years])];
        lines.extend(plan_versions::line(t, &judged));
        if judged.open() == 0 {
            lines.push(t.paint(Paint::Warn, &t.text(words::DRAFT_OPENS_NOTHING, &[])));
        }
        lines.extend(plan_shut::lines(t, &judged));
        if !is_draft {
            let values: [&dyn Display; 3] = [&name, &asked.roster.display(), &out.display()];
            lines.push(t.text(words::WRITTEN_NEXT, &values));
        }
        lines.join("\n")
    })
}

/// Writes the plan into a new file, or in place of its own draft, which nobody can have signed.
fn write(out: &Path, judged: &Judged) -> Result<(), Failure> {
    let Judged { plan, digest, sealing, .. } = judged;
    let name = plan_pack::name(plan.area(), plan.year());
    let open = OpenPlan { plan: plan.clone(), roster: *digest, sealing: sealing.clone() };
    let text = plan_pack::write(&open).map_err(|error| unreadable(out, &error))?;
    if open.sealing.is_none() {
        return create(out, format!("{DRAFT}{text}").as_bytes());
    }
    let before = std::fs::read(out).ok().and_then(|bytes| plan_pack::read(&name, &bytes).ok());
    if before.is_some_and(|before| before.sealing.is_none()) {
        return std::fs::write(out, text).map_err(|cause| Failure::unreadable_file(out, &cause));
    }
    create(out, text.as_bytes())
}

impl Make {
    /// What makes a plan of a draft.
    fn sealing(&self, year: i16) -> Result<Option<Sealing>, Failure> {
        let Self { census_day, leader_statement, helper_statement, .. } = self;
        let given = (census_day, leader_statement, helper_statement);
        let (Some(census_day), Some(leader), Some(helper)) = given else { return Ok(None) };
        Ok(Some(Sealing {
            census_day: *census_day,
            leader_statement: statement(leader, Purpose::AggregateLeader, year)?,
            helper_statement: statement(helper, Purpose::AggregateHelper, year)?,
        }))
    }
}

/// The text of a key statement, in the one form in which it is written, for the whole year. Whether
/// it holds is judged where it is relied on.
fn statement(path: &Path, purpose: Purpose, year: i16) -> Result<String, Failure> {
    let unusable = |said: Text| {
        let message = Sentence::new(said, &[&path.display()]);
        Failure::new(Exit::Invalid, "STATEMENT_FILE", message).hint(words::STATEMENT_NEXT)
    };
    let signed = SignedStatement::from_pem(&bytes(path)?);
    let signed = signed.map_err(|error| unusable(words::NO_STATEMENT).caused(&error))?;
    let says = signed.unverified();
    let says = says.map_err(|error| unusable(words::NO_STATEMENT).caused(&error))?;
    if says.purpose != purpose {
        return Err(unusable(words::OTHER_PURPOSE));
    }
    // Schools seal under both or not at all: better said before two ceremonies than after.
    if signed.signatures() < 2 {
        let failure = unusable(words::ONE_SIGNATURE);
        return Err(failure.hint(words::ONE_SIGNATURE_NEXT));
    }
    let (from, until) = (date_of(says.valid_from), last_day(&says));
    let end = date(year.saturating_add(1), 8, 31);
    if from > end || until < end {
        let message =
            Sentence::new(words::STATEMENT_SHORT, &[&path.display(), &from, &until, &end]);
        let failure = Failure::new(Exit::Refused, "STATEMENT_SHORT", message);
        return Err(failure.hint(words::ENDS_NEXT));
    }
    Ok(signed.to_pem())
}

/// The last civil day on which a statement holds.
pub(super) fn last_day(says: &KeyStatement) -> Date {
    date_of(says.valid_to - jiff::SignedDuration::from_millis(1))
}
