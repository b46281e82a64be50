//! Parsing of arguments, with help in the language of the person who asks.
//!
//! Help is written once, in English, as doc comments. A binary lists the Chinese of each text in a
//! table, and a test of the binary checks that none is missing.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, Parser};
use domain::period::PeriodError;
use domain::unit::UnitError;

use super::{Exit, Failure, Globals, Sentence, Terminal, words};
use crate::web::{Lang, Text};

/// English help texts and their Chinese.
pub type Translation = &'static [(&'static str, &'static str)];

/// Texts of the flags that every command has.
const SHARED: Translation = &[
    ("Language of the output: zh or en", "输出语言：zh（中文）或 en（英文）"),
    (
        "Print the result as one JSON value on standard output",
        "把结果作为一个 JSON 值输出到标准输出",
    ),
    ("Never ask a question; fail where an answer is needed", "不提问；需要回答时直接报错"),
    ("No colours", "不使用颜色"),
    ("Print the completions of a shell", "输出命令行补全脚本"),
    ("Write the manual pages", "写出手册页"),
    ("Shell: bash, zsh, fish or powershell", "命令行解释器：bash、zsh、fish 或 powershell"),
    ("Folder for the manual pages; made if it is not there", "手册页写入的目录；没有则建立"),
    ("Have the system start it by itself", "由系统自动启动"),
    (
        "Write what has the system start it, and say what turns it on",
        "写出系统服务文件，并说明如何启用",
    ),
    (
        "Show what would be written and run, and change nothing",
        "只显示将写入和运行的内容，不作改动",
    ),
    (
        "Account that runs it; the owner of the data folder if not given",
        "运行它的账号；不写则为数据目录的所有者",
    ),
    ("Folder of the system's units", "存放系统服务文件的目录"),
    ("Print help", "显示帮助"),
    ("Print version", "显示版本"),
];

const TEMPLATE_ZH: &str =
    "{before-help}{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// Parses arguments; the first is the program's name.
///
/// # Errors
/// Help or version was asked for, or the arguments are wrong. Everything that there is to say was
/// said; the process should end with this code.
pub fn parse<P: Parser>(args: Vec<OsString>, chinese: Translation) -> Result<P, ExitCode> {
    let guessed = Globals::guess(&args);
    let command = localised(P::command(), guessed.lang(), chinese);
    let parsed = command
        .try_get_matches_from(args)
        .and_then(|mut matches| P::from_arg_matches_mut(&mut matches));
    parsed.map_err(|error| explain(&error, &Terminal::new(&guessed)))
}

fn explain(error: &clap::Error, terminal: &Terminal) -> ExitCode {
    let shown = error.to_string();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            terminal.print(shown.trim_end());
            Exit::Done.into()
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            terminal.talk_plain(shown.trim_end());
            Exit::Usage.into()
        }
        _ => {
            let text = shown.trim().trim_start_matches("error: ").to_owned();
            let zh =
                words::USAGE.fill(Lang::Zh, &[&chinese(error).unwrap_or_else(|| text.clone())]);
            let message = Sentence::pair(zh, text);
            let failure = Failure::new(Exit::Usage, "USAGE", message);
            terminal.finish(Err(failure.hint(usage(error))))
        }
    }
}

/// How the command is written; the English message ends with it already.
fn usage(error: &clap::Error) -> Sentence {
    let usage = error.get(ContextKind::Usage).map(shown).unwrap_or_default();
    let usage = usage.trim().trim_start_matches("Usage:").trim().replace('\n', " ");
    let zh = match usage.as_str() {
        "" => words::USAGE_HELP.in_lang(Lang::Zh).to_owned(),
        known => words::USAGE_IS.fill(Lang::Zh, &[&known]),
    };
    Sentence::pair(zh, String::new())
}

