//! The configuration as a command sees it, and where each value comes from.
//!
//! Order: flag, environment (`XINQIAO_HUB_*`), file, default. What may change from start to start
//! can be given in the environment; what the hub *is* stands in the file that `init` wrote.

use std::path::Path;

use clap::Subcommand;
use runtime::cli::{Align, Exit, Failure, Sentence, Table};
use runtime::web::Lang;
use serde_json::{Value, json};
use strsim::levenshtein;

use super::context::Context;
use super::words;
use super::words::settings as said;
use crate::config::{Config, ConfigError, File};

/// Look at the configuration
#[derive(Subcommand)]
pub(super) enum Command {
    /// Show every value
    Show {
        /// Show where each value comes from
        #[arg(long)]
        origin: bool,
    },
}

/// Start of the name of every environment variable of this program.
const ENVIRONMENT: &str = "XINQIAO_HUB_";

/// Variables that are no settings of the hub but of one run of a command.
const NOT_SETTINGS: [&str; 2] = ["DATA", "CONFIG"];

/// What may change from start to start, and so stand in the environment too, in capitals there.
const OPEN: [&str; 5] = ["listen", "advertise", "console", "parent_address", "helper_address"];

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Environment,
    File,
    Default,
}

impl Origin {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::File => "file",
            Self::Default => "default",
        }
    }
}

/// A configuration with the origin of each value.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) config: Config,
    values: Vec<(&'static str, String, Origin)>,
}

impl Settings {
    /// Reads the file and what the environment says instead.
    pub(super) fn read(
        data: &Path,
        path: &Path,
        environment: &[(String, String)],
    ) -> Result<Self, Failure> {
        let environment = read_environment(environment)?;
        let text = std::fs::read_to_string(path).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::NotFound => {
                let message = Sentence::new(words::NOT_SET_UP, &[&path.display()]);
                Failure::new(Exit::NotFound, "NOT_SET_UP", message).hint(words::NOT_SET_UP_NEXT)
            }
            _ => Failure::unreadable_file(path, &cause),
        })?;
        let mut file: File = toml::from_str(&text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
            let content = text.lines().nth(line - 1).unwrap_or_default().trim();
            let content: String = content.chars().take(60).collect();
            let said = suggestion(error.message(), line).unwrap_or_else(|| {
                let message = error.message().replace('\n', "; ");
                let zh = said::LINE_WRONG.fill(Lang::Zh, &[&line, &content]);
                (zh, said::LINE_WRONG.fill(Lang::En, &[&line, &message]))
            });
            unusable(path, &said)
        })?;
        let mut values = Vec::new();
        let fixed = [
            ("unit", file.unit.clone()),
            ("kind", file.kind.clone()),
            ("district", file.district.clone()),
            ("zone", file.zone.clone()),
            ("name_zh", file.name_zh.clone()),
            ("name_en", file.name_en.clone()),
            ("parent_name", file.parent_name.clone()),
        ];
        for (key, value) in fixed {
            let origin = if value.is_empty() { Origin::Default } else { Origin::File };
            values.push((key, value, origin));
        }
        let open = [
            ("listen", &mut file.listen),
            ("advertise", &mut file.advertise),
            ("console", &mut file.console),
            ("parent_address", &mut file.parent_address),
            ("helper_address", &mut file.helper_address),
        ];
        for (key, slot) in open {
            let mut origin = if slot.is_empty() { Origin::Default } else { Origin::File };
            if let Some((_, value)) = environment.iter().find(|(name, _)| *name == key) {
                (*slot, origin) = (value.clone(), Origin::Environment);
            }
            values.push((key, slot.clone(), origin));
        }
        let config =
            Config::check(data, &file).map_err(|error| unusable(path, &value_said(&error)))?;
        Ok(Self { config, values })
    }
}

/// Shows the configuration.
pub(super) fn run(context: &Context, command: &Command) -> Result<(), Failure> {
    let Command::Show { origin } = command;
    let settings = context.settings()?;
    let entries = settings.values.iter().map(|(key, value, from)| {
        let entry =
            if *origin { json!({"value": value, "origin": from.as_str()}) } else { json!(value) };
        ((*key).to_owned(), entry)
    });
    let value = Value::Object(entries.collect());
    context.terminal.result(&value, |t| {
        let mut table = Table::new()
            .column(words::KEY.in_lang(t.lang()), Align::Left)
            .column(words::VALUE.in_lang(t.lang()), Align::Left);
        if *origin {
            table = table.column(words::ORIGIN.in_lang(t.lang()), Align::Left);
        }
        for (key, value, from) in &settings.values {
            table.row(vec![(*key).to_owned(), value.clone(), from.as_str().to_owned()]);
        }
        table.render()
    })
}

/// What the environment says. A name that is misspelt, or that only the file may say, is an error:
/// an operator who sets it believes that it holds.
fn read_environment(
    variables: &[(String, String)],
) -> Result<Vec<(&'static str, String)>, Failure> {
    let mut found = Vec::new();
    for (name, value) in variables {
        let Some(short) = name.strip_prefix(ENVIRONMENT) else {
            continue;
        };
        let key = short.to_lowercase();
        match OPEN.into_iter().find(|known| *known == key) {
            Some(known) if !value.is_empty() => found.push((known, value.clone())),
            Some(_) => {}
            None if NOT_SETTINGS.contains(&short) => {}
            None => return Err(unknown_variable(name, &key)),
        }
    }
    Ok(found)
}

