//! The forms, as a browser without scripts meets them: every form opens, a wrong one comes back
//! filled in, two who change one record both keep what they wrote.

use axum::http::StatusCode;
use domain::ledger::Word as _;
use runtime::web::Role;
use runtime::web::trial::{Browser, Seen};

use crate::console::ledgers::tests::{browser, school};
use crate::ledger::browse;
use crate::ledger::kinds::KINDS;
use crate::ledger::testing::{School, TestPupil};

pub(super) const PUPIL: &str = "G99999920130100001A";

async fn csrf(browser: &mut Browser, path: &str) -> String {
    browser.get(path).await.expect("page").field("csrf").expect("csrf").to_owned()
}

pub(super) async fn send(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Seen {
    let csrf = csrf(browser, "/work").await;
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post(path, &all).await.expect("reply")
}

/// Counsellor and moral-education head, each signed in.
pub(super) async fn two() -> (School, Browser, Browser) {
    let school = school();
    let li = browser(&school, "li", Role::Counsellor, "T001").await;
    let head = browser(&school, "head", Role::MoralHead, "T002").await;
    (school, li, head)
}

pub(super) fn place(seen: &Seen) -> String {
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
    seen.header("location").split('?').next().unwrap_or_default().to_owned()
}

/// Every kind that a role writes by a form has one, in both languages and without flaws; every
/// other kind has none.
#[tokio::test]
async fn every_kind_has_its_form() {
    let (_school, mut li, mut head) = two().await;
    let mut opened = 0;
    for known in KINDS {
        for lang in ["zh", "en"] {
            let path = format!("/ledgers/{}/new?lang={lang}", known.kind.as_str());
            let (by_li, by_head) =
                (li.get(&path).await.expect("page"), head.get(&path).await.expect("page"));
            use domain::ledger::SchoolRole as R;
            for (page, role) in [(&by_li, R::Counsellor), (&by_head, R::MoralHead)] {
                let wanted = match (known.direct, browse::is_writable_by(role, known.kind)) {
                    (false, _) => StatusCode::NOT_FOUND,
                    (true, true) => StatusCode::OK,
                    (true, false) => StatusCode::FORBIDDEN,
                };
                assert_eq!(page.status, wanted, "{path} {role:?}");
            }
            let found = if by_li.status == StatusCode::OK { by_li } else { by_head };
            if known.direct {
                assert_eq!(found.flaws(), Vec::<String>::new(), "{path}");
                opened += 1;
            }
        }
    }
    assert!(opened > 70, "{opened}");
}

/// An entry is written by its form, shown with its versions, and what is a script in a text is
/// shown as text.
#[tokio::test]
async fn an_entry_is_written_and_shown() {
    let (_school, mut li, _) = two().await;
    let fields = [
        ("day", "2025-11-18"),
        ("student", "张某某"),
        ("form", "individual"),
        ("counsellor", "T001 李某"),
        ("minutes", "40"),
        ("origin", "self"),
        ("topic", "mood"),
        ("note", "<script>alert(1)</script>"),
    ];
    let refused = send(&mut li, "/ledgers/counselling_session/new", &fields).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("不止一名学生") && refused.text.contains(PUPIL));
    assert!(refused.text.contains("&#60;script&#62;") && refused.flaws().is_empty());
    refused.keep("form-refused.html").expect("keep");
    let mut chosen = fields.to_vec();
    chosen.push(("student.pick", PUPIL));
    let written = send(&mut li, "/ledgers/counselling_session/new", &chosen).await;
    let at = place(&written);
    let shown = li.get(&at).await.expect("record");
    assert!(shown.text.contains("本人约谈") && shown.text.contains("&#60;script&#62;"));
    assert_eq!(shown.flaws(), Vec::<String>::new());
    let table = li.get("/ledgers/counselling_session?topic=mood&staff=T001").await.expect("table");
    assert!(table.text.contains("共 1 条"), "{}", table.text);
    let none = li.get("/ledgers/counselling_session?topic=study").await.expect("table");
    assert!(none.text.contains("共 0 条"));
    table.keep("table.html").expect("keep");
}

