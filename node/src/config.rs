//! A node's configuration: which settings there are, where each value came from, and what they
//! mean together.
//!
//! The order is flag, environment (`XINQIAO_NODE_*`), file, default; no file is read that was not
//! named by the data folder or by `--config` (record 0075). A key that is not known is an
//! error with the nearest known one: a misspelt protection must not be a silent default.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use domain::catalogue::SchoolType;
use domain::unit::{IdentityName, UnitId, UnitKind, Zone};
use runtime::web::factor::FactorPolicy;

use crate::import::value::{Grade, GradeSpan};

mod setting;

pub use setting::{
    FILE_NAME, Form, KEYS, Key, Origin, Setting, Settings, Sources, template, update,
};

/// Most daily copies that are kept: those of a year.
const BACKUPS_MAX: usize = 366;
/// Longest time in days for which copies of the data folder may be kept.
const COPIES_DAYS_MAX: u32 = 400;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// No node was set up in the folder.
    #[error("no node is set up in this folder: node.toml is missing")]
    Missing,
    /// The file could not be read or written.
    #[error("node.toml could not be read or written")]
    File(#[from] std::io::Error),
    /// The file is no TOML.
    #[error("node.toml, line {line}: {message}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A key that this version does not know.
    #[error("{origin}: {key} is not a setting{}", nearest_text(.nearest))]
    Unknown {
        /// Where it stands.
        origin: String,
        /// What stands there.
        key: String,
        /// The known key that is nearest, if one is near.
        nearest: Option<&'static str>,
    },
    /// A value is not what its key asks for.
    #[error("{key} is not usable: {reason}")]
    Value {
        /// Which key.
        key: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

fn nearest_text(nearest: &Option<&'static str>) -> String {
    nearest.map_or_else(String::new, |known| format!("; did you mean {known}?"))
}

/// Who this node is and where it reports, once it has joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Our identity name.
    pub name: IdentityName,
    /// Address of the hub above; proves nothing.
    pub parent_address: String,
    /// Name that the hub above must show.
    pub parent_name: IdentityName,
}

/// What a node is: it follows from the kind of its unit, and is said before it joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeRole {
    /// A school's: pupils, ledgers, releases; it sends referrals and opens the answers to them.
    School,
    /// A clinic's, a counselling centre's or a department desk's: it opens referrals that are
    /// sealed to it, answers them, and has no pupils and nothing to report.
    Receiver,
}

impl NodeRole {
    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::School => "school",
            Self::Receiver => "receiver",
        }
    }

    /// The role of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::School, Self::Receiver].into_iter().find(|role| role.as_str() == word)
    }

    /// Whether a unit of a kind has a node of this role.
    #[must_use]
    pub const fn is_of(self, kind: UnitKind) -> bool {
        match self {
            Self::School => matches!(kind, UnitKind::School),
            Self::Receiver => kind.is_receiver(),
        }
    }
}

/// What sort of school this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct School {
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Further names by which rosters call the school.
    pub also_called: Vec<String>,
    /// Type; fixes the stage of each grade.
    pub school_type: Option<SchoolType>,
    /// The grades that it has.
    pub grades: Option<GradeSpan>,
}

/// An address on which students answer, and nothing else is to be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerPages {
    /// Address on the school's network.
    pub listen: SocketAddr,
    /// Files with certificate and key; without them what is answered crosses the network readable.
    pub tls: Option<(PathBuf, PathBuf)>,
}

/// Daily copies of the data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupPlan {
    /// The folder that they go to.
    pub to: PathBuf,
    /// Hour of the day, in Asia/Shanghai, from which one is made.
    pub hour: i8,
    /// How many are kept.
    pub keep: usize,
}

/// A checked configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Data folder.
    pub data: PathBuf,
    /// Whether it is a school's node or a receiver's.
    pub role: NodeRole,
    /// Membership; nothing before the node has joined.
    pub membership: Option<Membership>,
    /// The school; of a receiver its names.
    pub school: School,
    /// Address of the console; always on this machine.
    pub console: SocketAddr,
    /// Who signs in to the console with a second step.
    pub second_factor: FactorPolicy,
    /// Where students answer on the school's network; nothing where they do not.
    pub answer: Option<AnswerPages>,
    /// Whether sheets of weeks, months and school years leave by themselves; those of a term are
    /// sent by a person.
    pub automatic_release: bool,
    /// Daily copies of the data folder; nothing where the settings name no place for them.
    pub backup: Option<BackupPlan>,
    /// Days for which the school keeps copies of the data folder: for so long a copy may hold what
    /// was destroyed here, and certificates of destruction say until when.
    pub copies_kept_days: u32,
    /// Most classes of a small school by the district's rule; zero where there is none. The yearly
    /// check says whether this school is one; the page of rules compares the two.
    pub small_school_classes: u32,
    /// A file with the key of the ledger, for starting without a person. Whoever reads it and the
    /// folder reads every record.
    pub danger_key_file: Option<PathBuf>,
    /// Whether demonstration scales may be used; only with made-up pupils.
    pub danger_demo_scales: bool,
    /// Every setting as it was read, with where it came from.
    pub settings: Settings,
}

