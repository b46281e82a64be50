//! Why something was refused, in both languages: what lies below an error comes from modules that
//! speak English only, and an operator reads it beside a Chinese sentence.

use std::error::Error;
use std::io;

use certs::countersign::CountersignError;
use domain::disclosure::attacker::ViewError;
use proto::pack::PackError;
use runtime::cli::{Failure, Sentence};
use runtime::texts;
use runtime::web::{Lang, Text};

use crate::directive::DirectiveError;

texts! {
    NOT_THERE = "文件或文件夹不存在", "there is no such file or folder";
    NOT_ALLOWED = "没有读写权限", "it may not be read or written";
    IS_THERE = "文件已存在", "the file exists";
    NO_ROOM = "磁盘已满", "the disk is full";
    NO_ROOT = "本机没有信任任何根证书", "no root is pinned here";
    TOO_MANY = "签名过多", "there are more signatures than are looked at";
    NOT_UNDER_ALL = "没有本机信任的全部根证书的签名（两个部门须各签一次）",
        "it is not signed under every root that is pinned here: each commission signs once";
    OTHER_KEY = "签名所用证书不是本市签发此类文件的密钥",
        "a certificate on it is not this city's key for such a document";
    NOT_VALID = "签名所用的证书不成立或已过期", "a certificate on it does not hold, or has ended";
    NOT_SIGNED = "签名与内容不符", "a signature does not fit the content";
    NOT_READ = "文件不完整或格式不符（{0}）", "the file is not whole or of another form ({0})";
    PACK_SIZE = "{0}：{1} 字节，最多读 {2} 字节", "{0} has {1} bytes, {2} at most are read";
    PACK_TEXT = "{0} 不是 UTF-8 文本", "{0} is not text in UTF-8";
    PACK_LINE = "{0} 第 {1} 行，{2}：{3}", "{0}, line {1}, {2}: {3}";
    PACK_CONTENT = "{0}：{1}", "{0}: {1}";
    VIEW_SIZE = "文件超过 {0} 项（{1}）", "the file has more than {0} {1}";
    VIEW_LARGE = "统计项 {0} 在 {1}（及与它相连的时段）的{2}超过 {3} 个，超出一次能处理的上限",
        "{0} of {1}, with the periods that hang on it, has more than {3} {2}, which is more than \
         is taken up at once";
    VIEW_TREE = "单位 {0} 在隶属关系中没有位置", "unit {0} has no known place in the tree";
    VIEW_NAME = "表 {0} 提到未列出的 {1}", "table {0} names {1}, which is not listed";
    VIEW_CELL = "表 {0} 有不合格式的单元格", "table {0} has a cell that does not fit it";
    VIEW_APART = "两个文件类型不同，不能合并", "the files are of different kinds and cannot be put together";
    VIEW_AGAINST = "各表互相矛盾：没有任何一组数能同时符合",
        "the tables contradict each other: no figures fit all of them";
}