/// Two versions of an entry that differ in the day alone do not read the same: each says its day.
#[tokio::test]
async fn a_history_says_the_day_of_each_version() {
    let (_school, mut li, _) = two().await;
    let day = ("day", "2025-11-18");
    let rest = [("student", PUPIL), ("topics", "study"), ("staff", "T001")];
    let at = place(&send(&mut li, "/ledgers/talk/new", &[&rest[..], &[day]].concat()).await);
    let moved = [("day", "2025-11-17"), ("seen", "1"), ("reason", "更正日期")];
    place(&send(&mut li, &format!("{at}/edit"), &[&rest[..], &moved].concat()).await);
    let shown = li.get(&at).await.expect("record");
    for said in ["日期 2025-11-18", "日期 2025-11-17"] {
        assert!(shown.text.contains(said), "{said}: {}", shown.text);
    }
}

/// A change is taken back by writing an earlier version again: both are shown, a reason is needed,
/// every version stays, and whoever may not write the kind is not offered it.
#[tokio::test]
async fn a_change_is_taken_back_with_a_reason() {
    let (school, mut li, mut head) = two().await;
    let fields =
        [("student", PUPIL), ("day", "2025-11-18"), ("topics", "study"), ("staff", "T001")];
    let at = place(&send(&mut li, "/ledgers/talk/new", &fields).await);
    let seen = ("seen", "1");
    let wrong =
        [&fields[..2], &[("topics", "family"), fields[3], seen, ("reason", "更正")]].concat();
    place(&send(&mut li, &format!("{at}/edit"), &wrong).await);
    let shown = li.get(&at).await.expect("record");
    assert_eq!(shown.flaws(), Vec::<String>::new());
    assert!(shown.text.contains("<th scope=\"col\">操作</th>"), "every column has its head");
    let back = format!("{at}/edit?from=1");
    assert!(shown.text.contains(&back) && !shown.text.contains("from=2"), "{}", shown.text);
    let form = li.get(&back).await.expect("form");
    assert_eq!((form.status, form.flaws()), (StatusCode::OK, Vec::new()));
    form.keep("restore.html").expect("keep");
    assert!(form.text.contains("value=\"study\" checked") && form.text.contains("较早一版"));
    assert!(form.text.contains("家庭") && form.text.contains("学业"), "both are shown");
    let mut again = fields.to_vec();
    again.extend([("seen", "2"), ("parallels", "0")]);
    let silent = send(&mut li, &format!("{at}/edit"), &again).await;
    assert_eq!(silent.status, StatusCode::CONFLICT, "no reason");
    again.push(("reason", "改错了，恢复原内容"));
    place(&send(&mut li, &format!("{at}/edit"), &again).await);
    let shown = li.get(&at).await.expect("record");
    assert!(shown.text.contains("改错了，恢复原内容") && shown.text.contains("from=2"));
    assert_eq!(school.rows("talk"), 3, "every version stays");
    let read = head.get("/ledgers/talk").await.expect("table");
    assert_eq!(read.status, StatusCode::OK);
}

/// What cannot be is told at its field, what was typed stays, and nothing is written: a day to
/// come, one before birth, a mentor twice.
#[tokio::test]
async fn what_cannot_be_is_told_and_nothing_is_lost() {
    let (school, mut li, mut head) = two().await;
    let before = school.rows("record");
    for day in ["2026-03-01", "1999-01-01", "gestern"] {
        let fields = [
            ("student", PUPIL),
            ("day", day),
            ("topics", "study"),
            ("staff", "T001"),
            ("note", "听说"),
        ];
        let refused = send(&mut li, "/ledgers/talk/new", &fields).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{day}");
        assert!(refused.text.contains("听说") && refused.text.contains(day), "{}", refused.text);
        assert!(refused.text.contains("class=\"err\""));
    }
    assert_eq!(school.rows("record"), before);
    let pair = [("student", PUPIL), ("day", "2025-09-01"), ("staff", "T001")];
    place(&send(&mut head, "/ledgers/mentor/new", &pair).await);
    let again = send(&mut head, "/ledgers/mentor/new", &pair).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let told = again.text.contains("该生此时已有") && again.text.contains("/ledgers/mentor/");
    assert!(told && again.text.contains("请到“导师”页交接"), "{}", again.text);
}

