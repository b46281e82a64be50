//! The node as a whole: its stores, its identity, and the one place that starts everything.
//!
//! Nothing here is global, so that one process can hold many nodes. Only [`crate::cli`] starts a
//! log or reads the environment.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use certs::chain::Trust;
use certs::identity::{IdentityError, PeerIdentity};
use certs::signature::KeyId;
use domain::catalogue::Grade;
use domain::directory::Place;
use domain::scale::Setting;
use domain::unit::{UnitId, Zone};
use jiff::Timestamp;
use runtime::clock::{Clock, Witness};
use runtime::sealing::{Pins, SealedYears, SealingYear};
use runtime::sql::{DataKey, SqlError};
use runtime::uplink::{IdentityCell, Parent, Uplink};

use crate::config::{self, Config, ConfigError, Membership, Settings, Sources};
use crate::directive::{Inbox, Recipient};
use crate::directory::{Directories, Judge, LastDirectories};
use crate::join;
use crate::ledger::destroy::Terms;
use crate::ledger::letters::SeenBy;
use crate::ledger::profile::{self, Profile};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::sealed::SealYears;
use crate::ledger::{Ledger, report_key, rounding_key, turn};
use crate::letters::restoring;
use crate::letters::road::Desk;
use crate::list::matching::School;
use crate::list::taking::ListRecipient;
use crate::packs::{LastRead, Packs, PacksError};
use crate::sealed_years::LastYears;
use crate::taking::FileRules;
use crate::transfer::{Transfer, witness};
use crate::unlock::{LedgerKey, Opener, UnlockError};

mod answering;
mod sealing;
mod serving;

pub use sealing::{SealDueError, SealedAgain};
pub use serving::{ConsoleMode, ServeError, Serving, is_served, ring_bell};

/// Files that `init` makes; any of them says that the folder is in use.
const FILES: [&str; 4] = [config::FILE_NAME, crate::unlock::FILE_NAME, "ledger.db", "transfer.db"];

/// File that every copy of a folder holds, and no folder that is in use: whoever opens a copy knows
/// by it that letters may have left since.
pub(crate) const COPY_MARK: &str = "copy.mark";

/// Folder with every certificate that was ours.
pub(crate) const CERTIFICATES: &str = "certificates";

