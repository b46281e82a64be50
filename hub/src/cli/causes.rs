//! Why something was refused, in both languages: what lies below an error comes from modules that
//! speak English only, and an operator reads it beside a Chinese sentence.

use std::error::Error;
use std::io;

use certs::chain::ChainError;
use certs::countersign::CountersignError;
use certs::csr::CsrError;
use certs::issuer::IssueError;
use certs::revocation::RevocationError;
use certs::root::RootError;
use certs::statement::{RequestError, StatementError};
use domain::disclosure::attacker::ViewError;
use proto::pack::PackError;
use runtime::cli::{Failure, Sentence};
use runtime::clock::date_of;
use runtime::passphrase::PassphraseError;
use runtime::texts;
use runtime::web::{Lang, Text};

use crate::authority::AuthorityError;
use crate::ca::{CeremonyError, Wanted};
use crate::directive::DirectiveError;

mod flaws;

texts! {
    KEY_REVOKED = "签名所用的密钥已被根证书吊销", "its root has revoked a key that signed it";
    LIST_FORM = "文件不是完整的吊销清单，或由更新版本的程序写出",
        "the file is no whole list of revocations, or one of a later version";
    LIST_ROOT = "吊销清单不是由本机信任的根证书签发的",
        "the list of revocations is not of a root that is pinned here";
    LIST_SIGNATURE = "吊销清单不是由它所写的根证书签名的",
        "the list of revocations is not signed by the root that it names";
    LIST_OLDER = "已有第 {0} 号吊销清单，给出的清单较旧或同号而内容不同",
        "list {0} of revocations is known; this one is older, or another one of that number";
    LIST_SHORTER = "清单漏掉了已经吊销的密钥；吊销不能撤回",
        "the list leaves out a key that was revoked, and what is revoked stays so";
    LIST_SAME = "这些密钥都已经吊销过了", "all of these keys were revoked before";
    LIST_FULL = "吊销清单已满", "the list of revocations has no room for more";
    NOT_BY_DISTRICT = "不是该区县枢纽签名的", "it is not signed by the hub of its district";
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
    NO_KIND = "不认识的标准包类别", "the kind of pack is not known";
    NO_PACK = "文件不是签过名的标准包", "the file is no signed pack";
    PACK_FULL = "标准包没有内容，或已没有地方再加签名",
        "the pack is empty, or has no room for a signature";
    NO_CERTIFICATE = "文件里没有证书", "the file holds no certificate";
    NO_STATEMENT = "文件不是签过名的公钥声明", "the file is no signed key statement";
    NO_REQUEST = "文件不是公钥声明的申请（由 key request 写出的文件）",
        "the file is no request for a key statement, as key request writes it";
    NO_ISSUER_REQUEST = "文件不是枢纽的签发权请求（init 写出的 issuer-request.toml）",
        "the file is no hub's request, the issuer-request.toml that init writes";
    NO_AUTHORITY_FOR = "只有市、区县和卫健部门的枢纽有签发权，编号须与级别相符",
        "only a city, a district and a helper have an authority, under an id of their level";
    CHAIN_ROOT = "证书不是由给出的根证书签发的", "a certificate was not issued under a root that was given";
    CHAIN_OVER = "证书已过期", "a certificate has expired";
    CHAIN_EARLY = "证书还没有生效（也可能是本机时钟不对）",
        "a certificate is not valid yet, or this machine's clock is wrong";
    CHAIN_REVOKED = "证书已吊销", "a certificate was revoked";
    STATEMENT_FORM = "公钥声明不完整，或由更新版本的程序写出",
        "the key statement is not whole, or of a later version";
    STATEMENT_KEY = "公钥与用途不符", "the key does not fit the purpose";
    STATEMENT_NAME = "名称为空、过长或含控制字符", "the name is empty, too long or has control characters";
    STATEMENT_DATES = "有效期过长，或起止颠倒", "the dates are too far apart or the wrong way round";
    STATEMENT_ZONE = "公钥声明属于另一个城市", "the key statement is for another city";
    STATEMENT_EARLY = "公钥声明自 {0} 起才有效", "the key statement is not valid before {0}";
    STATEMENT_OVER = "公钥声明已于 {0} 到期", "the key statement ended on {0}";
    OTHER_UNIT = "证书是另一个单位的，与申请不符", "the certificate is another unit's than the request's";
    WITHOUT_CERTIFICATE = "这类公钥须由已加入的单位用自己的证书申请",
        "such a key is asked for by a unit that has joined, with its own certificate";
    REQUEST_SIGNATURE = "申请不是由申请方签名的，或被改动过",
        "the request was not signed by who asks, or was changed";
    NO_ISSUER = "文件不是签发证书：请给出 xinqiao-ca sign-issuer 写出的那个文件",
        "the certificate is no issuing authority: give the file that xinqiao-ca sign-issuer wrote";
    OTHER_ISSUER = "签发证书不是为本枢纽现在的密钥签的：请核对是不是另一个枢纽的，或请求重新做过",
        "the issuing authority was signed for another key than this hub's: it is another hub's, or \
         the request was made anew";
    ROOT_FORM = "文件不是根证书", "the file is no root certificate";
    ROOT_KEY = "根私钥与根证书不是一对", "the root's key and certificate do not belong together";
    ROOT_DATE = "根证书已过期，或日期超出范围", "the root has expired, or a date is out of range";
    CSR = "请求没有证明持有它的私钥", "the request does not prove its key";
    PASSPHRASE = "口令太短或太长", "the passphrase is too short or too long";
    PASSPHRASE_COST = "口令参数超出本版本的范围", "the passphrase's cost is out of this version's range";
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
pub(crate) trait Caused {
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
            .or_else(|| one.downcast_ref::<RevocationError>().and_then(revocation))
            .or_else(|| one.downcast_ref::<PackError>().map(flaws::pack))
            .or_else(|| ceremony(one))
            .or_else(|| one.downcast_ref::<ViewError>().map(view))
            .or_else(|| one.downcast_ref::<io::Error>().and_then(file).map(Sentence::from));
        if known.is_some() {
            return known;
        }
        next = one.source();
    }
    None
}

