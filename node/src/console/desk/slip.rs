//! The slip of an appointment, for the class teacher to hand on: who, when, where and to whom, and
//! never why.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::ledger::Kind;
use runtime::texts;
use runtime::web::{Html, Lang, Problem, Visitor};

use super::super::ledgers::{LEDGERS_HREF, Readers};
use super::super::office::{Office, problem};
use crate::ledger::appointment::Appointment;
use crate::ledger::browse;
use crate::ledger::entry::{Entry as _, RecordId};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;

texts! {
    TITLE = "预约单", "Slip of an appointment";
    NOTE = "交班主任转告学生本人；单上不写事由，请勿在班上宣读。",
        "For the class teacher to hand on to the student alone; it says no reason and is not \
         read out.";
    STUDENT = "学生", "Student";
    WHEN = "时间", "When";
    WHERE = "地点", "Where";
    WITH = "约见老师", "With";
    PLEASE = "请按时到上面写的地点；时间不合适，可与班主任或约你的老师另约。",
        "Please come in time. If it does not suit, tell the class teacher or the counsellor.";
    PRINT = "打印预约单", "Print the slip";
}

/// The slip's link on the page of an appointment.
pub(super) fn link(kind: Kind, record: i64, lang: Lang) -> Option<(String, &'static str)> {
    let is_it = kind == Kind::Appointment;
    is_it.then(|| (format!("/appointments/{record}"), PRINT.in_lang(lang)))
}

#[derive(Template)]
#[template(path = "console/appointment.html")]
struct SlipTemplate {
    lang: Lang,
    rows: [(&'static str, String); 4],
    back: String,
}

pub(super) async fn show(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Path(record): Path<i64>,
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, move |tx, reader| {
        let versions = browse::history(tx, &reader, Kind::Appointment, RecordId(record))?;
        let counting = browse::counting(tx, Kind::Appointment, RecordId(record))?;
        let mut lines = versions.into_iter().map(|(line, _)| line);
        let line = lines.find(|line| line.version == counting);
        let entry = Appointment::from_cells(line.ok_or(LedgerRefusal::Unknown)?.cells)?;
        let names = Names::of(tx, [entry.student])?;
        Ok::<_, LedgerRefusal>((entry, names))
    });
    let (entry, names) = found.await.map_err(problem)?;
    let lang = visitor.frame.lang;
    let rows = [
        (STUDENT.in_lang(lang), names.student_line(entry.student)),
        (WHEN.in_lang(lang), format!("{} {}", entry.day, entry.at_time)),
        (WHERE.in_lang(lang), entry.place),
        (WITH.in_lang(lang), names.staff(entry.counsellor).to_owned()),
    ];
    let back = format!("{LEDGERS_HREF}/appointment/{record}");
    let body = Html::render(&SlipTemplate { lang, rows, back })?;
    let head = (TITLE.in_lang(lang).to_owned(), String::new(), LEDGERS_HREF);
    office.reply(&visitor, &super::page(head, body, lang))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use domain::ledger::terms::SessionOrigin;
    use runtime::web::Role;

    use super::super::super::trial::{Person, browser};
    use crate::ledger::appointment::Appointment;
    use crate::ledger::entry::{StaffId, StudentId};
    use crate::ledger::guard_tests::{counsellor, run, school};
    use crate::ledger::testing::{NOW_MS, TODAY};
    use crate::ledger::write;

    /// The slip says when and where and not why; a teacher without the case cannot open it.
    #[tokio::test]
    async fn a_slip_says_no_reason() {
        let school = school();
        let record = run(&school, |tx| {
            let arranged = Appointment {
                day: TODAY,
                student: StudentId(1),
                counsellor: StaffId(1),
                at_time: "12:30".to_owned(),
                place: "心理辅导室".to_owned(),
                origin: SessionOrigin::Screening,
                outcome: None,
            };
            write::add(tx, &counsellor(), &arranged)
        })
        .expect("appointment");
        let who = Person { login: "li", role: Role::Counsellor, staff: "T001" };
        let mut li = browser(&school, who, NOW_MS).await;
        let path = format!("/appointments/{}?lang=zh", record.0);
        let page = li.get(&path).await.expect("page");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
        assert!(page.text.contains("12:30") && page.text.contains("心理辅导室"));
        assert!(!page.text.contains("筛查后访谈"));
        page.keep("appointment.html").expect("keep");
        let page = li.get(&format!("/ledgers/appointment/{}?lang=zh", record.0)).await;
        assert!(page.expect("page").text.contains("打印预约单"));
        let who = Person { login: "ban", role: Role::ClassTeacher, staff: "T004" };
        let mut teacher = browser(&school, who, NOW_MS).await;
        assert_eq!(teacher.get(&path).await.expect("page").status, StatusCode::FORBIDDEN);
    }
}