/// Why a node could not be made or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// The folder holds a node already, or a part of one.
    #[error("the folder is in use: {0} is there")]
    Exists(&'static str),
    /// The folder holds no ledger, although it is configured.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The key of the ledger.
    #[error(transparent)]
    Unlock(#[from] UnlockError),
    /// A store.
    #[error(transparent)]
    Store(#[from] SqlError),
    /// The packs.
    #[error(transparent)]
    Packs(#[from] PacksError),
    /// The node has joined, but its certificate or key cannot be used.
    #[error("the certificate or key of this node cannot be used")]
    Identity(#[source] IdentityError),
    /// A pinned root cannot be read.
    #[error("a pinned root certificate cannot be read")]
    Roots(#[source] std::io::Error),
    /// The folder could not be made.
    #[error("the data folder could not be made")]
    Folder(#[source] std::io::Error),
}

/// Who the node is and whom it reports to, once it has joined.
#[derive(Clone)]
pub struct Member {
    /// Its name and its parent.
    pub membership: Membership,
    /// Its certificate and key.
    pub identity: IdentityCell,
    /// The pinned roots.
    pub trust: Trust,
}

/// A node without its ledger: all that code which talks to the network is handed.
#[derive(Clone)]
pub struct Outward {
    config: Config,
    clock: Clock,
    transfer: Transfer,
    member: Option<Member>,
    packs: Arc<LastRead>,
    sealed: Arc<LastYears>,
    directories: Arc<LastDirectories>,
    witness: Arc<Witness>,
}

/// An open node.
#[derive(Clone)]
pub struct Node {
    outward: Outward,
    ledger: Ledger,
}

/// Refuses a folder that holds a node or a part of one.
///
/// # Errors
/// The first file that is there.
pub fn check_is_new(data: &Path) -> Result<(), AppError> {
    match FILES.into_iter().find(|name| data.join(name).exists()) {
        Some(name) => Err(AppError::Exists(name)),
        None => Ok(()),
    }
}

/// Checks settings before anything is made of them.
///
/// # Errors
/// The first value that cannot be used.
pub fn check_settings(
    data: &Path,
    settings: &[(&'static str, String)],
) -> Result<Config, ConfigError> {
    Config::check(data, &Settings::of_values(settings)?)
}

/// Makes a data folder: configuration, wrapped key, both databases, rounding key.
///
/// What was made is removed again where a later step fails.
///
/// # Errors
/// The folder is in use, a setting is wrong, or something cannot be written.
pub fn create(
    data: &Path,
    settings: &[(&'static str, String)],
    opener: &Opener,
    clock: &Clock,
) -> Result<LedgerKey, AppError> {
    check_is_new(data)?;
    check_settings(data, settings)?;
    make_folder(data).map_err(AppError::Folder)?;
    let made = fill(data, settings, opener, clock);
    if made.is_err() {
        for name in FILES {
            for end in ["", "-wal", "-shm"] {
                // Most of them were never made.
                let _ = std::fs::remove_file(data.join(format!("{name}{end}")));
            }
        }
    }
    made
}

fn fill(
    data: &Path,
    settings: &[(&'static str, String)],
    opener: &Opener,
    clock: &Clock,
) -> Result<LedgerKey, AppError> {
    let key = LedgerKey::generate();
    key.lock(data, opener)?;
    let ledger = Ledger::open(&data.join("ledger.db"), key.data_key())?;
    let now_ms = clock.now_ms();
    ledger.write("own_keys", move |tx| {
        rounding_key::load_or_make(tx, now_ms)?;
        report_key::load_or_make(tx, now_ms).map(drop)
    })?;
    Transfer::open(&data.join("transfer.db"))?;
    let text = config::template(settings);
    std::fs::write(data.join(config::FILE_NAME), text).map_err(AppError::Folder)?;
    Ok(key)
}

/// Makes the folder, readable by its owner only.
fn make_folder(data: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(data)
}

/// Opens what needs no passphrase.
///
/// # Errors
/// A file is missing, damaged, locked, or of a newer version; nothing was changed.
pub fn open_outward(config: Config, clock: Clock) -> Result<Outward, AppError> {
    must_exist(&config, "transfer.db")?;
    let transfer = Transfer::open(&config.path("transfer.db"))?;
    let member = config.membership.clone().map(|membership| member(&config, membership));
    let member = member.transpose()?;
    if let Some(member) = &member {
        crate::directive::take_revocations(&transfer, member.trust.roots())?;
    }
    let (packs, sealed, directories) = (Arc::default(), Arc::default(), Arc::default());
    let witness = Arc::new(Witness::of(clock.clone()));
    let outward = Outward { config, clock, transfer, member, packs, sealed, directories, witness };
    outward.keep_certificate().map_err(AppError::Folder)?;
    Ok(outward)
}

/// Opens a node whose ledger was unlocked.
///
/// # Errors
/// As [`open_outward`], or the key does not open the ledger.
pub fn open(config: Config, key: DataKey, clock: Clock) -> Result<Node, AppError> {
    must_exist(&config, "ledger.db")?;
    let ledger = Ledger::open(&config.path("ledger.db"), key)?;
    let node = Node { outward: open_outward(config, clock)?, ledger };
    node.keep_profile()?;
    node.notice_copy()?;
    Ok(node)
}

/// Opening would make an empty one, and a lost ledger must never look like an empty school.
fn must_exist(config: &Config, name: &'static str) -> Result<(), AppError> {
    if config.path(name).exists() { Ok(()) } else { Err(AppError::Missing(name)) }
}

/// As [`open`], for a data folder with a file configuration and nothing else, as in a harness.
///
/// # Errors
/// As [`open`], or the key does not open the ledger.
pub fn open_folder(data: &Path, opener: &Opener, clock: Clock) -> Result<Node, AppError> {
    let config = Config::check(data, &Settings::resolve(&Sources::of_folder(data))?)?;
    let key = LedgerKey::open(data, opener)?;
    open(config, key.data_key(), clock)
}

fn certificate_path(config: &Config, key: &KeyId) -> PathBuf {
    config.path(CERTIFICATES).join(format!("{key}.der"))
}

/// A certificate that was ours, by its key.
#[must_use]
pub fn old_certificate(config: &Config, key: &KeyId, zone: &Zone) -> Option<PeerIdentity> {
    let leaf = std::fs::read(certificate_path(config, key)).ok()?;
    PeerIdentity::from_leaf(&leaf, zone).ok().filter(|peer| peer.key().id() == *key)
}

fn member(config: &Config, membership: Membership) -> Result<Member, AppError> {
    let identity = IdentityCell::load(&config.path("identity.pem")).map_err(AppError::Identity)?;
    let roots = join::read_roots(&config.roots_folder()).map_err(AppError::Roots)?;
    if roots.is_empty() {
        return Err(AppError::Missing("roots/education.pem"));
    }
    Ok(Member { membership, identity, trust: Trust::new(roots) })
}

impl Member {
    /// What packs and key statements are judged by.
    pub(crate) fn pins(&self) -> Pins {
        let (roots, zone) = (self.trust.roots().to_vec(), self.membership.name.zone().clone());
        Pins { roots, zone }
    }

    /// Where the school lies: below its parent and in its district.
    fn place(&self) -> Place {
        let (name, parent) = (&self.membership.name, &self.membership.parent_name);
        let district = name.district_label().parse::<UnitId>().ok();
        let areas = std::iter::once(parent.unit().clone()).chain(district).collect();
        Place { school: name.unit().clone(), areas }
    }
}

impl Outward {
    /// Its configuration.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Its clock.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Up to when time is believed to have passed: nothing is erased or ended by the clock itself,
    /// which may be wrong for one reading.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub fn past(&self) -> Result<Timestamp, SqlError> {
        let looked = self.witness.look(|| self.transfer.read(witness::known))?;
        if let Some(at_ms) = looked.keep_ms {
            self.transfer.write("witnessed", move |tx| witness::keep(tx, at_ms))?;
        }
        Ok(looked.past)
    }

    /// What is de-identified and may be handed to code that talks to the network.
    #[must_use]
    pub const fn transfer(&self) -> &Transfer {
        &self.transfer
    }

    /// Who it is, once it has joined.
    #[must_use]
    pub const fn member(&self) -> Option<&Member> {
        self.member.as_ref()
    }

    /// The packs that are in force today.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn packs(&self) -> Result<Packs, PacksError> {
        self.packs.load(&self.transfer, self.clock.today())
    }

    /// School years of which there is an open plan; none before joining.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn sealed_years(&self) -> Result<Arc<SealedYears>, SqlError> {
        let Some(member) = &self.member else { return Ok(Arc::default()) };
        self.sealed.load(&self.transfer, &member.pins())
    }

    /// The directories in force: to whom this school may turn; none before joining.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn directories(&self) -> Result<Arc<Directories>, SqlError> {
        let Some(member) = &self.member else { return Ok(Arc::default()) };
        let place = member.place();
        let judge =
            Judge { pins: member.pins(), now: self.clock.now(), areas: place.areas.clone() };
        self.directories.load(&self.transfer, (judge, place))
    }

    /// The school year of this school that goes under seal, whose plan holds this school.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn sealed_year(&self, school_year: i16) -> Result<Option<SealingYear>, SqlError> {
        let Some(member) = &self.member else { return Ok(None) };
        let years = self.sealed_years()?;
        Ok(years.of_school(member.membership.name.unit(), school_year).cloned())
    }

    /// The connection to the parent, not yet dialled, and its inbox; nothing before joining.
    #[must_use]
    pub fn uplink(&self) -> Option<(Uplink, Arc<Inbox>)> {
        let member = self.member.as_ref()?;
        let name = &member.membership.name;
        let recipient = Recipient {
            unit: name.unit().clone(),
            zone: name.zone().clone(),
            roots: member.trust.roots().to_vec(),
        };
        self.judge_directives_again();
        let inbox = Arc::new(Inbox::new(self.transfer.clone(), recipient, self.clock.clone()));
        let parent = Parent {
            address: member.membership.parent_address.clone(),
            name: member.membership.parent_name.clone(),
        };
        let uplink = Uplink::new(
            self.transfer.database().clone(),
            member.identity.clone(),
            parent,
            (member.trust.clone(), self.clock.clone()),
            Arc::clone(&inbox) as Arc<dyn runtime::uplink::Hooks>,
        );
        Some((uplink, inbox))
    }

    /// Gives directives another chance that were refused for their time, or not understood.
    pub(crate) fn judge_directives_again(&self) {
        let Some(member) = &self.member else { return };
        let unit = member.membership.name.unit();
        if let Err(error) = crate::directive::judge_again(&self.transfer, unit) {
            tracing::warn!(%error, "directives not judged again; the next day tries");
        }
    }

    /// Keeps our certificate for as long as there are releases that its key signed.
    fn keep_certificate(&self) -> std::io::Result<()> {
        let Some(member) = &self.member else {
            return Ok(());
        };
        let current = member.identity.current();
        let path = certificate_path(&self.config, &current.key().id());
        let Some(leaf) = current.chain().first().filter(|_| !path.exists()) else {
            return Ok(());
        };
        std::fs::create_dir_all(self.config.path(CERTIFICATES))?;
        std::fs::write(path, leaf)
    }
}

impl crate::console::Rules for Node {
    fn packs(&self) -> Result<Packs, PacksError> {
        self.outward.packs()
    }

    fn sealed_school_years(&self) -> Result<SealYears, SqlError> {
        self.years_under_seal()
    }

    fn directories(&self) -> Result<Arc<Directories>, SqlError> {
        self.outward.directories()
    }

    fn copies_days(&self) -> u32 {
        self.config.copies_kept_days
    }

    fn small_school_classes(&self) -> u32 {
        self.config.small_school_classes
    }

    fn list_recipient(&self) -> Option<ListRecipient> {
        Self::list_recipient(self)
    }

    fn letter_desk(&self) -> Option<Desk> {
        Self::letter_desk(self)
    }

    fn answered_at(&self) -> String {
        Self::answered_at(self)
    }

    fn file_rules(&self) -> FileRules {
        Self::file_rules(self)
    }
}

impl std::ops::Deref for Node {
    type Target = Outward;

    /// A node can do all that needs no ledger.
    fn deref(&self) -> &Outward {
        &self.outward
    }
}

impl Node {
    /// What the office's files are read against.
    #[must_use]
    pub fn file_rules(&self) -> FileRules {
        let school = &self.config.school;
        let mut names: Vec<String> = school.also_called.clone();
        names.extend([&school.name_zh, &school.name_en].map(String::clone));
        names.retain(|name| !name.is_empty());
        // A name column is looked at only where we know what we are called.
        if school.name_zh.is_empty() {
            names.clear();
        }
        FileRules {
            grades: school.grade_span(),
            codes: self.config.unit().map(ToString::to_string).into_iter().collect(),
            names,
            setting: match self.config.danger_demo_scales {
                true => Setting::Demonstration,
                false => Setting::Service,
            },
        }
    }

    /// The encrypted ledger: everything that names a person.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What a destruction is measured by besides the ledger.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn terms_of_keeping(&self) -> Result<Terms, PacksError> {
        let calendar = Arc::clone(self.packs()?.calendar());
        Ok(Terms { calendar, copies_days: self.config.copies_kept_days })
    }

    /// Who sends and gets letters here; nothing at a receiver, and none until the node has joined.
    #[must_use]
    pub fn letter_desk(&self) -> Option<Desk> {
        let member = self.member().filter(|_| !self.is_receiver())?;
        let (name, school) = (&member.membership.name, &self.config.school);
        Some(Desk {
            name: name.clone(),
            parent: member.membership.parent_name.unit().clone(),
            school: match school.name_zh.as_str() {
                "" => name.unit().to_string(),
                zh => zh.to_owned(),
            },
            trust: member.trust.clone(),
            identity: member.identity.current(),
        })
    }

    /// Who takes departments' lists here; nothing until the node has joined and knows its grades.
    #[must_use]
    pub fn list_recipient(&self) -> Option<ListRecipient> {
        let member = self.member()?;
        let (name, school) = (&member.membership.name, &self.config.school);
        let mut names = school.also_called.clone();
        names.extend([&school.name_zh, &school.name_en].map(String::clone));
        names.retain(|name| !name.is_empty());
        Some(ListRecipient {
            unit: name.unit().clone(),
            zone: name.zone().clone(),
            roots: member.trust.roots().to_vec(),
            school: School {
                code: name.unit().to_string(),
                names,
                grades: school.grade_span()?,
                school_year: turn::year_of(self.clock().today()),
            },
        })
    }

    /// Notes in the ledger that this folder was put back, where it says of itself that it is one
    /// that was copied. The mark goes once that is on the disk.
    fn notice_copy(&self) -> Result<(), AppError> {
        let mark = self.config.path(COPY_MARK);
        if !mark.exists() {
            return Ok(());
        }
        let now = self.clock().now();
        let noted = self
            .ledger
            .write("put_back", move |tx| restoring::note(tx, SeenBy::Copy, (i64::MAX, now)));
        match noted {
            Ok(()) => {}
            Err(LedgerRefusal::Store(error)) => return Err(AppError::Store(error)),
            // No act is touched where a copy says so itself; what is left untold the lane tells.
            Err(error) => tracing::error!(%error, "that the folder was put back is not noted"),
        }
        std::fs::remove_file(mark).map_err(AppError::Folder)
    }

    /// What the ledger knows about the school follows the configuration.
    fn keep_profile(&self) -> Result<(), SqlError> {
        let Some(wanted) = self.profile() else {
            return Ok(());
        };
        let known = self.ledger.read(profile::load)?;
        if known.as_ref() == Some(&wanted) {
            return Ok(());
        }
        self.ledger.write("set_profile", move |tx| profile::set(tx, &wanted))
    }

    /// The school's profile; nothing until the node has joined and its type is known.
    #[must_use]
    pub fn profile(&self) -> Option<Profile> {
        let school = &self.config.school;
        let span = school.grade_span()?;
        Some(Profile {
            unit: self.config.unit()?.clone(),
            name_zh: school.name_zh.clone(),
            name_en: school.name_en.clone(),
            school_type: school.school_type?,
            grade_from: Grade::from_word(span.from.code())?,
            grade_to: Grade::from_word(span.to.code())?,
        })
    }
}
