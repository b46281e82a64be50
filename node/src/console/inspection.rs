//! The inspection sheet on screen and on paper: counts of process, no name, nothing to download.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::cell::Cell;
use domain::ledger::{Act, Action};
use runtime::texts;
use runtime::web::{Html, Lang, NavLink, Problem, RenderError, Visitor, percent};

use super::counts::Counters;
use super::office::{Office, page, problem, term_name};
use super::words::DAILY_RECORDS;
use crate::indicator::IndicatorError;
use crate::inspection::{self, InspectionSheet, SheetLine};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::write;

pub(super) const INSPECTION_HREF: &str = "/inspection";

texts! {
    TITLE = "督导核验单", "Inspection sheet";
    NOTE = "{0} · {1} · 截至 {2}", "{0} · {1} · as of {2}";
    HERE_ONLY = "本单由本校台账即时统计，只在本校屏幕和纸面上出示，不含姓名、得分和个案内容，不随任何报表出校，也不提供下载。",
        "Counted just now from the school's own ledgers, for this screen and for paper only: no \
         name, no score, no case, part of no release, and nothing to download.";
    LINE = "核验项目", "What is verified";
    DONE = "数", "Done";
    DUE = "应", "Due";
    SHARE = "比例", "Share";
    NOT_KEPT = "还没有登记过", "nothing entered yet";
    NONE = "无来源", "no source";
    NOTHING = "还没有可核验的数据：请先加入枢纽、设置学校类型并导入名册。",
        "There is nothing to verify yet: join a hub, set the school's type and import the roster.";
    SIGNED = "学校（盖章）：＿＿＿＿＿＿　　督导人员：＿＿＿＿＿＿　　日期：＿＿＿＿＿＿",
        "School (seal): ____________   Inspector: ____________   Date: ____________";
    PRINT = "用浏览器的打印功能打印本页。", "Print this page with the browser.";
}

/// The page's entry of the menu.
pub(super) const fn link() -> NavLink {
    NavLink { label: TITLE, href: INSPECTION_HREF }
}

/// The page over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new().route(INSPECTION_HREF, get(show))
}

/// A line as it is shown.
struct LineView {
    label: &'static str,
    done: String,
    due: String,
    share: String,
}

#[derive(Template)]
#[template(path = "console/inspection.html")]
struct InspectionTemplate {
    lang: Lang,
    lines: Vec<LineView>,
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<Counters>,
) -> Result<Response, Problem> {
    let packs = office.packs().await?;
    let now_ms = office.shell.clock.now_ms();
    let found = office.work(&visitor.session, move |tx, reader| {
        write::allow(tx, &reader, Action::Do(Act::ReadCounts), None)?;
        let by = (&*packs.in_force().pack, &**packs.calendar());
        match inspection::sheet(tx, by, reader.today(), now_ms) {
            Ok(sheet) => Ok(sheet),
            Err(IndicatorError::Store(error)) => Err(LedgerRefusal::Store(error)),
            Err(error) => {
                tracing::error!(%error, "inspection sheet not counted");
                Err(LedgerRefusal::Field("grade"))
            }
        }
    });
    let sheet = found.await.map_err(problem)?;
    let lang = visitor.frame.lang;
    let body = body(sheet.as_ref(), lang)?;
    let note = sheet.as_ref().map_or_else(String::new, |sheet| note(sheet, lang));
    let page = page((DAILY_RECORDS, TITLE, note), INSPECTION_HREF, body, lang);
    office.reply(&visitor, &page)
}

fn note(sheet: &InspectionSheet, lang: Lang) -> String {
    let school = match lang {
        Lang::En if !sheet.school.1.is_empty() => &sheet.school.1,
        _ => &sheet.school.0,
    };
    NOTE.fill(lang, &[school, &term_name(sheet.term, lang), &sheet.today])
}

fn body(sheet: Option<&InspectionSheet>, lang: Lang) -> Result<Html, RenderError> {
    let lines = sheet.map_or(&[][..], |sheet| &sheet.lines);
    Html::render(&InspectionTemplate {
        lang,
        lines: lines.iter().map(|line| line_view(line, lang)).collect(),
    })
}

fn line_view(line: &SheetLine, lang: Lang) -> LineView {
    let share = match (line.done, line.due) {
        (Cell::Value(done), Some(Cell::Value(due))) if due > 0 => {
            let share = done.saturating_mul(10_000) / due;
            percent(u32::try_from(share).unwrap_or(u32::MAX))
        }
        _ => String::new(),
    };
    LineView {
        label: line.label.in_lang(lang),
        done: figure(line.done, lang),
        due: line.due.map_or_else(String::new, |due| figure(due, lang)),
        share,
    }
}

fn figure(cell: Cell, lang: Lang) -> String {
    match cell {
        Cell::Value(value) => value.to_string(),
        Cell::NotApplicable => "—".to_owned(),
        Cell::NotReported => NOT_KEPT.in_lang(lang).to_owned(),
        Cell::Suppressed | Cell::Unsupported => NONE.in_lang(lang).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use runtime::web::Role;

    use super::super::trial::{Person, browser};
    use super::{Cell, Lang, figure};
    use crate::ledger::testing::{AS_OF, NOW_MS, School, TestPupil, sheet_cells};

    /// A ledger without an entry is told in the words of the page of counts, and not as a zero.
    #[test]
    fn a_ledger_without_an_entry_is_no_zero() {
        assert_eq!(figure(Cell::NotReported, Lang::Zh), "还没有登记过");
        assert_eq!(figure(Cell::NotReported, Lang::En), "nothing entered yet");
        assert_eq!(figure(Cell::Value(0), Lang::Zh), "0");
    }

    /// The sheet shows counts to who may see counts and to nobody else, names nobody, and offers
    /// nothing to take away.
    #[tokio::test]
    async fn the_sheet_names_nobody_and_gives_nothing_away() {
        let school = School::new();
        let pupils: Vec<TestPupil> = (0..12).map(TestPupil::new).collect();
        school.roster(&pupils, AS_OF);
        school.staff(&[(1, "心理教师")]);
        let answered = (TestPupil::new(1), "2025-10-15", sheet_cells(20, "2"));
        school.answers(&[answered]).expect("sheet");
        let teacher = Person { login: "ban", role: Role::ClassTeacher, staff: "T001" };
        let mut teacher = browser(&school, teacher, NOW_MS).await;
        let seen = teacher.get("/inspection").await.expect("page");
        assert_eq!(seen.status, StatusCode::FORBIDDEN);
        let zhao = Person { login: "zhao", role: Role::Principal, staff: "" };
        let mut zhao = browser(&school, zhao, NOW_MS).await;
        for (path, label) in
            [("/inspection?lang=zh", "普测覆盖"), ("/inspection?lang=en", "Screening")]
        {
            let page = zhao.get(path).await.expect("page");
            assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
            assert!(page.text.contains(label), "{}", page.text);
            assert!(!page.text.contains("张某某") && !page.text.contains("G9999992013"));
            let main = page.text.split("<main id=\"main\">").nth(1).unwrap_or_default();
            let sheet = main.split("<section").nth(1).and_then(|s| s.split("</section").next());
            assert!(sheet.is_some_and(|sheet| !sheet.contains("href=")), "nothing to take away");
            assert!(!main.contains("class=\"ex\""));
            page.keep(&format!("inspection_{}.html", label.len())).expect("keep");
        }
        assert_eq!(school.rows("access_log"), 0, "nobody was named, nobody was read");
    }
}
