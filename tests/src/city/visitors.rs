//! Accounts for whoever watches the demonstration: one for the city's pages, one for a school's.

use std::net::SocketAddr;

use runtime::web::Label;

use super::build::{BuildError, City};
use super::generate::Seeded;
use super::plan::{CITY, SMALL_CITY_MAX};
use super::process::{Program, write_private};

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

/// Makes an account at the city's console and at the first school's.
///
/// # Errors
/// A command failed.
pub async fn admit(city: &City) -> Result<Vec<Visitor>, BuildError> {
    let mut visitors = Vec::new();
    if let Some(addresses) = city.addresses(CITY.0) {
        let name = Label::new(CITY.1, CITY.2);
        let args = ["user", "add", "--login", "demo", "--name", "演示账号", "--role", "analyst"];
        visitors.push(account(city, Program::Hub, CITY.0, (name, addresses.console), &args).await?);
    }
    let first = city.plan.schools.first().filter(|_| city.plan.schools.len() <= SMALL_CITY_MAX);
    if let Some(plan) = first {
        let unit = plan.school.school_code.clone();
        if let Some(console) = city.school_console(&unit) {
            let name = Label::new(&plan.school.name_zh, &plan.school.name_en);
            let args = ["user", "add", "demo", "--name", "演示账号", "--role", "operator"];
            let place = (name, console);
            visitors.push(account(city, Program::Node, &unit, place, &args).await?);
        }
    }
    Ok(visitors)
}

async fn account(
    city: &City,
    program: Program,
    unit: &str,
    (name, address): (Label, SocketAddr),
    args: &[&str],
) -> Result<Visitor, BuildError> {
    let file = city.wishes.dir.join("keys").join(format!("{unit}-password.txt"));
    let drawn = u64::from_be_bytes(certs::digest::random_bytes());
    let password =
        format!("{:08}-{:08}", drawn % 100_000_000, Seeded::new(drawn, unit).below(100_000_000));
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    write_private(&file, &password).await?;
    let (data, file) = (city.folder(unit).display().to_string(), file.display().to_string());
    let mut all = args.to_vec();
    all.extend(["--password-file", &file, "--data", &data]);
    city.launcher().run(program, unit, &all).await?;
    Ok(Visitor { name, address, login: "demo".to_owned(), password })
}
