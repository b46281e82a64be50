//! Answers: the sheets of one screening with one scale.
//!
//! A blank answer stays blank: it is never zero and never "no". An answer outside the item's
//! range is an error, not a missing one, because it shows that columns or codes have shifted.

use jiff::civil::{Date, date};

use super::ImportError;
use super::header::{Columns, Field, HeaderError, SavedMapping};
use super::preview::{Change, Comparable};
use super::roster::NUMBER_NAMES;
use super::said::Fault;
use super::source::Source;
use super::table::{self, Cells, Keyed, Kind, Notes, ParsedFile};
use super::value::{self, DateSpan, StudentNumber};

/// First day on which a test is believed to have been taken.
const FIRST_TEST: Date = date(2000, 1, 1);

/// An item of a scale as an answer file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemColumn {
    /// The item's code, such as `phq1`.
    pub code: String,
    /// Smallest answer.
    pub min: u8,
    /// Largest answer.
    pub max: u8,
    /// Further names that the column may have.
    pub aliases: Vec<String>,
}

impl ItemColumn {
    /// An item that a file may also call by its number: `第3题`, `题3`, `Q3`, `item 3`, `3`.
    #[must_use]
    pub fn numbered(code: &str, number: usize, min: u8, max: u8) -> Self {
        let aliases = vec![
            format!("第{number}题"),
            format!("题{number}"),
            format!("题目{number}"),
            format!("q{number}"),
            format!("item{number}"),
            number.to_string(),
        ];
        Self { code: code.to_owned(), min, max, aliases }
    }
}

/// What became of a pupil's sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnswerOutcome {
    /// There is a sheet, perhaps with blanks.
    Answered,
    /// The pupil or guardian refused.
    Refused,
    /// The pupil was not there.
    Absent,
}

impl AnswerOutcome {
    /// The word that is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Absent => "absent",
        }
    }

    /// The outcome that a stored word means.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Answered, Self::Refused, Self::Absent].into_iter().find(|known| known.code() == code)
    }

    /// The word on a Chinese page.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Answered => "已测",
            Self::Refused => "拒测",
            Self::Absent => "缺测",
        }
    }
}

/// One pupil's sheet; the scale is that of the whole file.
#[derive(Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// Whose sheet it is.
    pub student_number: StudentNumber,
    /// Day of the test.
    pub test_date: Date,
    /// Whether there is a sheet.
    pub outcome: AnswerOutcome,
    /// Answers in the order of the items; blank is nothing. All blank without a sheet.
    pub answers: Box<[Option<u8>]>,
}

/// What answers are read against.
pub struct AnswersContext<'a> {
    /// Id of the scale; a row with another one is refused.
    pub scale: &'a str,
    /// Further names of the scale in files.
    pub scale_names: &'a [String],
    /// The scale's items in order.
    pub items: &'a [ItemColumn],
    /// Today, in Asia/Shanghai.
    pub today: Date,
    /// Day of the test when the file has no column for it.
    pub default_date: Option<Date>,
    /// Whether a pupil is on this school's roll.
    pub on_roll: &'a dyn Fn(&StudentNumber) -> bool,
}

const NUMBER: usize = 0;
const SCALE: usize = 1;
const DATE: usize = 2;
const OUTCOME: usize = 3;
const FIRST_ITEM: usize = 4;

const OTHER_SCALE: Fault = Fault::fixed(
    "other_scale",
    ("这一行是另一个量表", "the row is of another scale"),
    ("请按量表分开导入", "import each scale by itself"),
);
const NOT_ON_ROLL: Fault = Fault::fixed(
    "not_on_roll",
    ("本校名册里没有这个学籍号", "no pupil of this school has this student number"),
    ("请先导入名册，或核对学籍号", "import the roster first, or check the number"),
);
const NOT_A_NUMBER: Fault = Fault::fixed(
    "answer_form",
    ("答案不是整数", "the answer is not a whole number"),
    ("请填选项的编码，没有作答就留空", "write the option's code, or leave it blank"),
);
const OUTCOME_FORM: Fault = Fault::fixed(
    "outcome",
    ("无法识别的参测情况", "what became of the sheet is not understood"),
    ("请写 已测、拒测、缺考 或 请假", "write 已测, 拒测, 缺考 or 请假"),
);
const ANSWERED_ANYWAY: Fault = Fault::fixed(
    "outcome_answers",
    ("写了没有参测，却有答案", "marked as not tested, yet there are answers"),
    ("请核对参测情况", "check which of the two is right"),
);
const BLANK_SHEET: Fault = Fault::fixed(
    "blank_sheet",
    ("整张答卷空白", "the whole sheet is blank"),
    ("如是拒测或缺考，请在“参测情况”列写明", "say 拒测 or 缺考 in a column 参测情况 if so"),
);

