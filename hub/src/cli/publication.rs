//! `xinqiao-hub publish`: what is made public with noise. A plan is looked at first; whoever draws
//! gives its code and proves who they are.

use std::path::PathBuf;
use std::sync::Arc;

use certs::identity::LeafIdentity;
use clap::{Args, Subcommand};
use domain::disclosure::noise::{Epsilon, ReleaseName, Subject};
use domain::period::Term;
use domain::span::Span;
use jiff::civil::Date;
use runtime::cli::{Align, Exit, Failure, Sentence, Table, Terminal, block_on};
use runtime::sealing::SealingYear;
use runtime::sql::Database;
use runtime::web::factor::FactorPolicy;
use runtime::web::{Lang, SessionError, SessionStore, Sessions};
use serde_json::json;

use super::context::Context;
use super::words;
use super::words::publication as said;
use crate::app::{HubError, load_pins};
use crate::ca::source::create;
use crate::config::Config;
use crate::packs::Packs;
use crate::publication::{self, By, Office, PlanOut, Refused, ReleaseOut, ReleasesOut};
use crate::statistics::UnitName;

/// What is made public with noise: plan a release, draw it once, show it
#[derive(Subcommand)]
pub(super) enum Command {
    /// Show what was published and what each school year may still cost
    List,
    /// Show what a release would be, what it costs, its error, and what the attacker says
    Plan {
        /// Release, such as 2026S1-alerts
        release: String,
    },
    /// Pay for a planned release and draw it, once and for good
    Draw(Draw),
    /// Show a release with its figures
    Show {
        /// Release, such as 2026S1-alerts
        release: String,
    },
    /// Write a release for the public, with its error, coverage and cost
    Export(Export),
    /// Lower what a school year may cost; it is never raised again
    Lower(Lower),
}

/// Pay for a planned release and draw it, once and for good
#[derive(Args)]
pub(super) struct Draw {
    /// Release, such as 2026S1-alerts
    release: String,
    /// Code that its plan shows
    #[arg(long, value_name = "CODE")]
    plan: String,
    #[command(flatten)]
    who: Who,
}

/// Write a release for the public, with its error, coverage and cost
#[derive(Args)]
pub(super) struct Export {
    /// Release, such as 2026S1-alerts
    release: String,
    /// csv or json
    #[arg(long, value_parser = ["csv", "json"], default_value = "csv")]
    form: String,
    /// New file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Lower what a school year may cost; it is never raised again
#[derive(Args)]
pub(super) struct Lower {
    /// School year, by the year in which it begins
    #[arg(long, value_name = "YEAR")]
    year: i16,
    /// What it may cost from now on, such as 1.5
    #[arg(long, value_name = "EPSILON")]
    to: String,
    #[command(flatten)]
    who: Who,
}

#[derive(Args)]
struct Who {
    /// Name to sign in with, of an account with the role operator
    #[arg(long)]
    login: String,
    /// File with the password, or - for standard input; asked for if it is left out
    #[arg(long)]
    password_file: Option<PathBuf>,
    /// Code of the second step, where the account has one
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
}

pub(super) fn run(context: &Context, command: &Command) -> Result<(), Failure> {
    match command {
        Command::List => list(context),
        Command::Plan { release } => plan(context, release),
        Command::Draw(asked) => draw(context, asked),
        Command::Show { release } => show(context, release),
        Command::Export(asked) => export(context, asked),
        Command::Lower(asked) => lower(context, asked),
    }
}

fn list(context: &Context) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    let (at, today) = (UnitName::of(&config), context.clock.today());
    let packs = packs(context, &config, &database)?;
    let mut open = releases_of(&packs, today);
    let all = database.read(move |tx| publication::releases(tx, &at, (packs.calendar(), today)))?;
    open.retain(|name| all.releases.iter().all(|one| one.id != *name));
    context.terminal.result(&all, |t| listed(t, &all, &open))
}

/// The releases of terms that are over and of which there are sealed sums, the latest first.
fn releases_of(packs: &Packs, today: Date) -> Vec<String> {
    let years = packs.sealed_years();
    let is_sealed = |term: &&Term| {
        let under = |year: &SealingYear| (year.year().plan.year(), year.days());
        term.end < today && years.sealing().any(|year| has_sums(term, under(year)))
    };
    let ended = packs.calendar().terms().iter().rev().filter(is_sealed);
    let names = ended.flat_map(|term| {
        Subject::ALL.map(|subject| ReleaseName { term: term.id, subject }.to_string())
    });
    names.collect()
}