fn revocation(error: &RevocationError) -> Option<Sentence> {
    let text = match error {
        RevocationError::Form => LIST_FORM,
        RevocationError::OtherRoot => LIST_ROOT,
        RevocationError::Signature(_) => LIST_SIGNATURE,
        RevocationError::Older(known) => return Some(Sentence::new(LIST_OLDER, &[known])),
        RevocationError::Shorter => LIST_SHORTER,
        RevocationError::TooMany => LIST_FULL,
        _ => return None,
    };
    Some(text.into())
}

fn directive(error: &DirectiveError) -> Option<Sentence> {
    match error {
        DirectiveError::Signature(error) => Some(signature(error).into()),
        DirectiveError::District(_) => Some(NOT_BY_DISTRICT.into()),
        DirectiveError::Revocations(error) => revocation(error),
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
        CountersignError::Chain(ChainError::Revoked) => KEY_REVOKED,
        CountersignError::Chain(_) => NOT_VALID,
        _ => NOT_SIGNED,
    }
}

/// What goes wrong at a ceremony, and with what it signed.
fn ceremony(one: &(dyn Error + 'static)) -> Option<Sentence> {
    // Both pass their inner error's source on as their own, so that it is looked at here.
    if let Some(error) = one.downcast_ref::<CeremonyError>() {
        return match error {
            CeremonyError::Content(wanted) => Some(content(*wanted).into()),
            CeremonyError::Source(error) => Some(flaws::pack(error)),
            CeremonyError::Root(error) => ceremony(error),
            CeremonyError::Statement(error) => ceremony(error),
            CeremonyError::Revocations(error) => revocation(error),
            CeremonyError::KeyRequest(error) => ceremony(error),
            CeremonyError::Request(error) => ceremony(error),
            CeremonyError::Passphrase(error) => ceremony(error),
            _ => None,
        };
    }
    if let Some(AuthorityError::Issue(error)) = one.downcast_ref::<AuthorityError>() {
        return ceremony(error);
    }
    if let Some(error) = one.downcast_ref::<StatementError>() {
        return statement(error);
    }
    let text = one.downcast_ref::<ChainError>().and_then(chain);
    let text = text.or_else(|| one.downcast_ref::<RequestError>().and_then(request));
    let text = text.or_else(|| one.downcast_ref::<IssueError>().and_then(issue));
    let text = text.or_else(|| one.downcast_ref::<RootError>().and_then(root));
    let text = text.or_else(|| one.downcast_ref::<CsrError>().map(|_| CSR));
    let text = text.or_else(|| one.downcast_ref::<PassphraseError>().map(passphrase));
    text.map(Sentence::from)
}

fn passphrase(error: &PassphraseError) -> Text {
    match error {
        PassphraseError::Cost => PASSPHRASE_COST,
        _ => PASSPHRASE,
    }
}

const fn content(wanted: Wanted) -> Text {
    match wanted {
        Wanted::PackKind => NO_KIND,
        Wanted::SignedPack => NO_PACK,
        Wanted::PackWithRoom => PACK_FULL,
        Wanted::Certificate => NO_CERTIFICATE,
        Wanted::Statement => NO_STATEMENT,
        Wanted::KeyRequest => NO_REQUEST,
        Wanted::IssuerRequest => NO_ISSUER_REQUEST,
        Wanted::Authority => NO_AUTHORITY_FOR,
        Wanted::NewlyRevoked => LIST_SAME,
    }
}

fn chain(error: &ChainError) -> Option<Text> {
    match error {
        ChainError::UnknownRoot => Some(CHAIN_ROOT),
        ChainError::Expired => Some(CHAIN_OVER),
        ChainError::NotYetValid => Some(CHAIN_EARLY),
        ChainError::Revoked => Some(CHAIN_REVOKED),
        _ => None,
    }
}

fn statement(error: &StatementError) -> Option<Sentence> {
    let text = match error {
        StatementError::Form => STATEMENT_FORM,
        StatementError::Key(_) => STATEMENT_KEY,
        StatementError::Name => STATEMENT_NAME,
        StatementError::Dates => STATEMENT_DATES,
        StatementError::Zone => STATEMENT_ZONE,
        StatementError::Early(at) => return Some(Sentence::new(STATEMENT_EARLY, &[&date_of(*at)])),
        StatementError::Ended(at) => return Some(Sentence::new(STATEMENT_OVER, &[&date_of(*at)])),
        StatementError::Signature(error) => signature(error),
        _ => return None,
    };
    Some(text.into())
}

fn request(error: &RequestError) -> Option<Text> {
    match error {
        RequestError::OtherUnit => Some(OTHER_UNIT),
        RequestError::NoCertificate => Some(WITHOUT_CERTIFICATE),
        RequestError::Signature(_) => Some(REQUEST_SIGNATURE),
        // What lies below says it.
        RequestError::Chain(error) => chain(error),
        _ => None,
    }
}

fn issue(error: &IssueError) -> Option<Text> {
    match error {
        IssueError::Certificate => Some(NO_ISSUER),
        IssueError::Key => Some(OTHER_ISSUER),
        _ => None,
    }
}

fn root(error: &RootError) -> Option<Text> {
    match error {
        RootError::Certificate => Some(ROOT_FORM),
        RootError::Key => Some(ROOT_KEY),
        RootError::Date => Some(ROOT_DATE),
        _ => None,
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
        // What passes its inner error's source on is looked into.
        let (zh, _) = told(&CeremonyError::Content(Wanted::IssuerRequest));
        assert!(zh.contains("issuer-request.toml"), "{zh}");
        let refused = RequestError::Chain(ChainError::UnknownRoot);
        let (zh, _) = told(&CeremonyError::KeyRequest(refused));
        assert_eq!(zh, CHAIN_ROOT.in_lang(Lang::Zh));
        let (zh, _) = told(&AuthorityError::Issue(IssueError::Key));
        assert_eq!(zh, OTHER_ISSUER.in_lang(Lang::Zh));
        let (zh, en) = told(&std::fmt::Error);
        assert_eq!(zh, en);
    }
}
