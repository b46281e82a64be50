//! A pasted table that holds what may have been entered already, and a refusal that names who
//! stands in the way.

use axum::http::StatusCode;
use runtime::web::Role;
use runtime::web::trial::Seen;

use super::tests::{PUPIL, place, send, two};
use crate::console::ledgers::tests::browser;
use crate::ledger::testing::{AS_OF, School, TestPupil};

const PATH: &str = "/ledgers/talk/import";
const HEAD: &str = "日期\t学号\t主题\t是否需关注\n";

/// The row of a preview.
fn row(seen: &Seen, number: u32) -> String {
    let start = format!("<td>{number}</td>");
    let found = seen.text.split("<tr").find(|row| row.contains(&start));
    found.unwrap_or_else(|| panic!("no row {number}: {}", seen.text)).to_owned()
}

/// A row that looks like a talk which is entered already, or like a row further up, is asked about
/// by itself: it is written or left out as ticked, and without a tick nothing of the table is
/// written, with what was ticked still on the page.
#[tokio::test]
async fn doubles_of_a_table_are_asked_about_row_by_row() {
    let (school, mut li, _) = two().await;
    let other = TestPupil::new(0).number();
    let fields =
        [("student", PUPIL), ("day", "2025-11-18"), ("topics", "study"), ("staff", "T001")];
    let at = place(&send(&mut li, "/ledgers/talk/new", &fields).await);
    let known = at.rsplit('/').next().unwrap_or_default();
    let table = format!(
        "{HEAD}2025-11-18\t{PUPIL}\t家庭\t否\n2025-11-18\t{other}\t学业\t否\n\
         2025-11-18\t{other}\t家庭\t是\n"
    );
    let tried = send(&mut li, PATH, &[("table", &table)]).await;
    assert_eq!((tried.status, tried.flaws()), (StatusCode::OK, Vec::new()), "{}", tried.text);
    tried.keep("import-doubles.html").expect("keep");
    assert!(tried.text.contains("新增 1 行，已有 0 行，有误 0 行"), "{}", tried.text);
    assert!(tried.text.contains("有 2 行可能重复"), "{}", tried.text);
    let (entered, above) = (row(&tried, 2), row(&tried, 4));
    assert!(
        entered.contains(&format!("#{known}")) && entered.contains("仍要再记一次"),
        "{entered}"
    );
    assert!(above.contains("与本表第 3 行相同") && above.contains("仍要再记一次"), "{above}");
    assert!(!row(&tried, 3).contains("仍要再记一次"));
    let written = [("table", table.as_str()), ("confirm", "yes")];
    let none = send(&mut li, PATH, &written).await;
    assert_eq!((none.status, school.rows("talk")), (StatusCode::CONFLICT, 1));
    assert!(none.text.contains("有 2 行可能重复，还没有勾选如何处理"), "{}", none.text);
    let left = [written[0], written[1], ("left", "2"), ("left", "4")];
    let done = send(&mut li, PATH, &left).await;
    assert_eq!((done.status, school.rows("talk")), (StatusCode::SEE_OTHER, 2), "{}", done.text);
    // A tick for one is no yes to the other, and is not lost.
    let again = [written[0], written[1], ("again", "4")];
    let half = send(&mut li, PATH, &again).await;
    assert_eq!((half.status, half.flaws()), (StatusCode::CONFLICT, Vec::new()), "{}", half.text);
    assert_eq!(school.rows("talk"), 2);
    assert!(row(&half, 4).contains(" checked") && !row(&half, 2).contains(" checked"));
    let both = [written[0], written[1], ("again", "4"), ("left", "2")];
    let done = send(&mut li, PATH, &both).await;
    assert_eq!((done.status, school.rows("talk")), (StatusCode::SEE_OTHER, 3), "{}", done.text);
    let tried = send(&mut li, PATH, &[("table", &table)]).await;
    assert!(tried.text.contains("新增 0 行，已有 2 行，有误 0 行"), "{}", tried.text);
    assert!(row(&tried, 2).contains("可能重复") && tried.text.contains("写入台账"));
}