/// Whether a term is summed under a plan of a school year that holds on some days: unless it was
/// over before them, also where its census day had passed, or ends after them.
fn has_sums(term: &Term, (school_year, (from, until)): (i16, (Date, Date))) -> bool {
    let last = Span::of_term(term).to;
    school_year == term.id.school_year && from <= last && last <= until
}

fn listed(t: &Terminal, all: &ReleasesOut, open: &[String]) -> String {
    let budget = |one: &publication::BudgetOut| {
        t.text(said::BUDGET, &[&one.school_year, &(one.school_year + 1), &one.left, &one.cap])
    };
    let mut lines: Vec<String> = all.budgets.iter().map(budget).collect();
    if all.budgets.is_empty() {
        return t.text(said::NOT_HERE, &[]);
    }
    lines.push(t.text(said::STUDENT, &[&all.student_year]));
    if all.releases.is_empty() {
        lines.push(match open.first() {
            Some(first) => t.text(said::NONE, &[first]),
            None => t.text(said::NONE_ENDED, &[]),
        });
        lines.extend(not_drawn(t, open));
        return lines.join("\n");
    }
    let mut table = Table::new();
    for head in [said::RELEASE, said::SUBJECT, words::STATE, said::COST, said::ERROR, said::SCHOOLS]
    {
        table = table.column(head.in_lang(t.lang()), Align::Left);
    }
    for one in &all.releases {
        let state = if one.state == "drawn" { said::DRAWN } else { said::PAID };
        table.row(vec![
            one.id.clone(),
            one.subject.in_lang(t.lang()).to_owned(),
            t.text(state, &[]),
            one.epsilon.clone(),
            format!("±{}", one.margin95),
            format!("{} / {}", one.coverage.schools_reported, one.coverage.schools_due),
        ]);
    }
    lines.push(table.render());
    lines.extend(not_drawn(t, open));
    lines.join("\n")
}

/// What could still be drawn; whether it can, and why not, is its plan's to say.
fn not_drawn(t: &Terminal, open: &[String]) -> Option<String> {
    (!open.is_empty()).then(|| t.text(said::NOT_DRAWN_YET, &[&open.join(" ")]))
}

fn plan(context: &Context, release: &str) -> Result<(), Failure> {
    let (_, office) = office(context)?;
    let draft = office.plan(name(release)?)?;
    let out = PlanOut::of(&draft, &office.packs.in_force().catalogue);
    context.terminal.result(&out, |t| planned(t, &out))
}