impl School {
    /// The grades that the school has: those that were said, else the usual ones of its type.
    #[must_use]
    pub fn grade_span(&self) -> Option<GradeSpan> {
        self.grades.or_else(|| {
            grade_span(match self.school_type? {
                SchoolType::Kindergarten => "k1-k3",
                SchoolType::Primary => "1-6",
                SchoolType::Junior => "7-9",
                SchoolType::NineYear | SchoolType::Special => "1-9",
                SchoolType::Senior | SchoolType::Vocational => "10-12",
                SchoolType::CompleteSecondary => "7-12",
                SchoolType::Other => "1-12",
            })
        })
    }
}

impl Config {
    /// Reads the configuration of a data folder.
    ///
    /// # Errors
    /// No node is set up there, or a setting is wrong.
    pub fn load(data: &Path) -> Result<Self, ConfigError> {
        let sources = Sources::of_folder(data);
        Self::check(data, &Settings::resolve(&sources)?)
    }

    /// Checks what the settings say together.
    ///
    /// # Errors
    /// The first key whose value cannot be used.
    pub fn check(data: &Path, settings: &Settings) -> Result<Self, ConfigError> {
        let console: SocketAddr = parse("console", settings.text("console"))?;
        if !console.ip().is_loopback() {
            let reason = "the console is for this machine only, such as 127.0.0.1:8480".to_owned();
            return Err(ConfigError::Value { key: "console", reason });
        }
        let role = role(settings)?;
        Ok(Self {
            data: data.to_owned(),
            role,
            membership: membership(settings)?,
            school: school(settings)?,
            console,
            second_factor: second_factor(settings)?,
            answer: answer_pages(data, settings)?,
            automatic_release: settings.flag("automatic_release"),
            backup: backup(data, settings)?,
            copies_kept_days: copies_kept_days(settings)?,
            small_school_classes: parse(
                "small_school_classes",
                settings.text("small_school_classes"),
            )?,
            danger_key_file: match settings.text("danger_key_file") {
                "" => None,
                path => Some(data.join(path)),
            },
            danger_demo_scales: settings.flag("danger_demo_scales"),
            settings: settings.clone(),
        })
    }

    /// A file of the data folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.data.join(name)
    }

    /// Our unit, once the node has joined.
    #[must_use]
    pub fn unit(&self) -> Option<&UnitId> {
        self.membership.as_ref().map(|membership| membership.name.unit())
    }

    /// The folder with the pinned roots.
    #[must_use]
    pub fn roots_folder(&self) -> PathBuf {
        self.data.join("roots")
    }
}

/// A receiver has neither grades nor pupils who answer.
fn role(settings: &Settings) -> Result<NodeRole, ConfigError> {
    let role = NodeRole::from_word(settings.text("role")).ok_or_else(|| ConfigError::Value {
        key: "role",
        reason: "write school or receiver".to_owned(),
    })?;
    let mut of_schools = ["school_type", "grades", "answer"].into_iter();
    let is_said = |key: &&str| role == NodeRole::Receiver && !settings.text(key).is_empty();
    match of_schools.find(is_said) {
        None => Ok(role),
        Some(key) => {
            let reason = "a receiver has no pupils; leave it empty".to_owned();
            Err(ConfigError::Value { key, reason })
        }
    }
}

fn second_factor(settings: &Settings) -> Result<FactorPolicy, ConfigError> {
    if settings.flag("danger_no_second_factor") {
        return Ok(FactorPolicy::DangerNobody);
    }
    FactorPolicy::from_word(settings.text("second_factor")).ok_or_else(|| ConfigError::Value {
        key: "second_factor",
        reason: "write persons or everyone".to_owned(),
    })
}

/// Where students answer: on the network with TLS only, unless somebody takes the danger upon them.
fn answer_pages(data: &Path, settings: &Settings) -> Result<Option<AnswerPages>, ConfigError> {
    if settings.text("answer").is_empty() {
        return Ok(None);
    }
    let listen: SocketAddr = parse("answer", settings.text("answer"))?;
    let file = |key| Some(settings.text(key)).filter(|path| !path.is_empty());
    let tls = match (file("answer_certificate"), file("answer_key")) {
        (Some(chain), Some(key)) => Some((data.join(chain), data.join(key))),
        (None, None) => None,
        _ => {
            let reason = "certificate and key belong together; one of them is empty".to_owned();
            return Err(ConfigError::Value { key: "answer_certificate", reason });
        }
    };
    let may_be_plain = listen.ip().is_loopback() || settings.flag("danger_answer_plain");
    if tls.is_none() && !may_be_plain {
        let reason = "answers would cross the network readable; set answer_certificate and \
                      answer_key, or danger_answer_plain"
            .to_owned();
        return Err(ConfigError::Value { key: "answer", reason });
    }
    Ok(Some(AnswerPages { listen, tls }))
}

