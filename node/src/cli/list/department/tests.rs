//! A department's commands, from its key to a sealed file for each school.

use certs::root::Commission;
use certs::seal::{Envelope, EnvelopeKey};
use certs::statement::SignedRequest;
use runtime::cli::Globals;

use super::*;
use crate::list::content::Content;
use crate::list::testing::{City, UNIT, about, zone};
use crate::list::{INFO, Topic};

/// A department in a city of two commissions, with its key, its statement and a school's.
struct Department {
    folder: tempfile::TempDir,
    terminal: Terminal,
    city: City,
    school: EnvelopeKey,
}

const HEAD: &str = "姓名,出生日期,学校,类别\n";

impl Department {
    /// Makes the key by its command and has it stated.
    fn new() -> Self {
        let terminal = Terminal::new(&Globals { no_input: true, ..Globals::default() });
        let now = Clock::system().now();
        let city = City::founded(&[Commission::Education, Commission::Health], now);
        let school = EnvelopeKey::generate(UNIT.parse().expect("unit"), Purpose::List);
        let school = school.expect("key");
        let made = Self { folder: tempfile::tempdir().expect("folder"), terminal, city, school };
        made.write("word", "correct horse battery");
        let key = KeyArgs {
            unit: "CLQ".parse().expect("unit"),
            name: "市残联".to_owned(),
            zone: zone(),
            key: made.at("own.key"),
            request: made.at("own.request"),
            key_passphrase_file: Some(made.at("word")),
        };
        make_key(&made.terminal, &key).expect("key");
        assert_eq!(make_key(&made.terminal, &key).expect_err("exists").code(), "EXISTS");
        let asked = std::fs::read(made.at("own.request")).expect("read");
        let asked = SignedRequest::from_pem(&asked).expect("request");
        let (asked, _) = asked.prove(&[], now).expect("proved");
        let hour = jiff::SignedDuration::from_hours(1);
        let own = made.city.sign(&asked.statement(now - hour, now + hour * 24));
        made.write("own.statement", &own.to_pem());
        let stated = StatedKey::Recipient(made.school.public().clone());
        let stated = about(UNIT, "示例初级中学", (Purpose::List, stated), now);
        made.write("schools", &made.city.sign(&stated).to_pem());
        for (number, pin) in made.city.pins().iter().enumerate() {
            made.write(&format!("root{number}"), &pin.to_pem());
        }
        made
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.at(name), text).expect("write");
    }

    /// The command for a table.
    fn args(&self, table: &str) -> SealArgs {
        SealArgs {
            file: self.at(table),
            key: self.at("own.key"),
            key_passphrase_file: Some(self.at("word")),
            statement: self.at("own.statement"),
            root: vec![self.at("root0"), self.at("root1")],
            to: vec![self.at("schools")],
            title: "残疾学生名单".to_owned(),
            topic: None,
            valid_to: None,
            sheet: None,
            leave_out: false,
            dry_run: false,
            yes: true,
            out: self.at("out"),
        }
    }

    /// The code of a refusal that left no file.
    fn refused(&self, args: &SealArgs) -> &'static str {
        let failure = seal(&self.terminal, args).expect_err("refused");
        assert!(!self.at("out").exists(), "{} left a file", failure.code());
        failure.code()
    }
}

/// A table is sealed into one file a school, which that school's key alone opens.
#[test]
fn a_department_seals_one_file_a_school() {
    let department = Department::new();
    department.write("list.csv", &format!("{HEAD}王小明,2015-03-04,示例初级中学,残疾\n"));
    let args = department.args("list.csv");
    seal(&department.terminal, &SealArgs { dry_run: true, ..args.clone() }).expect("shown");
    assert!(!department.at("out").exists());
    seal(&department.terminal, &args).expect("sealed");
    let text = std::fs::read(department.at("out").join(format!("{UNIT}.xqlist"))).expect("file");
    let envelope = Envelope::from_pem(&text).expect("envelope");
    let (pins, now) = (department.city.pins(), Clock::system().now());
    let sender = envelope.sender(&pins, &zone(), now).expect("sender");
    assert_eq!(sender.statement().name, "市残联");
    let plain = department.school.open(envelope.sealed(), INFO, envelope.header());
    let content = Content::read(&plain.expect("opens")).expect("content");
    assert_eq!((content.title.as_str(), content.rows.len()), ("残疾学生名单", 1));
    assert!(Some(content.rows[0].topic) == Topic::read("残疾"));
    assert_eq!(seal(&department.terminal, &args).expect_err("exists").code(), "EXISTS");
}

/// Without a school's statement, with a wrong row, a picture, a wrong passphrase or a root that is
/// not the city's, nothing is written.
#[test]
fn a_department_writes_nothing_that_is_wrong() {
    let department = Department::new();
    let good = "王小明,2015-03-04,示例初级中学,残疾\n";
    department.write("list.csv", &format!("{HEAD}{good}"));
    department.write("unknown.csv", &format!("{HEAD}{good}李四,2015-03-05,无名学校,残疾\n"));
    assert_eq!(department.refused(&department.args("unknown.csv")), "SCHOOLS_MISSING");
    department.write("wrong.csv", &format!("{HEAD}王小明,,示例初级中学,残疾\n"));
    assert_eq!(department.refused(&department.args("wrong.csv")), "ROWS");
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    std::fs::write(department.at("png.csv"), png).expect("write");
    let png = seal(&department.terminal, &department.args("png.csv")).expect_err("a picture");
    assert!(png.message(runtime::web::Lang::Zh).contains("图片"));
    department.write("other", "another passphrase");
    let args = department.args("list.csv");
    let other = SealArgs { key_passphrase_file: Some(department.at("other")), ..args.clone() };
    assert_eq!(department.refused(&other), "FILE_INVALID");
    let stranger = City::founded(&[Commission::Education], Clock::system().now()).pins().remove(0);
    department.write("stranger", &stranger.to_pem());
    let root = vec![department.at("root0"), department.at("stranger")];
    assert_eq!(department.refused(&SealArgs { root, ..args }), "FILE_INVALID");
}

/// A last day that is over is told before the preview, with a next step for the department.
#[test]
fn a_last_day_that_is_over_is_told_first() {
    let department = Department::new();
    department.write("list.csv", &format!("{HEAD}王小明,2015-03-04,示例初级中学,残疾\n"));
    let args = department.args("list.csv");
    let valid_to = Some(Clock::system().today().yesterday().expect("day"));
    for dry_run in [true, false] {
        let over = SealArgs { valid_to, dry_run, ..args.clone() };
        assert_eq!(department.refused(&over), "VALID_TO");
    }
}

/// Where one file cannot be written none is left.
#[test]
fn files_are_written_all_or_none() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| (folder.path().join(name), "sealed".to_owned());
    let failed = write_all(&[at("one.xqlist"), at("two.xqlist"), at("missing/three.xqlist")]);
    assert!(failed.is_err());
    assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 0);
    write_all(&[at("one.xqlist"), at("two.xqlist")]).expect("written");
    assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 2);
}