fn planned(t: &Terminal, out: &PlanOut) -> String {
    let coverage = out.coverage;
    let mut lines = vec![
        t.text(said::PLANNED, &[&out.id, &out.subject.in_lang(t.lang())]),
        t.text(
            said::COVERAGE,
            &[&coverage.schools_reported, &coverage.schools_due, &coverage.persons, &out.sums],
        ),
    ];
    let query = |one: &publication::QueryOut| {
        let names: Vec<&str> = one.by_names.iter().map(|name| name.in_lang(t.lang())).collect();
        t.text(said::QUERY, &[&one.query, &names.join(" × "), &one.figures, &one.closed])
    };
    lines.extend(out.queries.iter().map(query));
    lines.push(if out.is_paid {
        t.text(said::IS_PAID, &[])
    } else {
        t.text(said::COSTS, &[&out.epsilon, &out.left])
    });
    lines.push(carried(t, out.carried));
    lines.push(t.text(said::MARGIN, &[&out.scale, &out.margin95]));
    lines.push(t.text(said::ATTACKED, &[]));
    lines.push(t.text(said::ONCE, &[]));
    lines.push(t.text(said::DRAW_NEXT, &[&out.id, &out.code]));
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// The sentence about reports of an earlier term; empty without any.
fn carried(t: &Terminal, carried: u32) -> String {
    if carried == 0 { String::new() } else { t.text(publication::words::CARRIED, &[&carried]) }
}

fn draw(context: &Context, asked: &Draw) -> Result<(), Failure> {
    let release = name(&asked.release)?;
    let (database, office) = office(context)?;
    let by = proven(context, &database, &asked.who)?;
    let drawn = office.draw(release, &asked.plan, &by)?;
    let value = json!({"release": drawn.id, "left": drawn.left.to_string(), "by": by.login});
    context.terminal.result(&value, |t| t.text(said::IS_DRAWN, &[&drawn.id, &drawn.left]))
}

fn show(context: &Context, release: &str) -> Result<(), Failure> {
    let out = found(context, release)?;
    context.terminal.result(&out, |t| shown(t, &out))
}

fn shown(t: &Terminal, out: &ReleaseOut) -> String {
    let (line, lang) = (&out.release, t.lang());
    let coverage = line.coverage;
    let mut lines = vec![
        t.text(said::PLANNED, &[&line.id, &line.subject.in_lang(lang)]),
        t.text(
            said::COVERAGE,
            &[&coverage.schools_reported, &coverage.schools_due, &coverage.persons, &out.sums],
        ),
        carried(t, line.carried),
        t.text(said::MARGIN, &[&line.scale, &line.margin95]),
        out.note.in_lang(lang).to_owned(),
    ];
    lines.retain(|line| !line.is_empty());
    if line.state == "paid" {
        lines.push(t.text(said::UNFINISHED, &[&line.id]));
        return lines.join("\n");
    }
    for one in &out.tables {
        let mut table = Table::new();
        for name in &one.by_names {
            table = table.column(name.in_lang(lang), Align::Left);
        }
        table = table.column(said::FIGURE.in_lang(lang), Align::Right);
        for cell in &one.cells {
            let mut row: Vec<String> =
                cell.names.iter().map(|name| name.in_lang(lang).to_owned()).collect();
            row.push(publication::text(cell, lang));
            table.row(row);
        }
        lines.push(format!("\n{}\n{}", one.query, table.render()));
    }
    if out.tables.iter().flat_map(|one| &one.cells).any(|cell| cell.left_out) {
        lines.push(t.text(publication::words::LEFT_OUT, &[]));
    }
    lines.join("\n")
}

fn export(context: &Context, asked: &Export) -> Result<(), Failure> {
    let out = found(context, &asked.release)?;
    if out.release.state != "drawn" {
        let message = Sentence::new(said::NOT_DRAWN, &[&asked.release]);
        return Err(Failure::new(Exit::Refused, "NOT_DRAWN", message).hint(said::NOT_DRAWN_NEXT));
    }
    let unwritten = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "release not written");
        Failure::new(Exit::Failed, "STORE", publication::words::UNREAD)
    };
    let bytes = match asked.form.as_str() {
        "json" => serde_json::to_vec_pretty(&out).map_err(|error| unwritten(&error))?,
        _ => publication::csv(&out).map_err(|error| unwritten(&error))?,
    };
    create(&asked.out, &bytes)?;
    let file = asked.out.display().to_string();
    let value = json!({"release": out.release.id, "file": file, "form": asked.form});
    context.terminal.result(&value, |t| t.text(said::EXPORTED, &[&file]))
}

fn lower(context: &Context, asked: &Lower) -> Result<(), Failure> {
    let wrong = || Failure::new(Exit::Usage, "EPSILON", Sentence::new(said::EPSILON, &[&asked.to]));
    let epsilon = epsilon(&asked.to).ok_or_else(wrong)?;
    let (database, office) = office(context)?;
    let by = proven(context, &database, &asked.who)?;
    office.lower(asked.year, epsilon, &by)?;
    let value = json!({"school_year": asked.year, "cap": epsilon.to_string(), "by": by.login});
    context
        .terminal
        .result(&value, |t| t.text(said::LOWERED, &[&asked.year, &(asked.year + 1), &epsilon]))
}

/// Thousandths from a figure with at most three decimals.
fn epsilon(text: &str) -> Option<Epsilon> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_plain(whole) || !is_plain(part) || part.len() > 3 {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    let part: u32 = format!("{part:0<3}").parse().ok()?;
    Some(Epsilon(whole.checked_mul(1_000)?.checked_add(part)?))
}

fn name(text: &str) -> Result<ReleaseName, Failure> {
    Ok(text.parse::<ReleaseName>().map_err(Refused::from)?)
}

