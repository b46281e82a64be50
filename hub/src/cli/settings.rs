//! The configuration as a command sees it, and where each value comes from.
//!
//! Order: flag, environment (`XINQIAO_HUB_*`), file, default. What may change from start to start
//! can be given in the environment; what the hub *is* stands in the file that `init` wrote.

use std::path::Path;

use clap::Subcommand;
use runtime::cli::{Align, Exit, Failure, Sentence, Table};
use runtime::web::Lang;
use serde_json::{Value, json};

use super::context::Context;
use super::words;
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
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::NotFound => {
                let message = Sentence::new(words::NOT_SET_UP, &[&path.display()]);
                Failure::new(Exit::NotFound, "NOT_SET_UP", message).hint(words::NOT_SET_UP_NEXT)
            }
            _ => Failure::unreadable_file(path, &cause),
        })?;
        let mut file: File = toml::from_str(&text).map_err(|error| {
            let message = error.message();
            let zh = words::NOT_WELL_FORMED.in_lang(Lang::Zh).to_owned();
            let said = suggestion(message).unwrap_or_else(|| (zh, message.to_owned()));
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
            ("listen", "XINQIAO_HUB_LISTEN", &mut file.listen),
            ("advertise", "XINQIAO_HUB_ADVERTISE", &mut file.advertise),
            ("console", "XINQIAO_HUB_CONSOLE", &mut file.console),
            ("parent_address", "XINQIAO_HUB_PARENT_ADDRESS", &mut file.parent_address),
            ("helper_address", "XINQIAO_HUB_HELPER_ADDRESS", &mut file.helper_address),
        ];
        for (key, name, slot) in open {
            let mut origin = if slot.is_empty() { Origin::Default } else { Origin::File };
            if let Some(value) = variable(name).filter(|value| !value.is_empty()) {
                (*slot, origin) = (value, Origin::Environment);
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
fn suggestion(message: &str) -> Option<(String, String)> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next().filter(|_| message.starts_with("unknown field"))?;
    let (distance, nearest) = quoted.map(|known| (distance(unknown, known), known)).min()?;
    let near = distance <= unknown.len().div_ceil(2);
    let say = |lang| words::UNKNOWN_KEY.fill(lang, &[&unknown, &nearest]);
    near.then(|| (say(Lang::Zh), say(Lang::En)))
}

/// Edit distance of two short words.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (at, a) in left.chars().enumerate() {
        let mut diagonal = at;
        let mut before = at + 1;
        let mut next = vec![before];
        for (b, above) in right.chars().zip(row.iter().skip(1)) {
            let kept = diagonal + usize::from(a != b);
            before = kept.min(above + 1).min(before + 1);
            diagonal = *above;
            next.push(before);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mistyped key is named with the nearest known one.
    #[test]
    fn an_unknown_key_gets_a_suggestion() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("hub.toml");
        std::fs::write(&path, "lisen = \"127.0.0.1:1\"\n").expect("write");
        let failure = Settings::read(folder.path(), &path, |_| None).expect_err("unknown key");
        let said = failure.message(runtime::web::Lang::En).to_owned();
        assert!(said.contains("unknown key lisen; did you mean listen?"), "{said}");
        assert_eq!(failure.exit(), Exit::Invalid);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
