//! Setting a hub up: keys and a request first, then what the ceremony signed.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use certs::chain::{Purpose, Trust};
use certs::issuer::IssuingAuthority;
use certs::key::SigningKey;
use certs::root::RootCertificate;
use certs::words::{Length, chinese, english};
use clap::Args;
use domain::unit::{UnitId, UnitKind, Zone};
use runtime::cli::{Exit, Failure, Paint, Sentence};
use serde_json::json;

use super::context::Context;
use super::words;
use super::words::settings as said;
use crate::authority;
use crate::ca::request::IssuerRequest;
use crate::ca::root;
use crate::config::{Config, File, is_open};
use crate::enrolment::stands_under;

/// Name of the request in the data folder.
const REQUEST: &str = "issuer-request.toml";

/// Set the hub up
#[derive(Args)]
pub(super) struct Init {
    /// Level: city, district or street
    #[arg(long, required_unless_present_any = ["issuer", "role"], conflicts_with = "role")]
    #[arg(value_parser = ["city", "district", "street"])]
    kind: Option<String>,
    /// Role instead of a level: the health commission's hub, under health's own root
    #[arg(long, value_parser = ["helper"])]
    role: Option<String>,
    /// Unit id of the hub, a division code such as 370202
    #[arg(long, required_unless_present = "issuer")]
    unit: Option<UnitId>,
    /// DNS name of the city, such as qingdao.example
    #[arg(long, required_unless_present = "issuer")]
    zone: Option<Zone>,
    /// Unit id of the district that a street belongs to
    #[arg(long)]
    district: Option<UnitId>,
    /// Chinese name
    #[arg(long, required_unless_present = "issuer")]
    name: Option<String>,
    /// English name
    #[arg(long, default_value = "")]
    name_en: String,
    /// Address to listen on for members
    #[arg(long, default_value = "0.0.0.0:7443")]
    listen: SocketAddr,
    /// Address that invites carry, as units reach it from outside
    #[arg(long)]
    advertise: Option<String>,
    /// Address of the console
    #[arg(long, default_value = "127.0.0.1:8443")]
    console: SocketAddr,
    /// Issuing authority that the ceremony signed
    #[arg(long, requires = "root")]
    issuer: Option<PathBuf>,
    /// Root certificate; twice where there are two, education's first
    #[arg(long, num_args = 1..=2)]
    root: Vec<PathBuf>,
    /// The roots' fingerprints were compared with the letters; do not ask
    #[arg(long, alias = "roots-compared", overrides_with = "yes")]
    yes: bool,
}

/// Runs the step that the flags ask for.
pub(super) fn run(context: &Context, init: Init) -> Result<(), Failure> {
    match &init.issuer {
        Some(issuer) => install(context, issuer, &init),
        None => prepare(context, init),
    }
}

/// The first step: configuration, store and keys; the request of whoever has an authority.
fn prepare(context: &Context, init: Init) -> Result<(), Failure> {
    if context.config_file().exists() {
        let message = Sentence::new(words::SET_UP_ALREADY, &[&context.data().display()]);
        let failure = Failure::new(Exit::Refused, "SET_UP_ALREADY", message);
        return Err(failure.hint(words::SET_UP_ALREADY_NEXT));
    }
    let config = configured(context, init)?;
    if is_open(&config.advertise) {
        context.terminal.talk(said::ADVERTISE_OPEN, &[&config.advertise]);
    }
    crate::app::open_store(&config)?;
    let request = match config.kind {
        UnitKind::Street => None,
        _ => Some(make_request(&config)?),
    };
    // The configuration comes last: with it the hub counts as set up.
    write_config(context, &config)?;
    let words_of = request
        .as_ref()
        .map(|(_, digest)| (chinese(digest, Length::Short), english(digest, Length::Short)));
    let value = json!({
        "unit": config.unit.to_string(), "name": config.name.to_string(),
        "data": config.data, "request": request.as_ref().map(|(path, _)| path),
        "words_zh": words_of.as_ref().map(|(zh, _)| zh),
        "words_en": words_of.as_ref().map(|(_, en)| en),
    });
    context.terminal.result(&value, |t| {
        let head = t.text(words::SET_UP, &[&config.name_zh, &config.data.display()]);
        let next = match (&request, &words_of) {
            (Some((path, _)), Some((zh, en))) => {
                t.text(words::REQUEST_NEXT, &[&path.display(), zh, en])
            }
            _ => t.text(words::JOIN_NEXT, &[]),
        };
        format!("{}\n{next}", t.paint(Paint::Strong, &head))
    })
}

