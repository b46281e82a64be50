//! Settings: the closed list of keys, and each value with where it came from.

use std::path::{Path, PathBuf};

use strsim::levenshtein;

use super::ConfigError;

/// The file in a data folder.
pub const FILE_NAME: &str = "node.toml";

/// Start of the name of every environment variable of this program.
const ENVIRONMENT: &str = "XINQIAO_NODE_";

/// Variables that are no settings of the node but of one run of a command.
const NOT_SETTINGS: [&str; 3] = ["DATA", "CONFIG", "PASSPHRASE_FILE"];

/// Largest configuration file in bytes.
const FILE_BYTES_MAX: u64 = 64 << 10;

/// What a value looks like in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A list of texts; in the environment with `|` between them.
    List,
}

/// One setting that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name in the file; in capitals in the environment.
    pub name: &'static str,
    /// What a value looks like.
    pub form: Form,
    /// What holds where nobody says anything.
    pub default: &'static str,
    /// What it is, for the file and the help.
    pub about: &'static str,
}

const fn key(name: &'static str, form: Form, default: &'static str, about: &'static str) -> Key {
    Key { name, form, default, about }
}

/// Every setting, in the order of the file.
pub const KEYS: [Key; 26] = [
    key("role", Form::Text, "school", "school, or receiver: a clinic, a centre, a desk"),
    key("name_zh", Form::Text, "", "name of the school in Chinese"),
    key("name_en", Form::Text, "", "name of the school in English"),
    key("also_called", Form::List, "", "further names by which rosters call the school"),
    key("school_type", Form::Text, "", "type of the school, such as primary, junior or senior"),
    key("grades", Form::Text, "", "lowest and highest grade, such as 7-9"),
    key("console", Form::Text, "127.0.0.1:8480", "address of the web page, on this machine only"),
    key("automatic_release", Form::Flag, "true", "send sheets of weeks, months and years when due"),
    key(
        "second_factor",
        Form::Text,
        "persons",
        "who signs in with a second step: persons (who can \
         read about students) or everyone",
    ),
    key("answer", Form::Text, "", "address on the school's network where students answer"),
    key("answer_certificate", Form::Text, "", "PEM file with the certificate of that address"),
    key("answer_key", Form::Text, "", "PEM file with its key"),
    key("danger_answer_plain", Form::Flag, "false", "answers cross the network without TLS"),
    key("backup_to", Form::Text, "", "folder on another disk for daily copies; empty for none"),
    key("backup_at", Form::Text, "12", "hour of the day from which the copy is made"),
    key("backup_keep", Form::Text, "14", "how many of these copies are kept"),
    key("copies_kept_days", Form::Text, "30", "days for which copies of this folder are kept"),
    key(
        "small_school_classes",
        Form::Text,
        "0",
        "most classes of a small school by the district's rule; 0 where there is none",
    ),
    key("unit", Form::Text, "", "written by join: our unit id"),
    key("zone", Form::Text, "", "written by join: the city's zone"),
    key("name", Form::Text, "", "written by join: our name in certificates"),
    key("parent_address", Form::Text, "", "written by join: where the hub above is dialled"),
    key("parent_name", Form::Text, "", "written by join: the name that the hub must show"),
    key("danger_key_file", Form::Text, "", "key file for starting without a person"),
    key("danger_demo_scales", Form::Flag, "false", "allow demonstration scales; no real pupils"),
    key("danger_no_second_factor", Form::Flag, "false", "a password alone opens the web page"),
];

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// An environment variable.
    Environment(String),
    /// The file.
    File(PathBuf),
    /// Nobody said anything.
    Default,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Where values are looked for.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Values of the command line.
    pub flags: Vec<(&'static str, String)>,
    /// Environment variables, name and value; others than ours are passed over.
    pub environment: Vec<(String, String)>,
    /// The file.
    pub file: PathBuf,
}