/// Two people who change the same version both keep what they wrote, both are shown, and one of
/// them settles it.
#[tokio::test]
async fn two_who_change_one_record_both_keep_it() {
    let (_school, mut li, mut head) = two().await;
    let lesson = |topic: &'static str| {
        [
            ("day", "2025-11-18"),
            ("grade", "g7"),
            ("class", "1班"),
            ("teacher", "T001"),
            ("topic", topic),
        ]
    };
    let at = place(&send(&mut li, "/ledgers/lesson/new", &lesson("情绪")).await);
    let edit = format!("{at}/edit");
    let opened = head.get(&edit).await.expect("form");
    assert_eq!((opened.field("seen"), opened.flaws()), (Some("1"), Vec::new()));
    let change = |topic, reason| {
        let mut fields = lesson(topic).to_vec();
        fields.extend([("seen", "1"), ("parallels", "0"), ("reason", reason)]);
        fields
    };
    let bare = send(&mut li, &edit, &change("压力", "")).await;
    assert!(bare.status == StatusCode::CONFLICT && bare.text.contains("没有写明理由"));
    assert!(bare.text.contains("压力"));
    place(&send(&mut li, &edit, &change("压力", "写错")).await);
    let beside = send(&mut head, &edit, &change("交往", "也写错")).await;
    assert!(beside.header("location").ends_with("done=beside"), "{}", beside.text);
    let both = head.get(&at).await.expect("record");
    assert!(both.text.contains("压力") && both.text.contains("交往") && both.text.contains("并列"));
    both.keep("both.html").expect("keep");
    let work = li.get("/work").await.expect("work");
    let settle = format!("{at}/settle");
    assert!(work.text.contains(&settle), "what is disputed is due");
    let form = li.get(&settle).await.expect("form");
    assert!(form.text.contains("交往") && form.field("parallels") == Some("1"), "{}", form.text);
    let mut fields = lesson("压力与交往").to_vec();
    fields.extend([("seen", "2"), ("parallels", "1"), ("reason", "合并")]);
    place(&send(&mut li, &settle, &fields).await);
    let settled = li.get(&at).await.expect("record");
    assert!(!settled.text.contains("并列") && settled.text.contains("压力与交往"));
    let late = send(&mut head, &settle, &fields).await;
    assert!(late.status == StatusCode::CONFLICT && late.text.contains("又被修改过"));
}

/// A spoken yes that names nobody is kept and told to be no consent, with each reason.
#[tokio::test]
async fn a_yes_that_is_no_consent_is_told_as_such() {
    let (_school, mut li, _) = two().await;
    let spoken = [
        ("student", PUPIL),
        ("day", "2025-11-18"),
        ("purpose", "referral"),
        ("classes", "identity"),
        ("recipient", "HC01"),
        ("recipient_name", "市精神卫生中心"),
        ("outcome_back", "none"),
        ("method", "oral"),
        ("answer", "given"),
        ("valid_from", "2025-11-01"),
        ("valid_to", "2025-11-15"),
    ];
    let at = place(&send(&mut li, "/ledgers/consent/new", &spoken).await);
    let shown = li.get(&at).await.expect("record");
    assert_eq!(shown.flaws(), Vec::<String>::new());
    for said in ["不算同意", "口头答复不是同意", "已过有效期", "涉及的信息"] {
        assert!(shown.text.contains(said), "{said}: {}", shown.text);
    }
    assert!(!shown.text.contains("班数"));
}

