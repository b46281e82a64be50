//! Contradiction: rules of the catalogue that the figures of sealed tables break, as the school's
//! people are told of them; nothing waits for them, and nothing of them leaves.
//!
//! A report that is missing is seen by both hubs. Were one kept back because a rule about
//! emergencies is broken, its absence would say that there was an emergency; were a whole period,
//! that somebody here is in a ledger of children in need. So when a report leaves follows from the
//! calendar alone, and a broken rule is told before: from the morning after a week ended, and after
//! a census day, until the slot in which the figures are sealed, and on for as long as they
//! contradict each other. Whoever has them wait is a person: the principal holds the period, all of
//! its tables.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::{Catalogue, TableId};
use domain::disclosure::coherent::counts_in;
use domain::disclosure::sealed::{Kind, SealedTable, SealedTables, Week};
use domain::period::Period;
use domain::span::Span;
use jiff::ToSpan as _;
use jiff::civil::Date;
use runtime::sealing::SealingYear;
use runtime::sql::{SqlError, Tx};

use super::make::listed;
use super::schedule::{is_rounded, leaves_on};
use super::since::since;
use super::{Context, Due, Named, SealingError};
use crate::indicator::{BrokenIdentity, Facts, IndicatorError, contradictions};
use crate::ledger::sealed as register;
use crate::ledger::sealed_absent::{Absent, CONTRADICTION};
use crate::ledger::{profile, report_key};

/// Days after a term for which its stocks are looked at: those of a screening leave after its end.
const AFTER_TERM_DAYS: i64 = 21;

/// A rule that the figures of a period's sealed tables break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The rule, with the records behind it.
    pub broken: BrokenIdentity,
    /// The tables that hold a count which it names.
    pub tables: BTreeSet<TableId>,
}

/// What became of the figures that contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// They are sealed on the morning of a day.
    Leaves(Date),
    /// Their morning has passed, and they wait: for a hold, or for somebody to answer for them.
    Waits,
    /// They were sealed.
    Sealed,
}

/// The ordinary tables of a period that have a report, by the first day of the facts from which
/// they were counted. What a special period asks for is held to nothing under seal.
#[derive(Default)]
pub(super) struct Counted {
    named: Option<Named>,
    by_facts: BTreeMap<Date, Vec<SealedTable>>,
}

impl Counted {
    pub(super) fn note(&mut self, from: Date, due: &Due) {
        if due.catalogue.1.special().is_none() {
            self.named.get_or_insert_with(|| due.catalogue.clone());
            self.by_facts.entry(from).or_default().push(due.table.clone());
        }
    }

    /// The rules that these very facts break.
    pub(super) fn contradictions(
        &self,
        facts: &BTreeMap<Date, Facts>,
    ) -> Result<Vec<Contradiction>, SqlError> {
        let Some((_, catalogue)) = &self.named else { return Ok(Vec::new()) };
        let mut found: Vec<Contradiction> = Vec::new();
        for (from, tables) in &self.by_facts {
            let Some(facts) = facts.get(from) else { continue };
            for one in among(facts, catalogue, tables)? {
                match found.iter_mut().find(|known| known.broken == one.broken) {
                    Some(known) => known.tables.extend(one.tables),
                    None => found.push(one),
                }
            }
        }
        Ok(found)
    }
}

