//! A student's course over the years, on the student's page: a table of years, the four steps of
//! each case, and how the tier went as a drawing.

use domain::ledger::Word as _;
use domain::ledger::terms::Tier;
use jiff::civil::Date;
use runtime::web::Lang;

use super::super::office::chosen;
use super::pages::{CellView, TableView, plain, table};
use super::words;
use crate::ledger::course::{Course, YearLine};

/// Width of the drawing.
const WIDTH: i64 = 640;
/// Room at the left for the names of the tiers.
const LEFT: i64 = 110;
/// Height of a step from one tier to the next.
const STEP: i64 = 30;
/// Height of the line of the gravest tier.
const TOP: i64 = 14;

/// How the tier went, drawn.
pub(super) struct Drawing {
    /// Names of the levels, the gravest first, each with its height.
    pub(super) levels: Vec<(&'static str, i64)>,
    /// The path of the line.
    pub(super) path: String,
    /// First and last day.
    pub(super) ends: (String, String),
    /// The same in words, for who does not see it.
    pub(super) said: String,
}

/// The tables of years and of cases.
pub(super) fn tables(course: &Course, lang: Lang) -> Vec<TableView> {
    let heads = [
        words::SCHOOL_YEAR,
        words::GRAVEST,
        words::AT_END,
        words::MOVES,
        words::SHEETS,
        words::INTERVIEWS,
        words::TALKS,
        words::SESSIONS,
        words::FOLLOWUPS,
    ];
    let rows = course.years.iter().map(|(year, line)| of_year(*year, line, lang)).collect();
    let title = words::YEARS.in_lang(lang).to_owned();
    let mut tables = vec![table(title, &heads, rows, (words::NOTHING, lang))];
    if !course.steps.is_empty() {
        let heads = [
            words::SOURCE,
            words::PREVENTION,
            words::MONITORING,
            words::WARNING,
            words::INTERVENTION,
            words::LEAD,
        ];
        let day = |day: Option<Date>| plain(day.map_or_else(String::new, |day| day.to_string()));
        let rows = course.steps.iter().map(|steps| {
            let contact = steps.intervention.map(|(day, way)| {
                format!("{day} {}", way.map_or("", |way| chosen(way.label(), lang)))
            });
            let lead = steps.lead_hours.map(|hours| words::HOURS.fill(lang, &[&hours]));
            vec![
                plain(chosen(steps.source.label(), lang)),
                day(steps.prevention),
                day(steps.monitoring),
                day(Some(steps.warning)),
                plain(contact.unwrap_or_default()),
                plain(lead.unwrap_or_default()),
            ]
        });
        let title = words::STEPS.in_lang(lang).to_owned();
        tables.push(table(title, &heads, rows.collect(), (words::NOTHING, lang)));
    }
    tables
}

fn of_year(year: i16, line: &YearLine, lang: Lang) -> Vec<CellView> {
    let count = |of: Option<usize>| plain(of.map_or_else(|| "—".to_owned(), |n| n.to_string()));
    // Without the right to the early-warning ledger nothing is said, not even that there is none.
    let tier = |of: Option<Tier>| match line.moves {
        None => plain("—"),
        Some(_) => {
            plain(of.map_or(words::NO_TIER.in_lang(lang), |tier| chosen(tier.label(), lang)))
        }
    };
    let talks = line.talks.map_or_else(
        || "—".to_owned(),
        |(all, concern)| words::TALKS_HAD.fill(lang, &[&all, &concern]),
    );
    vec![
        plain(format!("{year}–{}", year.saturating_add(1))),
        tier(line.gravest),
        tier(line.last),
        count(line.moves),
        count(line.sheets),
        count(line.interviews),
        plain(talks),
        count(line.sessions),
        count(line.followups),
    ]
}

/// Draws how the tier went up to a day; nothing where it never changed.
pub(super) fn drawing(course: &Course, today: Date, lang: Lang) -> Option<Drawing> {
    let (first, _) = course.tiers.first()?;
    let span = i64::from((today - *first).get_days()).max(1);
    let across = |day: Date| {
        let days = i64::from((day - *first).get_days()).clamp(0, span);
        LEFT + days * (WIDTH - LEFT) / span
    };
    let height = |tier: Option<Tier>| {
        let rank = tier.and_then(|tier| Tier::ALL.iter().position(|known| *known == tier));
        let below = rank.map_or(Tier::ALL.len(), |rank| Tier::ALL.len() - 1 - rank);
        TOP + i64::try_from(below).unwrap_or(0) * STEP
    };
    let name = |tier: Option<Tier>| match tier {
        Some(tier) => chosen(tier.label(), lang),
        None => words::NO_TIER.in_lang(lang),
    };
    let mut path = String::new();
    let mut said = Vec::new();
    for (day, tier) in &course.tiers {
        let (x, y) = (across(*day), height(*tier));
        match path.is_empty() {
            true => path = format!("M{x} {}V{y}", height(None)),
            false => path.push_str(&format!("H{x}V{y}")),
        }
        said.push(format!("{day} {}", name(*tier)));
    }
    path.push_str(&format!("H{WIDTH}"));
    let levels = Tier::ALL.iter().rev().map(|tier| Some(*tier)).chain([None]);
    Some(Drawing {
        levels: levels.map(|tier| (name(tier), height(tier))).collect(),
        path,
        ends: (first.to_string(), today.to_string()),
        said: said.join(chosen(("；", "; "), lang)),
    })
}