/// Two talks of a table that differ by their notes alone are no entry that stood in the ledger: the
/// second is asked about, and nothing of it is passed over. Of a row that does stand there, the
/// page says that its note is not written.
#[tokio::test]
async fn a_row_that_differs_by_its_note_is_asked_about() {
    let (school, mut li, _) = two().await;
    let table = format!(
        "日期\t学号\t主题\t是否需关注\t记录\n2025-11-18\t{PUPIL}\t学业\t否\t上午谈作业\n\
         2025-11-18\t{PUPIL}\t学业\t否\t下午谈考试\n"
    );
    let tried = send(&mut li, PATH, &[("table", &table)]).await;
    assert_eq!((tried.status, tried.flaws()), (StatusCode::OK, Vec::new()), "{}", tried.text);
    assert!(tried.text.contains("新增 1 行，已有 0 行，有误 0 行"), "{}", tried.text);
    let second = row(&tried, 3);
    assert!(second.contains("与本表第 2 行相同") && second.contains("仍要再记一次"), "{second}");
    let both = [("table", table.as_str()), ("confirm", "yes"), ("again", "3")];
    let done = send(&mut li, PATH, &both).await;
    assert_eq!((done.status, school.rows("talk")), (StatusCode::SEE_OTHER, 2), "{}", done.text);
    let tried = send(&mut li, PATH, &[("table", &table)]).await;
    assert!(tried.text.contains("新增 0 行，已有 2 行，有误 0 行"), "{}", tried.text);
    assert!(row(&tried, 2).contains("记录内容不会写入"), "{}", tried.text);
}

/// A row that says the same as a talk entered by the form is not written by itself, is told, and is
/// written where somebody ticks that it was another talk; a table of such rows alone says so.
#[tokio::test]
async fn a_second_talk_that_says_the_same_is_written_where_it_is_ticked() {
    let (school, mut li, _) = two().await;
    let fields =
        [("student", PUPIL), ("day", "2025-11-18"), ("topics", "study"), ("staff", "T001")];
    place(&send(&mut li, "/ledgers/talk/new", &fields).await);
    let table = format!("{HEAD}2025-11-18\t{PUPIL}\t学业\t否\n");
    let tried = send(&mut li, PATH, &[("table", &table)]).await;
    assert_eq!((tried.status, tried.flaws()), (StatusCode::OK, Vec::new()), "{}", tried.text);
    tried.keep("import-standing.html").expect("keep");
    assert!(tried.text.contains("新增 0 行，已有 1 行，有误 0 行"), "{}", tried.text);
    assert!(tried.text.contains("有 1 行与台账中已有的一条相同"), "{}", tried.text);
    let asked = row(&tried, 2);
    assert!(asked.contains("仍要再记一次") && !asked.contains("不录入这一行"), "{asked}");
    assert!(!asked.contains(" checked"), "{asked}");
    let written = [("table", table.as_str()), ("confirm", "yes")];
    let none = send(&mut li, PATH, &written).await;
    assert_eq!((none.status, none.flaws()), (StatusCode::CONFLICT, Vec::new()), "{}", none.text);
    assert!(none.text.contains("没有要写入的行") && school.rows("talk") == 1, "{}", none.text);
    assert!(asked.contains("name=\"again\" value=\"2:1\""), "{asked}");
    let again = [written[0], written[1], ("again", "2:1")];
    let done = send(&mut li, PATH, &again).await;
    assert_eq!((done.status, school.rows("talk")), (StatusCode::SEE_OTHER, 2), "{}", done.text);
    // Sent a second time, by a browser that had no answer, it is written no second time.
    let twice = send(&mut li, PATH, &again).await;
    assert_eq!((twice.status, school.rows("talk")), (StatusCode::CONFLICT, 2), "{}", twice.text);
    assert!(row(&twice, 2).contains("value=\"2:2\""), "{}", twice.text);
}

