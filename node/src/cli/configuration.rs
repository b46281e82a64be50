//! `config`: settings, and where each value comes from.

use clap::{Args, Subcommand};
use runtime::cli::{Align, Failure, Table, Terminal};
use serde_json::{Value, json};

use super::{Place, context, words};

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Show every setting with its value
    Show(ShowArgs),
    /// Check the settings
    Check,
}

#[derive(Args, Debug)]
pub(super) struct ShowArgs {
    /// Also show where each value comes from
    #[arg(long)]
    origin: bool,
}

pub(super) fn run(
    terminal: &Terminal,
    place: &Place,
    command: &ConfigCommand,
) -> Result<(), Failure> {
    let (data, settings) = context::settings(place, &[])?;
    let args = match command {
        ConfigCommand::Show(args) => args,
        ConfigCommand::Check => {
            crate::config::Config::check(&data, &settings)?;
            return terminal.result(&json!({"ok": true}), |terminal| {
                words::CONFIG_RIGHT.in_lang(terminal.lang()).to_owned()
            });
        }
    };
    let rows: Vec<Value> = settings
        .iter()
        .map(|setting| {
            json!({
                "key": setting.key.name,
                "value": setting.value,
                "origin": setting.origin.to_string(),
            })
        })
        .collect();
    terminal.result(&json!({ "data": data, "settings": rows }), |terminal| {
        let lang = terminal.lang();
        let mut table = Table::new()
            .column(words::SETTING.in_lang(lang), Align::Left)
            .column(words::VALUE.in_lang(lang), Align::Left);
        if args.origin {
            table = table.column(words::ORIGIN.in_lang(lang), Align::Left);
        }
        for setting in settings.iter() {
            let mut cells = vec![setting.key.name.to_owned(), setting.value.clone()];
            if args.origin {
                cells.push(setting.origin.to_string());
            }
            table.row(cells);
        }
        table.render()
    })
}