/// A case is entered with the contact that was made at once, and its review is held by a form.
#[tokio::test]
async fn a_case_is_entered_with_contact_and_review() {
    let (_school, mut li, _) = two().await;
    let open = [
        ("student", PUPIL),
        ("day", "2025-11-20"),
        ("to_tier", "t2"),
        ("source", "mentor"),
        ("owner", "T001"),
        ("next_review", "2025-12-01"),
        ("contacted_at", "2025-11-20T08:40"),
        ("reason", "连续两周缺课"),
    ];
    let half = send(&mut li, "/acts/open", &open).await;
    assert!(half.status == StatusCode::CONFLICT && half.text.contains("连续两周缺课"));
    assert!(half.text.contains("id=\"f-way\""));
    let mut whole = open.to_vec();
    whole.push(("way", "in_person"));
    let at = place(&send(&mut li, "/acts/open", &whole).await);
    assert!(at.starts_with("/ledgers/alert_case/"));
    let board = li.get("/alerts").await.expect("board");
    let reviews: Vec<&str> = board.text.split("/acts/review/").skip(1).collect();
    assert_eq!((reviews.len(), board.text.matches("/acts/contact/").count()), (2, 1));
    let mut numbers = reviews.iter().map(|rest| rest.split('"').next().unwrap_or_default());
    let review = format!("/acts/review/{}", numbers.next().unwrap_or_default());
    let held = [
        ("done", "2025-11-20"),
        ("decision", "keep"),
        ("next_review", "2025-12-10"),
        ("reason", "平稳"),
    ];
    place(&send(&mut li, &review, &held).await);
    let again = send(&mut li, &review, &held).await;
    assert!(again.status == StatusCode::CONFLICT && again.text.contains("没有在等人办理"));
}

