//! The hubs of a city: set up, signed for, joined and started, each as its operators would.

use hub::app::open_store;
use hub::config::Config;
use hub::store::setting;
use runtime::sql::SqlError;

use super::build::{Addresses, BuildError};
use super::commissions::{COMMISSIONS, ROOT};
use super::days::TREE_FROM;
use super::plan::{HELPER, HubPlan, ZONE};
use super::process::{Program, Service};
use super::site::{Site, path_text};

/// Whether a hub has a part in sealed sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sums {
    /// It leads them, or helps.
    Part,
    /// It has none.
    None,
}

/// Everything from an empty folder to a service.
pub(super) async fn start(site: Site, hub: HubPlan, sums: Sums) -> Result<Service, BuildError> {
    let addresses = site.addresses(&hub.unit);
    let addresses = addresses.ok_or(BuildError::Address)?;
    init(&site, &hub, addresses).await?;
    if !hub.parent.is_empty() {
        join(&site, &hub).await?;
    }
    mark_demonstration(&site, &hub.unit)?;
    if sums == Sums::Part {
        ask_for_key(&site, &hub).await?;
    }
    serve(&site, &hub.unit).await
}

/// Starts the service of a hub that is set up.
///
/// # Errors
/// It did not become ready.
pub async fn serve(site: &Site, unit: &str) -> Result<Service, BuildError> {
    let members = site.addresses(unit).ok_or(BuildError::Address)?.members;
    let ready = move || std::net::TcpStream::connect(members).is_ok();
    let data = path_text(&site.folder(unit));
    let args = ["serve", "--data", &data];
    Ok(site.launcher().serve(Program::Hub, unit, &args, ready).await?)
}

async fn init(site: &Site, hub: &HubPlan, at: Addresses) -> Result<(), BuildError> {
    let (members, console) = (at.members.to_string(), at.console.to_string());
    let level = if hub.kind == HELPER { "--role" } else { "--kind" };
    let mut args = vec!["init", level, hub.kind, "--unit", &hub.unit, "--zone", ZONE];
    args.extend(["--name", &hub.name_zh, "--name-en", &hub.name_en]);
    args.extend(["--listen", &members, "--advertise", &members, "--console", &console]);
    if hub.kind == "street" {
        args.extend(["--district", hub.district.as_str()]);
    }
    site.hub(&hub.unit, &args).await?;
    if hub.kind == "street" {
        return Ok(());
    }
    // Health signs for its own hub, education for all others.
    let commission = if hub.kind == HELPER { "health" } else { "education" };
    let file = |name: &str| path_text(&site.folder(&hub.unit).join(name));
    let (request, signed) = (file("issuer-request.toml"), file("issuer-signed.pem"));
    let ca = path_text(&site.folder(&format!("ca-{commission}")));
    let args = ["sign-issuer", "--dir", &ca, "--request", &request, "--out", &signed, "--yes"];
    site.authority(commission, &args).await?;
    let [education, health] = COMMISSIONS.map(|one| site.authority_file(one, ROOT));
    let args = ["init", "--issuer", &signed, "--root", &education, "--root", &health, "--yes"];
    site.hub(&hub.unit, &args).await?;
    Ok(())
}

/// The parent's operator registers and invites, the new hub's operator redeems; the parent
/// approves after the telephone call that this demonstration skips.
async fn join(site: &Site, hub: &HubPlan) -> Result<(), BuildError> {
    let names = (hub.name_zh.as_str(), hub.name_en.as_str());
    let code = invite(site, &hub.parent, (&hub.unit, hub.kind), names).await?;
    let args = ["join", "--code-file", &code, "--yes", "--no-wait"];
    // The first attempt ends with the six words; the second one finds the approval.
    let words = site.hub(&hub.unit, &args).await;
    tracing::debug!(waiting = words.is_err(), unit = %hub.unit, "hub joins");
    site.hub(&hub.parent, &["invite", "approve", "--unit", &hub.unit, "--yes"]).await?;
    site.hub(&hub.unit, &args).await?;
    Ok(())
}

/// Registers a unit at its parent and gives the file with its invite.
pub(super) async fn invite(
    site: &Site,
    parent: &str,
    (unit, kind): (&str, &str),
    (name_zh, name_en): (&str, &str),
) -> Result<String, BuildError> {
    let mut args = vec!["unit", "add", "--id", unit, "--kind", kind, "--name", name_zh];
    args.extend(["--name-en", name_en, "--from", TREE_FROM]);
    site.hub(parent, &args).await?;
    let code = path_text(&site.made("invites")?.join(format!("{unit}.txt")));
    site.hub(parent, &["invite", "new", "--unit", unit, "--out", &code]).await?;
    Ok(code)
}

/// Has every page of a hub say that its pupils are made up.
fn mark_demonstration(site: &Site, unit: &str) -> Result<(), BuildError> {
    let config = Config::load(&site.folder(unit)).map_err(std::io::Error::other)?;
    let store = open_store(&config).map_err(std::io::Error::other)?;
    let marked: Result<(), SqlError> =
        store.write("demonstration", |tx| setting::set(tx, hub::web::DEMONSTRATION, "true"));
    Ok(marked.map_err(std::io::Error::other)?)
}

/// Makes the hub's key for its halves and the request for the statement about it; one that leads
/// is told where the helper is.
async fn ask_for_key(site: &Site, hub: &HubPlan) -> Result<(), BuildError> {
    let purpose = if hub.kind == HELPER { "aggregate-helper" } else { "aggregate-leader" };
    let request = key_request(site, &hub.unit)?;
    site.hub(&hub.unit, &["key", "request", "--purpose", purpose, "--out", &request]).await?;
    if hub.kind == HELPER {
        return Ok(());
    }
    let mut config = Config::load(&site.folder(&hub.unit)).map_err(std::io::Error::other)?;
    let helper = site.addresses(super::plan::HEALTH.0).ok_or(BuildError::Address)?;
    config.helper_address = Some(helper.members.to_string());
    Ok(config.save().map_err(std::io::Error::other)?)
}

/// Where the request for the statement about a hub's key lies.
pub(super) fn key_request(site: &Site, unit: &str) -> Result<String, BuildError> {
    Ok(path_text(&site.made("statements")?.join(format!("{unit}.request"))))
}
