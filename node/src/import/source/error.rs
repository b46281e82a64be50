//! The ways in which a file is not a table, each with its own sentence.
//!
//! A file that another program names as a table is told apart from one that is something else:
//! the person at the school can mend the first by saving it again.

use super::oneroster::BundleError;
use super::{CELL_BYTES_MAX, COLUMNS_MAX, FILE_BYTES_MAX, ROWS_MAX};
use crate::import::said::{Fault, Said};

/// Why a file was not read as a table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// No byte, or nothing but space.
    #[error("the file is empty")]
    Empty,
    /// More bytes than are looked at.
    #[error("the file has {bytes} bytes")]
    TooLarge {
        /// Its size.
        bytes: u64,
    },
    /// A form that is known and not read, such as `png`.
    #[error("the file is {}, not a table", kind.en)]
    Foreign {
        /// What it is.
        kind: Said,
    },
    /// A workbook of the old form, or one that a password locks.
    #[error("the file is an old or locked workbook")]
    OldWorkbook,
    /// A web page or XML that a program saved under the name of a workbook.
    #[error("the file is a web page, not a workbook")]
    Markup,
    /// Bytes that are no text.
    #[error("the file is neither text nor an xlsx workbook")]
    NotText,
    /// UTF-8 that was cut or damaged; read as GB18030 it would give wrong names.
    #[error("the file is utf-8 with a damaged character")]
    DamagedUtf8 {
        /// Line on which the first wrong byte stands.
        line: u32,
    },
    /// A workbook that would unpack to far more than a table needs.
    #[error("the file would unpack to an unreasonable size")]
    Bomb,
    /// A workbook that cannot be taken apart.
    #[error("the workbook is damaged")]
    DamagedWorkbook(#[source] Option<Box<calamine::XlsxError>>),
    /// A OneRoster bundle that does not hold what a roster needs.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// No such sheet, or none that holds anything.
    #[error("the workbook has no such sheet")]
    NoSheet,
    /// More rows or cells than a file may have.
    #[error("the file has too many rows")]
    TooManyRows,
    /// More columns than a row may have.
    #[error("row {row} has too many columns")]
    TooManyColumns {
        /// The row.
        row: u32,
    },
    /// A cell longer than any that belongs here; often a quotation mark that is not closed.
    #[error("row {row} has a cell that is too long")]
    LongCell {
        /// The row.
        row: u32,
    },
    /// The file could not be read.
    #[error("the file could not be read")]
    Read(#[from] std::io::Error),
}

/// First bytes of what is refused by name.
const FOREIGN: [(&[u8], Said); 9] = [
    (b"\x89PNG", Said::fixed("PNG 图片", "a PNG picture")),
    (b"\xff\xd8\xff", Said::fixed("JPEG 图片", "a JPEG picture")),
    (b"GIF8", Said::fixed("GIF 图片", "a GIF picture")),
    (b"%PDF", Said::fixed("PDF 文档", "a PDF document")),
    (b"{\\rtf", Said::fixed("RTF 文档", "an RTF document")),
    (b"\x1f\x8b", Said::fixed("gzip 压缩包", "a gzip archive")),
    (b"7z\xbc\xaf", Said::fixed("7z 压缩包", "a 7z archive")),
    (b"Rar!", Said::fixed("RAR 压缩包", "a RAR archive")),
    (b"SQLite format 3", Said::fixed("数据库", "a database")),
];

/// Refuses what is known by its first bytes and is not text with separators.
pub(super) fn refuse_known(head: &[u8]) -> Result<(), SourceError> {
    if let Some((_, kind)) = FOREIGN.into_iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(SourceError::Foreign { kind });
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Err(SourceError::OldWorkbook);
    }
    let plain = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let start: Vec<u8> = plain.iter().take(16).map(u8::to_ascii_lowercase).collect();
    let tags: [&[u8]; 7] =
        [b"<html", b"<!doctype", b"<table", b"<meta", b"<head", b"<?xml", b"<body"];
    if tags.iter().any(|tag| start.starts_with(tag)) {
        return Err(SourceError::Markup);
    }
    Ok(())
}

