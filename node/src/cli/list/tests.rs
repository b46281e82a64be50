//! The school's half of `list`, on a node with its folder.

use runtime::cli::Globals;
use runtime::clock::Clock;

use super::*;
use crate::ledger::testing::{AS_OF, NOW_MS, School, TestPupil};
use crate::list::testing::{City, UNIT};
use crate::unlock::Opener;

/// A node with three students, and the city that sends it lists.
struct Served {
    folder: tempfile::TempDir,
    node: Node,
    school: School,
    city: City,
    terminal: Terminal,
}

fn node() -> Served {
    let folder = tempfile::tempdir().expect("folder");
    let (data, key) = (folder.path().join("data"), folder.path().join("machine.key"));
    let opener = Opener::danger_new_key_file(&key).expect("key file");
    let clock = Clock::system();
    let settings = [("school_type", "junior".to_owned())];
    crate::app::create(&data, &settings, &opener, &clock).expect("created");
    let node = crate::app::open_folder(&data, &opener, clock).expect("node");
    let school = School::with(node.ledger().clone());
    school.roster(&(0..3).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师")]);
    let terminal = Terminal::new(&Globals { no_input: true, ..Globals::default() });
    Served { folder, node, school, city: City::both(), terminal }
}

fn li() -> Author {
    use crate::ledger::entry::StaffId;
    Author::new("li", domain::ledger::SchoolRole::Counsellor, Some(StaffId(1)), NOW_MS)
}

impl Served {
    /// Takes in a list: row 2 is clear, rows 3 and 4 are unclear, row 5 fits nobody.
    fn take(&self) -> i64 {
        let (clear, unclear) = (TestPupil::new(0).number(), TestPupil::new(1).number());
        let table = format!(
            "学籍号,姓名,出生日期,学校,类别\n{clear},张某某,,{UNIT},残疾\n\
             {unclear},张某,,{UNIT},残疾\n,张某某,2012-03-04,{UNIT},孤儿\n\
             ,欧阳甄别,2012-03-04,{UNIT},孤儿\n"
        );
        let to = self.city.key_of(&self.school.ledger, UNIT);
        let (text, recipient) = (self.city.seal(&to, &table), self.city.recipient());
        let taken = self
            .school
            .ledger
            .write("take", move |tx| taking::take(tx, (&li(), &recipient), text.as_bytes()));
        taken.expect("taken")
    }

    fn decide(&self, number: i64, change: impl FnOnce(&mut DecideArgs)) -> Result<(), Failure> {
        let (without, choose) = (Vec::new(), Vec::new());
        let mut args = DecideArgs { number, without, choose, leave_unclear: false, yes: true };
        change(&mut args);
        decide_list(&self.terminal, &self.node, (li(), self.city.recipient()), &args)
    }

    fn line(&self, number: i64) -> ListLine {
        let line = self.school.ledger.read(move |tx| department_list::one(tx, number));
        line.expect("read").expect("line")
    }

    /// Bytes of the ledger's log.
    fn log(&self) -> u64 {
        let log = self.folder.path().join("data/ledger.db-wal");
        std::fs::metadata(log).map_or(0, |log| log.len())
    }
}

/// An unclear row is not lost without a word: `--yes` alone is refused, a row that is left out must
/// be one that offers somebody, and what is said of all of them is enough.
#[test]
fn no_unclear_row_goes_unsaid() {
    let node = node();
    let number = node.take();
    let code = |done: Result<(), Failure>| done.expect_err("refused").code();
    assert_eq!(code(node.decide(number, |_| ())), "LIST_ROWS_OPEN");
    assert_eq!(code(node.decide(number, |args| args.without = vec![3])), "LIST_ROWS_OPEN");
    for wrong in [1, 5, 9] {
        let said = node.decide(number, |args| {
            args.without = vec![wrong];
            args.leave_unclear = true;
        });
        assert_eq!(code(said), "LIST_LEFT_OUT", "{wrong}");
    }
    let twice = node.decide(number, |args| {
        args.without = vec![3, 4];
        args.choose = vec![format!("3={}", TestPupil::new(1).number())];
    });
    assert_eq!(code(twice), "LIST_LEFT_OUT");
    assert_eq!((node.line(number).decision, node.school.rows("family_case")), (None, 0));
    let said = node.decide(number, |args| {
        args.without = vec![4];
        args.choose = vec![format!("3={}", TestPupil::new(1).number())];
    });
    said.expect("every unclear row was said something of");
    let line = node.line(number);
    assert_eq!((line.decision.as_deref(), line.taken), (Some("taken"), 2));
}

/// Where nobody is chosen the list is destroyed, not taken.
#[test]
fn a_list_of_which_nobody_is_chosen_is_destroyed() {
    let node = node();
    let number = node.take();
    let said = node.decide(number, |args| {
        args.without = vec![2];
        args.leave_unclear = true;
    });
    said.expect("decided");
    let line = node.line(number);
    assert_eq!((line.decision.as_deref(), line.taken), (Some("destroyed"), 0));
}

/// What a decision erases leaves the ledger's log too.
#[test]
fn what_is_erased_leaves_the_log() {
    let node = node();
    let number = node.take();
    assert!(node.log() > 0);
    node.decide(number, |args| args.leave_unclear = true).expect("decided");
    assert_eq!(node.log(), 0);
    let number = node.take();
    assert!(node.log() > 0);
    destroy(&node.terminal, &node.node, li(), number).expect("destroyed");
    assert_eq!(node.log(), 0);
}

/// Which lists came is told to whoever decides about them and to nobody else.
#[test]
fn lists_are_shown_to_who_decides() {
    let node = node();
    node.take();
    let principal = Author::new("zhao", domain::ledger::SchoolRole::Principal, None, NOW_MS);
    let refused = show_all(&node.terminal, &node.node, principal).expect_err("refused");
    assert_eq!(refused.code(), "NOT_ALLOWED");
    show_all(&node.terminal, &node.node, li()).expect("shown");
}