const SCALE_NAMES: &str = "量表|量表名称|问卷|测评工具|量表编码|scale|instrument";
const DATE_NAMES: &str = "测评日期|测试日期|测评时间|测试时间|施测日期|填写日期|提交时间|答题时间|\
    提交答卷时间|作答日期|test date|date";
const OUTCOME_NAMES: &str = "参测情况|参测状态|测评状态|完成情况|作答状态|缺测原因|outcome";

/// The fields of an answer file: four of ours, then the items in order.
#[must_use]
pub fn fields(context: &AnswersContext<'_>) -> Vec<Field> {
    let date = Field::new("test_date", DATE_NAMES);
    let mut fields = vec![
        Field::new("student_number", NUMBER_NAMES).required(),
        Field::new("scale", SCALE_NAMES),
        if context.default_date.is_none() { date.required() } else { date },
        Field::new("outcome", OUTCOME_NAMES),
    ];
    fields.extend(context.items.iter().map(|item| {
        let mut names = vec![item.code.clone()];
        names.extend(item.aliases.iter().cloned());
        Field { key: item.code.clone(), names, required: true }
    }));
    fields
}

/// Reads the answers of one scale.
///
/// # Errors
/// When the file is no table or has not the scale's items; errors in rows are part of the result.
pub fn read(
    source: &mut Source,
    mapping: Option<&SavedMapping>,
    context: &AnswersContext<'_>,
) -> Result<ParsedFile<AnswerRow>, ImportError> {
    let plain = |text: &str| value::compact(text).to_lowercase();
    let mut scales = vec![plain(context.scale)];
    scales.extend(context.scale_names.iter().map(|name| plain(name)));
    let tests = DateSpan { from: FIRST_TEST, to: context.today };
    table::read(source, mapping, &mut Answers { context, scales, tests })
}

/// How answers are read.
struct Answers<'a> {
    context: &'a AnswersContext<'a>,
    scales: Vec<String>,
    tests: DateSpan,
}

impl Answers<'_> {
    fn check_scale(&self, cells: &Cells<'_>, notes: &mut Notes) -> Option<()> {
        let cell = value::compact(cells.text(SCALE)).to_lowercase();
        if cell.is_empty() || self.scales.contains(&cell) {
            return Some(());
        }
        notes.error(cells, SCALE, OTHER_SCALE);
        None
    }

    fn number(&self, cell: &str) -> Result<StudentNumber, Fault> {
        let number = StudentNumber::parse(cell)?;
        if (self.context.on_roll)(&number) { Ok(number) } else { Err(NOT_ON_ROLL) }
    }

    fn date(&self, cell: &str) -> Result<Date, Fault> {
        match self.context.default_date {
            Some(date) if value::fold(cell).is_empty() => Ok(date),
            _ if value::fold(cell).is_empty() => Err(value::BLANK),
            _ => value::parse_date(cell, self.tests),
        }
    }

    fn answers(&self, cells: &Cells<'_>, notes: &mut Notes) -> Option<Box<[Option<u8>]>> {
        let mut answers = Vec::with_capacity(self.context.items.len());
        let mut sound = true;
        for (field, item) in (FIRST_ITEM..).zip(self.context.items) {
            match cells.parse(field, notes, |cell| parse_answer(cell, item)) {
                Some(answer) => answers.push(answer),
                None => sound = false,
            }
        }
        sound.then(|| answers.into_boxed_slice())
    }
}

