//! What is wrong with the text of a pack, in both languages: with its line, its key and what was
//! expected there. Phrases that are not known here are told as they came.

use domain::catalogue::Flaw;
use domain::directory::Wrong;
use domain::ledger::Word as _;
use proto::pack::PackError;
use runtime::cli::Sentence;
use runtime::texts;
use runtime::web::Lang;

texts! {
    SIZE = "{0}：{1} 字节，最多读 {2} 字节", "{0} has {1} bytes, {2} at most are read";
    ENCODING = "{0} 不是 UTF-8 文本", "{0} is not text in UTF-8";
    LINE = "{0} 第 {1} 行，{2}：{3}", "{0}, line {1}, {2}: {3}";
    VALUE = "{0} 第 {1} 行，{2} 列：“{3}”不是{4}", "{0}, line {1}, column {2}: {3} is no {4}";
    CONTENT = "{0}：{1}", "{0}: {1}";
    FLAW = "{0} 写的是“{1}”，应为{2}", "{0}: {1}; expected {2}";
    LINE_OF = "{0}，“{1}”：{2}", "{0}, {1}: {2}";
}

/// What was expected, as the readers of rosters and plans say it, and in Chinese.
const EXPECTED: [(&str, &str); 18] = [
    ("a row for each grade", "每个年级一行"),
    ("area and year, such as 370203-2026", "“区划-学年”，如 370203-2026（取自文件名或 --name）"),
    ("a stage of the catalogue", "指标目录中的学段"),
    ("a grade of the catalogue", "指标目录中的年级"),
    (
        "town, operator, years and signed as in the rows before",
        "与该校前面各行相同的街道、举办者、年份和 signed",
    ),
    ("each grade once", "每个年级只写一次"),
    ("a school year", "学年"),
    ("yes or no", " yes 或 no"),
    ("a unit id has 1 to 40 letters, digits or hyphens", "单位编号：1 至 40 个字母、数字或连字符"),
    ("no row for such a grade", "没有学生的年级不写这一行"),
    ("census day and both key statements, or none of them", "统计日和两份公钥声明都写，或都不写"),
    (
        "the roster's census day and the key statements of both hubs",
        "名单的统计日和两个枢纽的公钥声明（草案不能签署）",
    ),
    ("the text of a key statement", "公钥声明的文本"),
    ("town, district or closed", " town、district 或 closed"),
    ("each school once", "每所学校只写一次"),
    ("a day as YYYY-MM-DD", " YYYY-MM-DD 形式的日期"),
    ("plan/1", " plan/1"),
    ("a row for each school", "每所学校一行"),
];

/// Why a pack's text was refused.
pub(super) fn pack(error: &PackError) -> Sentence {
    match error {
        PackError::Size { pack, bytes, max } => Sentence::new(SIZE, &[pack, bytes, max]),
        PackError::Encoding { pack } => Sentence::new(ENCODING, &[pack]),
        PackError::Form { pack, line, key, message } => Sentence::pair(
            LINE.fill(Lang::Zh, &[pack, line, key, &form_zh(message)]),
            LINE.fill(Lang::En, &[pack, line, key, message]),
        ),
        PackError::Value { pack, line, column, value } => Sentence::pair(
            VALUE.fill(Lang::Zh, &[pack, line, column, value, &"整数"]),
            VALUE.fill(Lang::En, &[pack, line, column, value, &"whole number"]),
        ),
        PackError::Content { pack, flaw } => Sentence::pair(
            CONTENT.fill(Lang::Zh, &[pack, &flaw_zh(flaw)]),
            CONTENT.fill(Lang::En, &[pack, flaw]),
        ),
        other => {
            let said = other.to_string();
            Sentence::pair(said.clone(), said)
        }
    }
}

fn flaw_zh(flaw: &Flaw) -> String {
    let mut of_directory = Wrong::ALL.iter().map(|wrong| wrong.label());
    if let Some((zh, _)) = of_directory.find(|(_, en)| *en == flaw.expected) {
        return LINE_OF.fill(Lang::Zh, &[&flaw.key, &wrong_zh(&flaw.wrong), &zh]);
    }
    let known = EXPECTED.iter().find(|(en, _)| *en == flaw.expected);
    let expected = known.map_or_else(|| format!("：{}", flaw.expected), |(_, zh)| (*zh).to_owned());
    FLAW.fill(Lang::Zh, &[&place_zh(&flaw.key), &wrong_zh(&flaw.wrong), &expected])
}

fn wrong_zh(wrong: &str) -> &str {
    match wrong {
        "no row" => "（没有任何一行）",
        "nothing" => "（没有写）",
        "nobody" => "0 人",
        "a draft" => "（草案）",
        "what stands there" => "所填内容",
        other => other,
    }
}

/// `line 4, F370202012J01, male` as a place in a table.
fn place_zh(key: &str) -> String {
    let line = key.strip_prefix("line ").and_then(|rest| rest.split_once(", "));
    match line.filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit())) {
        Some((number, rest)) => format!("第 {number} 行 {rest}"),
        None => key.to_owned(),
    }
}

/// What the reader of TOML or of a table's head says.
fn form_zh(message: &str) -> String {
    let quoted = || message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("missing field") {
        return format!("缺少 {} 一项", quoted());
    }
    if message.starts_with("unknown field") {
        return format!("没有 {} 这一项", quoted());
    }
    if message.starts_with("key with no value") {
        return "不是“名称 = 值”的写法".to_owned();
    }
    match message.strip_prefix("columns ").and_then(|rest| rest.split_once("; expected ")) {
        Some((found, expected)) => format!("列为 {found}；应为 {expected}"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word where a number belongs is told with its line and column, and a name of another form
    /// with what it should be, in Chinese too.
    #[test]
    fn a_flaw_of_a_roster_is_told_in_both_languages() {
        let head = "unit,town,operator,education_since,health_since,signed,stage,grade,male,\
                    female,unstated";
        let row = |male: &str| format!("{head}\nS1,T1,o,2020,2021,yes,junior,g7,{male},40,1");
        let told = |name: &str, text: &str| {
            let error = proto::pack::roster::read(name, text.as_bytes()).expect_err("refused");
            let said = pack(&error);
            (said.in_lang(Lang::Zh).to_owned(), said.in_lang(Lang::En).to_owned())
        };
        let (zh, en) = told("370203-2026", &row("六十"));
        assert!(zh.contains("第 2 行，male 列：“六十”不是整数"), "{zh}");
        assert!(en.contains("line 2, column male"), "{en}");
        let (zh, _) = told("roster", &row("60"));
        assert!(zh.contains("name 写的是“roster”，应为“区划-学年”"), "{zh}");
        let (zh, _) = told("370203-2026", &row("60").replace("yes", "ja"));
        assert!(zh.contains("第 2 行 S1, signed 写的是“ja”，应为 yes 或 no"), "{zh}");
        let error = proto::pack::plan::read("370203-2026", head.as_bytes()).expect_err("a table");
        assert!(pack(&error).in_lang(Lang::Zh).contains("不是“名称 = 值”的写法"));
    }
}