/// The rules about counts of some tables that the facts break.
fn among(
    facts: &Facts,
    catalogue: &Catalogue,
    tables: &[SealedTable],
) -> Result<Vec<Contradiction>, SqlError> {
    let carried: Vec<(&SealedTable, Vec<String>)> =
        tables.iter().map(|table| (table, counts_in(catalogue, table))).collect();
    let asked: BTreeSet<String> = carried.iter().flat_map(|(_, counts)| counts.clone()).collect();
    let is_stock = tables.iter().any(|table| table.kind() == Kind::Stock);
    let census = facts.span().term.filter(|_| is_stock).map(|term| term.census);
    let until = census.unwrap_or(facts.span().to);
    let found = match contradictions(catalogue, facts, (&asked, until)) {
        Ok(found) => found,
        Err(IndicatorError::Store(error)) => return Err(error),
        // A record without a place is told where the table that it is in is counted.
        Err(error) => {
            tracing::debug!(%error, "rules not checked");
            return Ok(Vec::new());
        }
    };
    let contradiction = |(broken, counts): (BrokenIdentity, BTreeSet<String>)| {
        let is_in = |own: &[String]| own.iter().any(|count| counts.contains(count));
        let holds = carried.iter().filter(|(_, own)| is_in(own));
        Contradiction { broken, tables: holds.map(|(table, _)| table.id().clone()).collect() }
    };
    Ok(found.into_iter().map(contradiction).collect())
}

/// What the figures of the latest week and of a term's stocks contradict now, for people of this
/// school, but for periods that were counted just now. A week reaches back, so that the latest one
/// holds what the weeks before it told.
///
/// # Errors
/// The documents do not fit each other, or the store cannot be read.
pub fn watched(
    tx: &Tx<'_>,
    context: &Context,
    counted: &BTreeSet<Period>,
) -> Result<Vec<Absent>, SealingError> {
    let Some(profile) = profile::load(tx)? else { return Ok(Vec::new()) };
    let mut told = Vec::new();
    for (period, kind) in looked_at(context) {
        let Ok(own) = context.span(period) else { continue };
        let year = context.year(own.school_year).filter(|_| !counted.contains(&period));
        let listing = year.and_then(|year| {
            let school = year.year().roster.school(&context.unit)?;
            Some((year, listed(school), context.catalogue_on(own.from)?))
        });
        let Some((year, grades, named)) = listing else { continue };
        let tables = tables(year, (period, &own), (&named, kind));
        if tables.is_empty() || (kind == Kind::Stock && is_rounded(tx, context, period)?) {
            continue;
        }
        let Some(from) = first_day(tx, context, (year, own), kind)? else { continue };
        let (profile, span) = (profile.with_grades(&grades), Span { from, ..own });
        let facts = match Facts::of_period(tx, &profile, span, context.today) {
            Ok(facts) => facts,
            Err(IndicatorError::Store(error)) => return Err(error.into()),
            // Said with the name of the record once the period is due.
            Err(_) => continue,
        };
        let found = among(&facts, &named.1, &tables)?;
        let stand = stand(tx, context, (&named.1, &tables), (period, &found))?;
        told.extend(said(period, &found, stand));
    }
    Ok(told)
}

/// The latest week that is over, and the terms of which stocks are counted or were.
fn looked_at(context: &Context) -> Vec<(Period, Kind)> {
    let week = Week::of(context.today.saturating_sub(7.days()));
    let is_looked_at = |census: Date, end: Date| {
        census < context.today && context.today <= end.saturating_add(AFTER_TERM_DAYS.days())
    };
    let terms = context.packs.calendar().terms().iter();
    let terms = terms.filter(|term| is_looked_at(term.census, term.end));
    let terms = terms.map(|term| (Period::Term(term.id), Kind::Stock));
    std::iter::once((week.period(), Kind::Flow)).chain(terms).collect()
}

/// The tables of the ordinary catalogue that a period has a task of.
fn tables(
    year: &SealingYear,
    (period, own): (Period, &Span),
    ((pack, catalogue), kind): (&Named, Kind),
) -> Vec<SealedTable> {
    let all = SealedTables::of(catalogue);
    let of_kind = all.all().iter().filter(|table| table.kind() == kind);
    of_kind.filter(|table| year.terms(table, (period, own), *pack).is_some()).cloned().collect()
}

/// The first day whose events a report of the period may tell; nothing where this ledger tells
/// none.
fn first_day(
    tx: &Tx<'_>,
    context: &Context,
    (year, own): (&SealingYear, Span),
    kind: Kind,
) -> Result<Option<Date>, SealingError> {
    let key = report_key::load(tx)?.filter(|_| kind == Kind::Flow);
    let Some(key) = key else { return Ok(Some(own.from)) };
    Ok(since(tx, context, (year, own), &key)?.ok())
}

