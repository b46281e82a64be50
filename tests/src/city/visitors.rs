//! Accounts for whoever watches the demonstration: one for the pages of the city, of each district
//! and of health, and at every school that stays up the counsellor, the moral-education head and,
//! at the first, school IT.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use runtime::web::Label;
use tokio::task::JoinSet;

use super::build::{BuildError, City};
use super::generate::Seeded;
use super::plan::{SMALL_CITY_MAX, helper};
use super::process::{Launcher, Program, write_private};

/// Accounts of a school: name to sign in with, name on the screen, role, number of the staff roll.
/// The generated life writes as the first two.
const SCHOOL: [[&str; 4]; 2] =
    [["xinli", "心理教师", "counsellor", "T0003"], ["deyu", "德育主任", "moral-head", "T0002"]];

/// Who leads a school, by the number of the staff roll.
pub(super) const HEAD_OF_SCHOOL: &str = "T0001";
/// The counsellor's account, as which the office brings the answers.
pub(super) const COUNSELLOR: [&str; 4] = SCHOOL[0];
/// The moral-education head's account.
pub(super) const MORAL_HEAD: [&str; 4] = SCHOOL[1];

/// Somebody who can sign in to one console.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Whose console.
    pub name: Label,
    /// Where it is.
    pub address: SocketAddr,
    /// Name to sign in with.
    pub login: String,
    /// Password, drawn anew for every city.
    pub password: String,
}

/// A console and the folder of its unit.
#[derive(Clone)]
struct Place {
    program: Program,
    unit: String,
    name: Label,
    address: SocketAddr,
    data: String,
    keys: PathBuf,
}

/// Makes the accounts, at the consoles of hubs above streets and at those of the schools.
///
/// # Errors
/// A command failed.
pub async fn admit(city: &City) -> Result<Vec<Visitor>, BuildError> {
    let mut visitors = Vec::new();
    let place = |program, unit: &str, name, address| Place {
        program,
        unit: unit.to_owned(),
        name,
        address,
        data: city.folder(unit).display().to_string(),
        keys: city.wishes.dir.join("keys"),
    };
    let health = city.has_health().then(helper);
    for hub in city.plan.hubs.iter().filter(|hub| hub.kind != "street").chain(&health) {
        let Some(addresses) = city.addresses(&hub.unit) else { continue };
        let name = Label::new(&hub.name_zh, &hub.name_en);
        let at = place(Program::Hub, &hub.unit, name, addresses.console);
        let args = ["--login", "demo", "--name", "演示账号", "--role", "analyst"];
        visitors.push(account(city.launcher().clone(), at, "demo", &args).await?);
    }
    let stay = city.plan.schools.len() <= SMALL_CITY_MAX;
    let mut schools = JoinSet::new();
    for (number, plan) in city.plan.schools.iter().enumerate().filter(|_| stay) {
        let unit = &plan.school.school_code;
        let Some(console) = city.school_console(unit) else { continue };
        let name = Label::new(&plan.school.name_zh, &plan.school.name_en);
        let at = place(Program::Node, unit, name, console);
        let launcher = city.launcher().clone();
        schools.spawn(async move { Ok::<_, BuildError>((number, school(launcher, at).await?)) });
    }
    let mut found = Vec::new();
    while let Some(one) = schools.join_next().await {
        found.push(one??);
    }
    found.sort_by_key(|(number, _)| *number);
    visitors.extend(found.into_iter().flat_map(|(_, own)| own));
    if let Some(plan) = city.plan.schools.first().filter(|_| stay)
        && let Some(console) = city.school_console(&plan.school.school_code)
    {
        let name = Label::new(&plan.school.name_zh, &plan.school.name_en);
        let at = place(Program::Node, &plan.school.school_code, name, console);
        let args = ["demo", "--name", "演示账号", "--role", "operator"];
        visitors.push(account(city.launcher().clone(), at, "demo", &args).await?);
    }
    Ok(visitors)
}

/// One command after the other: a ledger has one writer.
async fn school(launcher: Launcher, at: Place) -> Result<Vec<Visitor>, BuildError> {
    let mut visitors = Vec::new();
    for [login, name, role, staff] in SCHOOL {
        if login == COUNSELLOR[0] {
            // Made when the answers were brought.
            let password = std::fs::read_to_string(password_file(&at.keys, &at.unit, login))?;
            visitors.push(at.clone().visitor(login, password));
            continue;
        }
        let args = [login, "--name", name, "--role", role, "--staff", staff];
        visitors.push(account(launcher.clone(), at.clone(), login, &args).await?);
    }
    Ok(visitors)
}

/// Where the password of an account is written down.
pub(super) fn password_file(keys: &Path, unit: &str, login: &str) -> PathBuf {
    keys.join(format!("{unit}-{login}-password.txt"))
}

/// A password of sixteen digits.
fn drawn(unit: &str) -> String {
    let drawn = u64::from_be_bytes(certs::digest::random_bytes());
    format!("{:08}-{:08}", drawn % 100_000_000, Seeded::new(drawn, unit).below(100_000_000))
}

async fn account(
    launcher: Launcher,
    at: Place,
    login: &str,
    args: &[&str],
) -> Result<Visitor, BuildError> {
    let desk = Desk { program: at.program, unit: &at.unit, data: &at.data, keys: &at.keys };
    let password = make(&launcher, &desk, login, args).await?;
    Ok(at.visitor(login, password))
}

impl Place {
    fn visitor(self, login: &str, password: String) -> Visitor {
        Visitor { name: self.name, address: self.address, login: login.to_owned(), password }
    }
}

/// Where an account is made.
pub(super) struct Desk<'a> {
    pub(super) program: Program,
    pub(super) unit: &'a str,
    /// The unit's data folder.
    pub(super) data: &'a str,
    /// Where passwords are written down.
    pub(super) keys: &'a Path,
}

/// Makes an account and gives its password, which nobody is asked to replace.
pub(super) async fn make(
    launcher: &Launcher,
    at: &Desk<'_>,
    login: &str,
    args: &[&str],
) -> Result<String, BuildError> {
    let file = password_file(at.keys, at.unit, login);
    let first = at.keys.join(format!("{}-{login}-first.txt", at.unit));
    let password = drawn(at.unit);
    std::fs::create_dir_all(at.keys)?;
    write_private(&file, &password).await?;
    write_private(&first, &drawn(at.unit)).await?;
    let (kept, file) = (first.clone(), file.display().to_string());
    let first = first.display().to_string();
    let mut all = vec!["user", "add"];
    all.extend(args);
    if at.program == Program::Hub {
        // A demonstration that was interrupted made it already.
        all.push("--replace");
    }
    all.extend(["--password-file", &first, "--data", at.data]);
    launcher.run(at.program, at.unit, &all).await?;
    // Several people watch with one account, so nobody may be made to replace its password.
    let mut replace = vec!["user", "password"];
    replace.extend(if at.program == Program::Hub { vec!["--login", login] } else { vec![login] });
    replace.extend(["--password-file", &first, "--new-password-file", &file, "--data", at.data]);
    launcher.run(at.program, at.unit, &replace).await?;
    std::fs::remove_file(kept)?;
    Ok(password)
}
