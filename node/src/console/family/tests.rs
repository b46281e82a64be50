//! The pages for families, as a browser without scripts meets them.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use runtime::web::trial::{Browser, Seen};

use domain::ledger::consent::{Answer, Method};
use domain::ledger::terms::{ReadPurpose, Relation};
use domain::ledger::words::ReportKind;
use domain::ledger::{Kind, SchoolRole};
use domain::referral::{Event, Urgency};

use super::super::trial::{Person, browser};
use super::*;
use crate::ledger::consent::{Consent, DutyReport, place_hold};
use crate::ledger::entry::{Moment, StaffId, StudentId};
use crate::ledger::referral::tests as referrals;
use crate::ledger::roll::Guardian;
use crate::ledger::testing::{self, AS_OF, NOW_MS, School, TODAY, TestPupil};
use crate::ledger::{access, account, consented};

const COUNSELLOR: Person = Person { login: "li", role: Role::Counsellor, staff: "T001" };
const PAPER: &[u8] = b"%PDF-1.7 slips of a class";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0 one slip";
const CLASS: &str = "g7%2F1%E7%8F%AD";

fn school() -> School {
    let school = School::new();
    school.roster(&(0..3).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    school
}

fn fine(seen: &Seen) {
    assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()), "{}", seen.text);
}

async fn made(li: &mut Browser) -> String {
    let page = li.get("/families").await.expect("page");
    fine(&page);
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let form = [
        ("csrf", csrf.as_str()),
        ("valid_from", "2025-11-17"),
        ("valid_to", "2026-05-01"),
        ("contact", "心理辅导室 0532-0000000 <b>"),
        ("purpose.1", "screening"),
        ("data.1.answers", "1"),
        ("purpose.2", "conference"),
        ("data.2.reason", "1"),
        ("recipient.2", "E370202"),
        ("name.2", "区心理健康指导中心"),
    ];
    let nameless = li.post("/families/notice", &form[..9]).await.expect("reply");
    assert_eq!(nameless.status, StatusCode::CONFLICT, "a recipient without a name");
    for kept in [
        "value=\"2026-05-01\"",
        "value=\"心理辅导室 0532-0000000 &#60;b&#62;\"",
        "value=\"conference\" selected",
        "name=\"data.2.reason\" value=\"1\" checked",
        "value=\"E370202\"",
    ] {
        assert!(nameless.text.contains(kept), "{kept}: {}", nameless.text);
    }
    let done = li.post("/families/notice", &form).await.expect("reply");
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    csrf
}

/// The printed notice has a slip for each student of the class with every purpose apart, in both
/// languages; printing logs every student; school IT gets none of it.
#[tokio::test]
async fn a_notice_is_made_and_printed_for_a_class() {
    let school = school();
    let mut li = browser(&school, COUNSELLOR, NOW_MS).await;
    made(&mut li).await;
    let page = li.get("/families").await.expect("page");
    fine(&page);
    page.keep("families.html").expect("keep");
    assert!(page.text.contains("2025-1") && page.text.contains("七年级1班"), "{}", page.text);
    for (lang, words) in [
        ("zh", ["回执", "心理筛查", "校外专家会诊"]),
        ("en", ["Slip", "Screening", "Consultation"]),
    ] {
        let path = format!("/families/print?notice=1&class={CLASS}&lang={lang}");
        let letter = li.get(&path).await.expect("letter");
        fine(&letter);
        letter.keep(&format!("letter_{lang}.html")).expect("keep");
        assert!(words.iter().all(|word| letter.text.contains(word)), "{}", letter.text);
        assert_eq!(letter.text.matches("card leaf").count(), 3);
        assert!(letter.text.contains("0532-0000000 &#60;b&#62;"));
    }
    assert_eq!(school.rows("access_log"), 3, "three students, once an hour");
    for path in
        ["/families/print?notice=9&class=g7%2F1%E7%8F%AD", "/families/print?notice=1&class=x"]
    {
        assert_eq!(li.get(path).await.expect("page").status, StatusCode::NOT_FOUND, "{path}");
    }
    let it = Person { login: "it", role: Role::Operator, staff: "" };
    let mut it = browser(&school, it, NOW_MS).await;
    for path in ["/families", "/families/slips?notice=1&class=x", "/students/1/file"] {
        assert_eq!(it.get(path).await.expect("page").status, StatusCode::FORBIDDEN, "{path}");
    }
}

