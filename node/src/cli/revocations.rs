//! `revocations`: what the roots took back, for a unit that no hub reaches, and what it signed.

use std::path::Path;

use certs::revocation::{RevocationError, RevokedKey, Thing};
use certs::root::{Commission, RootCertificate};
use clap::Subcommand;
use runtime::cli::{Exit, Failure, Sentence, Terminal};
use runtime::clock::{Clock, date_of};
use runtime::revocation;
use runtime::texts;
use runtime::uplink::Hooks as _;
use serde_json::{Value, json};

use super::{Place, context};
use crate::app::{self, Outward};
use crate::directive::signed_by_revoked;

texts! {
    TAKEN = "已收下第 {0} 号吊销清单，共 {1} 把密钥，立即生效。",
        "Took list {0} of revocations, keys on it: {1}; it counts from now on.";
    KNOWN = "第 {0} 号吊销清单早已在这里，没有改动任何内容。",
        "List {0} of revocations was here before; nothing was changed.";
    NOT_A_LIST = "{0} 不是本单位信任的根证书签发的吊销清单，没有改动任何内容。",
        "{0} is no list of revocations that a root pinned here signed; nothing was changed.";
    NOT_A_LIST_NEXT = "请向主管部门重新索取 xinqiao-ca revoke 写出的文件，并电话核对号数。",
        "Ask the commission again for the file that xinqiao-ca revoke wrote, and compare its \
         number by telephone.";
    OLD_LIST = "本机已有更新的吊销清单（第 {0} 号），没有改动任何内容。",
        "a later list of revocations, number {0}, is here; nothing was changed.";
    SHORT_LIST = "这份清单漏掉了已经吊销的密钥，没有改动任何内容。",
        "this list leaves out a key that was revoked, and what is revoked stays so; nothing was \
         changed.";
    NONE_REVOKED = "各根证书都没有吊销过密钥。", "no root has revoked a key.";
    LIST_OF = "{0}根证书，第 {1} 号清单：", "Root of {0}, list {1}:";
    KEY_LINE = "  {0} {1}（{3}），{2} 起不再相信", "  {0} {1} ({3}), not believed from {2} on";
    STAYS = "由已吊销的密钥签发、此前已生效、继续使用的标准包：{0}/{1}（{2}）。请主管部门换新密钥重新签发。",
        "In use still, though its signing key was revoked since: {0}/{1} ({2}). The commission \
         signs it again with a new key.";
    SIGNER_REVOKED = "标准包 {0}/{1} 的签名密钥后来被吊销；此前已生效的内容继续使用，待主管部门重新签发。",
        "the key that signed the pack {0}/{1} was revoked since; what was in force before stays \
         until the commission signs it again.";
    COMMISSION_WHO = "请按原有号码致电区或市主管部门，不要联系自称该枢纽的人",
        "the district's or the city's commission, by a number known before; nobody who says that \
         he is that hub";
    OF_EDUCATION = "教育部门", "education";
    OF_HEALTH = "卫健部门", "health";
    AN_AUTHORITY = "签发权", "authority";
    A_PACK_KEY = "标准包签名密钥", "pack key";
    A_STATEMENT_KEY = "声明签名密钥", "statement key";
    A_UNIT = "单位", "unit";
}

#[derive(Debug, Subcommand)]
pub(super) enum RevocationCommand {
    /// Take a root's list by hand
    Take {
        /// List of the root
        file: std::path::PathBuf,
    },
    /// Show what was taken back and what it signed
    List,
}

pub(super) fn run(
    terminal: &Terminal,
    place: &Place,
    command: &RevocationCommand,
) -> Result<(), Failure> {
    let outward = app::open_outward(context::config(place, &[])?, Clock::system())?;
    match command {
        RevocationCommand::Take { file } => take(terminal, &outward, file),
        RevocationCommand::List => list(terminal, &outward),
    }
}

/// The node that runs meanwhile notices within seconds.
fn take(terminal: &Terminal, outward: &Outward, file: &Path) -> Result<(), Failure> {
    let (_, inbox) = outward.uplink().ok_or_else(context::not_joined)?;
    let bytes = std::fs::read(file).map_err(|cause| Failure::unreadable_file(file, &cause))?;
    let (list, root) =
        revocation::open(&bytes, roots(outward)).map_err(|error| refused(file, &error))?;
    let is_new = root.is_new(&list).map_err(|error| refused(file, &error))?;
    inbox.directive(&bytes)?;
    let (number, keys) = (list.number(), list.keys().len());
    let value = json!({"number": number, "revoked": keys, "new": is_new});
    terminal.result(&value, |t| match is_new {
        true => t.text(TAKEN, &[&number, &keys]),
        false => t.text(KNOWN, &[&number]),
    })
}

fn refused(file: &Path, error: &RevocationError) -> Failure {
    let message = match error {
        RevocationError::Older(known) => Sentence::new(OLD_LIST, &[known]),
        RevocationError::Shorter => SHORT_LIST.into(),
        _ => Sentence::new(NOT_A_LIST, &[&file.display()]),
    };
    Failure::new(Exit::Authentication, "REVOCATIONS", message).hint(NOT_A_LIST_NEXT)
}

fn roots(outward: &Outward) -> &[RootCertificate] {
    outward.member().map(|member| member.trust.roots()).unwrap_or_default()
}

fn list(terminal: &Terminal, outward: &Outward) -> Result<(), Failure> {
    let roots = roots(outward);
    let stays = signed_by_revoked(outward.transfer(), roots, outward.clock().now())?;
    let lists = roots.iter().filter_map(|root| Some((root, root.revocations()?)));
    let lists: Vec<_> = lists.collect();
    let revoked: Vec<Value> = lists
        .iter()
        .map(|(root, list)| {
            json!({
                "commission": root.commission().map(Commission::as_str),
                "number": list.number(),
                "keys": list.keys().map(as_json).collect::<Vec<_>>(),
            })
        })
        .collect();
    let packs: Vec<Value> = stays
        .iter()
        .map(|pack| json!({"kind": pack.kind, "name": pack.name, "version": pack.version}))
        .collect();
    let value = json!({"revocations": revoked, "in_use": packs});
    terminal.result(&value, |t| {
        let mut lines = Vec::new();
        for (root, list) in &lists {
            let of = match root.commission() {
                Some(Commission::Health) => OF_HEALTH,
                _ => OF_EDUCATION,
            };
            lines.push(t.text(LIST_OF, &[&t.text(of, &[]), &list.number()]));
            lines.extend(list.keys().map(|one| line(t, one)));
        }
        if lines.is_empty() {
            lines.push(t.text(NONE_REVOKED, &[]));
        }
        lines.extend(
            stays.iter().map(|pack| t.text(STAYS, &[&pack.kind, &pack.name, &pack.version])),
        );
        lines.join("\n")
    })
}

fn as_json(one: &RevokedKey) -> Value {
    json!({
        "key": one.key.to_string(), "of": one.thing.as_str(), "name": one.name,
        "since": one.since.to_string(), "reason": one.reason.as_str(),
    })
}

fn line(terminal: &Terminal, one: &RevokedKey) -> String {
    let thing = match one.thing {
        Thing::Authority => AN_AUTHORITY,
        Thing::Packs => A_PACK_KEY,
        Thing::Statements => A_STATEMENT_KEY,
        Thing::Unit => A_UNIT,
    };
    let thing = terminal.text(thing, &[]);
    terminal.text(KEY_LINE, &[&thing, &one.name, &date_of(one.since), &one.key.short()])
}
