//! A clinic of the demonstration: a node of its own in the receiver's role, below the hub of a
//! district, with an account for whoever receives.

use std::net::SocketAddr;

use super::super::build::BuildError;
use super::super::hubs;
use super::super::ports;
use super::super::process::{Program, Service};
use super::super::site::{Site, path_text};
use super::super::visitors;

/// Unit id, names and telephone of the clinic, as the demonstration's directory lists it.
pub const CLINIC: [&str; 4] =
    ["DEMO-H1", "演示市精神卫生中心", "Demonstration Mental Health Centre", "0532-0000-1001"];

/// Unit id, names and telephone of an expert's unit, as the demonstration's directory lists it for
/// the schools of the whole city.
pub const EXPERT: [&str; 4] = ["DEMO-E2", "演示专家乙", "Demonstration Expert B", "0532-0000-1008"];

/// The desk of the police, which is a receiver too; the demonstration's directory lists it.
pub const POLICE: [&str; 4] =
    ["DEMO-PO", "演示区公安分局未成年人保护专班", "Demonstration Police, Desk for Minors", "110"];

/// The centre that runs a hotline, a receiver too; the demonstration's directory lists it.
pub const CENTRE: [&str; 4] = [
    "DEMO-C1",
    "演示区未成年人心理健康辅导中心",
    "Demonstration District Counselling Centre",
    "0532-0000-1003",
];

/// A receiver: names as of [`CLINIC`], and as what it joins.
pub type House = ([&'static str; 4], &'static str);

/// Account of whoever does everything at the clinic: name to sign in with, and on the screen.
pub(super) const RECEIVES: [&str; 2] = ["jiezhen", "接诊负责人"];

/// A clinic that has joined, and how one signs in.
pub(super) struct Clinic {
    /// Its web page.
    pub(super) console: SocketAddr,
    /// Password of the account.
    pub(super) password: String,
    /// The file in which it is.
    pub(super) password_file: String,
}

/// Everything from an empty folder to a clinic that has joined and has its account.
pub(super) async fn join(
    site: &Site,
    district: &str,
    ([unit, name_zh, name_en, _], kind): House,
) -> Result<Clinic, BuildError> {
    let folder = site.made("keys")?;
    let key = path_text(&folder.join(format!("{unit}.key")));
    let sheet = path_text(&folder.join(format!("{unit}-recovery.txt")));
    let mut args = vec!["init", "--role", "receiver", "--danger-demo-scales"];
    args.extend(["--name-zh", name_zh, "--name-en", name_en]);
    args.extend(["--recovery-sheet", &sheet, "--danger-key-file", &key]);
    site.node(unit, &args).await?;
    let code = hubs::invite(site, district, (unit, kind), (name_zh, name_en)).await?;
    let mut args = vec!["join", "--code-file", &code, "--yes", "--roots-compared"];
    args.extend(["--wait", "0"]);
    // The first attempt ends with the six words; the second one finds the approval.
    let words = site.node(unit, &args).await;
    tracing::debug!(waiting = words.is_err(), "the clinic joins");
    site.hub(district, &["invite", "approve", "--unit", unit, "--yes"]).await?;
    site.node(unit, &args).await?;
    let data = path_text(&site.folder(unit));
    let desk = visitors::Desk { program: Program::Node, unit, data: &data, keys: &folder };
    let [login, name] = RECEIVES;
    let args = [login, "--name", name, "--role", "receiver-head"];
    let password = visitors::make(site.launcher(), &desk, login, &args).await?;
    let password_file = path_text(&visitors::password_file(&folder, unit, login));
    let console = ports::free()?.local_addr()?;
    Ok(Clinic { console, password, password_file })
}

/// Starts the clinic's service.
pub(super) async fn serve(
    site: &Site,
    unit: &str,
    console: SocketAddr,
) -> Result<Service, BuildError> {
    let (data, address) = (path_text(&site.folder(unit)), console.to_string());
    let args = ["serve", "--data", &data, "--console", &address];
    let ready = move || std::net::TcpStream::connect(console).is_ok();
    Ok(site.launcher().serve(Program::Node, unit, &args, ready).await?)
}
