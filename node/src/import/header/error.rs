//! The ways in which columns do not fit, each with its own sentence.
//!
//! A missing column names the spellings that would have been accepted: the office renames the
//! column, or says in a mapping file which one it is.

use crate::import::said::{Fault, Said};

/// Spellings named in an error.
const SPELLINGS_SHOWN: usize = 5;

/// Why the columns of a file are not those that were asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// Required fields have no column.
    #[error("required columns are missing")]
    Missing {
        /// For each, the names that would have been accepted.
        fields: Vec<Vec<String>>,
    },
    /// Two columns are called by names of one field.
    #[error("two columns match the same field")]
    Twice {
        /// First column.
        first: String,
        /// Second column.
        second: String,
    },
    /// The saved mapping names a column that the file does not have.
    #[error("the mapping names a column that the file does not have")]
    NoSuchColumn {
        /// The column.
        column: String,
    },
    /// The saved mapping names a field that this kind of file does not have.
    #[error("the mapping names an unknown field")]
    UnknownField {
        /// The name in the mapping.
        key: String,
        /// The nearest known one.
        nearest: Option<String>,
    },
    /// The saved mapping is not a TOML file of `field = "column"` lines.
    #[error("the mapping is not a list of field = \"column\" lines")]
    Mapping,
}

impl HeaderError {
    /// The stable code for `--json`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "columns_missing",
            Self::Twice { .. } => "columns_twice",
            Self::NoSuchColumn { .. } => "mapping_column",
            Self::UnknownField { .. } => "mapping_field",
            Self::Mapping => "mapping_form",
        }
    }

    /// What happened and what to do next.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault { code: self.code(), reason: self.reason(), hint: self.hint() }
    }

    fn reason(&self) -> Said {
        match self {
            Self::Missing { fields } => {
                let shown = |names: &Vec<String>, join: &str| {
                    let names: Vec<&str> =
                        names.iter().take(SPELLINGS_SHOWN).map(String::as_str).collect();
                    names.join(join)
                };
                let zh: Vec<String> = fields.iter().map(|f| shown(f, " / ")).collect();
                Said::made(
                    format!("缺少必需的列：{}", zh.join("；")),
                    format!("required columns are missing: {}", zh.join("; ")),
                )
            }
            Self::Twice { first, second } => Said::made(
                format!("“{first}”和“{second}”两列是同一项内容"),
                format!("columns \"{first}\" and \"{second}\" are the same field"),
            ),
            Self::NoSuchColumn { column } => Said::made(
                format!("对照表写了“{column}”，文件里没有这一列（或有两列）"),
                format!("the mapping names column \"{column}\", which the file does not have"),
            ),
            Self::UnknownField { key, .. } => Said::made(
                format!("对照表里的“{key}”不是可用的项目"),
                format!("the mapping names \"{key}\", which is no field of this file"),
            ),
            Self::Mapping => Said::fixed(
                "对照表的格式不对",
                "the mapping is not a list of field = \"column\" lines",
            ),
        }
    }

    fn hint(&self) -> Said {
        match self {
            Self::UnknownField { nearest: Some(nearest), .. } => {
                Said::made(format!("是不是 {nearest}？"), format!("did you mean {nearest}?"))
            }
            Self::Twice { .. } => Said::fixed(
                "请删去一列，或用 --map 对照表指定用哪一列",
                "remove one, or say which one in a mapping file (--map)",
            ),
            // A school's own number looks like the one that is asked for.
            Self::Missing { fields } if fields.iter().flatten().any(|name| name == "学籍号") => {
                Said::fixed(
                    "请改列名，或写一个对照表（每行 项目 = \"列名\"），用 --map 指定；\
                     学籍号是 G 或 L 加 18 位的全国学籍号，校内的“学号”不是它",
                    "rename the columns, or write a mapping file of field = \"column\" lines \
                     (--map); the national student number has G or L and 18 characters, \
                     and a school's own number is another one",
                )
            }
            _ => Said::fixed(
                "请改列名，或写一个对照表（每行 项目 = \"列名\"），用 --map 指定",
                "rename the columns, or write a mapping file of field = \"column\" lines (--map)",
            ),
        }
    }
}
