//! `init`: makes the data folder, and shows the recovery sheet once.

use std::path::{Path, PathBuf};

use clap::Args;
use domain::catalogue::SchoolType;
use runtime::cli::{Exit, Failure, Paint, Sentence, Terminal};
use runtime::clock::Clock;
use runtime::passphrase::Passphrase;
use runtime::web::{Lang, Text};
use serde_json::json;

use super::{Place, SchoolArgs, context, words};
use crate::app;
use crate::unlock::{LedgerKey, Opener, UnlockError};

/// Groups of the sheet in one line.
const GROUPS_IN_LINE: usize = 7;
/// Room to write by hand.
const BLANK: &str = "________________";

/// How often a person is asked for the type.
const ATTEMPTS: usize = 3;

#[derive(Args, Debug)]
pub(super) struct InitArgs {
    #[command(flatten)]
    school: SchoolArgs,

    /// What the node is: school, or receiver of referrals
    #[arg(long, value_name = "ROLE", default_value = "school")]
    role: String,

    /// Write the recovery sheet to a new file instead of the terminal
    #[arg(long, value_name = "FILE")]
    recovery_sheet: Option<PathBuf>,

    /// DANGER: make a key file that opens the ledger without a person; guard it like the records
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase_file")]
    danger_key_file: Option<PathBuf>,

    /// DANGER: allow demonstration scales; only where every pupil is made up
    #[arg(long)]
    danger_demo_scales: bool,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &InitArgs) -> Result<(), Failure> {
    let data = place.data.clone().ok_or_else(|| {
        Failure::new(Exit::Usage, "DATA_FOLDER", words::NEW_FOLDER).hint(words::WHICH_FOLDER_NEXT)
    })?;
    app::check_is_new(&data)?;
    if args.recovery_sheet.is_none() && !terminal.asks() {
        return Err(Failure::new(Exit::Usage, "RECOVERY_SHEET", words::SHEET_WHERE)
            .hint(words::SHEET_WHERE_NEXT));
    }
    if let Some(path) = args.recovery_sheet.as_deref().filter(|path| path.exists()) {
        let message = Sentence::new(words::FILE_EXISTS, &[&path.display()]);
        return Err(Failure::new(Exit::Usage, "FILE_EXISTS", message));
    }
    let mut settings = match args.role.trim() {
        "school" => school_settings(terminal, &args.school)?,
        // A receiver has no type to ask for; another word is refused with the settings.
        role => {
            let mut settings = given_settings(&args.school);
            settings.push(("role", role.to_owned()));
            settings
        }
    };
    if args.danger_demo_scales {
        settings.push(("danger_demo_scales", "true".to_owned()));
    }
    app::check_settings(&data, &settings)?;
    let opener = opener(terminal, place, args, &mut settings)?;
    let key = app::create(&data, &settings, &opener, &Clock::system())?;
    let head = sheet_head(terminal, &data, args.school.name_zh.as_deref());
    show_sheet(terminal, &key, &head, args.recovery_sheet.as_deref())?;
    told(terminal, &data, args)
}

/// The settings that say what the school is, as far as flags say it.
pub(super) fn given_settings(args: &SchoolArgs) -> Vec<(&'static str, String)> {
    let mut settings = Vec::new();
    let given = [
        ("name_zh", &args.name_zh),
        ("name_en", &args.name_en),
        ("school_type", &args.school_type),
        ("grades", &args.grades),
    ];
    for (key, value) in given {
        settings.extend(value.as_ref().map(|value| (key, value.trim().to_owned())));
    }
    if !args.also_called.is_empty() {
        settings.push(("also_called", args.also_called.join("|")));
    }
    settings
}

/// As [`given_settings`]; the type is asked for where a person can answer.
pub(super) fn school_settings(
    terminal: &Terminal,
    args: &SchoolArgs,
) -> Result<Vec<(&'static str, String)>, Failure> {
    let mut settings = given_settings(args);
    if args.school_type.is_none() && terminal.asks() {
        settings.extend(asked_type(terminal)?.map(|word| ("school_type", word)));
    }
    Ok(settings)
}

/// The type by number, by its word or by its Chinese name; nothing where it is left open.
fn asked_type(terminal: &Terminal) -> Result<Option<String>, Failure> {
    let lang = terminal.lang();
    for (at, kind) in SchoolType::ALL.iter().enumerate() {
        let name = type_name(*kind).in_lang(lang);
        terminal.talk_plain(&format!("  {}  {name} ({})", at + 1, kind.as_str()));
    }
    let question = Sentence::from(words::SCHOOL_TYPE);
    for _ in 0..ATTEMPTS {
        let typed = terminal.ask(&question, words::COLON, "--school-type")?;
        if typed.is_empty() {
            return Ok(None);
        }
        let is = |(at, kind): &(usize, &SchoolType)| {
            let name = type_name(**kind);
            typed == (at + 1).to_string()
                || typed.eq_ignore_ascii_case(kind.as_str())
                || typed == name.in_lang(Lang::Zh)
        };
        if let Some((_, kind)) = SchoolType::ALL.iter().enumerate().find(is) {
            return Ok(Some(kind.as_str().to_owned()));
        }
        terminal.talk(words::SCHOOL_TYPE_AGAIN, &[&typed]);
    }
    Err(Failure::new(Exit::Usage, "SCHOOL_TYPE", words::SCHOOL_TYPE_NONE))
}

