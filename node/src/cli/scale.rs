//! `scale`: which scales this school may screen with, and for the others why not.

use clap::Subcommand;
use domain::catalogue::Language;
use domain::scale::{Scale, Setting};
use runtime::cli::{Align, Failure, Table, Terminal};
use runtime::clock::Clock;
use runtime::web::Lang;
use serde_json::json;

use super::{Place, context, words};
use crate::app;
use crate::packs::Packs;

#[derive(Debug, Subcommand)]
pub(super) enum ScaleCommand {
    /// Every scale, those that may be used here first
    List,
}

pub(super) fn run(
    terminal: &Terminal,
    place: &Place,
    command: &ScaleCommand,
) -> Result<(), Failure> {
    let ScaleCommand::List = command;
    let config = context::config(place, &[])?;
    let demonstration = config.danger_demo_scales;
    let setting = if demonstration { Setting::Demonstration } else { Setting::Service };
    let outward = app::open_outward(config, Clock::system())?;
    let packs = Packs::load(outward.transfer(), outward.clock().today())?;
    let mut lines: Vec<Line<'_>> =
        packs.scales().iter().map(|known| line(&known.pack, setting)).collect();
    lines.sort_by_key(|line| (line.bar.is_some(), line.scale.id()));
    let value: Vec<_> = lines
        .iter()
        .map(|line| {
            let label = &line.scale.definition().label;
            json!({
                "scale": line.scale.id(), "name": label.zh, "name_en": label.en,
                "items": line.scale.items().len(), "usable": line.bar.is_none(),
                "reason": line.bar.map(|(_, en)| en), "reason_zh": line.bar.map(|(zh, _)| zh),
            })
        })
        .collect();
    terminal.result(&value, |terminal| text(terminal, &lines))
}

/// A scale, and what bars it here, in both languages.
struct Line<'s> {
    scale: &'s Scale,
    bar: Option<(&'static str, &'static str)>,
}

fn line(scale: &Scale, setting: Setting) -> Line<'_> {
    let barred = scale.use_for_screening(Language::Zh, setting).err();
    let say = |bar: domain::scale::NotForScreening| {
        (bar.reason.sentence(Language::Zh), bar.reason.sentence(Language::En))
    };
    Line { scale, bar: barred.map(say) }
}

fn text(terminal: &Terminal, lines: &[Line<'_>]) -> String {
    let lang = terminal.lang();
    let heads = [words::SCALE_ID, words::NAME, words::SCALE_ITEMS, words::SCALE_USE];
    let aligns = [Align::Left, Align::Left, Align::Right, Align::Left];
    let heads = heads.iter().zip(aligns);
    let mut table =
        heads.fold(Table::new(), |table, (head, align)| table.column(head.in_lang(lang), align));
    for line in lines {
        let label = &line.scale.definition().label;
        let (name, reason) = match lang {
            Lang::Zh => (&label.zh, line.bar.map(|(zh, _)| zh)),
            Lang::En => (&label.en, line.bar.map(|(_, en)| en)),
        };
        table.row(vec![
            line.scale.id().to_owned(),
            name.clone(),
            line.scale.items().len().to_string(),
            reason.unwrap_or(words::SCALE_USABLE.in_lang(lang)).to_owned(),
        ]);
    }
    table.render()
}
