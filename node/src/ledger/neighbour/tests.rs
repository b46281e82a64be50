//! What becomes of notices with the records that they belong to.

use certs::digest::sha256;
use certs::referral::EnvelopeId;
use domain::neighbour::{Handling, NoticeKind};
use runtime::params;

use super::{
    Arrived, NewOut, NewSaid, all_in, keep_came, link, of_record, put, receive, report, say,
};
use crate::content::Reply;
use crate::ledger::entry::Moment;
use crate::ledger::guard_tests::{CHILD, counsellor, run, school};
use crate::ledger::testing::{NOW_MS, TODAY};

fn came(id: u8) -> Arrived<'static> {
    static NAMES: [[u8; 16]; 4] = [[0; 16], [1; 16], [2; 16], [3; 16]];
    let name = &NAMES[usize::from(id)];
    Arrived {
        kind: NoticeKind::Tip,
        name,
        envelope: name,
        signed: sha256(b"signed"),
        sender: ("POLICE1.370202.qd.example", "示例公安分局"),
        content: b"said",
        at: Moment(NOW_MS),
    }
}

/// A list that is cut keeps what waits, however much that was answered came after it.
#[test]
fn what_waits_is_listed_before_what_was_answered() {
    let school = school();
    let first = run(&school, |tx| {
        for id in 1..=3 {
            receive(tx, &came(id))?;
        }
        let said = Reply::Handled(Handling::Checked, TODAY);
        for notice in [2, 3] {
            let at = Moment(NOW_MS);
            say(tx, &NewSaid { notice, number: 2, said: &said, account: "head", at })?;
        }
        Ok(all_in(tx, 1)?)
    });
    assert_eq!(first.expect("list").first().map(|notice| notice.id), Some(1));
}

/// An answer whose sender's clock is ahead does not stop the limit that runs from it.
#[test]
fn no_clock_over_there_stops_a_limit() {
    let school = school();
    let at = run(&school, |tx| {
        let new = NewOut {
            kind: NoticeKind::Tip,
            name: &[7; 16],
            record: None,
            to: ("POLICE1", "示例公安分局"),
            relay: "370202",
            content: b"said",
            by: ("head", None),
            at: Moment(NOW_MS),
        };
        let id = put(tx, &new)?;
        let of = (id, EnvelopeId::from_bytes([9; 16]));
        let ahead = Moment(NOW_MS + 400 * 86_400_000);
        let said = Reply::Received("2025-1".to_owned());
        keep_came(tx, of, (1, &said, ahead), NOW_MS)?;
        Ok(super::came(tx, id)?)
    });
    assert_eq!(at.expect("came").first().map(|one| one.at), Some(Moment(NOW_MS)));
}

/// With a student what an office said of him or her is gone, as far as it was linked; a tip about
/// somebody else stays.
#[test]
fn a_destroyed_student_takes_the_tips_along() {
    let school = school();
    let left = run(&school, |tx| {
        for id in [1, 2] {
            receive(tx, &came(id))?;
        }
        link(tx, 1, (CHILD, "head"))?;
        let order = report::enter(tx, &counsellor(), None, (None, "示例公安分局", "事实"))?;
        tx.execute(
            "insert into destroyed_student (student, ordered, first_day, left_day)
             values ($1, $2, '2025-09-01', '2025-11-01')",
            params![CHILD.0, order.0],
        )?;
        Ok(all_in(tx, 10)?)
    });
    let left = left.expect("left");
    let of = |id: i64| left.iter().find(|one| one.id == id).expect("notice");
    assert!(of(1).content.is_none() && of(1).student.is_none() && of(1).erased.is_some());
    assert!(of(2).content.is_some());
}

/// With the record of a report what was written of it for the office is gone.
#[test]
fn a_destroyed_report_takes_its_content_along() {
    let school = school();
    let left = run(&school, |tx| {
        let author = counsellor();
        let record = report::enter(tx, &author, None, (None, "示例公安分局", "事实"))?;
        let new = NewOut {
            kind: NoticeKind::Report,
            name: &[7; 16],
            record: Some(record),
            to: ("POLICE1", "示例公安分局"),
            relay: "370202",
            content: b"seen",
            by: (author.account(), author.staff()),
            at: Moment(NOW_MS),
        };
        put(tx, &new)?;
        assert!(of_record(tx, record)?.is_some_and(|out| out.content.is_some()));
        tx.execute("update record set destroyed = 1 where id = $1", params![record.0])?;
        Ok(of_record(tx, record)?)
    });
    assert!(left.expect("left").is_some_and(|out| out.content.is_none()));
}
