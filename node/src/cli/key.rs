//! `key`: this unit's keys for what is sealed to it, and the statements about them: at a school
//! departments' lists and answers to referrals, at a receiver the referrals themselves.

use std::path::{Path, PathBuf};

use certs::statement::{self, KeyRequest, Purpose, Standing, StatedKey};
use clap::Subcommand;
use runtime::cli::{Exit, Failure, Sentence, Terminal};
use runtime::clock::date_of;
use runtime::texts;
use serde_json::json;

use super::import::unwritable;
use super::{Place, context, sealed, statements};
use crate::app::Node;
use crate::ledger::sealing_key::{self, KeptKey};

texts! {
    ASKED = "已写好申请 {0}。请交教育、卫健两部门签署声明，并在电话中读出六个字：{1}（{2}）",
        "wrote the request {0}. Give it to both commissions and read out these words by telephone: \
         {2} ({1})";
    NO_KEY = "本校还没有接收部门名单的密钥。生成并申请：xinqiao-node key request --out 文件",
        "This school has no key for lists yet. Make one and ask:  xinqiao-node key request --out \
         FILE";
    SHOWN = "接收部门名单的密钥，{0} 生成；六个字：{1}（{2}）\n  {3}",
        "Key for departments' lists, made {0}; words: {2} ({1})\n  {3}";
    SHOWN_REFERRAL = "接收转介答复的密钥，{0} 生成；六个字：{1}（{2}）\n  {3}",
        "Key for answers to referrals, made {0}; words: {2} ({1})\n  {3}";
    NO_KEY_HERE = "本单位还没有接收转介的密钥。生成并申请：xinqiao-node key request --out 文件",
        "This unit has no key for referrals yet. Make one and ask:  xinqiao-node key request --out \
         FILE";
    SHOWN_HERE = "接收转介的密钥，{0} 生成；六个字：{1}（{2}）\n  {3}",
        "Key for referrals, made {0}; words: {2} ({1})\n  {3}";
    NO_STATEMENT = "还没有公钥声明，没有人能用它向本校发送内容。",
        "no statement yet: nobody can seal anything to it.";
    STATED_BOTH = "声明由教育、卫健两部门签署，{0} 至 {1} 有效。", "stated by both commissions, from {0} to {1}.";
    STATED_ONE = "声明只由一个主管部门签署，{0} 至 {1} 有效。", "stated by one commission only, from {0} to {1}.";
    NOT_STATED = "声明现在不成立（过期或签名不全）。",
        "the statement does not hold now: it ended, or is not signed by all.";
    KEPT = "已保存公钥声明：{0}", "kept the statement: {0}";
    NOT_OURS = "文件 {0} 不是关于本单位密钥的有效声明，没有保存。",
        "the file {0} is no statement about a key of this unit that holds; nothing was kept.";
    NOT_OURS_NEXT = "请取回两部门为本单位签署的那一份。",
        "Take the one that both commissions signed for this unit.";
}

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Write the request for the statement about this unit's key; makes the key the first time
    Request {
        /// New file for the request
        #[arg(long)]
        out: PathBuf,
        /// Make a new key; the old one still opens what is on its way
        #[arg(long)]
        renew: bool,
        /// Ask for a key that opens answers to referrals, instead of departments' lists
        #[arg(long)]
        referrals: bool,
    },
    /// Show the keys, the words to read out, and the statements about them
    Show,
    /// Keep the statement that the commissions signed
    Take {
        /// Signed statement
        file: PathBuf,
    },
}

pub(super) fn run(terminal: &Terminal, place: &Place, command: &KeyCommand) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    match command {
        KeyCommand::Request { out, renew, referrals } => {
            // A receiver is sealed referrals to, and nothing else.
            let is_of_referrals = *referrals || node.is_receiver();
            let purpose = if is_of_referrals { Purpose::Referral } else { Purpose::List };
            request(terminal, &node, (out, *renew), purpose)
        }
        KeyCommand::Show => show(terminal, &node),
        KeyCommand::Take { file } => take(terminal, &node, file),
    }
}

fn request(
    terminal: &Terminal,
    node: &Node,
    (out, renew): (&PathBuf, bool),
    purpose: Purpose,
) -> Result<(), Failure> {
    let member = node.member().ok_or_else(context::not_joined)?;
    if out.exists() {
        return Err(statements::exists(out));
    }
    let unit = member.membership.name.unit().clone();
    let (of, now_ms) = (unit.clone(), node.clock().now_ms());
    let public = node.ledger().write("sealing_key", move |tx| {
        let known = sealing_key::all_for(tx, (&of, purpose))?.into_iter().next();
        Ok::<_, runtime::sql::SqlError>(match known {
            Some(kept) if !renew => kept.key.public().clone(),
            _ => sealing_key::make_for(tx, (&of, purpose), now_ms)?.public().clone(),
        })
    })?;
    let name = &node.config().school.name_zh;
    let asked = KeyRequest {
        zone: member.membership.name.zone().clone(),
        name: if name.is_empty() { unit.to_string() } else { name.clone() },
        unit,
        purpose,
        key: StatedKey::Recipient(public),
    };
    let identity = member.identity.current();
    let chain = identity.chain().iter().map(|der| der.to_vec()).collect();
    let signed = asked.sign(identity.key(), chain).map_err(|cause| {
        Failure::new(Exit::Failed, "REQUEST", super::words::IDENTITY).because(&cause)
    })?;
    std::fs::write(out, signed.to_pem()).map_err(|cause| unwritable(out, &cause))?;
    let (zh, en) = statements::six_words(&asked.key);
    let value = json!({"request": out, "words_zh": zh, "words_en": en});
    terminal.result(&value, |t| t.text(ASKED, &[&out.display(), &zh, &en]))
}