/// A failure that says why.
pub(super) trait Caused {
    /// Adds the cause: in both languages where it is known what it means, else as it came.
    #[must_use]
    fn caused(self, cause: &(dyn Error + 'static)) -> Self;
}

impl Caused for Failure {
    fn caused(self, cause: &(dyn Error + 'static)) -> Self {
        match said(cause) {
            Some(said) => self.because_said(said),
            None => self.because(cause),
        }
    }
}

/// What the first error means of which that is known; errors wrap each other.
fn said(cause: &(dyn Error + 'static)) -> Option<Sentence> {
    let mut next = Some(cause);
    // Bounded, because an error could name itself as its source.
    for _ in 0..4 {
        let one = next?;
        let known = one
            .downcast_ref::<CountersignError>()
            .map(|error| Sentence::from(signature(error)))
            .or_else(|| one.downcast_ref::<DirectiveError>().and_then(directive))
            .or_else(|| one.downcast_ref::<PackError>().map(pack))
            .or_else(|| one.downcast_ref::<ViewError>().map(view))
            .or_else(|| one.downcast_ref::<io::Error>().and_then(file).map(Sentence::from));
        if known.is_some() {
            return known;
        }
        next = one.source();
    }
    None
}

fn directive(error: &DirectiveError) -> Option<Sentence> {
    match error {
        DirectiveError::Signature(error) => Some(signature(error).into()),
        DirectiveError::Unreadable(what) => Some(Sentence::new(NOT_READ, &[what])),
        DirectiveError::Store(_) => None,
    }
}

fn signature(error: &CountersignError) -> Text {
    match error {
        CountersignError::NoRoot => NO_ROOT,
        CountersignError::TooMany => TOO_MANY,
        CountersignError::Missing => NOT_UNDER_ALL,
        CountersignError::Name => OTHER_KEY,
        CountersignError::Chain(_) => NOT_VALID,
        _ => NOT_SIGNED,
    }
}

fn pack(error: &PackError) -> Sentence {
    match error {
        PackError::Size { pack, bytes, max } => Sentence::new(PACK_SIZE, &[pack, bytes, max]),
        PackError::Encoding { pack } => Sentence::new(PACK_TEXT, &[pack]),
        PackError::Form { pack, line, key, message } => {
            Sentence::new(PACK_LINE, &[pack, line, key, message])
        }
        PackError::Content { pack, flaw } => Sentence::new(PACK_CONTENT, &[pack, flaw]),
        other => {
            let said = other.to_string();
            Sentence::pair(said.clone(), said)
        }
    }
}

fn view(error: &ViewError) -> Sentence {
    match error {
        ViewError::Size { max, of } => {
            let zh = match *of {
                "tables" => "表",
                "cells" => "单元格",
                "units" => "单位",
                other => other,
            };
            let fill = |lang, of: &str| VIEW_SIZE.fill(lang, &[max, &of]);
            Sentence::pair(fill(Lang::Zh, zh), fill(Lang::En, of))
        }
        ViewError::Large { measure, period, max, of } => {
            let zh = match *of {
                "unknowns" => "未知数",
                _ => "单校单元格",
            };
            let fill = |lang, of: &str| VIEW_LARGE.fill(lang, &[measure, period, &of, max]);
            Sentence::pair(fill(Lang::Zh, zh), fill(Lang::En, of))
        }
        ViewError::Tree(unit) => Sentence::new(VIEW_TREE, &[unit]),
        ViewError::Unknown { table, name } => Sentence::new(VIEW_NAME, &[table, name]),
        ViewError::Cell(table) => Sentence::new(VIEW_CELL, &[table]),
        ViewError::Apart => VIEW_APART.into(),
        ViewError::Contradiction => VIEW_AGAINST.into(),
        other => {
            let said = other.to_string();
            Sentence::pair(said.clone(), said)
        }
    }
}

fn file(error: &io::Error) -> Option<Text> {
    match error.kind() {
        io::ErrorKind::NotFound => Some(NOT_THERE),
        io::ErrorKind::PermissionDenied => Some(NOT_ALLOWED),
        io::ErrorKind::AlreadyExists => Some(IS_THERE),
        io::ErrorKind::StorageFull => Some(NO_ROOM),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use runtime::cli::Exit;

    use super::*;

    /// A cause is told in the language of its error, also where another error wraps it; one that
    /// nobody knows is told as it came.
    #[test]
    fn a_cause_is_told_in_both_languages() {
        let told = |cause: &(dyn Error + 'static)| {
            let failure = Failure::new(Exit::Failed, "CODE", NOT_THERE).caused(cause);
            let said = |lang| failure.cause_in(lang).unwrap_or_default().to_owned();
            (said(Lang::Zh), said(Lang::En))
        };
        let (zh, en) = told(&DirectiveError::Signature(CountersignError::Missing));
        assert!(zh.contains("两个部门须各签一次"), "{zh}");
        assert!(en.contains("each commission signs once"), "{en}");
        let (zh, _) = told(&io::Error::from(io::ErrorKind::PermissionDenied));
        assert_eq!(zh, NOT_ALLOWED.in_lang(Lang::Zh));
        let (zh, en) = told(&std::fmt::Error);
        assert_eq!(zh, en);
    }
}
