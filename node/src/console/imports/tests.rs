//! Files of the office, brought and confirmed as a browser without scripts does.

use std::fmt::Write as _;

use axum::http::StatusCode;
use runtime::web::Role;
use runtime::web::trial::{Browser, Seen};

use crate::console::trial::{Person, browser, signed_in};
use crate::ledger::student;
use crate::ledger::testing::{AS_OF, NOW_MS, School, TestPupil};

const HEADER: &str = "学籍号,姓名,性别,年级,班级";

/// What tells the names of made-up pupils apart.
const NAMES: [&str; 10] = ["零", "甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬"];

/// A roster of pupils with these numbers, below ten.
fn roster(numbers: &[u32]) -> String {
    numbers.iter().fold(format!("{HEADER}\n"), |mut text, n| {
        let name = NAMES[*n as usize];
        writeln!(text, "G999999201301{n:05}A,甄别{name},男,七年级,1班").expect("text");
        text
    })
}

/// A workbook whose directory promises three gigabytes.
fn bomb() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().write_string(0, 0, "学籍号").expect("cell");
    let mut bytes = book.save_to_buffer().expect("book");
    let entry = bytes.windows(4).position(|at| at == b"PK\x01\x02").expect("entry");
    bytes[entry + 24..entry + 28].copy_from_slice(&u32::to_le_bytes(3 << 30));
    bytes
}

async fn counsellor(school: &School) -> Browser {
    school.staff(&[(1, "心理教师")]);
    browser(school, Person { login: "li", role: Role::Counsellor, staff: "T001" }, NOW_MS).await
}

/// Brings a file; gives the page of its preview, or the page that refuses it.
async fn bring(browser: &mut Browser, fields: &[(&str, &str)], file: (&str, &[u8])) -> Seen {
    let form = browser.get("/imports").await.expect("page");
    let csrf = form.field("csrf").expect("token").to_owned();
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    let seen = browser.upload("/imports", &all, file).await.expect("reply");
    match seen.status {
        StatusCode::SEE_OTHER => browser.get(seen.header("location")).await.expect("preview"),
        _ => seen,
    }
}

/// The address of the first form that goes to a file that waits.
fn action(page: &Seen) -> String {
    let (_, rest) = page.text.split_once("action=\"/imports/held/").expect("a form");
    format!("/imports/held/{}", rest.split(['"', '/']).next().expect("id"))
}

async fn confirm(browser: &mut Browser, page: &Seen, left: &str) -> Seen {
    let (csrf, stamp) = (page.field("csrf").expect("csrf"), page.field("stamp").expect("stamp"));
    let fields = [("csrf", csrf), ("stamp", stamp), ("left", left)];
    browser.post(&action(page), &fields).await.expect("reply")
}

fn on_roll(school: &School) -> u64 {
    school.ledger.read(student::count_on_roll).expect("count")
}