fn show(terminal: &Terminal, node: &Node) -> Result<(), Failure> {
    let member = node.member().ok_or_else(context::not_joined)?;
    let unit = member.membership.name.unit().clone();
    let keys = node.ledger().read(move |tx| {
        let mut keys = sealing_key::all(tx, &unit)?;
        keys.extend(sealing_key::all_for(tx, (&unit, Purpose::Referral))?);
        Ok::<_, runtime::sql::SqlError>(keys)
    })?;
    let mut values = Vec::new();
    let mut lines = Vec::new();
    for kept in &keys {
        let (zh, en) = statements::six_words(&StatedKey::Recipient(kept.key.public().clone()));
        let stated = statement_line(terminal, node, kept);
        let made = runtime::web::time::minute(kept.made_at_ms);
        let purpose = kept.key.purpose();
        values.push(json!({
            "words_zh": zh,
            "words_en": en,
            "stated": kept.statement.is_some(),
            "purpose": purpose.as_str(),
        }));
        let shown = match purpose {
            Purpose::Referral if node.is_receiver() => SHOWN_HERE,
            Purpose::Referral => SHOWN_REFERRAL,
            _ => SHOWN,
        };
        lines.push(terminal.text(shown, &[&made, &zh, &en, &stated]));
    }
    if lines.is_empty() {
        let none = if node.is_receiver() { NO_KEY_HERE } else { NO_KEY };
        lines.push(terminal.text(none, &[]));
    }
    // A receiver reports nothing and signs no reports.
    let report_key = if node.is_receiver() { None } else { node.report_key()? };
    lines.extend(report_key.as_ref().map(|key| sealed::key_text(terminal, key)));
    let value = json!({ "keys": values, "report_key": report_key.as_ref().map(sealed::key_json) });
    terminal.result(&value, |_| lines.join("\n"))
}

/// What stands behind a key today.
fn statement_line(terminal: &Terminal, node: &Node, kept: &KeptKey) -> String {
    let Some((signed, member)) = kept.statement.as_ref().zip(node.member()) else {
        return terminal.text(NO_STATEMENT, &[]);
    };
    let (roots, zone) = (member.trust.roots(), member.membership.name.zone());
    match statement::verify(signed, roots, zone, node.clock().now()) {
        Ok(verified) => {
            let says = verified.statement();
            let last = date_of(says.valid_to - jiff::SignedDuration::from_millis(1));
            let text = match verified.standing() {
                Standing::Both => STATED_BOTH,
                Standing::One(_) => STATED_ONE,
            };
            terminal.text(text, &[&date_of(says.valid_from), &last])
        }
        Err(_) => terminal.text(NOT_STATED, &[]),
    }
}

fn take(terminal: &Terminal, node: &Node, file: &Path) -> Result<(), Failure> {
    let member = node.member().ok_or_else(context::not_joined)?;
    let refused = || {
        let message = Sentence::new(NOT_OURS, &[&file.display()]);
        Failure::new(Exit::Refused, "STATEMENT", message).hint(NOT_OURS_NEXT)
    };
    let all = statements::read(file, refused)?;
    let unit = member.membership.name.unit().clone();
    let (roots, zone) = (member.trust.roots(), member.membership.name.zone());
    let mut kept = None;
    for signed in all {
        // A file may hold the statements of many schools.
        let is_ours = signed.unverified().is_ok_and(|says| says.unit == unit);
        let Some(verified) = is_ours
            .then(|| statement::verify(&signed, roots, zone, node.clock().now()).ok())
            .flatten()
        else {
            continue;
        };
        let (of, key) = (unit.clone(), verified.statement().key.clone());
        let stated = node.ledger().write("keep_statement", move |tx| {
            sealing_key::keep_statement(tx, &of, (&signed, &key))
        })?;
        if stated {
            kept = Some(verified);
        }
    }
    let kept = kept.ok_or_else(refused)?;
    let both = kept.standing() == Standing::Both;
    terminal.result(&json!({"kept": true, "both_roots": both}), |t| {
        let says = kept.statement();
        let last = date_of(says.valid_to - jiff::SignedDuration::from_millis(1));
        let text = if both { STATED_BOTH } else { STATED_ONE };
        let stated = t.text(text, &[&date_of(says.valid_from), &last]);
        t.text(KEPT, &[&stated])
    })
}
