//! The two commissions of a city: their roots, and what both of them sign.

use std::path::Path;

use proto::pack::embedded;

use super::build::{BuildError, COMMANDS_AT_ONCE, side_by_side};
use super::days::TREE_FROM;
use super::plan::{CITY, ZONE};
use super::site::{Site, path_text};

/// The two commissions and the words for them.
pub(super) const COMMISSIONS: [&str; 2] = ["education", "health"];

/// A pack before it is signed.
#[derive(Clone)]
pub(super) struct Unsigned {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) effective_from: String,
    pub(super) bytes: Vec<u8>,
}

/// Both commissions hold their ceremony, each by itself.
pub(super) async fn found(site: &Site) -> Result<(), BuildError> {
    let ceremonies = COMMISSIONS.map(|commission| ceremony(site.clone(), commission));
    side_by_side(ceremonies.into(), COMMANDS_AT_ONCE).await.map(drop)
}

async fn ceremony(site: Site, commission: &'static str) -> Result<(), BuildError> {
    let dir = path_text(&site.folder(&format!("ca-{commission}")));
    let args = [
        "init",
        "--commission",
        commission,
        "--zone",
        ZONE,
        "--city",
        CITY.1,
        "--dir",
        &dir,
        // Nobody could type it; every key of a demonstration is thrown away.
        "--danger-no-passphrase",
    ];
    site.authority(commission, &args).await?;
    for (command, file) in [("pack-key", PACK_KEY), ("statement-key", STATEMENT_KEY)] {
        let key = site.authority_file(commission, file);
        let args = [command, "--dir", &dir, "--out", &key, "--danger-no-passphrase"];
        site.authority(commission, &args).await?;
    }
    Ok(())
}

/// Name of the key that signs packs, in a commission's folder.
const PACK_KEY: &str = "pack-key.pem";
/// Name of the key that signs statements.
const STATEMENT_KEY: &str = "statement-key.pem";
/// Name of the root's certificate.
pub(super) const ROOT: &str = "root.pem";

/// Signs packs under both roots; gives the signed files in their order.
pub(super) async fn sign_packs(
    site: &Site,
    packs: Vec<Unsigned>,
) -> Result<Vec<String>, BuildError> {
    let folder = site.made("packs")?;
    let steps = packs.into_iter().map(|pack| {
        let (site, folder) = (site.clone(), folder.clone());
        async move { sign_pack(&site, &folder, &pack).await }
    });
    side_by_side(steps.collect(), COMMANDS_AT_ONCE).await
}

/// Education's signature first, then health's beside it; gives the signed file.
async fn sign_pack(site: &Site, folder: &Path, pack: &Unsigned) -> Result<String, BuildError> {
    let file = |end| path_text(&folder.join(format!("{}-{}.{end}", pack.kind, pack.name)));
    let (plain, once, twice) = (file("txt"), file("once"), file("pack"));
    std::fs::write(&plain, &pack.bytes)?;
    let [education, health] =
        COMMISSIONS.map(|commission| site.authority_file(commission, PACK_KEY));
    let mut args = vec!["sign-pack", "--key", &education, "--kind", &pack.kind];
    args.extend(["--name", &pack.name, "--serial", "1", "--version-name", &pack.version]);
    args.extend(["--effective-from", &pack.effective_from, &plain, "--out", &once]);
    site.authority("education", &args).await?;
    let args = ["sign-pack", "--add", "--key", &health, &once, "--out", &twice];
    site.authority("health", &args).await?;
    Ok(twice)
}

/// The packs that the program brings.
pub(super) fn built_in() -> Vec<Unsigned> {
    let packs = embedded::PACKS.iter().map(|pack| Unsigned {
        kind: pack.kind.to_string(),
        name: pack.name.to_owned(),
        version: pack.version.to_string(),
        effective_from: TREE_FROM.to_owned(),
        bytes: pack.bytes.to_vec(),
    });
    packs.collect()
}

/// Signs the statement about a unit's key under both roots; `under` is the commission whose root
/// certifies the unit. Gives the statement's file.
pub(super) async fn sign_statement(
    site: Site,
    unit: String,
    (request, under): (String, &'static str),
) -> Result<String, BuildError> {
    let folder = site.made("statements")?;
    let file = |end| path_text(&folder.join(format!("{unit}.{end}")));
    let (once, twice) = (file("once"), file("statement"));
    let [education, health] = COMMISSIONS
        .map(|one| (site.authority_file(one, STATEMENT_KEY), site.authority_file(one, ROOT)));
    let joined = site.authority_file(under, ROOT);
    let mut args = vec!["sign-statement", "--key", &education.0, "--root", &joined];
    args.extend(["--yes", &request, "--out", &once]);
    site.authority("education", &args).await?;
    let mut args = vec!["sign-statement", "--add", "--key", &health.0, "--root", &education.1];
    args.extend(["--root", &health.1, "--yes", &once, "--out", &twice]);
    site.authority("health", &args).await?;
    Ok(twice)
}