/// A roster is shown row by row, written when it is confirmed, and taken back with a reason; a
/// second roster shows who is new, changed, unchanged and left.
#[tokio::test]
async fn a_roster_is_looked_at_confirmed_and_taken_back() {
    let school = School::new();
    let mut li = counsellor(&school).await;
    let fields = [("kind", "roster"), ("as_of", "2025-10-10")];
    let page = bring(&mut li, &fields, ("名册.csv", roster(&[1, 2, 3]).as_bytes())).await;
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
    assert!(page.text.contains("甄别乙") && page.text.contains("新增 3"), "{}", page.text);
    assert!(page.text.contains("这是第一份名册") && on_roll(&school) == 0, "nothing is written");
    let done = confirm(&mut li, &page, "").await;
    assert!(done.status == StatusCode::OK && done.text.contains("新增 3"), "{}", done.text);
    assert_eq!(on_roll(&school), 3);
    let next = format!(
        "{HEADER}\nG99999920130100001A,甄别甲,男,八年级,1班\n\
                        G99999920130100002A,甄别乙,男,七年级,1班\n\
                        G99999920130100009A,甄别壬,女,七年级,1班\n"
    );
    let page = bring(&mut li, &fields, ("二.csv", next.as_bytes())).await;
    page.keep("imports-preview.html").expect("keep");
    let english = li.get(&format!("{}?lang=en", action(&page))).await.expect("page");
    english.keep("imports-preview-en.html").expect("keep");
    assert!(english.flaws().is_empty() && english.text.contains("Unchanged 1"));
    let page = li.get(&format!("{}?lang=zh", action(&page))).await.expect("page");
    for text in ["新增 1", "变更 1", "不变 1", "离校 1", "七年级 → 八年级", "甄别丙"]
    {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let only = li.get(&format!("{}?show=left", action(&page))).await.expect("page");
    assert!(only.text.contains("甄别丙") && !only.text.contains("甄别壬"));
    let past = li.get(&format!("{}?show=left&page=9", action(&page))).await.expect("page");
    assert!(past.text.contains("甄别丙"), "a page past the end is the last one: {}", past.text);
    assert!(school.rows("access_log") > 0, "whom the ledger names is logged");
    // One of three leaves: the number itself is asked for.
    let refused = confirm(&mut li, &page, "").await;
    assert_eq!((refused.status, on_roll(&school)), (StatusCode::CONFLICT, 3));
    let done = confirm(&mut li, &refused, "1").await;
    assert!(done.status == StatusCode::OK, "{}", done.text);
    done.keep("imports.html").expect("keep");
    li.get("/imports?lang=en&kind=answers")
        .await
        .expect("page")
        .keep("imports-en.html")
        .expect("keep");
    let list = li.get("/imports?lang=zh").await.expect("page");
    assert_eq!(list.flaws(), Vec::<String>::new());
    let undo = list.text.split("action=\"/imports/undo/").nth(1).expect("undo");
    let path = format!("/imports/undo/{}", undo.split('"').next().expect("number"));
    let csrf = list.field("csrf").expect("csrf").to_owned();
    let blank = li.post(&path, &[("csrf", &csrf), ("reason", " ")]).await.expect("reply");
    assert_eq!(blank.status, StatusCode::CONFLICT);
    let undone = li.post(&path, &[("csrf", &csrf), ("reason", "导错了")]).await.expect("reply");
    assert!(undone.text.contains("2 名学生恢复原状，1 名学生移出名册"), "{}", undone.text);
    assert!(undone.text.contains("第 3 次导入已撤回"), "the staff roll was the first file");
    assert_eq!(on_roll(&school), 3);
}

/// Who took an import back and when is told to all who see the list, and why to who keeps the roll,
/// since a reason may name a student; the audit tells all of it and no reason.
#[tokio::test]
async fn a_taking_back_is_told_with_who_when_and_why() {
    let school = School::new();
    let mut li = counsellor(&school).await;
    let page =
        bring(&mut li, &[("kind", "roster")], ("名册.csv", roster(&[1, 2]).as_bytes())).await;
    assert_eq!(confirm(&mut li, &page, "").await.status, StatusCode::OK);
    let list = li.get("/imports").await.expect("page");
    let undo = list.text.split("action=\"/imports/undo/").nth(1).expect("undo");
    let path = format!("/imports/undo/{}", undo.split('"').next().expect("number"));
    let csrf = list.field("csrf").expect("csrf").to_owned();
    li.post(&path, &[("csrf", &csrf), ("reason", "导错了")]).await.expect("reply");
    let list = li.get("/imports").await.expect("page");
    assert!(list.text.contains("li 于 ") && list.text.contains("原因：导错了"), "{}", list.text);
    assert_eq!(list.flaws(), Vec::<String>::new());
    list.keep("imports-undone.html").expect("keep");
    // Who keeps no roll is told that it was taken back, and no reason, which may name a student.
    let person = Person { login: "it", role: Role::Operator, staff: "" };
    let mut it = browser(&school, person, NOW_MS).await;
    let list = it.get("/imports").await.expect("page");
    assert!(list.text.contains("li 于 ") && !list.text.contains("原因："), "{}", list.text);
    let person = Person { login: "audit", role: Role::Auditor, staff: "" };
    let mut auditor = browser(&school, person, NOW_MS).await;
    let acts = auditor.get("/audit").await.expect("page");
    for text in ["导入学生名册：2 行", "导入教职工名册：1 行", "撤回截至 2025-11-20 的导入"]
    {
        assert!(acts.text.contains(text), "{text}: {}", acts.text);
    }
    assert!(!acts.text.contains("导错了"));
}

/// What is wrong is told by row, column, value and reason; nothing can be confirmed, and the wrong
/// rows come as a file.
#[tokio::test]
async fn a_wrong_row_keeps_the_whole_file_out() {
    let school = School::new();
    let mut li = counsellor(&school).await;
    let text = roster(&[1, 2]).replace("甄别乙,男", "甄别乙,无");
    let page = bring(&mut li, &[("kind", "roster")], ("名册.csv", text.as_bytes())).await;
    assert!(page.text.contains("<b>性别</b>") && page.text.contains("无</span>"), "{}", page.text);
    assert!(page.field("stamp").is_none() && page.text.contains("有误 1"));
    page.keep("imports-wrong.html").expect("keep");
    let file = li.get(&format!("{}/errors.csv", action(&page))).await.expect("file");
    assert!(file.header("content-type").starts_with("text/csv"));
    assert!(file.text.contains("甄别乙") && !file.text.contains("甄别甲"));
    let forced = [("csrf", page.field("csrf").expect("csrf")), ("stamp", &"0".repeat(64))];
    let refused = li.post(&action(&page), &forced).await.expect("reply");
    assert_eq!((refused.status, on_roll(&school)), (StatusCode::CONFLICT, 0));
}

/// A file that is no table gets its sentence with the form as it was; nothing is lost.
#[tokio::test]
async fn a_file_that_is_no_table_gets_its_sentence() {
    let school = School::new();
    school.roster(&[TestPupil::new(0)], AS_OF);
    let mut li = counsellor(&school).await;
    let long = vec![b'x'; runtime::web::UPLOAD_BYTES_MAX + 1];
    let bomb = bomb();
    let files: [(&str, &[u8], &str); 5] = [
        ("空.csv", b"", "文件是空的"),
        ("图.csv", b"\x89PNG\r\n\x1a\n0000", "PNG"),
        ("炸弹.xlsx", &bomb, "解压"),
        ("大.csv", &long, "文件太大"),
        ("", b"", "没有选择文件"),
    ];
    for (name, bytes, said) in files {
        let fields = [("kind", "roster"), ("as_of", "2025-10-11"), ("part", "yes")];
        let page = bring(&mut li, &fields, (name, bytes)).await;
        assert_eq!((page.status, page.flaws()), (StatusCode::CONFLICT, Vec::new()), "{name}");
        assert!(page.text.contains(said), "{name}: {}", page.text);
        assert!(page.text.contains("value=\"2025-10-11\"") && page.text.contains("checked"));
        assert_eq!(on_roll(&school), 1);
    }
}

/// School IT may bring a file and is shown numbers, rows, columns and reasons, but no value of a
/// row and no list of wrong rows; nor may it take an import back.
#[tokio::test]
async fn school_it_sees_counts_and_no_names() {
    let school = School::new();
    let mut it =
        browser(&school, Person { login: "it", role: Role::Operator, staff: "" }, NOW_MS).await;
    let text = roster(&[1, 2]).replace("甄别乙,男", "甄别乙,无性");
    let page = bring(&mut it, &[("kind", "roster")], ("名册.csv", text.as_bytes())).await;
    assert!(page.text.contains("<b>性别</b>") && page.text.contains("新增 1"), "{}", page.text);
    for value in ["甄别", "G9999", "无性"] {
        assert!(!page.text.contains(value), "{value}");
    }
    let file = it.get(&format!("{}/errors.csv", action(&page))).await.expect("reply");
    assert_eq!(file.status, StatusCode::FORBIDDEN);
    let page = bring(&mut it, &[("kind", "roster")], ("名册.csv", roster(&[1]).as_bytes())).await;
    page.keep("imports-it.html").expect("keep");
    assert!(!page.text.contains("甄别") && page.flaws().is_empty());
    let done = confirm(&mut it, &page, "").await;
    assert!(done.status == StatusCode::OK && on_roll(&school) == 1, "{}", done.text);
    let list = it.get("/imports").await.expect("page");
    assert!(!list.text.contains("/imports/undo/"));
    let fields = [("csrf", list.field("csrf").expect("csrf")), ("reason", "试")];
    let refused = it.post("/imports/undo/1", &fields).await.expect("reply");
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

/// The principal takes a roll of staff back by the button on the page, and is shown none for what
/// the school's own people keep.
#[tokio::test]
async fn the_principal_takes_a_roll_of_staff_back() {
    let school = School::new();
    let mut li = counsellor(&school).await;
    let page = bring(&mut li, &[("kind", "roster")], ("名册.csv", roster(&[1]).as_bytes())).await;
    assert_eq!(confirm(&mut li, &page, "").await.status, StatusCode::OK);
    let person = Person { login: "xiao", role: Role::Principal, staff: "" };
    let mut principal = browser(&school, person, NOW_MS).await;
    let staff = "工号,姓名,岗位\nG9999,甄别丙,班主任\n";
    let fields = [("kind", "staff"), ("part", "yes")];
    let page = bring(&mut principal, &fields, ("教职工.csv", staff.as_bytes())).await;
    let done = confirm(&mut principal, &page, "").await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let list = principal.get("/imports").await.expect("page");
    assert!(!list.text.contains("action=\"/imports/undo/2\""), "{}", list.text);
    let fields = [("csrf", list.field("csrf").expect("csrf")), ("reason", "名册有误")];
    let done = principal.post("/imports/undo/3", &fields).await.expect("reply");
    assert!(done.text.contains("已撤回"), "{}", done.text);
}

/// A file waits for whoever brought it and for nobody else; a plan that the ledger has overtaken is
/// shown again before it is written.
#[tokio::test]
async fn what_was_confirmed_is_what_is_written() {
    let school = School::new();
    let mut li = counsellor(&school).await;
    let page = bring(&mut li, &[("kind", "roster")], ("名册.csv", roster(&[1]).as_bytes())).await;
    let person = Person { login: "zhou", role: Role::MoralHead, staff: "" };
    let mut other = browser(&school, person, NOW_MS).await;
    assert_eq!(other.get(&action(&page)).await.expect("page").status, StatusCode::CONFLICT);
    school.roster(&[TestPupil::new(1)], AS_OF);
    let refused = confirm(&mut li, &page, "").await;
    assert_eq!((refused.status, on_roll(&school)), (StatusCode::CONFLICT, 1));
    assert!(refused.text.contains("变更 1"), "{}", refused.text);
    let done = confirm(&mut li, &refused, "").await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
}

/// A column that is not recognised is named by a person, and the next file is read in that way.
#[tokio::test]
async fn columns_that_were_named_are_remembered() {
    let school = School::new();
    let mut li = counsellor(&school).await;
    let odd = |numbers: &[u32]| roster(numbers).replace("学籍号", "编码一");
    let page = bring(&mut li, &[("kind", "roster")], ("名册.csv", odd(&[1]).as_bytes())).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.keep("imports-columns.html").expect("keep");
    assert!(page.text.contains("<option value=\"编码一\">"), "{}", page.text);
    let mut fields = vec![("csrf", page.field("csrf").expect("csrf").to_owned())];
    let chosen = [
        ("student_number", "编码一"),
        ("name", "姓名"),
        ("sex", "性别"),
        ("grade", "年级"),
        ("class", "班级"),
    ];
    let names = chosen.map(|(key, column)| (format!("column.{key}"), column.to_owned()));
    fields.extend(names.iter().map(|(key, column)| (key.as_str(), column.clone())));
    let pairs: Vec<(&str, &str)> =
        fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let path = action(&page);
    let sent = li.post(&format!("{path}/columns"), &pairs).await.expect("reply");
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let page = li.get(&path).await.expect("page");
    assert!(page.text.contains("新增 1"), "{}", page.text);
    assert_eq!(confirm(&mut li, &page, "").await.status, StatusCode::OK);
    let page = bring(&mut li, &[("kind", "roster")], ("二.csv", odd(&[1, 2]).as_bytes())).await;
    assert!(page.text.contains("新增 1") && page.text.contains("保存的对应方式"), "{}", page.text);
    let map = li.get(&format!("{}/columns.toml", action(&page))).await.expect("file");
    assert!(map.text.contains("student_number = \"编码一\""), "{}", map.text);
}

/// Answers without a consent are taken, and the preview says how many; critical ones are announced
/// in numbers.
#[tokio::test]
async fn answers_without_consent_are_counted_in_the_preview() {
    let school = School::new();
    let agreed = TestPupil::new(1);
    let refused = TestPupil { consent: "否", ..TestPupil::new(2) };
    school.roster(&[agreed.clone(), refused.clone()], AS_OF);
    let mut li = counsellor(&school).await;
    let heads: Vec<String> = (1..=9).map(|n| format!("第{n}题")).collect();
    let mut text = format!("学籍号,测评日期,{}\n", heads.join(","));
    for pupil in [&agreed, &refused] {
        writeln!(text, "{},2025-10-20,0,0,0,0,0,0,0,0,3", pupil.number()).expect("text");
    }
    let fields = [("kind", "answers"), ("scale", "phq-9")];
    let page = bring(&mut li, &fields, ("答卷.csv", text.as_bytes())).await;
    assert!(page.text.contains("其中 1 份没有监护人的有效同意"), "{}", page.text);
    page.keep("imports-answers.html").expect("keep");
    let done = confirm(&mut li, &page, "").await;
    assert!(done.text.contains("有 2 份答卷触发危险条目"), "{}", done.text);
    assert_eq!(school.rows("sheet"), 2);
    // Nor may anybody else, who would learn from the counts what stands there: a guess about one
    // student is unchanged where it is right.
    for (login, role) in [("zhou", Role::MoralHead), ("it", Role::Operator)] {
        let mut other = browser(&school, Person { login, role, staff: "" }, NOW_MS).await;
        let page = bring(&mut other, &fields, ("答卷.csv", text.as_bytes())).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{login}: {}", page.text);
        let forms = other.get("/imports?kind=answers").await.expect("page");
        assert!(!forms.text.contains("name=\"scale\""), "{login}: the form is not offered");
    }
    assert_eq!(school.rows("sheet"), 2);
}

/// A wrong file is told in the words of the page: to its form of columns, and of answers, which
/// scale they are.
#[tokio::test]
async fn a_wrong_file_is_told_what_to_do_on_the_page() {
    let school = School::new();
    let pupil = TestPupil::new(1);
    school.roster(std::slice::from_ref(&pupil), AS_OF);
    let mut li = counsellor(&school).await;
    let strange = ("别的.csv", "甲,乙,丙\n1,2,3\n".as_bytes());
    let page = bring(&mut li, &[("kind", "roster")], strange).await;
    assert!(page.text.contains("“各列的对应”里指定"), "{}", page.text);
    assert!(!page.text.contains("用 --map 指定"), "{}", page.text);
    let heads: Vec<String> = (1..=7).map(|n| format!("第{n}题")).collect();
    let text = format!(
        "学籍号,测评日期,{}\n{},2025-10-20,0,0,0,0,0,0,0\n",
        heads.join(","),
        pupil.number()
    );
    let fields = [("kind", "answers"), ("scale", "phq-9")];
    let page = bring(&mut li, &fields, ("gad7.csv", text.as_bytes())).await;
    assert!(page.text.contains("可能是这些量表") && page.text.contains("gad-7"), "{}", page.text);
    assert_eq!(school.rows("sheet"), 0);
}

/// A school whose sessions end meanwhile is led to sign in, and nothing was written.
#[tokio::test]
async fn a_file_without_a_session_is_led_to_sign_in() {
    let school = School::new();
    drop(counsellor(&school).await);
    let mut nobody = signed_in(&school, "li", "wrong password", NOW_MS).await;
    let fields = [("csrf", "none"), ("kind", "roster")];
    let text = roster(&[1]);
    let sent = nobody.upload("/imports", &fields, ("a.csv", text.as_bytes())).await.expect("reply");
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert!(sent.header("location").starts_with("/login") && on_roll(&school) == 0);
}

/// A roster on which a record of a new student was built has no button to take it back, which would
/// only be refused; before, it has.
#[tokio::test]
async fn a_roster_that_was_built_on_offers_no_taking_back() {
    let school = School::new();
    let mut li = counsellor(&school).await;
    let page = bring(&mut li, &[("kind", "roster")], ("名册.csv", roster(&[1]).as_bytes())).await;
    assert_eq!(confirm(&mut li, &page, "").await.status, StatusCode::OK);
    assert!(li.get("/imports").await.expect("page").text.contains("/imports/undo/"));
    let csrf = page.field("csrf").expect("token").to_owned();
    let number = TestPupil::new(1).number();
    let talk = [
        ("csrf", csrf.as_str()),
        ("student", &number),
        ("day", "2025-11-18"),
        ("staff", "T001"),
        ("topics", "study"),
    ];
    let done = li.post("/ledgers/talk/new", &talk).await.expect("reply");
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert!(!li.get("/imports").await.expect("page").text.contains("/imports/undo/"));
}

/// A class is listed by the numbers that the school gives, two before ten, and those without one
/// after them.
#[tokio::test]
async fn a_class_is_listed_by_its_own_numbers() {
    let school = School::new();
    let mut li = counsellor(&school).await;
    let mut text = "学籍号,学号,姓名,性别,年级,班级\n".to_owned();
    for (n, local) in [(1, "10"), (2, "2"), (3, ""), (4, "1")] {
        let name = NAMES[n];
        writeln!(text, "G999999201301{n:05}A,{local},甄别{name},男,七年级,1班").expect("text");
    }
    let page = bring(&mut li, &[("kind", "roster")], ("名册.csv", text.as_bytes())).await;
    assert_eq!(confirm(&mut li, &page, "").await.status, StatusCode::OK);
    let list = li.get("/students").await.expect("page");
    let place = |name: &str| list.text.find(name).expect("a line");
    let places = ["甄别丁", "甄别乙", "甄别甲", "甄别丙"].map(place);
    assert!(places.is_sorted(), "{places:?}: {}", list.text);
    assert!(list.text.contains("<th scope=\"col\">学号</th><th scope=\"col\">学籍号</th>"));
    list.keep("students-zh.html").expect("keep");
}