/// How far the tables are that contradict each other: sealed where any of them is.
fn stand(
    tx: &Tx<'_>,
    context: &Context,
    (catalogue, tables): (&Catalogue, &[SealedTable]),
    (period, found): (Period, &[Contradiction]),
) -> Result<Stand, SqlError> {
    let is_told = |table: &&SealedTable| found.iter().any(|one| one.tables.contains(table.id()));
    let told: Vec<&SealedTable> = tables.iter().filter(is_told).collect();
    for table in &told {
        if !register::of_period(tx, table.id().as_str(), &period.to_string())?.is_empty() {
            return Ok(Stand::Sealed);
        }
    }
    let days = told.iter().filter_map(|table| leaves_on(context, (*table, catalogue), period));
    let first = days.min().filter(|day| *day > context.today);
    Ok(first.map_or(Stand::Waits, Stand::Leaves))
}

/// What people are told of a period whose figures contradict each other; nothing where none do.
pub(super) fn said(period: Period, found: &[Contradiction], stand: Stand) -> Option<Absent> {
    if found.is_empty() {
        return None;
    }
    let rules: Vec<(String, String)> = found.iter().map(|one| one.broken.said()).collect();
    let rules_zh: Vec<&str> = rules.iter().map(|(zh, _)| zh.as_str()).collect();
    let rules_en: Vec<&str> = rules.iter().map(|(_, en)| en.as_str()).collect();
    let tables: BTreeSet<&TableId> = found.iter().flat_map(|one| &one.tables).collect();
    let (zh, en) = next(period, stand);
    Some(Absent {
        period: period.to_string(),
        code: CONTRADICTION.to_owned(),
        tables: u32::try_from(tables.len()).ok(),
        zh: format!("{}。{zh}", rules_zh.join("。")),
        en: format!("{}. {en}", rules_en.join(". ")),
    })
}

/// What becomes of them and what to do, in both languages.
fn next(period: Period, stand: Stand) -> (String, String) {
    match (stand, period) {
        (Stand::Leaves(day), _) => (
            format!(
                "报告仍按时在 {day} 早上六点照台账密封，不因此推迟，上级也看不出来。请在此之前更正；来不及的，校长可先暂停\
                 该时段的全部上报（release hold {period}），更正后解除"
            ),
            format!(
                "The report is sealed on {day} at six in the morning all the same, as the ledger \
                 stands then, and nobody above sees that anything is wrong. Put it right before; \
                 if it takes longer, the principal can hold all of the period (release hold \
                 {period}) and lift the hold afterwards"
            ),
        ),
        (Stand::Waits, _) => (
            "报告还没有密封，一旦可以密封就照当时的台账密封。请尽快更正这些记录".to_owned(),
            "The report is not sealed yet; once it can be, it is, as the ledger stands then. \
             Correct these records now"
                .to_owned(),
        ),
        (Stand::Sealed, Period::Term(_)) => (
            "已照密封时的台账上报，本学期不再更改。请更正这些记录，并告知区县枢纽的运维人员：本校这一时段的数有疑问\
             （不要说出数字）"
                .to_owned(),
            "It was sealed as the ledger stood and does not change any more. Correct these \
             records, and tell the operator of the district's hub that the school's figures of the \
             period are in doubt; name no number"
                .to_owned(),
        ),
        (Stand::Sealed, _) => (
            "已照密封时的台账上报，不能撤回。请更正这些记录：补录的事项由以后的周报补报，记错而注销的与以后的同类事项相抵"
                .to_owned(),
            "It was sealed as the ledger stood and cannot be taken back. Correct these records: \
             what is entered late is told with a later week, and what is annulled is set off \
             against the next of its kind"
                .to_owned(),
        ),
    }
}
