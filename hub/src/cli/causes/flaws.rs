//! What is wrong with the text of a pack, in both languages: with its line, its key and what was
//! expected there. What has no name is told as it came.

use domain::catalogue::{Expected, Flaw};
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
    COLUMNS = "{0} 的列为 {1}；应为 {2}", "{0} has the columns {1}; expected {2}";
    FLAW = "{0} 写的是“{1}”，应为{2}", "{0}: {1}; expected {2}";
    LINE_OF = "{0}，“{1}”：{2}", "{0}, {1}: {2}";
}

/// Why a pack's text was refused.
pub(super) fn pack(error: &PackError) -> Sentence {
    match error {
        PackError::Size { pack, bytes, max } => Sentence::new(SIZE, &[pack, bytes, max]),
        PackError::Encoding { pack } => Sentence::new(ENCODING, &[pack]),
        PackError::Form { pack, line, key, message } => Sentence::pair(
            LINE.fill(Lang::Zh, &[pack, line, key, &form_zh(message)]),
            LINE.fill(Lang::En, &[pack, line, key, message]),
        ),
        PackError::Columns { pack, found, expected } => {
            Sentence::new(COLUMNS, &[pack, found, expected])
        }
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
        return LINE_OF.fill(Lang::Zh, &[&flaw.key, &flaw.wrong, &zh]);
    }
    let expected = flaw.named.map_or_else(|| format!("：{}", flaw.expected), expected_zh);
    let wrong = flaw.named.and_then(wrong_zh).unwrap_or(flaw.wrong.as_str());
    FLAW.fill(Lang::Zh, &[&place_zh(&flaw.key), &wrong, &expected])
}

/// What was expected of rosters, plans and lists of keys.
fn expected_zh(named: Expected) -> String {
    let zh = match named {
        Expected::GradeRows => "每个年级一行",
        Expected::SchoolRows => "每所学校一行",
        Expected::AreaYear => "“区划-学年”，如 370203-2026（取自文件名或 --name）",
        Expected::Stage => {
            "学段代码：kindergarten（幼儿园）、primary_low（小学 1–3 年级）、primary_high（小学 4 年级起）、\
             junior（初中）、senior（高中）、vocational（中职）或 special（特殊教育）"
        }
        Expected::Grade => "年级代码：k1 至 k3（幼儿园）或 g1 至 g12",
        Expected::SameSchool => "与该校前面各行相同的街道、举办者、年份和 signed",
        Expected::GradeOnce => "每个年级只写一次",
        Expected::SchoolOnce => "每所学校只写一次",
        Expected::SchoolYear => "学年",
        Expected::YesOrNo => " yes 或 no",
        Expected::UnitId => "单位编号：1 至 40 个字母、数字或连字符",
        Expected::NoEmptyGrade => "没有学生的年级不写这一行",
        Expected::WholeSealing => "统计日和两份公钥声明都写，或都不写",
        Expected::NoDraft => "名单的统计日和两个枢纽的公钥声明（草案不能签署）",
        Expected::Statement => "公钥声明的文本",
        Expected::Access => " town、district 或 closed",
        Expected::Day => " YYYY-MM-DD 形式的日期",
    };
    zh.to_owned()
}

/// What stands there, where that is nothing that was written.
const fn wrong_zh(named: Expected) -> Option<&'static str> {
    match named {
        Expected::GradeRows | Expected::SchoolRows => Some("（没有任何一行）"),
        Expected::WholeSealing => Some("（没有写）"),
        Expected::NoEmptyGrade => Some("0 人"),
        Expected::NoDraft => Some("（草案）"),
        _ => None,
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

/// What the reader of TOML says: it gives sentences and no kinds.
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
    message.to_owned()
}

#[cfg(test)]
mod tests {
    use domain::catalogue::Stage;

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
        // Who writes a roster for the first time reads which words there are.
        let (zh, en) = told("370203-2026", &row("60").replace("junior", "middle"));
        for stage in Stage::ALL {
            assert!(zh.contains(stage.as_str()) && en.contains(stage.as_str()), "{zh} {en}");
        }
        let (zh, en) = told("370203-2026", &row("60").replace("g7", "7"));
        assert!(zh.contains("应为年级代码：k1 至 k3（幼儿园）或 g1 至 g12"), "{zh}");
        assert!(en.contains("expected a grade: k1 to k3 or g1 to g12"), "{en}");
        let (zh, _) = told("370203-2026", &format!("{head}\n"));
        assert!(zh.contains("rows 写的是“（没有任何一行）”，应为每个年级一行"), "{zh}");
        let (zh, en) = told("370203-2026", "unit,town\nS1,T1");
        assert!(zh.contains("370203-2026 的列为 unit,town；应为 unit,town,operator"), "{zh}");
        assert!(en.contains("has the columns unit,town"), "{en}");
        let error = proto::pack::plan::read("370203-2026", head.as_bytes()).expect_err("a table");
        assert!(pack(&error).in_lang(Lang::Zh).contains("不是“名称 = 值”的写法"));
    }
}