/// Where copies go, from which hour, and how many stay.
fn backup(data: &Path, settings: &Settings) -> Result<Option<BackupPlan>, ConfigError> {
    let hour: i8 = parse("backup_at", settings.text("backup_at"))?;
    if !(0..=23).contains(&hour) {
        let reason = "write an hour of the day from 0 to 23".to_owned();
        return Err(ConfigError::Value { key: "backup_at", reason });
    }
    let keep: usize = parse("backup_keep", settings.text("backup_keep"))?;
    if !(1..=BACKUPS_MAX).contains(&keep) {
        let reason = format!("write a number of copies from 1 to {BACKUPS_MAX}");
        return Err(ConfigError::Value { key: "backup_keep", reason });
    }
    let to = match settings.text("backup_to") {
        "" => return Ok(None),
        path => data.join(path),
    };
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if whole(&to).starts_with(whole(data)) {
        let reason = "a folder on another disk; inside of the data folder it is lost with it";
        return Err(ConfigError::Value { key: "backup_to", reason: reason.to_owned() });
    }
    Ok(Some(BackupPlan { to, hour, keep }))
}

/// At least a day, and not so long that a destruction would be none.
fn copies_kept_days(settings: &Settings) -> Result<u32, ConfigError> {
    let days: u32 = parse("copies_kept_days", settings.text("copies_kept_days"))?;
    if (1..=COPIES_DAYS_MAX).contains(&days) {
        return Ok(days);
    }
    let reason = format!("write a number of days from 1 to {COPIES_DAYS_MAX}");
    Err(ConfigError::Value { key: "copies_kept_days", reason })
}

fn membership(settings: &Settings) -> Result<Option<Membership>, ConfigError> {
    let name = settings.text("name");
    if name.is_empty() {
        return Ok(None);
    }
    let zone: Zone = parse("zone", settings.text("zone"))?;
    let named =
        |key| IdentityName::parse(settings.text(key), &zone).map_err(|error| value(key, &error));
    let (name, parent_name) = (named("name")?, named("parent_name")?);
    let unit = settings.text("unit");
    if !unit.is_empty() && parse::<UnitId>("unit", unit)? != *name.unit() {
        let reason = "it is another unit than the one in name".to_owned();
        return Err(ConfigError::Value { key: "unit", reason });
    }
    let parent_address = settings.text("parent_address").to_owned();
    if parent_address.is_empty() {
        let reason = "it is empty although the node has joined".to_owned();
        return Err(ConfigError::Value { key: "parent_address", reason });
    }
    Ok(Some(Membership { name, parent_address, parent_name }))
}

fn school(settings: &Settings) -> Result<School, ConfigError> {
    let grades = match settings.text("grades") {
        "" => None,
        text => Some(grade_span(text).ok_or_else(|| ConfigError::Value {
            key: "grades",
            reason: "write the lowest and the highest grade, such as 7-9 or k1-k3".to_owned(),
        })?),
    };
    let school_type = match settings.text("school_type") {
        "" => None,
        word => Some(SchoolType::from_word(word).ok_or_else(|| {
            let words: Vec<&str> = SchoolType::ALL.iter().map(|kind| kind.as_str()).collect();
            let reason = format!("write one of {}", words.join(", "));
            ConfigError::Value { key: "school_type", reason }
        })?),
    };
    if let (Some(kind), Some(span)) = (school_type, grades) {
        check_stages(kind, span)?;
    }
    Ok(School {
        name_zh: settings.text("name_zh").to_owned(),
        name_en: settings.text("name_en").to_owned(),
        also_called: settings.list("also_called"),
        school_type,
        grades,
    })
}

/// Both ends of the span must have a stage in such a school, or its figures would have none.
fn check_stages(kind: SchoolType, span: GradeSpan) -> Result<(), ConfigError> {
    for grade in [span.from, span.to] {
        let known = domain::catalogue::Grade::from_word(grade.code());
        let staged = known.and_then(|grade| domain::catalogue::stage_of(kind, grade));
        if staged.is_none() {
            let reason =
                format!("a school of type {} has no grade {}", kind.as_str(), grade.code());
            return Err(ConfigError::Value { key: "grades", reason });
        }
    }
    Ok(())
}

/// Reads `7-9`, `g7-g9`, `k1-k3` or a single grade.
pub(crate) fn grade_span(text: &str) -> Option<GradeSpan> {
    let grade = |part: &str| {
        let part = part.trim();
        Grade::from_code(part).or_else(|| Grade::from_code(&format!("g{part}")))
    };
    let (from, to) = text.split_once(['-', '–']).unwrap_or((text, text));
    let span = GradeSpan { from: grade(from)?, to: grade(to)? };
    (span.from <= span.to).then_some(span)
}

fn parse<T>(key: &'static str, text: &str) -> Result<T, ConfigError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error| value(key, &error))
}

fn value(key: &'static str, error: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::Value { key, reason: error.to_string() }
}

#[cfg(test)]
mod tests;
