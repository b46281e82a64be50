//! What every command line promises: languages, exit codes, tables, errors.

use clap::{CommandFactory, Parser};
use serde_json::json;

use super::*;
use crate::web::{Lang, Text};

/// Tries things
#[derive(Parser)]
#[command(name = "trial")]
struct Trial {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Sub,
}

#[derive(clap::Subcommand)]
enum Sub {
    /// Shows something
    Show {
        /// What to show
        name: String,
    },
}

const CHINESE: Translation =
    &[("Tries things", "试验"), ("Shows something", "显示内容"), ("What to show", "显示什么")];

fn parsed(words: &[&str]) -> Option<Trial> {
    parse(words.iter().map(Into::into).collect(), CHINESE).ok()
}

/// Global flags stand before and after the subcommand.
#[test]
fn global_flags_stand_anywhere() {
    for words in [["trial", "--json", "show", "x"], ["trial", "show", "x", "--json"]] {
        assert!(parsed(&words).expect("parsed").globals.json, "{words:?}");
    }
    let trial = parsed(&["trial", "show", "x", "--lang", "en"]).expect("parsed");
    assert_eq!(trial.globals.lang(), Lang::En);
    let Sub::Show { name } = trial.command;
    assert_eq!(name, "x");
    assert!(parsed(&["trial", "show"]).is_none());
}

/// Help is in the language that was asked for, to the headings, and none of it is missing.
#[test]
fn help_is_in_one_language() {
    let mut chinese = localised(Trial::command(), Lang::Zh, CHINESE);
    let shown = chinese.render_help().to_string();
    assert!(shown.contains("显示内容") && shown.contains("用法："), "{shown}");
    for english in ["Usage", "Options", "Commands", "Print", "colours"] {
        assert!(!shown.contains(english), "{english} in {shown}");
    }
    let mut english = localised(Trial::command(), Lang::En, CHINESE);
    assert!(english.render_help().to_string().contains("Shows something"));
    assert_eq!(untranslated(&Trial::command(), CHINESE), Vec::<String>::new());
    assert_eq!(
        untranslated(&Trial::command(), &[]),
        ["Tries things", "What to show", "Shows something"]
    );
}

/// The language follows the locale; nothing set means Chinese, as on Windows.
#[test]
fn language_follows_the_locale() {
    let with = |name: &'static str, value: &'static str| {
        locale(move |asked| (asked == name).then(|| value.to_owned()))
    };
    assert_eq!(with("LANG", "zh_CN.UTF-8"), Lang::Zh);
    assert_eq!(with("LANG", "en_US.UTF-8"), Lang::En);
    assert_eq!(with("LC_ALL", "C.UTF-8"), Lang::En);
    assert_eq!(locale(|_| None), Lang::Zh);
}

/// A failure has the form that scripts rely on.
#[test]
fn a_failure_has_a_stable_form() {
    const MESSAGE: Text = Text::new("在 {0} 过期", "expired on {0}");
    const HINT: Text = Text::new("重新索取", "ask again");
    let failure = Failure::new(
        Exit::Authentication,
        "INVITE_EXPIRED",
        Sentence::new(MESSAGE, &[&"2026-11-19"]),
    )
    .hint(HINT);
    assert_eq!(
        failure.to_json(Lang::En),
        json!({"error": {
            "code": "INVITE_EXPIRED", "exit": 5, "message": "expired on 2026-11-19",
            "hint": "ask again", "retryable": false,
        }})
    );
    assert_eq!(failure.message(Lang::Zh), "在 2026-11-19 过期");
    let busy = Failure::from(crate::sql::SqlError::Locked).to_json(Lang::En);
    assert_eq!((&busy["error"]["exit"], &busy["error"]["retryable"]), (&json!(8), &json!(true)));
}

/// Chinese names take two columns, and the columns stand straight.
#[test]
fn tables_count_columns_not_characters() {
    let mut table = Table::new().column("单位", Align::Left).column("人数", Align::Right);
    table.row(vec!["湖东第一中学".to_owned(), "7".to_owned()]);
    table.row(vec!["A".to_owned(), "1200".to_owned()]);
    assert_eq!(display_width("湖东A"), 5);
    assert_eq!(table.render(), "单位          人数\n湖东第一中学     7\nA             1200");
}

/// Where nobody sits at the terminal nothing is asked, and the flag that helps is named.
#[test]
fn nothing_is_asked_without_a_person() {
    let terminal = Terminal::new(&Globals { no_input: true, ..Globals::default() });
    const PROMPT: Text = Text::new("口令：", "Passphrase: ");
    let refused = terminal.secret(None, PROMPT, "--passphrase-file").expect_err("nobody");
    assert_eq!(refused.exit(), Exit::Usage);
    assert!(refused.message(Lang::En).contains("--passphrase-file"));
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("secret");
    std::fs::write(&path, "word\r\n").expect("write");
    let read = terminal.secret(Some(&path), PROMPT, "--passphrase-file").expect("read");
    assert_eq!(read.as_str(), "word");
    let gone = read_secret(&folder.path().join("none")).expect_err("no file");
    assert_eq!(gone.exit(), Exit::NotFound);
}

/// A value of a form of its own says how it is written, in Chinese too.
#[test]
fn a_value_says_how_it_is_written() {
    use clap::{Arg, Command};
    use domain::period::TermId;
    use domain::unit::{UnitId, UnitKind};
    use jiff::civil::Date;
    let command = || {
        Command::new("trial")
            .arg(Arg::new("term").long("term").value_parser(clap::value_parser!(TermId)))
            .arg(Arg::new("day").long("day").value_parser(clap::value_parser!(Date)))
            .arg(Arg::new("unit").long("unit").value_parser(clap::value_parser!(UnitId)))
            .arg(Arg::new("kind").long("kind").value_parser(clap::value_parser!(UnitKind)))
            .arg(Arg::new("wait").long("wait").value_parser(clap::value_parser!(u64)))
    };
    for (flag, value, part) in [
        ("--term", "2025", "2025S1（秋季）"),
        ("--day", "2025.9.1", "日期写作 2025-09-01"),
        ("--unit", "学校", "字母、数字或连字符"),
        ("--kind", "shool", "school 学校"),
        ("--wait", "soon", "请写整数"),
    ] {
        let wrong = command().try_get_matches_from(["trial", flag, value]).expect_err("wrong");
        let said = help::chinese(&wrong).expect("a sentence");
        assert!(said.contains(value) && said.contains(part), "{said}");
    }
}

/// What is wrong with the arguments is said in Chinese too, down to the flag and its value.
#[test]
fn wrong_arguments_are_explained_in_chinese() {
    for (words, part) in [
        (["trial", "shwo", "x"].as_slice(), "没有“shwo”这个命令，是不是“show”"),
        (&["trial", "show"], "缺少必需的选项或参数：<NAME>"),
        (&["trial", "show", "x", "--jsn"], "没有“--jsn”这个选项或参数，是不是“--json”"),
        (&["trial", "show", "x", "--lang"], "--lang <zh|en> 后面缺少值"),
        (&["trial", "show", "x", "--lang", "fr"], "--lang <zh|en> 的值“fr”不能使用"),
        (&["trial", "show", "x", "--lang", "zh", "--lang", "zh"], "只能出现一次"),
    ] {
        let error = Trial::try_parse_from(words).err().expect("wrong");
        let said = help::chinese(&error).expect("a kind with a sentence");
        assert!(said.contains(part), "{said}");
    }
}
