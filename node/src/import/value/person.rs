//! What identifies a person: student number, local number, name, sex, and standing.
//!
//! A student number that a spreadsheet turned into a number is gone: `1.10101E+17` could be any
//! of ten thousand pupils. It is refused as ruined, never shortened, completed or merged.

use super::{BLANK, SHEET_ERROR, compact, fold, is_sheet_error};
use crate::import::said::Fault;

/// Characters of a student number: `G` or `L` and 18 more.
pub const NUMBER_CHARS: usize = 19;
const NAME_CHARS_MAX: usize = 60;
const LOCAL_NUMBER_CHARS_MAX: usize = 32;
/// Digits from which a spreadsheet starts to lose some.
const RUINED_DIGITS: usize = 16;

/// A national student number (学籍号), kept as text in upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StudentNumber([u8; NUMBER_CHARS]);

/// Sex as the catalogue divides figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sex {
    /// 男, GB/T 2261.1 code 1.
    Male,
    /// 女, GB/T 2261.1 code 2.
    Female,
    /// Not known or not stated, codes 0 and 9.
    Unknown,
}

/// Whether a pupil is on the roll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// 在校.
    Enrolled,
    /// 休学: still on the roll.
    Suspended,
    /// 转出.
    TransferredOut,
    /// 毕业.
    Graduated,
    /// 退学 and other ways of leaving.
    Withdrawn,
}

const NUMBER: Fault = Fault::fixed(
    "student_number",
    ("不是学籍号：应为 G 或 L 加 18 位", "not a student number: G or L and 18 more characters"),
    ("请按学籍系统核对", "compare it with the student register"),
);
const RUINED: Fault = Fault::fixed(
    "id_ruined",
    ("Excel 把号码变成了数字，末几位已经丢失", "Excel turned the id into a number"),
    (
        "请把该列设为文本格式，从学籍系统重新导出",
        "format the column as text and export it again from the register",
    ),
);
const IDENTITY: Fault = Fault::fixed(
    "identity_number",
    ("这是身份证号，不是学籍号", "this is an identity card number, not a student number"),
    (
        "请改用学籍号（G 或 L 开头）；系统不收身份证号",
        "use the student number (G or L first); identity card numbers are not taken",
    ),
);
const NAME: Fault = Fault::fixed(
    "name",
    ("姓名不像姓名", "the name does not look like a name"),
    ("请检查是否串列", "check whether the columns have shifted"),
);
const LOCAL_NUMBER: Fault = Fault::fixed(
    "local_number",
    ("号码太长或含有不认识的字符", "the number is too long or has unusual characters"),
    ("请检查是否串列", "check whether the columns have shifted"),
);
const SEX: Fault = Fault::fixed(
    "sex",
    ("无法识别的性别", "the sex is not understood"),
    ("请写 男、女，或留空", "write 男 or 女, or leave it blank"),
);
const STATUS: Fault = Fault::fixed(
    "status",
    ("无法识别的学籍状态", "the status is not understood"),
    ("请写 在校、休学、转出、毕业 或 退学", "write 在校, 休学, 转出, 毕业 or 退学"),
);

impl StudentNumber {
    /// Parses a cell.
    ///
    /// # Errors
    /// When it is blank, ruined by a spreadsheet, an identity card number, or something else.
    pub fn parse(cell: &str) -> Result<Self, Fault> {
        let text = compact(cell);
        if text.is_empty() {
            return Err(BLANK);
        }
        if let Ok(number) = <[u8; NUMBER_CHARS]>::try_from(text.as_bytes()) {
            let upper = number.map(|byte| byte.to_ascii_uppercase());
            let [first, rest @ ..] = upper;
            let digits = rest.iter().filter(|byte| byte.is_ascii_digit()).count();
            let plain = rest.iter().all(u8::is_ascii_alphanumeric);
            if matches!(first, b'G' | b'L') && plain && digits >= NUMBER_CHARS / 2 {
                return Ok(Self(upper));
            }
        }
        Err(number_fault(&text))
    }

    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Why a text is no student number.
fn number_fault(text: &str) -> Fault {
    if is_sheet_error(text) {
        return SHEET_ERROR;
    }
    if is_ruined(text) {
        return RUINED;
    }
    let bytes = text.as_bytes();
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if bytes.len() == 18 && digits >= 17 {
        return IDENTITY;
    }
    NUMBER
}

/// Scientific notation, or a long number whose last digits a spreadsheet set to zero.
fn is_ruined(text: &str) -> bool {
    let tail = text.strip_prefix(['G', 'g', 'L', 'l']).unwrap_or(text);
    if let Some((mantissa, exponent)) = tail.split_once(['E', 'e']) {
        let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
        let number = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        };
        return number(mantissa) && number(exponent) && exponent.len() <= 3;
    }
    let whole = tail.split_once('.').map_or(tail, |(whole, _)| whole);
    whole.len() >= RUINED_DIGITS
        && whole.bytes().all(|byte| byte.is_ascii_digit())
        && whole.ends_with("000")
}