impl Kind for Answers<'_> {
    type Row = AnswerRow;

    fn fields(&self) -> Vec<Field> {
        fields(self.context)
    }

    fn key_field(&self) -> usize {
        NUMBER
    }

    fn begin(&mut self, _columns: &Columns) -> Result<(), HeaderError> {
        Ok(())
    }

    fn read(&mut self, cells: &Cells<'_>, notes: &mut Notes) -> Option<AnswerRow> {
        self.check_scale(cells, notes)?;
        let student_number = cells.parse(NUMBER, notes, |cell| self.number(cell));
        let test_date = cells.parse(DATE, notes, |cell| self.date(cell));
        let outcome = cells.parse(OUTCOME, notes, parse_outcome);
        let answers = self.answers(cells, notes)?;
        let outcome = outcome?;
        let blank = answers.iter().all(Option::is_none);
        if outcome != AnswerOutcome::Answered && !blank {
            notes.error(cells, OUTCOME, ANSWERED_ANYWAY);
            return None;
        }
        let (student_number, test_date) = (student_number?, test_date?);
        if outcome == AnswerOutcome::Answered && blank {
            notes.warning(cells, FIRST_ITEM, BLANK_SHEET);
        }
        Some(AnswerRow { student_number, test_date, outcome, answers })
    }
}

fn parse_answer(cell: &str, item: &ItemColumn) -> Result<Option<u8>, Fault> {
    let answer = match cell.as_bytes() {
        [] => return Ok(None),
        // Nearly every cell is one digit.
        [digit @ b'0'..=b'9'] => digit - b'0',
        _ => {
            let text = value::compact(cell);
            if text.is_empty() {
                return Ok(None);
            }
            let whole = text.strip_suffix(".0").unwrap_or(&text);
            let digits = whole.bytes().all(|byte| byte.is_ascii_digit());
            if !digits || whole.is_empty() {
                return Err(NOT_A_NUMBER);
            }
            whole.parse().map_err(|_| outside(item))?
        }
    };
    if answer < item.min || answer > item.max {
        return Err(outside(item));
    }
    Ok(Some(answer))
}

fn outside(item: &ItemColumn) -> Fault {
    let (min, max) = (item.min, item.max);
    Fault::fixed(
        "answer_range",
        ("", ""),
        ("请检查选项编码，或是否串列", "check the option codes, or whether columns have shifted"),
    )
    .because(
        format!("答案不在 {min} 至 {max} 之间"),
        format!("the answer is not between {min} and {max}"),
    )
}

fn parse_outcome(cell: &str) -> Result<AnswerOutcome, Fault> {
    let text = value::compact(cell).to_lowercase();
    Ok(match text.as_str() {
        "" | "已测" | "参测" | "参加" | "正常" | "完成" | "已完成" | "已提交" | "answered" => {
            AnswerOutcome::Answered
        }
        "拒测" | "拒绝" | "拒答" | "不参加" | "不同意" | "未同意" | "refused" => {
            AnswerOutcome::Refused
        }
        "缺考" | "缺测" | "缺席" | "请假" | "病假" | "事假" | "未到" | "未测" | "未参加"
        | "absent" => AnswerOutcome::Absent,
        _ => return Err(OUTCOME_FORM),
    })
}

impl Keyed for AnswerRow {
    type Key = (StudentNumber, Date);

    fn key(&self) -> Self::Key {
        (self.student_number, self.test_date)
    }
}

impl Comparable for AnswerRow {
    fn fill(&mut self, _old: &Self, _columns: &Columns) {}

    fn changes(&self, old: &Self) -> Vec<Change> {
        let outcome =
            Change::between("outcome", "参测情况", &old.outcome, &self.outcome, |o| {
                o.zh().to_owned()
            });
        // How many differ, not which: a preview is no place to read a child's answers.
        let differing = self.answers.iter().zip(&*old.answers).filter(|(new, old)| new != old);
        let count = differing.count() + self.answers.len().abs_diff(old.answers.len());
        let answers = (count > 0).then(|| Change {
            field: "answers",
            label: "答案",
            old: String::new(),
            new: count.to_string(),
        });
        outcome.into_iter().chain(answers).collect()
    }
}
