//! What a school's office does before anything may leave: a staff roll and somebody who answers.
#![expect(clippy::expect_used, clippy::panic, reason = "a test without a school cannot go on")]

use std::io::Cursor;

use domain::ledger::SchoolRole;
use domain::ledger::terms::Post;
use jiff::civil::Date;
use node::import::preview::{Scope, compare};
use node::import::source::Source;
use node::ledger::author::Author;
use node::ledger::entry::StaffId;
use node::ledger::governance::PostHolder;
use node::ledger::import_batch::ImportSource;
use node::ledger::{Ledger, staff, write};

/// Brings one member of the staff and names that person as responsible, from a day on.
///
/// # Panics
/// The ledger cannot be written.
pub fn name_responsible(ledger: &Ledger, from: Date, now_ms: i64) {
    let text = "工号,姓名,岗位\nT001,李某,校长\n";
    let mut source = Source::open(Cursor::new(text.as_bytes().to_vec())).expect("source");
    let file = node::import::staff::read(&mut source, None).expect("staff");
    let preview = compare(file, Scope::Part, |_| Ok::<_, std::convert::Infallible>(None));
    let Ok(batch) = preview.expect("compared").accept() else { panic!("staff refused") };
    let by = ImportSource {
        file_name: "staff.csv".to_owned(),
        digest: certs::digest::sha256(text.as_bytes()),
        author: "office".to_owned(),
        as_of: from,
        now_ms,
    };
    let brought = ledger.write("staff", move |tx| staff::apply(tx, &batch, &by));
    brought.expect("brought");
    let named = ledger.write("responsible", move |tx| {
        let members = staff::staff_at(tx, from)?.unwrap_or_default();
        let post = PostHolder {
            from,
            post: Post::Responsible,
            staff: StaffId(members.first().expect("staff").id),
            phone: String::new(),
            handover: String::new(),
            until: None,
        };
        let head = Author::new("head", SchoolRole::MoralHead, None, now_ms);
        write::add(tx, &head, &post).map(drop)
    });
    named.unwrap_or_else(|error| panic!("{error}"));
}
