//! A script in any text of any ledger is text wherever it is shown: in the refused form, on the
//! page of its record, in its table, on the student's page, and on what is printed.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use domain::ledger::{Kind, SchoolRole, Word as _};
use runtime::web::trial::{Browser, Seen};

use super::tests::{send, two};
use crate::ledger::author::Author;
use crate::ledger::browse;
use crate::ledger::entry::{Cell, Column, RecordId, Shape, StaffId};
use crate::ledger::kinds::{KINDS, KindColumns};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::testing::{NOW_MS, School};

/// Pages that show entries of several ledgers.
const PAGES: [&str; 30] = [
    "/work",
    "/alerts",
    "/alerts?view=board",
    "/ledgers",
    "/students",
    "/mine",
    "/calendar",
    "/calendar?view=week",
    "/calendar/duties.ics",
    "/workload",
    "/mentors",
    "/mentors/1",
    "/plans",
    "/standards",
    "/training",
    "/training/pledge",
    "/referrals",
    "/consultations",
    "/directory",
    "/families",
    "/keeping",
    "/inspection",
    "/counts",
    "/lists",
    "/imports",
    "/approvals",
    "/accounts",
    "/audit",
    "/talks/new",
    "/talks/batch",
];

/// A text that would run if it were ever written into a page as it is. It names its column, so that
/// it is known again, and ends an attribute first.
fn script(kind: Kind, column: &str) -> String {
    format!("\"'><script>{}.{column}</script>", kind.as_str())
}

/// How a page writes it.
fn escaped(kind: Kind, column: &str) -> String {
    format!("&#60;script&#62;{}.{column}&#60;/script&#62;", kind.as_str())
}

fn is_text(column: &Column) -> bool {
    matches!(column.shape, Shape::Text | Shape::Note)
}

/// Values of a kind: a script in every text, else the least that its column holds.
fn cells(known: &KindColumns, records: &BTreeMap<&str, RecordId>) -> Vec<Cell> {
    let value = |column: &Column| match column.shape {
        Shape::Text | Shape::Note => Cell::Text(script(known.kind, column.name)),
        Shape::Student | Shape::Staff => Cell::Integer(1),
        _ if column.optional => Cell::Null,
        Shape::Number if column.name == "school_year" => Cell::Integer(2025),
        Shape::Number | Shape::Flag => Cell::Integer(1),
        Shape::Day => Cell::Text("2025-11-18".to_owned()),
        Shape::Moment => Cell::Integer(NOW_MS),
        Shape::Record => Cell::Integer(records.get(column.name).map_or(1, |record| record.0)),
        Shape::Word(list) | Shape::Words(list) => {
            let first = list().first().map_or("", |entry| entry.word);
            Cell::Text(first.to_owned())
        }
    };
    known.columns.iter().map(value).collect()
}