impl Sources {
    /// The file of a data folder and nothing else, as several nodes in one process need it.
    #[must_use]
    pub fn of_folder(data: &Path) -> Self {
        Self { file: data.join(FILE_NAME), ..Self::default() }
    }
}

/// One value with where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Which setting.
    pub key: &'static Key,
    /// Its value as text; a list has `|` between its entries.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// Every setting with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings(Vec<Setting>);

impl Settings {
    /// Looks every setting up in order of precedence.
    ///
    /// # Errors
    /// The file is missing or wrong, or a key is not known.
    pub fn resolve(sources: &Sources) -> Result<Self, ConfigError> {
        Self::merge(sources, &read_file(&sources.file)?)
    }

    /// Settings of values alone, before there is a file.
    ///
    /// # Errors
    /// A truth value is none.
    pub fn of_values(values: &[(&'static str, String)]) -> Result<Self, ConfigError> {
        Self::merge(&Sources { flags: values.to_vec(), ..Sources::default() }, &[])
    }

    fn merge(sources: &Sources, file: &[(&'static str, String)]) -> Result<Self, ConfigError> {
        let environment = read_environment(&sources.environment)?;
        let settings = KEYS.iter().map(|key| {
            let flag = sources.flags.iter().find(|(name, _)| *name == key.name);
            if let Some((_, value)) = flag {
                return Setting { key, value: value.clone(), origin: Origin::Flag };
            }
            if let Some((_, value)) = environment.iter().find(|(name, _)| *name == key.name) {
                let name = variable(key.name);
                return Setting { key, value: value.clone(), origin: Origin::Environment(name) };
            }
            match file.iter().find(|(name, _)| *name == key.name) {
                Some((_, value)) => {
                    let origin = Origin::File(sources.file.clone());
                    Setting { key, value: value.clone(), origin }
                }
                None => Setting { key, value: key.default.to_owned(), origin: Origin::Default },
            }
        });
        let settings = Self(settings.collect());
        settings.check_flags()?;
        Ok(settings)
    }

    fn check_flags(&self) -> Result<(), ConfigError> {
        let wrong = self.0.iter().find(|setting| {
            setting.key.form == Form::Flag && !matches!(&*setting.value, "true" | "false")
        });
        match wrong {
            Some(setting) => Err(ConfigError::Value {
                key: setting.key.name,
                reason: "write true or false".to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// A value as text; blank where there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|setting| setting.key.name == name);
        found.map_or("", |setting| setting.value.trim())
    }

    /// A truth value.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.text(name) == "true"
    }

    /// The entries of a list.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<String> {
        let entries = self.text(name).split('|').map(str::trim);
        entries.filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
    }

    /// Every setting in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.0.iter()
    }
}

/// The environment variable of a setting.
fn variable(name: &str) -> String {
    format!("{ENVIRONMENT}{}", name.to_uppercase())
}

fn read_environment(
    variables: &[(String, String)],
) -> Result<Vec<(&'static str, String)>, ConfigError> {
    let mut found = Vec::new();
    for (name, value) in variables {
        let Some(short) = name.strip_prefix(ENVIRONMENT) else {
            continue;
        };
        if NOT_SETTINGS.contains(&short) {
            continue;
        }
        let key = find(&short.to_lowercase()).map_err(|nearest| ConfigError::Unknown {
            origin: "environment".to_owned(),
            key: name.clone(),
            nearest,
        })?;
        found.push((key.name, value.clone()));
    }
    Ok(found)
}

fn read_file(path: &Path) -> Result<Vec<(&'static str, String)>, ConfigError> {
    let length = match std::fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(ConfigError::Missing);
        }
        Err(error) => return Err(error.into()),
    };
    if length > FILE_BYTES_MAX {
        let message = "the file is too large for a configuration".to_owned();
        return Err(ConfigError::Syntax { line: 1, message });
    }
    let text = std::fs::read_to_string(path)?;
    let table: toml::Table = toml::from_str(&text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
        ConfigError::Syntax { line, message: error.message().replace('\n', "; ") }
    })?;
    let mut found = Vec::new();
    for (name, value) in &table {
        let key = find(name).map_err(|nearest| ConfigError::Unknown {
            origin: FILE_NAME.to_owned(),
            key: name.clone(),
            nearest,
        })?;
        found.push((key.name, as_text(key, value)?));
    }
    Ok(found)
}

fn as_text(key: &'static Key, value: &toml::Value) -> Result<String, ConfigError> {
    let wrong = |reason: &str| ConfigError::Value { key: key.name, reason: reason.to_owned() };
    match (key.form, value) {
        (Form::Text, toml::Value::String(text)) => Ok(text.clone()),
        (Form::Flag, toml::Value::Boolean(flag)) => Ok(flag.to_string()),
        (Form::List, toml::Value::Array(entries)) => {
            let texts: Option<Vec<&str>> = entries.iter().map(toml::Value::as_str).collect();
            texts.map(|texts| texts.join("|")).ok_or_else(|| wrong("write a list of texts"))
        }
        (Form::Text, _) => Err(wrong("write a text in quotation marks")),
        (Form::Flag, _) => Err(wrong("write true or false, without quotation marks")),
        (Form::List, _) => Err(wrong("write a list of texts, such as [\"one\", \"two\"]")),
    }
}

/// The key of a name, or the nearest name where one is near.
fn find(name: &str) -> Result<&'static Key, Option<&'static str>> {
    if let Some(key) = KEYS.iter().find(|key| key.name == name) {
        return Ok(key);
    }
    let near = KEYS.iter().map(|key| (levenshtein(name, key.name), key.name)).min();
    Err(near
        .filter(|(distance, known)| *distance <= known.len().min(9) / 3)
        .map(|(_, known)| known))
}

/// The file of a new node: every setting with what it is; those without a value commented out.
#[must_use]
pub fn template(values: &[(&'static str, String)]) -> String {
    let mut text = String::from("# Settings of a Xinqiao school node.\n");
    for key in &KEYS {
        let given = values.iter().find(|(name, _)| *name == key.name).map(|(_, value)| value);
        let line = match given {
            Some(value) => format!("{} = {}", key.name, written(key, value)),
            None => format!("# {} = {}", key.name, written(key, key.default)),
        };
        text.push_str(&format!("\n# {}\n{line}\n", key.about));
    }
    text
}

/// Puts values into a file and leaves everything else in it as it was.
///
/// # Errors
/// The file cannot be read or written.
pub fn update(path: &Path, values: &[(&'static str, String)]) -> Result<(), ConfigError> {
    let old = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error.into()),
    };
    let mut lines: Vec<String> = old.lines().map(str::to_owned).collect();
    for (name, value) in values {
        let Some(key) = KEYS.iter().find(|key| key.name == *name) else {
            continue;
        };
        let line = format!("{name} = {}", written(key, value));
        let sets = |text: &String| {
            let plain = text.trim_start_matches(['#', ' ']);
            plain.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        match lines.iter_mut().find(|text| sets(text)) {
            Some(found) => *found = line,
            None => lines.push(line),
        }
    }
    let new = lines.join("\n") + "\n";
    let beside = path.with_extension("toml.new");
    std::fs::write(&beside, new)?;
    Ok(std::fs::rename(&beside, path)?)
}

fn written(key: &Key, value: &str) -> String {
    match key.form {
        Form::Text => toml::Value::String(value.to_owned()).to_string(),
        Form::Flag => value.to_owned(),
        Form::List => {
            let entries = value.split('|').filter(|entry| !entry.is_empty());
            let entries = entries.map(|entry| toml::Value::String(entry.to_owned()));
            toml::Value::Array(entries.collect()).to_string()
        }
    }
}