/// What is wrong with the arguments, in Chinese; nothing for what the parser has no kind for.
pub(super) fn chinese(error: &clap::Error) -> Option<String> {
    let say = |text: Text, values: &[&dyn std::fmt::Display]| text.fill(Lang::Zh, values);
    let of = |kind: ContextKind| error.get(kind).map(shown).filter(|text| !text.is_empty());
    let argument = of(ContextKind::InvalidArg);
    let value = of(ContextKind::InvalidValue);
    let said = match (error.kind(), argument, value) {
        (ErrorKind::UnknownArgument, Some(argument), _) => {
            say(words::UNKNOWN_ARGUMENT, &[&argument])
        }
        (ErrorKind::InvalidSubcommand, _, _) => {
            say(words::UNKNOWN_COMMAND, &[&of(ContextKind::InvalidSubcommand)?])
        }
        (ErrorKind::MissingRequiredArgument, Some(missing), _) => {
            say(words::MISSING_ARGUMENTS, &[&missing])
        }
        (ErrorKind::InvalidValue, Some(argument), None) => say(words::MISSING_VALUE, &[&argument]),
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation, Some(argument), Some(value)) => {
            say(words::BAD_VALUE, &[&argument, &value])
        }
        (ErrorKind::ArgumentConflict, Some(argument), _) => {
            match of(ContextKind::PriorArg).filter(|prior| *prior != argument) {
                Some(prior) => say(words::CONFLICTING, &[&argument, &prior]),
                None => say(words::TWICE, &[&argument]),
            }
        }
        _ => return None,
    };
    let similar = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand]
        .into_iter()
        .find_map(of)
        .map(|near| say(words::SIMILAR, &[&near]))
        .or_else(|| form(error).map(|form| say(words::FORM, &[&form.in_lang(Lang::Zh)])));
    let possible = of(ContextKind::ValidValue).map(|values| say(words::POSSIBLE, &[&values]));
    Some(format!("{said}{}", similar.or(possible).unwrap_or_default()))
}

/// How a value is written whose reader has a kind of error of its own: the parser tells these in
/// English, or in the words of a library.
fn form(error: &clap::Error) -> Option<Text> {
    let cause = std::error::Error::source(error)?;
    if cause.is::<PeriodError>() {
        return Some(words::FORM_PERIOD);
    }
    if let Some(unit) = cause.downcast_ref::<UnitError>() {
        return Some(match unit {
            UnitError::Kind => words::FORM_KIND,
            UnitError::Zone => words::FORM_ZONE,
            _ => words::FORM_UNIT,
        });
    }
    if cause.is::<jiff::Error>() {
        return Some(words::FORM_DAY);
    }
    if cause.is::<std::net::AddrParseError>() {
        return Some(words::FORM_ADDRESS);
    }
    cause.is::<std::num::ParseIntError>().then_some(words::FORM_NUMBER)
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join("、"),
        ContextValue::StyledStr(text) => text.to_string(),
        ContextValue::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// A command tree with its help in one language.
#[must_use]
pub fn localised(command: Command, lang: Lang, chinese: Translation) -> Command {
    // The parser's own flags are replaced, because their texts cannot be changed.
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).global(true);
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    let command = command
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .disable_version_flag(true)
        .version(env!("CARGO_PKG_VERSION"))
        .arg(help.help("Print help"))
        .arg(version.help("Print version"));
    match lang {
        Lang::En => command,
        Lang::Zh => translated(command, chinese),
    }
}

fn translated(command: Command, chinese: Translation) -> Command {
    let find = |english: String| {
        let known = chinese.iter().chain(SHARED).find(|(text, _)| *text == english);
        known.map_or(english, |(_, text)| (*text).to_owned())
    };
    let about = command.get_about().map(|about| find(about.to_string()));
    let after = command.get_after_help().map(|after| find(after.to_string()));
    let command = command
        .help_template(TEMPLATE_ZH)
        .subcommand_help_heading("命令")
        .mut_args(|arg| {
            let heading = if arg.is_positional() { "参数" } else { "选项" };
            let help = arg.get_help().map(|help| find(help.to_string()));
            let arg = arg.help_heading(heading);
            help.into_iter().fold(arg, Arg::help)
        })
        .mut_subcommands(|sub| translated(sub, chinese));
    let command = about.into_iter().fold(command, Command::about);
    after.into_iter().fold(command, Command::after_help)
}

/// English texts of a command tree that have no Chinese; for a test of each binary.
#[must_use]
pub fn untranslated(command: &Command, chinese: Translation) -> Vec<String> {
    let own = command.get_arguments().filter_map(Arg::get_help);
    let texts = own.chain(command.get_about()).chain(command.get_after_help());
    let known = |text: &String| chinese.iter().chain(SHARED).any(|(english, _)| english == text);
    let mut missing: Vec<String> =
        texts.map(ToString::to_string).filter(|text| !known(text)).collect();
    for sub in command.get_subcommands() {
        missing.extend(untranslated(sub, chinese));
    }
    missing
}
