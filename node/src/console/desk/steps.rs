//! What a case went through, on its page: its tier now, its moves, first contact, reviews and
//! follow-ups, each with the way to its record.

use askama::Template;
use domain::ledger::terms::Tier;
use domain::ledger::{Kind, Word as _};
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::texts;
use runtime::web::{Html, Lang, RenderError};

use super::super::ledgers::{LEDGERS_HREF, brief};
use super::super::office::chosen;
use super::words;
use crate::ledger::author::Author;
use crate::ledger::browse::{self, Filter, Line};
use crate::ledger::case;
use crate::ledger::entry::{Cell, RecordId, StudentId};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;

texts! {
    TITLE = "个案进程", "Course of the case";
    OPEN = "打开学生档案", "Open the student's record";
    DAY = "日期", "Day";
    KIND = "种类", "Kind";
    CONTENT = "内容", "Content";
}

/// Kinds of records that are steps of a case.
const STEPS: [Kind; 4] = [Kind::AlertMove, Kind::FirstContact, Kind::AlertReview, Kind::Followup];

/// The steps of a case as they were read.
pub(super) struct Found {
    student: StudentId,
    tier: Option<Tier>,
    lines: Vec<Line>,
    names: Names,
}

#[derive(Template)]
#[template(path = "console/steps.html")]
struct StepsTemplate {
    lang: Lang,
    student: i64,
    now: String,
    heads: [&'static str; 3],
    steps: Vec<StepView>,
}

/// One step.
struct StepView {
    day: String,
    kind: &'static str,
    href: String,
    said: String,
}

impl StepsTemplate {
    fn title(&self) -> &'static str {
        TITLE.in_lang(self.lang)
    }

    fn open(&self) -> &'static str {
        OPEN.in_lang(self.lang)
    }
}

/// The steps, where the record is a case; of each kind what the reader may see.
pub(super) fn of(
    tx: &Tx<'_>,
    reader: &Author,
    (kind, record): (Kind, RecordId),
    student: Option<StudentId>,
) -> Result<Option<Found>, LedgerRefusal> {
    let (Kind::AlertCase, Some(student)) = (kind, student) else { return Ok(None) };
    let filter = Filter { student: Some(student), ..Filter::default() };
    let mut lines = Vec::new();
    for kind in STEPS.into_iter().filter(|kind| browse::is_open_to(reader.role(), *kind)) {
        let columns = browse::kind_of(kind)?.columns;
        let found = browse::page(tx, reader, kind, &filter)?.lines;
        lines.extend(found.into_iter().filter(|line| {
            columns.iter().zip(&line.cells).any(|(column, cell)| {
                column.name == "of_case" && matches!(cell, Cell::Integer(id) if *id == record.0)
            })
        }));
    }
    for line in &mut lines {
        line.day = browse::made_on(line).unwrap_or(line.day);
    }
    lines.sort_by_key(|line| std::cmp::Reverse((line.day, line.record)));
    let tier = case::tier_of(tx, student, record, Date::MAX)?;
    Ok(Some(Found { student, tier, lines, names: Names::of(tx, [])? }))
}

impl Found {
    /// The part of the page.
    pub(super) fn part(&self, lang: Lang) -> Result<Html, RenderError> {
        let tier = match self.tier {
            Some(tier) => chosen(tier.label(), lang),
            None => words::NO_TIER.in_lang(lang),
        };
        let step = |line: &Line| StepView {
            day: line.day.to_string(),
            kind: chosen(line.kind.label(), lang),
            href: format!("{LEDGERS_HREF}/{}/{}", line.kind.as_str(), line.record.0),
            said: brief(line, &self.names, lang),
        };
        Html::render(&StepsTemplate {
            lang,
            student: self.student.0,
            now: words::TIER_NOW.with(lang, tier),
            heads: [DAY, KIND, CONTENT].map(|head| head.in_lang(lang)),
            steps: self.lines.iter().map(step).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::super::tests::two;

    /// The page of a case has its tier, the way to its student and to each of its steps, and says
    /// of what is only due that it is planned.
    #[tokio::test]
    async fn a_case_shows_what_it_went_through() {
        let (_school, mut li, _) = two().await;
        let board = li.get("/alerts").await.expect("board").text;
        let case = board.split("href=\"").find(|part| part.starts_with("/ledgers/alert_case/"));
        let case = case.and_then(|part| part.split(['#', '"']).next()).expect("link").to_owned();
        for (lang, told) in [
            ("zh", ["个案进程", "现在的级别：重点关注", "计划，尚未完成"]),
            ("en", ["Course of the case", "present tier:", "planned, not done yet"]),
        ] {
            let page = li.get(&format!("{case}?lang={lang}")).await.expect("case");
            assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{}", page.text);
            for said in told {
                assert!(page.text.contains(said), "{said}: {}", page.text);
            }
            for kind in ["alert_move", "first_contact", "alert_review", "followup"] {
                assert!(page.text.contains(&format!("href=\"/ledgers/{kind}/")), "{kind}");
            }
            assert!(page.text.contains("href=\"/students/1\""), "{}", page.text);
            page.keep(&format!("case-steps-{lang}.html")).expect("keep");
        }
    }
}