/// What a type of school is called.
pub(crate) const fn type_name(kind: SchoolType) -> Text {
    match kind {
        SchoolType::Kindergarten => words::TYPE_KINDERGARTEN,
        SchoolType::Primary => words::TYPE_PRIMARY,
        SchoolType::Junior => words::TYPE_JUNIOR,
        SchoolType::NineYear => words::TYPE_NINE_YEAR,
        SchoolType::Senior => words::TYPE_SENIOR,
        SchoolType::CompleteSecondary => words::TYPE_COMPLETE,
        SchoolType::Vocational => words::TYPE_VOCATIONAL,
        SchoolType::Special => words::TYPE_SPECIAL,
        SchoolType::Other => words::TYPE_OTHER,
    }
}

fn opener(
    terminal: &Terminal,
    place: &Place,
    args: &InitArgs,
    settings: &mut Vec<(&'static str, String)>,
) -> Result<Opener, Failure> {
    if let Some(path) = &args.danger_key_file {
        let whole =
            std::path::absolute(path).map_err(|cause| Failure::unreadable_file(path, &cause))?;
        settings.push(("danger_key_file", whole.display().to_string()));
        return Ok(Opener::danger_new_key_file(&whole)?);
    }
    let file = place.passphrase_file.clone().or_else(context::credential);
    let text = terminal.new_secret(file.as_deref(), words::NEW_PASSPHRASE, "--passphrase-file")?;
    let passphrase = Passphrase::chosen(&text).map_err(UnlockError::from)?;
    Ok(Opener::Passphrase(passphrase))
}

/// What a sheet is, in a safe years later: whose it is, of when, and what it opens. The unit's id
/// comes with the invite, so there is room to write it down.
fn sheet_head(terminal: &Terminal, data: &Path, name: Option<&str>) -> String {
    let name = name.map(str::trim).filter(|name| !name.is_empty()).unwrap_or(BLANK);
    let whole = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
    let today = Clock::system().today();
    [
        terminal.text(words::SHEET, &[]),
        terminal.text(words::SHEET_SCHOOL, &[&name]),
        terminal.text(words::SHEET_UNIT, &[&BLANK]),
        terminal.text(words::SHEET_DATE, &[&today]),
        terminal.text(words::SHEET_OPENS, &[&whole.display()]),
    ]
    .join("\n")
}

/// Shows or writes the sheet. It is kept nowhere else, so a failure to write it is told loudly.
fn show_sheet(
    terminal: &Terminal,
    key: &LedgerKey,
    head: &str,
    file: Option<&Path>,
) -> Result<(), Failure> {
    let groups = key.expose_groups();
    let lines: Vec<String> = groups
        .chunks(GROUPS_IN_LINE)
        .map(|line| line.iter().map(|group| group.as_str()).collect::<Vec<_>>().join("  "))
        .collect();
    let lines = zeroize::Zeroizing::new(lines.join("\n"));
    let Some(path) = file else {
        terminal.talk_plain(&terminal.paint(Paint::Strong, head));
        terminal.talk_plain(&format!("\n{}\n", &*lines));
        terminal.talk(words::SHEET_NEXT, &[]);
        return Ok(());
    };
    let text = zeroize::Zeroizing::new(format!(
        "{}\n\n{}\n\n{}\n",
        head,
        &*lines,
        words::SHEET_NEXT.in_lang(terminal.lang())
    ));
    crate::unlock::write_new_private(path, text.as_bytes()).map_err(|cause| {
        let message = Sentence::new(words::SHEET_LOST, &[&path.display()]);
        Failure::new(Exit::Failed, "RECOVERY_SHEET", message)
            .hint(words::SHEET_LOST_NEXT)
            .because(&cause)
    })
}

fn told(terminal: &Terminal, data: &Path, args: &InitArgs) -> Result<(), Failure> {
    let value = json!({
        "data": data,
        "opens_with": if args.danger_key_file.is_some() { "key file" } else { "passphrase" },
        "recovery_sheet": args.recovery_sheet,
    });
    terminal.result(&value, |terminal| {
        let shown = data.display();
        let mut lines = vec![terminal.text(words::CREATED, &[&shown])];
        if let Some(path) = &args.recovery_sheet {
            lines.push(terminal.text(words::SHEET_IN, &[&path.display()]));
        }
        if let Some(path) = &args.danger_key_file {
            let warning = terminal.text(words::KEY_FILE_IN, &[&path.display()]);
            lines.push(terminal.paint(Paint::Warn, &warning));
        }
        lines.push(terminal.text(words::NEXT_JOIN, &[&shown]));
        lines.join("\n")
    })
}