impl SourceError {
    /// The stable code for `--json`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file_empty",
            Self::TooLarge { .. } => "file_too_large",
            Self::Foreign { .. } => "file_foreign",
            Self::OldWorkbook => "workbook_old",
            Self::Markup => "file_markup",
            Self::NotText => "file_not_text",
            Self::DamagedUtf8 { .. } => "file_damaged_utf8",
            Self::Bomb => "workbook_bomb",
            Self::DamagedWorkbook(_) => "workbook_damaged",
            Self::Bundle(error) => error.code(),
            Self::NoSheet => "workbook_no_sheet",
            Self::TooManyRows => "file_too_many_rows",
            Self::TooManyColumns { .. } => "file_too_many_columns",
            Self::LongCell { .. } => "cell_too_long",
            Self::Read(_) => "file_unreadable",
        }
    }

    /// What happened and what to do next.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault { code: self.code(), reason: self.reason(), hint: self.hint() }
    }

    fn reason(&self) -> Said {
        let made = |zh: String, en: String| Said::made(zh, en);
        match self {
            Self::Empty => Said::fixed("文件是空的", "the file is empty"),
            Self::TooLarge { bytes } => made(
                format!("文件有 {} MB，超过 {} MB", bytes >> 20, FILE_BYTES_MAX >> 20),
                format!("the file has {} MB, over {} MB", bytes >> 20, FILE_BYTES_MAX >> 20),
            ),
            Self::Foreign { kind } => made(
                format!("文件不是表格，内容是{}", kind.zh),
                format!("the file is {}, whatever its name says", kind.en),
            ),
            Self::OldWorkbook => Said::fixed(
                "文件是旧版 .xls 工作簿，或者加了打开密码",
                "the file is an old .xls workbook, or one locked by a password",
            ),
            Self::Markup => Said::fixed(
                "文件其实是网页（HTML 或 XML），只是名字像工作簿",
                "the file is a web page (HTML or XML) under the name of a workbook",
            ),
            Self::NotText => Said::fixed(
                "文件既不是文本，也不是 xlsx 工作簿",
                "the file is neither text nor an xlsx workbook",
            ),
            Self::DamagedUtf8 { line } => made(
                format!("文件是 UTF-8，但第 {line} 行有损坏的字符"),
                format!("the file is UTF-8 with a damaged character on line {line}"),
            ),
            Self::Bomb => Said::fixed(
                "文件解压后大得不合理，没有打开",
                "the file would unpack to an unreasonable size and was not opened",
            ),
            Self::DamagedWorkbook(_) => Said::fixed("工作簿已损坏", "the workbook is damaged"),
            Self::Bundle(error) => error.reason(),
            Self::NoSheet => Said::fixed(
                "工作簿里没有这个工作表，或者工作表是空的",
                "the workbook has no such sheet, or the sheet is empty",
            ),
            Self::TooManyRows => made(
                format!("文件超过 {ROWS_MAX} 行"),
                format!("the file has more than {ROWS_MAX} rows"),
            ),
            Self::TooManyColumns { row } => made(
                format!("第 {row} 行超过 {COLUMNS_MAX} 列"),
                format!("row {row} has more than {COLUMNS_MAX} columns"),
            ),
            Self::LongCell { row } => made(
                format!("从第 {row} 行起有一格超过 {CELL_BYTES_MAX} 字节"),
                format!("from row {row} on, a cell is longer than {CELL_BYTES_MAX} bytes"),
            ),
            Self::Read(_) => Said::fixed("文件读不出来", "the file could not be read"),
        }
    }

    fn hint(&self) -> Said {
        match self {
            Self::Empty | Self::NoSheet => Said::fixed(
                "请检查是否选对了文件和工作表",
                "check that this is the right file and sheet",
            ),
            Self::Bundle(error) => error.hint(),
            Self::LongCell { .. } => Said::fixed(
                "可能有一个引号没有成对，请检查该行",
                "perhaps a quotation mark is not closed; check that row",
            ),
            Self::DamagedUtf8 { .. } => Said::fixed(
                "文件可能没有传完，请重新导出",
                "the file may have been cut off; export it again",
            ),
            Self::Read(_) => Said::fixed(
                "请检查磁盘和权限，然后再试",
                "check the disk and the permissions, then try again",
            ),
            Self::TooLarge { .. } | Self::TooManyRows => Said::fixed(
                "请分开导出，只留一个学校、一次测评",
                "export less: one school, one screening",
            ),
            _ => Said::fixed(
                "请在 Excel 或 WPS 中打开，另存为 .xlsx 或“CSV UTF-8”",
                "open it in Excel or WPS and save it as .xlsx or \"CSV UTF-8\"",
            ),
        }
    }
}