/// Slips of a class go in all or none: one that is no consent is named with its reason, keeps what
/// was typed, and nothing of the class is written.
#[tokio::test]
async fn slips_of_a_class_go_in_all_or_none() {
    let school = school();
    let mut li = browser(&school, COUNSELLOR, NOW_MS).await;
    let csrf = made(&mut li).await;
    let page = li.get(&format!("/families/slips?notice=1&class={CLASS}")).await.expect("page");
    fine(&page);
    page.keep("slips.html").expect("keep");
    let mut form = vec![
        ("csrf", csrf.as_str()),
        ("class", "g7/1班"),
        ("notice", "1"),
        ("a0.1", "yes"),
        ("a1.1", "no"),
        ("relation.1", "mother"),
        ("date.1", "2025-11-18"),
        ("signed.1", "1"),
        ("a0.2", "yes"),
        ("relation.2", "father"),
        ("date.2", "2025-11-18"),
    ];
    let long = vec![b'%'; runtime::web::UPLOAD_BYTES_MAX + 1];
    let wrong: [(&str, &[u8], &str); 4] = [
        ("slips.pdf", b"<html><script>alert(1)</script>", "不是 PDF、JPEG 或 PNG"),
        ("slips.pdf", b"", "扫描件是空文件"),
        ("slips.pdf", &long, "扫描件太大"),
        ("", b"", "没有填"),
    ];
    for (name, bytes, said) in wrong {
        let refused = li.upload("/families/slips", &form, (name, bytes)).await.expect("reply");
        assert_eq!((refused.status, school.rows("consent")), (StatusCode::CONFLICT, 0), "{said}");
        assert!(refused.text.contains("value=\"father\" selected"), "what was typed stays");
        assert!(name.is_empty() || refused.text.contains(said), "{said}: {}", refused.text);
    }
    let refused = li.upload("/families/slips", &form, ("slips.pdf", PAPER)).await.expect("reply");
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("缺少该年龄必须的签字"), "{}", refused.text);
    assert!(refused.text.contains("value=\"father\" selected") && school.rows("consent") == 0);
    refused.keep("slips-refused.html").expect("keep");
    // The digest came back with the form: the file is not chosen again.
    let digest = refused.field("scan").expect("digest").to_owned();
    assert_eq!(digest, crate::desk::scan::digest(PAPER).expect("scan"));
    form.push(("signed.2", "1"));
    form.push(("scan", digest.as_str()));
    let taken = li.upload("/families/slips", &form, ("", b"")).await.expect("reply");
    fine(&taken);
    assert!(
        taken.text.contains("已录入 3 项") && taken.text.contains("同意有效"),
        "{}",
        taken.text
    );
    assert_eq!(school.rows("consent"), 3);
    let other = li.get("/families").await.expect("page").field("csrf").expect("csrf").to_owned();
    form[0] = ("csrf", &other);
    let again = li.upload("/families/slips", &form, ("slips.pdf", PAPER)).await.expect("reply");
    assert!(again.text.contains("3 项此前已录入") && school.rows("consent") == 3);
}

/// The scan of one paper leads to the form of a consent with its digest; what is no scan gets its
/// sentence, and nobody but those who work with families chooses one.
#[tokio::test]
async fn a_scan_of_one_paper_leads_to_its_form() {
    let school = school();
    let mut li = browser(&school, COUNSELLOR, NOW_MS).await;
    let page = li.get("/families/scan").await.expect("page");
    fine(&page);
    page.keep("scan.html").expect("keep");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let fields = [("csrf", csrf.as_str())];
    let away = li.upload("/families/scan", &fields, ("a.jpg", JPEG)).await.expect("reply");
    assert_eq!(away.status, StatusCode::SEE_OTHER, "{}", away.text);
    let form = li.get(away.header("location")).await.expect("form");
    let digest = crate::desk::scan::digest(JPEG).expect("scan");
    assert!(form.text.contains(&format!("value=\"{digest}\"")), "{}", form.text);
    for (name, bytes) in [("a.jpg", &b"GIF89a"[..]), ("", b"")] {
        let refused = li.upload("/families/scan", &fields, (name, bytes)).await.expect("reply");
        assert_eq!((refused.status, refused.flaws()), (StatusCode::CONFLICT, Vec::new()));
    }
    let stale = li.upload("/families/scan", &[("csrf", "x")], ("a.jpg", JPEG)).await;
    assert_eq!(stale.expect("reply").status, StatusCode::FORBIDDEN);
    let it = Person { login: "it", role: Role::Operator, staff: "" };
    let mut it = browser(&school, it, NOW_MS).await;
    assert_eq!(it.get("/families/scan").await.expect("page").status, StatusCode::FORBIDDEN);
}

