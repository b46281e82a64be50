//! A teaching case on paper, once a second person has released it. It names nobody, its writer too.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::ledger::{Kind, Word as _};
use runtime::sql::Tx;
use runtime::texts;
use runtime::web::{Html, Lang, Problem, Visitor};

use super::super::Staff;
use super::super::ledgers::LEDGERS_HREF;
use super::super::office::{Office, chosen, problem};
use crate::desk::labels;
use crate::ledger::author::Author;
use crate::ledger::browse;
use crate::ledger::entry::RecordId;
use crate::ledger::read;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::teaching_case::TeachingCase;

texts! {
    NOTE = "只供本校教师学习，不外传", "for this school's own training; not to be passed on";
    PRINT = "打印教学案例", "Print the teaching case";
    WRITE = "写成教学案例", "Write a teaching case";
    HOW = "案例不记出自哪一个个案。用浏览器的打印功能打印这一页。",
        "The case does not say which case it was written from. Print this page with the browser.";
}

/// What leads on from a record: from a teaching case that was released to its print, and from a
/// closed case to an empty form that knows nothing of it.
pub(super) fn links(
    tx: &Tx<'_>,
    reader: &Author,
    (kind, record): (Kind, RecordId),
    lang: Lang,
) -> Result<Option<(String, &'static str)>, LedgerRefusal> {
    Ok(match kind {
        Kind::TeachingCase => {
            let kept = read::one::<TeachingCase>(tx, record)?;
            let is_released = kept.is_some_and(|kept| kept.entry.released.is_some());
            let href = format!("/teaching-cases/{}", record.0);
            is_released.then(|| (href, PRINT.in_lang(lang)))
        }
        Kind::AlertCase => {
            let may = browse::is_writable_by(reader.role(), Kind::TeachingCase);
            let is_closed = may && !read::does_wait(tx, record)?;
            let href = format!("{LEDGERS_HREF}/{}/new", Kind::TeachingCase.as_str());
            is_closed.then(|| (href, WRITE.in_lang(lang)))
        }
        _ => None,
    })
}

#[derive(Template)]
#[template(path = "console/teaching_case.html")]
struct SheetTemplate {
    lang: Lang,
    age: (&'static str, &'static str),
    sections: Vec<(&'static str, String)>,
    back: String,
}

pub(super) async fn show(
    State(office): State<Office>,
    visitor: Visitor<Staff>,
    Path(record): Path<i64>,
) -> Result<Response, Problem> {
    let record = RecordId(record);
    let found = office.work(&visitor.session, move |tx, reader| {
        // Whether the reader may see it at all.
        browse::history(tx, &reader, Kind::TeachingCase, record)?;
        let kept = read::one::<TeachingCase>(tx, record)?.ok_or(LedgerRefusal::Unknown)?;
        if kept.entry.released.is_none() {
            return Err(LedgerRefusal::Unknown);
        }
        Ok(kept.entry)
    });
    let entry = found.await.map_err(problem)?;
    let lang = visitor.frame.lang;
    let sections = entry.sections();
    let sections = sections.iter().map(|(name, text)| (labels::of(name, lang), (*text).to_owned()));
    let body = Html::render(&SheetTemplate {
        lang,
        age: (labels::of("age_band", lang), chosen(entry.age_band.label(), lang)),
        sections: sections.collect(),
        back: format!("{LEDGERS_HREF}/{}/{}", Kind::TeachingCase.as_str(), record.0),
    })?;
    let title = chosen(Kind::TeachingCase.label(), lang).to_owned();
    let head = (title, NOTE.in_lang(lang).to_owned(), LEDGERS_HREF);
    office.reply(&visitor, &super::page(head, body, lang))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use domain::ledger::terms::AgeBand;
    use runtime::web::Role;

    use super::super::super::trial::{Person, browser};
    use crate::ledger::entry::StaffId;
    use crate::ledger::guard_tests::{counsellor, head, run, school};
    use crate::ledger::teaching_case::TeachingCase;
    use crate::ledger::testing::{NOW_MS, TODAY};
    use crate::ledger::write;

    /// It is printed once a second person has released it, and a form that tells somebody comes
    /// back with the words and with everything that was typed.
    #[tokio::test]
    async fn a_teaching_case_is_printed_once_released() {
        let school = school();
        let text = || TeachingCase {
            day: TODAY,
            staff: StaffId(1),
            age_band: AgeBand::Early,
            background: "初中阶段".to_owned(),
            assessment: "中度抑郁倾向".to_owned(),
            intervention: "个别辅导".to_owned(),
            aftermath: "恢复到校".to_owned(),
            reflection: "约谈应更早".to_owned(),
            released: None,
        };
        let record = run(&school, move |tx| write::add(tx, &counsellor(), &text())).expect("case");
        let who = Person { login: "li", role: Role::Counsellor, staff: "T001" };
        let mut li = browser(&school, who, NOW_MS).await;
        let path = format!("/teaching-cases/{}?lang=zh", record.0);
        assert_eq!(li.get(&path).await.expect("page").status, StatusCode::NOT_FOUND);
        let released = TeachingCase { released: Some(TODAY), ..text() };
        run(&school, move |tx| write::update(tx, &head(), (record, 1), &released)).expect("read");
        let page = li.get(&path).await.expect("page");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
        assert!(page.text.contains("12–14 岁") && page.text.contains("约谈应更早"));
        page.keep("teaching-case.html").expect("keep");
        let form = li.get("/ledgers/teaching_case/new?lang=zh").await.expect("form");
        let token = form.field("csrf").expect("token").to_owned();
        let day = TODAY.to_string();
        let fields = [
            ("csrf", token.as_str()),
            ("day", &day),
            ("staff", "T001"),
            ("age_band", "12_14"),
            ("background", "张某某入学后"),
            ("assessment", "评估一"),
            ("intervention", "干预一"),
            ("aftermath", "转归一"),
            ("reflection", "反思一"),
        ];
        let told = li.post("/ledgers/teaching_case/new", &fields).await.expect("form");
        assert!(told.text.contains("“背景”第 1 字“张某某”（学生姓名）"), "{}", told.text);
        assert!(told.text.contains("反思一"), "what was typed is kept");
        assert_eq!(school.rows("teaching_case"), 2, "nothing was written");
    }
}