/// Writes an entry of every kind, past the rules that some of these texts would break.
fn fill(school: &School) -> Vec<(&'static KindColumns, RecordId)> {
    let written = school.ledger.write("scripts", |tx| {
        let author = Author::new("li", SchoolRole::Counsellor, Some(StaffId(1)), NOW_MS);
        let author = author.because(&script(Kind::Talk, "reason"));
        let (mut written, mut records) = (Vec::new(), BTreeMap::new());
        for known in KINDS {
            let record = (known.danger_insert)(tx, &author, cells(known, &records))?;
            // What later kinds call their record of this one.
            let names: &[&str] = match known.kind {
                Kind::AlertCase => &["of_case"],
                Kind::Session => &["of_session"],
                Kind::Conference => &["conference"],
                Kind::Referral => &["referral"],
                Kind::LegalHold => &["hold"],
                Kind::Committee => &["committee"],
                Kind::SchoolPlan => &["of_plan"],
                _ => &[],
            };
            records.extend(names.iter().map(|name| (*name, record)));
            written.push((known, record));
        }
        Ok::<_, LedgerRefusal>(written)
    });
    written.unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// Nothing on a page runs; gives how many of the texts are on it, as texts.
fn check(seen: &Seen, place: &str) -> usize {
    assert!(!seen.text.contains("<script"), "{place}: {}", seen.text);
    if seen.header("content-type").starts_with("text/html") {
        assert_eq!(seen.flaws(), Vec::<String>::new(), "{place}");
    }
    assert!(!seen.status.is_server_error(), "{place}: {}", seen.status);
    seen.text.matches("&#60;script&#62;").count()
}

async fn get(browser: &mut Browser, path: &str) -> Seen {
    browser.get(path).await.expect("page")
}

/// A script in each text column of each of the kinds is shown as text on every page that shows
/// ledgers, in both languages, and is on the page of its record for whoever may read it.
#[tokio::test]
async fn a_script_in_any_text_is_text_on_every_page() {
    let (school, mut li, mut head) = two().await;
    let written = fill(&school);
    assert_eq!(written.len(), KINDS.len());
    let (mut columns, mut tables) = (0, 0);
    for (known, record) in &written {
        let table = format!("/ledgers/{}", known.kind.as_str());
        let at = format!("{table}/{}", record.0);
        let mut pages = String::new();
        for browser in [&mut li, &mut head] {
            for path in [&table, &format!("{table}?lang=en")] {
                tables += check(&get(browser, path).await, path);
            }
            for path in [&at, &format!("{at}/edit"), &format!("{at}/annul")] {
                let seen = get(browser, path).await;
                check(&seen, path);
                pages += &seen.text;
            }
        }
        let texts = known.columns.iter().filter(|column| is_text(column));
        for column in texts {
            let shown = escaped(known.kind, column.name);
            assert!(pages.contains(&shown), "{shown} is on no page of {at}");
            columns += 1;
        }
    }
    assert!(columns > 60 && tables > columns, "{columns} columns, {tables} in tables");
    let mut elsewhere = 0;
    for path in PAGES {
        for browser in [&mut li, &mut head] {
            elsewhere += check(&get(browser, path).await, path);
        }
    }
    assert!(elsewhere > 10, "{elsewhere}");
    for (known, record) in written {
        let path = match known.kind {
            Kind::Appointment => format!("/appointments/{}", record.0),
            Kind::Referral => format!("/referrals/{}", record.0),
            _ => continue,
        };
        assert!(check(&get(&mut li, &path).await, &path) > 0, "{path} shows none");
    }
    for (path, fields) in [
        ("/students/1", [("purpose", "counselling"), ("reason", "")]),
        ("/students/1/file", [("purpose", ""), ("reason", "<script>家长来电</script>")]),
    ] {
        let seen = send(&mut li, path, &fields).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.text);
        assert!(check(&seen, path) > 0, "{path} shows none");
    }
}

/// A form that is refused comes back with every text as it was typed, and none of it runs.
#[tokio::test]
async fn a_refused_form_gives_scripts_back_as_texts() {
    let (school, mut li, mut head) = two().await;
    let (before, mut columns) = (school.rows("record"), 0);
    for known in KINDS.iter().filter(|known| known.direct) {
        let path = format!("/ledgers/{}/new", known.kind.as_str());
        let texts: Vec<_> = known.columns.iter().filter(|column| is_text(column)).collect();
        let values: Vec<String> =
            texts.iter().map(|column| script(known.kind, column.name)).collect();
        let mut fields: Vec<(&str, &str)> =
            texts.iter().zip(&values).map(|(column, value)| (column.name, &**value)).collect();
        // No day, so nothing of it is taken.
        fields.extend([("day", "<script>"), ("student", "<script>"), ("reason", "<script>")]);
        let by_li = browse::is_writable_by(SchoolRole::Counsellor, known.kind);
        let refused = send(if by_li { &mut li } else { &mut head }, &path, &fields).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{path}: {}", refused.text);
        check(&refused, &path);
        for column in texts {
            let shown = escaped(known.kind, column.name);
            assert!(refused.text.contains(&shown), "{shown} is lost: {}", refused.text);
            columns += 1;
        }
    }
    assert!(columns > 40, "{columns}");
    let table = "日期\t学号\t主题\n<script>\t<script>a</script>\t<script>\n";
    let more = [
        ("/acts/open", [("reason", "<script>"), ("day", "<script>")]),
        ("/acts/hold", [("reason", "<script>"), ("ordered_by", "<script>")]),
        ("/talks/batch", [("on", "<script>"), ("note-1", "<script>")]),
        ("/ledgers/talk/import", [("table", table), ("confirm", "<script>")]),
    ];
    for (path, fields) in more {
        let seen = send(&mut li, path, &fields).await;
        assert!(seen.status != StatusCode::SEE_OTHER, "{path}");
        check(&seen, path);
    }
    assert_eq!(school.rows("record"), before);
}