/// Parses the number that the school itself gives; blank is none.
///
/// # Errors
/// When the cell is ruined, too long, or holds other characters than ids have.
pub fn parse_local_number(cell: &str) -> Result<Option<Box<str>>, Fault> {
    let text = compact(cell);
    if text.is_empty() {
        return Ok(None);
    }
    if is_sheet_error(&text) {
        return Err(SHEET_ERROR);
    }
    if is_ruined(&text) {
        return Err(RUINED);
    }
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    if text.chars().count() > LOCAL_NUMBER_CHARS_MAX || !text.chars().all(plain) {
        return Err(LOCAL_NUMBER);
    }
    Ok(Some(text.into()))
}

/// Parses a name: spaces inside a Chinese name go, inside another they stay single.
///
/// # Errors
/// When the cell is blank or holds what no name holds.
pub fn parse_name(cell: &str) -> Result<Box<str>, Fault> {
    let text = fold(cell);
    if text.is_empty() {
        return Err(BLANK);
    }
    if is_sheet_error(&text) {
        return Err(SHEET_ERROR);
    }
    let lettered = text.chars().any(char::is_alphabetic);
    let digits = text.chars().any(|c| c.is_ascii_digit());
    if !lettered || digits || text.chars().count() > NAME_CHARS_MAX {
        return Err(NAME);
    }
    if text.contains(' ') && !text.is_ascii() && !text.chars().any(|c| c.is_ascii_alphabetic()) {
        return Ok(text.replace(' ', "").into());
    }
    Ok(text.into())
}

/// Parses a sex in words or in the codes of GB/T 2261.1; blank is unknown.
///
/// # Errors
/// When the cell holds something else.
pub fn parse_sex(cell: &str) -> Result<Sex, Fault> {
    let text = compact(cell);
    match &*text {
        "男" => return Ok(Sex::Male),
        "女" => return Ok(Sex::Female),
        _ => {}
    }
    Ok(match &*text.to_lowercase() {
        "1" | "01" | "m" | "male" | "boy" | "男性" | "男生" | "男孩" | "1男" | "1-男" => {
            Sex::Male
        }
        "2" | "02" | "f" | "female" | "girl" | "女性" | "女生" | "女孩" | "2女" | "2-女" => {
            Sex::Female
        }
        "" | "0" | "9" | "u" | "x" | "unknown" | "未知" | "不详" | "未说明" | "未知的性别"
        | "未说明的性别" => Sex::Unknown,
        _ => return Err(SEX),
    })
}

/// Parses a standing; blank is enrolled, since a roster lists those who are there.
///
/// # Errors
/// When the cell holds something else.
pub fn parse_status(cell: &str) -> Result<Status, Fault> {
    let text = compact(cell).to_lowercase();
    Ok(match text.as_str() {
        "" | "在校" | "在籍" | "在读" | "正常" | "复学" | "转入" | "借读" | "在校生"
        | "enrolled" | "active" => Status::Enrolled,
        "休学" | "suspended" => Status::Suspended,
        "转出" | "转学" | "已转出" | "transferred" | "transferredout" => {
            Status::TransferredOut
        }
        "毕业" | "已毕业" | "结业" | "肄业" | "graduated" => Status::Graduated,
        "退学" | "离校" | "开除" | "注销" | "死亡" | "left" | "withdrawn" => {
            Status::Withdrawn
        }
        _ => return Err(STATUS),
    })
}

impl Sex {
    /// The catalogue's value.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Male => "m",
            Self::Female => "f",
            Self::Unknown => "u",
        }
    }

    /// The sex that a code stands for.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Male, Self::Female, Self::Unknown].into_iter().find(|sex| sex.code() == code)
    }

    /// The word on a Chinese page.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Male => "男",
            Self::Female => "女",
            Self::Unknown => "未知",
        }
    }
}

impl Status {
    const ALL: [Self; 5] =
        [Self::Enrolled, Self::Suspended, Self::TransferredOut, Self::Graduated, Self::Withdrawn];

    /// The word that is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Enrolled => "enrolled",
            Self::Suspended => "suspended",
            Self::TransferredOut => "transferred_out",
            Self::Graduated => "graduated",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The standing that a stored word means.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// The word on a Chinese page.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Enrolled => "在校",
            Self::Suspended => "休学",
            Self::TransferredOut => "转出",
            Self::Graduated => "毕业",
            Self::Withdrawn => "退学",
        }
    }

    /// The word in both languages.
    #[must_use]
    pub const fn label(self) -> (&'static str, &'static str) {
        let en = match self {
            Self::Enrolled => "enrolled",
            Self::Suspended => "suspended",
            Self::TransferredOut => "transferred out",
            Self::Graduated => "graduated",
            Self::Withdrawn => "withdrawn",
        };
        (self.zh(), en)
    }

    /// Whether the pupil counts as one of the school.
    #[must_use]
    pub const fn is_on_roll(self) -> bool {
        matches!(self, Self::Enrolled | Self::Suspended)
    }
}