fn unknown_variable(name: &str, key: &str) -> Failure {
    let message = match nearest(key, OPEN.into_iter()) {
        Some(known) => {
            let meant = format!("{ENVIRONMENT}{}", known.to_uppercase());
            Sentence::new(said::VARIABLE_NEAR, &[&name, &meant])
        }
        None => Sentence::new(said::VARIABLE_UNKNOWN, &[&name]),
    };
    Failure::new(Exit::Invalid, "CONFIG_INVALID", message).hint(said::VARIABLE_NEXT)
}

/// A configuration that cannot be used, and why in Chinese and in English.
fn unusable(path: &Path, (zh, en): &(String, String)) -> Failure {
    let message = Sentence::pair(
        words::CONFIG_WRONG.fill(Lang::Zh, &[&path.display(), zh]),
        words::CONFIG_WRONG.fill(Lang::En, &[&path.display(), en]),
    );
    Failure::new(Exit::Invalid, "CONFIG_INVALID", message).hint(words::CONFIG_WRONG_NEXT)
}

fn value_said(error: &ConfigError) -> (String, String) {
    let zh = match error {
        ConfigError::Value { key, .. } => format!("{key}：{}", super::reason::form_zh(key)),
        _ => words::NOT_WELL_FORMED.in_lang(Lang::Zh).to_owned(),
    };
    (zh, error.to_string())
}

/// For an unknown key, the nearest known one; the parser names it and all known keys in backquotes.
fn suggestion(message: &str, line: usize) -> Option<(String, String)> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next().filter(|_| message.starts_with("unknown field"))?;
    let meant = nearest(unknown, quoted)?;
    let say = |lang| said::UNKNOWN_KEY.fill(lang, &[&unknown, &meant, &line]);
    Some((say(Lang::Zh), say(Lang::En)))
}

/// The known word that is meant, if one is near enough.
fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let (distance, nearest) = known.map(|known| (levenshtein(word, known), known)).min()?;
    (distance <= word.len().div_ceil(2)).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISTRICT: &str = r#"
        unit = "370202"
        kind = "district"
        district = "370202"
        zone = "qd.example"
        name_zh = "示例区"
        listen = "127.0.0.1:1"
        advertise = "127.0.0.1:1"
        console = "127.0.0.1:2"
    "#;

    fn variables(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// A mistyped key is named with the nearest known one.
    #[test]
    fn an_unknown_key_gets_a_suggestion() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("hub.toml");
        std::fs::write(&path, "lisen = \"127.0.0.1:1\"\n").expect("write");
        let failure = Settings::read(folder.path(), &path, &[]).expect_err("unknown key");
        let said = failure.message(runtime::web::Lang::En).to_owned();
        assert!(said.contains("line 1: unknown key lisen, perhaps listen is meant"), "{said}");
        assert_eq!(failure.exit(), Exit::Invalid);
        let zh = failure.message(Lang::Zh).to_owned();
        assert!(zh.contains("第 1 行") && !zh.contains("？。"), "{zh}");
        std::fs::write(&path, "unit = \"370202\"\nkind \"city\"\n").expect("write");
        let failure = Settings::read(folder.path(), &path, &[]).expect_err("no equals sign");
        let zh = failure.message(Lang::Zh).to_owned();
        assert!(zh.contains("第 2 行写法有误（kind \"city\"）"), "{zh}");
    }

    /// The environment before the file before the default, and each value says where it came from.
    #[test]
    fn the_nearest_source_wins_and_is_named() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("hub.toml");
        std::fs::write(&path, DISTRICT).expect("write");
        // What is empty says nothing, and what is another program's is passed over.
        let environment = variables(&[
            ("XINQIAO_HUB_LISTEN", "127.0.0.1:3"),
            ("XINQIAO_HUB_CONSOLE", ""),
            ("XINQIAO_HUB_DATA", "elsewhere"),
            ("XINQIAO_NODE_CONSOLE", "127.0.0.1:4"),
        ]);
        let settings = Settings::read(folder.path(), &path, &environment).expect("settings");
        let found = |key: &str| {
            let known = settings.values.iter().find(|(name, _, _)| *name == key);
            let (_, value, origin) = known.expect("key");
            (value.clone(), *origin)
        };
        assert_eq!(found("listen"), ("127.0.0.1:3".to_owned(), Origin::Environment));
        assert_eq!(found("console"), ("127.0.0.1:2".to_owned(), Origin::File));
        assert_eq!(found("unit"), ("370202".to_owned(), Origin::File));
        assert_eq!(found("helper_address"), (String::new(), Origin::Default));
        assert_eq!(settings.config.listen.port(), 3);
        assert_eq!(settings.config.unit.as_str(), "370202");
    }

    /// A variable that is misspelt is named with the one that was meant, and one of what the hub
    /// is, which only the file says, stops the command too.
    #[test]
    fn an_unknown_variable_is_an_error() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("hub.toml");
        std::fs::write(&path, DISTRICT).expect("write");
        for (name, part) in [
            ("XINQIAO_HUB_LISTNE", "did you mean XINQIAO_HUB_LISTEN?"),
            ("XINQIAO_HUB_UNIT", "XINQIAO_HUB_UNIT is no setting of a hub. Nothing"),
        ] {
            let environment = variables(&[(name, "370203")]);
            let failure = Settings::read(folder.path(), &path, &environment).expect_err(name);
            assert_eq!((failure.code(), failure.exit()), ("CONFIG_INVALID", Exit::Invalid));
            let message = failure.message(Lang::En);
            assert!(message.contains(part), "{message}");
            assert!(failure.message(Lang::Zh).contains(name));
            assert!(failure.next_step(Lang::Zh).is_some());
        }
    }
}