/// Talks with several students are written together, or none is and everything typed comes back.
#[tokio::test]
async fn talks_of_several_are_written_together() {
    let (school, mut li, mut head) = two().await;
    for pupil in ["G99999920130100000A", PUPIL] {
        let pair = [("student", pupil), ("day", "2025-09-01"), ("staff", "T001")];
        place(&send(&mut head, "/ledgers/mentor/new", &pair).await);
    }
    let batch = li.get("/talks/batch").await.expect("batch");
    assert_eq!((batch.status, batch.flaws()), (StatusCode::OK, Vec::new()));
    batch.keep("batch.html").expect("keep");
    let ids: Vec<String> = batch
        .text
        .split("name=\"on\" value=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next().map(str::to_owned))
        .collect();
    let [first, second] = &ids[..] else { panic!("{ids:?}") };
    let note = format!("note-{second}");
    let fields = [("on", first.as_str()), ("on", second), ("concern", second), (&note, "想家")];
    let before = school.rows("talk");
    let mut wrong = fields.to_vec();
    wrong.push(("day", "2025-11-19"));
    let refused = send(&mut li, "/talks/batch", &wrong).await;
    assert_eq!((refused.status, school.rows("talk")), (StatusCode::CONFLICT, before));
    assert!(refused.text.contains("想家") && refused.text.contains("2025-11-19"));
    wrong.push(("topics", "family"));
    let saved = send(&mut li, "/talks/batch", &wrong).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    assert_eq!(school.rows("talk"), before + 2);
    // Of two who were spoken with already, each is asked about by itself.
    let asked = |id: &str| format!("name=\"again\" value=\"{id}\"");
    let doubled = send(&mut li, "/talks/batch", &wrong).await;
    assert!(doubled.text.contains(&asked(first)) && !doubled.text.contains(&asked(second)));
    wrong.push(("again", first));
    let doubled = send(&mut li, "/talks/batch", &wrong).await;
    assert!(doubled.text.contains(&asked(first)) && doubled.text.contains(&asked(second)));
    assert_eq!((doubled.status, school.rows("talk")), (StatusCode::CONFLICT, before + 2));
    wrong.push(("again", second));
    let saved = send(&mut li, "/talks/batch", &wrong).await;
    assert_eq!((saved.status, school.rows("talk")), (StatusCode::SEE_OTHER, before + 4));
}

/// Paging through more own students than one page holds loses nothing that was typed; all pages
/// are written together, and a refusal shows the page of its student.
#[tokio::test]
async fn a_batch_over_several_pages_is_written_together() {
    let school = school();
    let pupils: Vec<TestPupil> = (0..205).map(TestPupil::new).collect();
    school.roster(&pupils, crate::ledger::testing::AS_OF);
    let mut li = browser(&school, "li", Role::Counsellor, "T001").await;
    let mut head = browser(&school, "head", Role::MoralHead, "T002").await;
    let post = [("grade", "g7"), ("class", "1班"), ("staff", "T001"), ("day", "2025-10-10")];
    place(&send(&mut head, "/ledgers/class_teacher/new", &post).await);
    let first = li.get("/talks/batch").await.expect("batch");
    assert_eq!(first.text.matches("name=\"on\"").count(), 200, "{}", first.text);
    let id = |page: &Seen, at: usize| {
        let rest = page.text.split("id=\"on-").nth(at).expect("row");
        rest.split('"').next().unwrap_or_default().to_owned()
    };
    let early = id(&first, 3);
    let note = format!("note-{early}");
    let typed = [("on", early.as_str()), ("topics", "family"), (&note, "想家"), ("go", "2")];
    let second = send(&mut li, "/talks/batch", &typed).await;
    assert_eq!((second.status, second.flaws()), (StatusCode::OK, Vec::new()));
    second.keep("batch-2.html").expect("keep");
    assert!(second.text.contains(&format!("type=\"hidden\" name=\"on\" value=\"{early}\"")));
    assert!(second.text.contains("想家") && second.text.contains("其他页上还勾选了 1 名"));
    assert!(second.text.contains("value=\"family\" checked") && second.text.contains("2 / 2"));
    let late = id(&second, 2);
    let both = [("on", early.as_str()), ("on", &late), (&note, "想家"), ("day", "2025-11-19")];
    let mut all = both.to_vec();
    all.extend([("page", "2"), ("topics", "family")]);
    let before = school.rows("talk");
    let ahead =
        [("on", early.as_str()), ("page", "2"), ("topics", "family"), ("day", "2026-11-19")];
    let refused = send(&mut li, "/talks/batch", &ahead).await;
    assert_eq!((refused.status, school.rows("talk")), (StatusCode::CONFLICT, before));
    let saved = send(&mut li, "/talks/batch", &all).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    assert_eq!(school.rows("talk"), before + 2);
}

/// Whoever may read a record on a case and never writes one of its kind is offered neither the
/// form nor the acts, and is refused both before anything is typed.
#[tokio::test]
async fn what_a_role_is_refused_is_not_offered() {
    let (school, mut li, mut head) = two().await;
    let fields = [
        ("day", "2025-11-18"),
        ("student", PUPIL),
        ("form", "individual"),
        ("counsellor", "T001 李某"),
        ("minutes", "40"),
        ("origin", "self"),
        ("topic", "mood"),
    ];
    let at = place(&send(&mut li, "/ledgers/counselling_session/new", &fields).await);
    let own = li.get(&at).await.expect("record");
    assert!(own.text.contains(&format!("{at}/edit")), "{}", own.text);
    let helper = school.ledger.write("case", |tx| {
        let author = crate::ledger::author::Author::new(
            "li",
            domain::ledger::SchoolRole::Counsellor,
            Some(crate::ledger::entry::StaffId(1)),
            crate::ledger::testing::NOW_MS,
        );
        let helper = crate::ledger::special_group::Helper {
            from: jiff::civil::date(2025, 9, 1),
            student: crate::ledger::entry::StudentId(2),
            staff: crate::ledger::entry::StaffId(2),
            until: None,
        };
        crate::ledger::write::add(tx, &author, &helper).map(drop)
    });
    helper.expect("helper");
    let read = head.get(&at).await.expect("record");
    assert_eq!(read.status, StatusCode::OK, "the head is on the case: {}", read.text);
    assert!(!read.text.contains("/edit"), "{}", read.text);
    let form = head.get(&format!("{at}/edit")).await.expect("form");
    assert_eq!(form.status, StatusCode::FORBIDDEN);
    assert!(li.get("/ledgers/alert_case").await.expect("ledger").text.contains("/acts/open"));
}

/// School IT writes nothing about anybody, and reads no form that would name somebody.
#[tokio::test]
async fn school_it_gets_no_form() {
    let school = school();
    let mut it = browser(&school, "it", Role::Operator, "").await;
    for path in
        ["/ledgers/talk/new", "/acts/open", "/talks/new", "/talks/batch", "/ledgers/facility/new"]
    {
        assert_eq!(it.get(path).await.expect("page").status, StatusCode::FORBIDDEN, "{path}");
    }
}

/// A pasted table is shown row by row, written only where no row is wrong, passed over where it
/// stands there already, and stays on the page until then.
#[tokio::test]
async fn a_table_is_shown_before_it_is_written() {
    let (school, mut li, _) = two().await;
    let path = "/ledgers/talk/import";
    let form = li.get(path).await.expect("form");
    assert_eq!((form.status, form.flaws()), (StatusCode::OK, Vec::new()));
    let head = "日期\t学号\t主题\t是否需关注\t备注\t天气\n";
    let first = "2025-11-18\tG99999920130100000A\t学业、家庭\t否\t听话\t晴\n";
    let wrong = "2026-11-18\tG99999920130100001A\t学业\t是\t\t雨\n2025-11-18\tG0\t天气\t\t\t\n";
    let before = school.rows("talk");
    let table = format!("{head}{first}{wrong}");
    let tried = send(&mut li, path, &[("table", &table)]).await;
    assert!(tried.text.contains("新增 1 行，已有 0 行，有误 2 行"), "{}", tried.text);
    assert!(tried.text.contains("日期在今天之后") && tried.text.contains("请从列表中选择"));
    assert!(tried.text.contains("没有读取的列：天气") && tried.text.contains("听话"));
    assert!(!tried.text.contains("写入台账"), "nothing to agree to while a row is wrong");
    tried.keep("import.html").expect("keep");
    assert!(school.rows("access_log") >= 2, "a preview that names students is a read of each");
    let forced = send(&mut li, path, &[("table", &table), ("confirm", "yes")]).await;
    assert_eq!((forced.status, school.rows("talk")), (StatusCode::CONFLICT, before));
    let right = format!("{head}{first}");
    let tried = send(&mut li, path, &[("table", &right)]).await;
    assert!(tried.text.contains("写入台账") && school.rows("talk") == before);
    let done = send(&mut li, path, &[("table", &right), ("confirm", "yes")]).await;
    assert_eq!((done.status, school.rows("talk")), (StatusCode::SEE_OTHER, before + 1));
    let again = send(&mut li, path, &[("table", &right)]).await;
    assert!(again.text.contains("新增 0 行，已有 1 行，有误 0 行"), "{}", again.text);
    let none = send(&mut li, path, &[("table", "无关的内容")]).await;
    assert!(none.status == StatusCode::CONFLICT && none.text.contains("无关的内容"));
}

/// An entry made in error is annulled with a reason: it is on no list, its page says so and keeps
/// every version, and an earlier version brings it back. What decides about somebody has no such
/// form.
#[tokio::test]
async fn an_entry_made_in_error_is_annulled_and_brought_back() {
    let (school, mut li, mut head) = two().await;
    let fields =
        [("student", PUPIL), ("day", "2025-11-18"), ("topics", "study"), ("staff", "T001")];
    let at = place(&send(&mut li, "/ledgers/talk/new", &fields).await);
    let annul = format!("{at}/annul");
    assert!(li.get(&at).await.expect("record").text.contains(&annul));
    let form = li.get(&annul).await.expect("form");
    assert_eq!((form.status, form.flaws()), (StatusCode::OK, Vec::new()));
    assert!(form.text.contains("学业"), "{}", form.text);
    form.keep("annul.html").expect("keep");
    let silent = send(&mut li, &annul, &[("seen", "1")]).await;
    assert_eq!((silent.status, school.rows("talk")), (StatusCode::CONFLICT, 1), "no reason");
    let other = send(&mut head, &annul, &[("seen", "1"), ("reason", "别人的")]).await;
    assert_ne!(other.status, StatusCode::SEE_OTHER, "somebody else's talk");
    place(&send(&mut li, &annul, &[("seen", "1"), ("reason", "写到了别的学生名下")]).await);
    let shown = li.get(&at).await.expect("record");
    assert!(shown.text.contains("已作废") && shown.text.contains("写到了别的学生名下"));
    assert!(!shown.text.contains(&format!("{at}/edit\"")) && !shown.text.contains(&annul));
    assert_eq!(shown.flaws(), Vec::<String>::new());
    shown.keep("annulled.html").expect("keep");
    assert!(li.get("/ledgers/talk").await.expect("list").text.contains("共 0 条"));
    let kept = li.get("/ledgers/talk?annulled=yes").await.expect("list");
    assert!(kept.text.contains("共 1 条") && kept.flaws().is_empty(), "{}", kept.text);
    let mut back = fields.to_vec();
    back.extend([("seen", "2"), ("parallels", "0"), ("reason", "没有写错")]);
    place(&send(&mut li, &format!("{at}/edit"), &back).await);
    assert!(li.get("/ledgers/talk").await.expect("list").text.contains("共 1 条"));
    assert_eq!(school.rows("talk"), 3, "every version stays");
    let consent = li.get("/ledgers/consent/1/annul").await.expect("no form");
    assert_eq!(consent.status, StatusCode::NOT_FOUND);
}

/// A table that was pasted by mistake is taken back whole from the list of imports, as long as no
/// entry of it was changed.
#[tokio::test]
async fn a_pasted_table_is_taken_back_as_a_whole() {
    let (school, mut li, _) = two().await;
    let path = "/ledgers/talk/import";
    let table = "日期\t学号\t主题\t是否需关注\n2025-11-18\tG99999920130100000A\t学业\t否\n\
                 2025-11-18\tG99999920130100001A\t家庭\t否\n";
    let written = [("table", table), ("confirm", "yes")];
    assert_eq!(send(&mut li, path, &written).await.status, StatusCode::SEE_OTHER);
    let listed = li.get("/imports").await.expect("imports");
    let undo = listed.text.split('"').find(|part| part.starts_with("/imports/undo/"));
    let undo = undo.expect("an offer").to_owned();
    let done = send(&mut li, &undo, &[("reason", "贴错了表")]).await;
    assert!(done.text.contains("2 条登记已作废"), "{}", done.text);
    assert!(li.get("/ledgers/talk").await.expect("list").text.contains("共 0 条"));
    let twice = send(&mut li, &undo, &[("reason", "再来一次")]).await;
    assert_eq!(twice.status, StatusCode::NOT_FOUND);
    let again = send(&mut li, path, &written).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "annulled rows are new again");
    let (before, last) = (school.rows("talk"), li.get("/ledgers/talk").await.expect("list"));
    let at = last.text.split('"').find(|part| {
        part.starts_with("/ledgers/talk/")
            && part.rsplit('/').next().is_some_and(|end| end.parse::<u32>().is_ok())
    });
    let at = at.expect("an entry").to_owned();
    place(&send(&mut li, &format!("{at}/annul"), &[("seen", "1"), ("reason", "逐条")]).await);
    let listed = li.get("/imports").await.expect("imports");
    let undo = listed.text.split('"').find(|part| part.starts_with("/imports/undo/"));
    let refused = send(&mut li, undo.expect("an offer"), &[("reason", "整张")]).await;
    assert!(refused.text.contains("不能再整张撤回"), "{}", refused.text);
    assert_eq!(school.rows("talk"), before + 1, "nothing else was written");
}