fn found(context: &Context, release: &str) -> Result<ReleaseOut, Failure> {
    let id = name(release)?.to_string();
    let (config, database) = context.open()?;
    let (packs, at) = (packs(context, &config, &database)?, UnitName::of(&config));
    let out = database.read(move |tx| publication::release(tx, &packs, &at, &id))?;
    out.ok_or_else(|| {
        let message = Sentence::new(said::UNKNOWN, &[&release]);
        Failure::new(Exit::NotFound, "RELEASE_UNKNOWN", message).hint(said::UNKNOWN_NEXT)
    })
}

fn packs(context: &Context, config: &Config, database: &Database) -> Result<Packs, Failure> {
    let (today, pins) = (context.clock.today(), load_pins(config)?);
    let packs = database.read(move |tx| Packs::load(tx, today, &pins));
    packs.map_err(|error| Failure::from(HubError::from(error)))
}

fn office(context: &Context) -> Result<(Database, Office), Failure> {
    let (config, database) = context.open()?;
    let packs = Arc::new(packs(context, &config, &database)?);
    let loaded = LeafIdentity::load(&config.path("identity.pem"));
    let identity = loaded.map_err(|cause| Failure::from(HubError::Identity(cause)))?;
    let office = Office {
        config,
        database: database.clone(),
        packs,
        signer: identity.key().clone(),
        today: context.clock.today(),
        now_ms: context.now_ms(),
    };
    Ok((database, office))
}

/// Who somebody at the terminal is: every draw is somebody's.
fn proven(context: &Context, database: &Database, who: &Who) -> Result<By, Failure> {
    let store = SessionStore::new(database.clone());
    let sessions = Sessions::new(store, FactorPolicy::Persons).map_err(SessionError::from)?;
    let from = who.password_file.as_deref();
    let password = context.terminal.secret(from, words::PASSWORD, "--password-file")?;
    let code = who.code.as_deref();
    let asked = sessions.verify(&who.login, password.to_string(), code, context.now_ms());
    let account = block_on(asked)??;
    if !block_on(sessions.has_factor(&account.login))?? {
        return Err(Refused::NoFactor.into());
    }
    Ok(By { login: account.login, name: account.name, role: account.role })
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        if let Refused::Store(error) = refused {
            return error.into();
        }
        let (zh, en) = (refused.message(Lang::Zh), refused.message(Lang::En));
        let exit = match refused.code() {
            "RELEASE_UNKNOWN" => Exit::NotFound,
            "NOT_A_TERM" => Exit::Usage,
            "STORE" | "NOISE" => Exit::Failed,
            _ => Exit::Refused,
        };
        Self::new(exit, refused.code(), Sentence::pair(zh, en)).hint(refused.next())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// A plan that begins after a term's census day sums that term all the same; one that begins
    /// after its last day, or is of another year, does not.
    #[test]
    fn a_term_is_summed_unless_it_was_over() {
        let term = Term {
            id: "2026S1".parse().expect("term"),
            start: date(2026, 8, 31),
            end: date(2027, 1, 24),
            first_monday: date(2026, 8, 31),
            census: date(2026, 11, 6),
            due: date(2027, 1, 31),
            closed: date(2027, 2, 14),
        };
        let under = |year, from| has_sums(&term, (year, (from, date(2027, 8, 31))));
        assert!(under(2026, date(2026, 9, 1)));
        assert!(under(2026, date(2026, 11, 7)), "after its census day");
        assert!(under(2026, date(2027, 1, 24)), "on its last day");
        assert!(!under(2026, date(2027, 1, 25)), "after its last day");
        assert!(!under(2027, date(2026, 9, 1)), "a plan of another year");
        let short = (date(2026, 9, 1), date(2026, 12, 31));
        assert!(!has_sums(&term, (2026, short)), "its plan ends first");
    }

    /// A budget is read to the thousandth and nothing else is taken for one.
    #[test]
    fn a_budget_is_read_to_the_thousandth() {
        let read = |text: &str| epsilon(text).map(|epsilon| epsilon.0);
        assert_eq!(read("1.5"), Some(1_500));
        assert_eq!(read("0"), Some(0));
        assert_eq!(read("0.125"), Some(125));
        for wrong in ["", ".5", "1.2345", "-1", "1,5", "+1", "1e3", "99999999999"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