/// Who is refused a second mentor for a student is told who the mentor is, with the way to the
/// pair.
#[tokio::test]
async fn a_second_mentor_is_refused_by_the_name_of_the_first() {
    let (_school, _, mut head) = two().await;
    let pair = [("student", PUPIL), ("day", "2025-09-01"), ("staff", "T001")];
    let at = place(&send(&mut head, "/ledgers/mentor/new", &pair).await);
    let record = at.rsplit('/').next().unwrap_or_default();
    for (lang, said) in [("zh", "现任导师是李某：打开"), ("en", "The mentor is 李某: open")]
    {
        let path = format!("/ledgers/mentor/new?lang={lang}");
        let mut other = pair;
        other[2] = ("staff", "T002");
        let refused = send(&mut head, &path, &other).await;
        assert_eq!((refused.status, refused.flaws()), (StatusCode::CONFLICT, Vec::new()));
        assert!(refused.text.contains(said), "{}", refused.text);
        assert!(refused.text.contains(&format!("href=\"/ledgers/mentor/{record}\"")));
    }
}

/// A student is found by the number that the school gives, in a form and in a pasted table: that
/// is the number which teachers' tables hold.
#[tokio::test]
async fn a_student_is_found_by_the_number_of_the_school() {
    let school = School::new();
    let mut roster = "学籍号,学号,姓名,性别,年级,班级,监护人同意,同意日期\n".to_owned();
    for n in 0..2 {
        let number = TestPupil::new(n).number();
        roster += &format!("{number},2025010{n},张某某,男,七年级,1班,是,2025-09-17\n");
    }
    school.roster_of(&roster, AS_OF);
    school.staff(&[(1, "心理教师")]);
    let mut li = browser(&school, "li", Role::Counsellor, "T001").await;
    let fields =
        [("student", PUPIL), ("day", "2025-11-18"), ("topics", "study"), ("staff", "T001")];
    let at = place(&send(&mut li, "/ledgers/talk/new", &fields).await);
    let known = at.rsplit('/').next().unwrap_or_default();
    let rows = "2025-11-18\t20250101\t家庭\t否\n2025-11-18\t20250109\t家庭\t否\n";
    let table = format!("{HEAD}{rows}");
    let tried = send(&mut li, PATH, &[("table", &table)]).await;
    assert!(row(&tried, 2).contains(&format!("#{known}")), "{}", tried.text);
    assert!(row(&tried, 3).contains("没有找到这名学生"), "{}", tried.text);
    let mut by_local = fields;
    by_local[0] = ("student", "20250100");
    place(&send(&mut li, "/ledgers/talk/new", &by_local).await);
    assert_eq!(school.rows("talk"), 2);
    let found = li.get("/ledgers/talk?student=20250100").await.expect("table");
    assert!(found.text.contains("共 1 条"), "{}", found.text);
}

/// Headers that are missing are told once each and by the names that the page lists, without the
/// way of the command; a table without a row is told to have none.
#[tokio::test]
async fn a_table_that_lacks_headers_or_rows_is_told_so() {
    let (school, mut li, _) = two().await;
    let table = format!("日子\t学号\t主题\t是否需关注\n2025-11-18\t{PUPIL}\t学业\t否\n");
    for (lang, said) in [("zh", "表头缺少：日期；"), ("en", "Headers are missing: day;")] {
        let path = format!("{PATH}?lang={lang}");
        let tried = send(&mut li, &path, &[("table", &table)]).await;
        assert_eq!((tried.status, tried.flaws()), (StatusCode::CONFLICT, Vec::new()));
        assert!(tried.text.contains(said) && !tried.text.contains("--map"), "{}", tried.text);
    }
    let path = format!("{PATH}?lang=zh");
    for table in [HEAD, "", " \n"] {
        let none = send(&mut li, &path, &[("table", table)]).await;
        assert_eq!((none.status, none.flaws()), (StatusCode::CONFLICT, Vec::new()));
        assert!(none.text.contains("没有读到任何一行"), "{table:?}: {}", none.text);
    }
    assert_eq!(school.rows("talk"), 0);
}