fn configured(context: &Context, init: Init) -> Result<Config, Failure> {
    let needed = || Failure::new(Exit::Usage, "USAGE", words::INIT_USAGE);
    let kind = init.kind.or(init.role).and_then(|word| word.parse().ok());
    let (kind, unit): (UnitKind, UnitId) = kind.zip(init.unit).ok_or_else(needed)?;
    if kind == UnitKind::Helper && !kind.fits(&unit) {
        let message = Sentence::new(words::HELPER_ID, &[&unit]);
        return Err(Failure::new(Exit::Refused, "ID_FORM", message));
    }
    if matches!(kind, UnitKind::City | UnitKind::District) && !kind.fits(&unit) {
        let message = Sentence::new(said::HUB_ID, &[&unit]);
        return Err(Failure::new(Exit::Refused, "ID_FORM", message));
    }
    if kind == UnitKind::Helper && init.advertise.is_none() {
        return Err(Failure::new(Exit::Usage, "HELPER_ADVERTISE", said::HELPER_ADVERTISE));
    }
    let district = match kind {
        UnitKind::City => String::new(),
        UnitKind::District | UnitKind::Helper => unit.to_string(),
        _ => init.district.ok_or_else(needed)?.to_string(),
    };
    let file = File {
        unit: unit.to_string(),
        kind: kind.to_string(),
        district,
        zone: init.zone.ok_or_else(needed)?.to_string(),
        name_zh: init.name.ok_or_else(needed)?,
        name_en: init.name_en,
        advertise: init.advertise.unwrap_or_else(|| init.listen.to_string()),
        listen: init.listen.to_string(),
        console: init.console.to_string(),
        parent_address: String::new(),
        parent_name: String::new(),
        helper_address: String::new(),
    };
    Ok(Config::check(context.data(), &file)?)
}

fn make_request(config: &Config) -> Result<(PathBuf, domain::digest::Digest), Failure> {
    let (_, key_name, _) = authority::FILES;
    let path = config.path(key_name);
    // A key that an interrupted attempt left is used again: its request may be on its way.
    let key = if path.exists() {
        SigningKey::load(&path).map_err(authority::AuthorityError::from)?
    } else {
        let key = SigningKey::generate().map_err(authority::AuthorityError::from)?;
        key.save(&path).map_err(authority::AuthorityError::from)?;
        key
    };
    let at = config.path(REQUEST);
    let wrong = |error: crate::ca::CeremonyError| crate::ca::failure_at(&at, &error);
    let request =
        IssuerRequest::new(&config.unit, config.kind, config.zone(), &key).map_err(wrong)?;
    let text = request.to_text().map_err(wrong)?;
    std::fs::write(&at, text).map_err(|cause| Failure::unreadable_file(&at, &cause))?;
    let digest = request.key_digest().map_err(wrong)?;
    Ok((at, digest))
}

/// The second step: what the ceremony signed, and the hub's own certificate from it.
fn install(context: &Context, issuer: &Path, init: &Init) -> Result<(), Failure> {
    let config = context.config()?;
    let roots = read_roots(&init.root, &config)?;
    let der =
        root::read_certificate(issuer).map_err(|error| crate::ca::failure_at(issuer, &error))?;
    let (_, key_name, _) = authority::FILES;
    let key = SigningKey::load(&config.path(key_name)).map_err(authority::AuthorityError::from)?;
    let opened = IssuingAuthority::open(&der, key).map_err(authority::AuthorityError::from)?;
    let now = context.clock.now();
    let identity = authority::own_identity(&config, &opened, now)?;
    let shown: Vec<&[u8]> = identity.chain().iter().map(AsRef::as_ref).collect();
    let trust = Trust::new(roots.clone());
    let other = || Failure::new(Exit::Authentication, "OTHER_ROOT", words::ISSUER_OTHER_ROOT);
    trust.verify(&shown, Purpose::Hub, now).map_err(|error| other().because(&error))?;
    let root = trust.root_of(&shown, Purpose::Hub, now);
    if !stands_under(config.kind, root.and_then(RootCertificate::commission)) {
        return Err(other());
    }
    let pinned = super::roots::in_order(&roots)?;
    let commissions = pinned.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>();
    if config.kind == UnitKind::Helper && commissions.len() < 2 {
        return Err(Failure::new(Exit::Usage, "TWO_ROOTS", words::HELPER_ROOTS));
    }
    super::roots::compare(context, &roots, init.yes)?;
    super::roots::write(&config, &roots)?;
    authority::install(&config, &opened)?;
    let saved = identity.save(&config.path("identity.pem"));
    saved.map_err(authority::AuthorityError::from)?;
    let until = identity.peer().not_after();
    let value = json!({
        "unit": config.unit.to_string(), "name": config.name.to_string(),
        "subtree": opened.subtree().dns_name(), "not_after": until.to_string(),
    });
    context.terminal.result(&value, |t| {
        let next = match config.kind {
            UnitKind::City => words::SERVE_NEXT,
            _ => words::JOIN_NEXT,
        };
        let head = t.text(words::INSTALLED, &[&config.name, &opened.subtree().dns_name()]);
        format!("{head}\n{}", t.text(next, &[]))
    })
}

fn read_roots(paths: &[PathBuf], config: &Config) -> Result<Vec<RootCertificate>, Failure> {
    let mut roots = Vec::new();
    for path in paths {
        let read = root::read(path).map_err(|error| crate::ca::failure_at(path, &error))?;
        if read.zone() != config.zone() {
            let message = Sentence::new(words::roots::ROOT_OTHER_ZONE, &[&path.display()]);
            return Err(Failure::new(Exit::Authentication, "OTHER_ZONE", message));
        }
        roots.push(read);
    }
    Ok(roots)
}

/// Writes the configuration to the file that is in use.
pub(super) fn write_config(context: &Context, config: &Config) -> Result<(), Failure> {
    let path = context.config_file();
    let text = toml::to_string(&config.to_file())
        .map_err(|error| crate::config::ConfigError::Content(error.to_string()))?;
    std::fs::write(path, text).map_err(|cause| Failure::unreadable_file(path, &cause))
}