/// A family sees who read the record and what is kept; a consent is withdrawn at the same place,
/// with what stops and what stays in words, and counts at once.
#[tokio::test]
async fn a_family_sees_who_read_and_withdraws() {
    let school = school();
    let mut li = browser(&school, COUNSELLOR, NOW_MS).await;
    let ask = li.get("/students/1/file").await.expect("page");
    fine(&ask);
    assert!(!ask.text.contains("张某某") && school.rows("access_log") == 0);
    let csrf = ask.field("csrf").expect("csrf").to_owned();
    let open = [("csrf", csrf.as_str()), ("reason", "母亲来校查阅")];
    let page = li.post("/students/1/file", &open).await.expect("page");
    fine(&page);
    page.keep("file.html").expect("keep");
    // The act stands there; what was written as its reason may be about the child.
    assert!(page.text.contains("家属查阅") && !page.text.contains("母亲来校查阅"));
    assert!(page.text.contains("停止：") && page.text.contains("保留："), "{}", page.text);
    let mut withdraw =
        vec![("csrf", csrf.as_str()), ("purpose", "screening"), ("recipient", ""), ("reason", "")];
    let silent = li.post("/students/1/file/withdraw", &withdraw).await.expect("reply");
    assert_eq!((silent.status, school.rows("consent")), (StatusCode::CONFLICT, 0));
    withdraw[3] = ("reason", "母亲 11 月 20 日来电");
    let done = li.post("/students/1/file/withdraw", &withdraw).await.expect("reply");
    fine(&done);
    assert!(done.text.contains("已撤回，立即生效"));
    let now = school.ledger.read(|tx| consented::of(tx, StudentId(1))).expect("family");
    assert!(now.on(TODAY) == crate::import::value::Consent::Refused);
    let other = li.get("/families").await.expect("page").field("csrf").expect("csrf").to_owned();
    withdraw[0] = ("csrf", &other);
    let twice = li.post("/students/1/file/withdraw", &withdraw).await.expect("reply");
    assert_eq!((twice.status, school.rows("consent")), (StatusCode::CONFLICT, 1));
    let nobody = li.post("/students/99/file", &open).await.expect("reply");
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

/// What the printed page says of screening is what counts: the roster's later no, a paper that has
/// run out; neither of them is offered to be withdrawn.
#[tokio::test]
async fn the_printed_answer_is_the_one_that_counts() {
    let day = |month, day| Date::new(2025, month, day).expect("day");
    let paper = |to| testing::slip(StudentId(1), Answer::Given, day(9, 10), to);
    let spoken = Consent { method: Method::Oral, ..paper(day(12, 31)) };
    let later = Consent { valid_from: day(12, 1), ..paper(day(12, 31)) };
    for (roster, paper, said, can_withdraw) in [
        ("否", paper(day(12, 31)), "<td>不同意</td><td class=\"when\">2025-09-17", false),
        ("", paper(day(10, 31)), "同意 · 已过有效期", false),
        ("", spoken, "同意 · 口头答复不是同意", false),
        ("", later, "同意 · 尚未到有效期", true),
        ("", paper(day(12, 31)), "<td>同意</td>", true),
    ] {
        let school = School::new();
        school.roster(&[TestPupil { consent: roster, ..TestPupil::new(0) }], AS_OF);
        school.staff(&[(1, "心理教师")]);
        let mut li = browser(&school, COUNSELLOR, NOW_MS).await;
        let entered: Result<_, LedgerRefusal> = school.ledger.write("slip", move |tx| {
            let author = account::author(tx, "li", NOW_MS)?.ok_or(LedgerRefusal::NotAllowed)?;
            write::add(tx, &author, &paper)
        });
        entered.expect("entered");
        let ask = li.get("/students/1/file").await.expect("page");
        let open = [("csrf", ask.field("csrf").expect("csrf")), ("reason", "母亲来校查阅")];
        let page = li.post("/students/1/file", &open).await.expect("page");
        fine(&page);
        assert!(page.text.contains(said), "{said}: {}", page.text);
        assert_eq!(page.text.contains("停止："), can_withdraw, "{said}");
    }
}

/// A yes of a later roster stands instead of the older no on paper, and can be withdrawn at the
/// same place.
#[tokio::test]
async fn a_later_yes_of_the_roster_is_withdrawn_too() {
    let school = school();
    let mut li = browser(&school, COUNSELLOR, NOW_MS).await;
    let csrf = made(&mut li).await;
    let refused = [
        ("csrf", csrf.as_str()),
        ("class", "g7/1班"),
        ("notice", "1"),
        ("a0.1", "no"),
        ("relation.1", "mother"),
        ("date.1", "2025-09-10"),
    ];
    let taken = li.upload("/families/slips", &refused, ("a.jpg", JPEG)).await.expect("reply");
    assert_eq!(school.rows("consent"), 1, "{}", taken.text);
    let open = [("csrf", csrf.as_str()), ("reason", "母亲来校查阅")];
    let page = li.post("/students/1/file", &open).await.expect("page");
    fine(&page);
    assert!(page.text.contains("<td>同意</td>") && page.text.contains("停止："), "{}", page.text);
    assert!(!page.text.contains("不同意"), "what does not count any more: {}", page.text);
    let withdraw = [
        ("csrf", csrf.as_str()),
        ("purpose", "screening"),
        ("recipient", ""),
        ("reason", "母亲来电"),
    ];
    let done = li.post("/students/1/file/withdraw", &withdraw).await.expect("reply");
    fine(&done);
    assert!(done.text.contains("已撤回，立即生效") && !done.text.contains("停止："));
}

/// Opens the file of the first student for a family that gave a reason.
async fn opened(li: &mut Browser, reason: &str) -> Seen {
    let ask = li.get("/students/1/file").await.expect("page");
    let csrf = ask.field("csrf").expect("csrf").to_owned();
    let open = [("csrf", csrf.as_str()), ("reason", reason)];
    let page = li.post("/students/1/file", &open).await.expect("page");
    fine(&page);
    page
}

/// The paper for a family tells of no report by duty and of no hold, since a guardian may be whom
/// they are about; that the law may keep things back stands on every paper and so tells nothing.
/// Who prints it is told on the screen which guardian must not get it.
#[tokio::test]
async fn a_family_is_told_of_no_report_and_no_hold() {
    let school = school();
    let mut li = browser(&school, COUNSELLOR, NOW_MS).await;
    let before = opened(&mut li, "母亲来校查阅").await;
    assert!(before.text.contains("依法须保密的事项不列入本表"), "{}", before.text);
    assert!(!before.text.contains("请勿把本表"), "{}", before.text);
    let written: Result<_, LedgerRefusal> = school.ledger.write("kept back", |tx| {
        let head = Author::new("head", SchoolRole::MoralHead, Some(StaffId(2)), NOW_MS);
        let student = StudentId(1);
        let guardian = |name: &str, relation, do_not_contact| Guardian {
            from: AS_OF,
            student,
            name: name.to_owned(),
            relation,
            phone: String::new(),
            do_not_contact,
            objects: false,
            until: None,
        };
        write::add(tx, &head, &guardian("王母", Relation::Mother, false))?;
        write::add(tx, &head, &guardian("张父", Relation::Father, true))?;
        let report = DutyReport {
            day: TODAY,
            student: Some(student),
            what: ReportKind::MandatoryReport,
            receiver: "区公安分局".to_owned(),
            facts: "手臂有多处新旧伤".to_owned(),
            made_at: Moment(NOW_MS),
            acknowledged: None,
        };
        write::add(tx, &head, &report)?;
        for reason in ["强制报告：起草", "外部线索"] {
            let (reader, whom) = (head.because(reason), BTreeSet::from([student]));
            access::log_list(tx, &reader, &whom, ReadPurpose::Emergency)?;
        }
        place_hold(tx, &head.because("公安机关要求"), student, "区公安分局", None)
    });
    written.expect("written");
    let page = opened(&mut li, "父亲来校查阅").await;
    let line = |kind: Kind| format!("<td>{}</td><td class=\"num\">", kind.label().0);
    assert!(page.text.contains(&format!("{}2<", line(Kind::Guardian))), "{}", page.text);
    for kind in [Kind::DutyReport, Kind::LegalHold] {
        assert!(!page.text.contains(&line(kind)), "{}: {}", kind.as_str(), page.text);
    }
    assert!(!page.text.contains("公安分局"), "{}", page.text);
    let read_for = ReadPurpose::Emergency.label().0;
    assert!(!page.text.contains(read_for), "a read for a report tells of it: {}", page.text);
    let warned = page.text.split("only-screen\" role=\"status\">").nth(1).expect("a warning");
    let warned = warned.split("</section>").next().unwrap_or_default();
    assert!(warned.contains("张父") && !warned.contains("王母"), "{warned}");
}

/// What went outside with the child's name stands on the sheet, to whom and when; where nothing
/// did, that is said.
#[tokio::test]
async fn a_family_reads_what_went_outside() {
    let school = referrals::ready();
    let record = referrals::opened(&school, Urgency::Routine);
    referrals::consent(&school, referrals::CLINIC);
    referrals::approved(&school, record);
    let mut li = browser(&school, COUNSELLOR, NOW_MS).await;
    let before = opened(&mut li, "母亲来校查阅").await;
    let nothing = "<p>除依法须保密的事项外，没有。";
    assert!(before.text.contains(nothing), "{}", before.text);
    let sent = [Event::AskConsent, Event::ConsentGiven, Event::Send];
    referrals::played(&school, record, &sent);
    let after = opened(&mut li, "母亲再次来校").await;
    after.keep("file-passed.html").expect("keep");
    let line = format!("<tr><td>转介</td><td>示例医院</td><td class=\"when\">{TODAY}</td></tr>");
    assert!(after.text.contains(&line) && !after.text.contains(nothing), "{}", after.text);
}
