//! `referral`: the board, one referral, sending it sealed, exporting it, taking it back, and known
//! keys.

mod aside;
mod lost;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Area, Word as _};
use domain::referral::Actor;
use domain::unit::UnitId;
use runtime::cli::{Exit, Failure, Sentence, Terminal};
use runtime::texts;
use runtime::web::Lang;
use runtime::web::time::minute;
use serde_json::{Value, json};

use super::acting::{self, ActingArgs};
use super::leaving::{rung, shown};
use super::ledger::word;
use super::{Place, context, fhir, statements};
use crate::app::Node;
use crate::console::preview_lines;
use crate::fhir::school;
use crate::ledger::access;
use crate::ledger::author::Author;
use crate::ledger::entry::RecordId;
use crate::ledger::letters::{self, Envelope};
use crate::ledger::referral::{self, Course, Told};
use crate::ledger::refusal::LedgerRefusal;
use crate::letters::sending::{self, Preview};

texts! {
    NONE = "没有转介。", "no referrals.";
    ROW = "#{0}  {1}  {2}  {3}  期限 {4}", "#{0}  {1}  {2}  {3}  limit {4}";
    STATE = "转介 #{0}：{1}", "referral #{0}: {1}";
    ACT = "  {0}  {1}  {2}", "  {0}  {1}  {2}";
    SEALED = "  信件 {0}  {1}  {2}", "  sealed {0}  {1}  {2}";
    ACKED = "枢纽已收", "a relay has it";
    WAITS = "等待回音", "nothing heard yet";
    REVOKED = "撤回已办理，通知已排队", "taken back";
    DONE = "对方已答复撤回：{0}", "withdrawal answered: {0}";
    SHOWN = "以上是将要离校的全部内容（{0} 字节）。确认后一小时内加密发送：\n  \
             xinqiao-node referral send {1} --digest {2}",
        "That is everything that will leave ({0} bytes). Seal and send it within the hour:\n  \
         xinqiao-node referral send {1} --digest {2}";
    SENT = "已加密，等待发出。转介 #{0}：{1}", "sealed, and waiting to leave. Referral #{0}: {1}";
    WITHDRAWN = "已撤回（转介 #{0}：{1}）；持有内容的接收方会最先得到通知。",
        "withdrawn (referral #{0}: {1}); whoever holds anything of it is told before all else.";
    KEPT = "已保存 {0} 份公钥声明。", "kept {0} key statements.";
    NONE_KEPT = "文件 {0} 中没有现在成立的接收方或枢纽公钥声明，没有保存。",
        "no statement of {0} about a recipient's or a relay's key holds now; nothing was kept.";
    LEFT_OUT = "另有 {0} 份没有保存：已失效、用途不符，或没有写 --relay（接收方所在区枢纽）。",
        "{0} others were not kept: they hold no more, are about other keys, or --relay, the hub \
         that serves a recipient, is missing.";
    NONE_KEPT_NEXT = "接收方的声明须写明其所在区枢纽：--relay 单位代码。",
        "A recipient's statement needs the hub that serves it:  --relay UNIT";
}

#[derive(Args, Debug)]
pub(super) struct ReferralArgs {
    #[command(flatten)]
    acting: ActingArgs,
    #[command(subcommand)]
    command: ReferralCommand,
}

#[derive(Debug, Subcommand)]
enum ReferralCommand {
    /// Referrals and whose turn it is
    List,
    /// One referral with its course and its sealed letters
    Show {
        /// Number of the referral
        id: i64,
    },
    /// Show what would leave; with the digest of what was shown, seal and send it
    Send {
        /// Number of the referral
        id: i64,
        /// Whom the recipient may call at the school
        #[arg(long, value_name = "NAME", default_value = "")]
        person: String,
        /// Telephone at the school
        #[arg(long, value_name = "NUMBER", default_value = "")]
        phone: String,
        /// Digest of what was shown
        #[arg(long, value_name = "HEX")]
        digest: Option<String>,
    },
    /// Write what was sealed, with its answers, as a FHIR R4 bundle
    Export {
        /// Number of the referral
        id: i64,
        /// New file for the bundle; it names a child
        #[arg(long, value_name = "FILE")]
        fhir: PathBuf,
    },
    /// Take a referral back; whoever holds anything of it is told first of all
    Withdraw {
        /// Number of the referral
        id: i64,
        /// Who withdraws: guardian, student or school
        #[arg(long, value_name = "WORD")]
        by: String,
        /// Name of who said so
        #[arg(long, value_name = "NAME")]
        who: String,
    },
    /// Referrals at recipients that a restored ledger does not know, by the answers that came
    Lost,
    /// Bind a referral that was entered again to the envelope that its recipient holds
    Bind {
        /// Number of the referral
        id: i64,
        #[command(flatten)]
        lost: LostArgs,
    },
    /// Take back at its recipient what a restored ledger does not know
    TakeBack(LostArgs),
    /// Let go of what came about it; it was dealt with by hand
    Dismiss {
        /// Id of the envelope, as the list shows it
        #[arg(long, value_name = "HEX")]
        envelope: String,
    },
    /// Letters that wait to be said again, since the certificate of who signed them had ended
    Aside {
        /// Id of the envelope, as the list shows it; without it they are listed
        #[arg(long, value_name = "HEX")]
        envelope: Option<String>,
        /// Name of who said by telephone that the answers are theirs; they count then
        #[arg(long, value_name = "NAME", requires = "envelope", conflicts_with = "drop")]
        who: Option<String>,
        /// Wait no more; what was put aside is erased
        #[arg(long, requires = "envelope")]
        drop: bool,
    },
    /// Keep statements about keys of recipients and relays, as the commissions signed them
    Keys {
        /// Signed statements
        file: PathBuf,
        /// Hub that serves the recipients
        #[arg(long, value_name = "UNIT")]
        relay: Option<UnitId>,
    },
}

#[derive(Args, Debug)]
struct LostArgs {
    /// Id of the envelope, as the list shows it
    #[arg(long, value_name = "HEX")]
    envelope: String,
    /// The word of the family's slip
    #[arg(long, value_name = "WORD")]
    word: String,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &ReferralArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    if let ReferralCommand::Keys { file, relay } = &args.command {
        return keys(terminal, &node, (file, relay.as_ref()));
    }
    let author = acting::needed(terminal, &node, &args.acting)?;
    match &args.command {
        ReferralCommand::List => list(terminal, &node, author),
        ReferralCommand::Show { id } => show(terminal, &node, author, RecordId(*id)),
        ReferralCommand::Send { id, person, phone, digest } => {
            let record = RecordId(*id);
            match digest {
                Some(digest) => send(terminal, &node, (author, record), digest),
                None => prepare(terminal, &node, (author, record), (person, phone)),
            }
        }
        ReferralCommand::Export { id, fhir } => {
            export(terminal, &node, (author, RecordId(*id)), fhir)
        }
        ReferralCommand::Withdraw { id, by, who } => {
            let by = word::<Actor>(by)?;
            withdraw(terminal, &node, (author, RecordId(*id)), (by, who))
        }
        ReferralCommand::Lost => lost::list(terminal, &node, author),
        ReferralCommand::Bind { id, lost } => {
            let by = (lost.envelope.as_str(), lost.word.as_str());
            lost::bind(terminal, &node, (author, RecordId(*id)), by)
        }
        ReferralCommand::TakeBack(lost) => {
            lost::take_back(terminal, &node, author, (&lost.envelope, &lost.word))
        }
        ReferralCommand::Dismiss { envelope } => lost::dismiss(terminal, &node, author, envelope),
        ReferralCommand::Aside { envelope, who, drop } => match envelope {
            Some(envelope) if *drop || who.is_some() => {
                aside::decide(terminal, &node, author, (envelope, who.as_deref()))
            }
            _ => aside::list(terminal, &node, author),
        },
        ReferralCommand::Keys { .. } => Ok(()),
    }
}

/// A word of a list as the terminal's language has it.
fn named(terminal: &Terminal, (zh, en): (&'static str, &'static str)) -> &'static str {
    match terminal.lang() {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

fn list(terminal: &Terminal, node: &Node, reader: Author) -> Result<(), Failure> {
    // Looking names students, so it writes the log of reads.
    let rows = node
        .ledger()
        .write("referrals", move |tx| Ok::<_, Failure>(referral::board(tx, &reader)?))?;
    let (mut values, mut lines) = (Vec::new(), Vec::new());
    for row in &rows {
        let entry = &row.referral.entry;
        let limit = row.due_ms.map_or_else(String::new, minute);
        let id = row.referral.record.0;
        let (state, urgency) = (row.state.label(), entry.urgency.label());
        values.push(json!({
            "id": id,
            "state": row.state.as_str(),
            "urgency": entry.urgency.as_str(),
            "recipient": entry.recipient,
            "due_ms": row.due_ms,
        }));
        let (state, urgency) = (named(terminal, state), named(terminal, urgency));
        let fill: [&dyn std::fmt::Display; 5] =
            [&id, &state, &urgency, &entry.recipient_name, &limit];
        lines.push(terminal.text(ROW, &fill));
    }
    terminal.result(&json!({ "referrals": values }), |terminal| match lines.is_empty() {
        true => terminal.text(NONE, &[]),
        false => lines.join("\n"),
    })
}

fn show(terminal: &Terminal, node: &Node, reader: Author, record: RecordId) -> Result<(), Failure> {
    let (course, sealed) = node.ledger().write("referral", move |tx| {
        let course = referral::course(tx, record)?;
        let student = course.referral.entry.student;
        if !access::may_read(tx, &reader, student, Area::Referral)? {
            return Err(LedgerRefusal::NotAllowed.into());
        }
        access::log_list(tx, &reader, &BTreeSet::from([student]), ReadPurpose::Referral)?;
        Ok::<_, Failure>((course, letters::envelopes(tx, record)?))
    })?;
    let acts: Vec<Value> = course.acts.iter().map(|(act, _)| act_json(&act.entry)).collect();
    let envelopes: Vec<Value> = sealed.iter().map(envelope_json).collect();
    let value = json!({
        "id": record.0,
        "state": course.state.as_str(),
        "acts": acts,
        "sealed": envelopes,
    });
    terminal.result(&value, |terminal| course_text(terminal, &course, &sealed))
}

fn act_json(act: &referral::ReferralAct) -> Value {
    json!({
        "day": act.day.to_string(),
        "event": act.event.as_str(),
        "actor": act.actor.as_str(),
        "number": act.lane_number,
        "seen": act.lane_seen,
    })
}

fn envelope_json(one: &Envelope) -> Value {
    json!({
        "number": one.number,
        "recipient": one.recipient,
        "made_at_ms": one.made_at_ms,
        "acked_at_ms": one.acked_at_ms,
        "revoked_at_ms": one.revoked_at_ms,
        "done_at_ms": one.done_at_ms,
        "kept": one.kept,
    })
}

fn course_text(terminal: &Terminal, course: &Course, sealed: &[Envelope]) -> String {
    let state = named(terminal, course.state.label());
    let mut lines = vec![terminal.text(STATE, &[&course.referral.record.0, &state])];
    for (act, _) in &course.acts {
        let (event, by) = (act.entry.event.label(), act.entry.actor.label());
        let (event, by) = (named(terminal, event), named(terminal, by));
        lines.push(terminal.text(ACT, &[&act.entry.day, &event, &by]));
    }
    for one in sealed {
        let said = match (one.done_at_ms, one.revoked_at_ms, one.acked_at_ms) {
            (Some(_), _, _) => terminal.text(DONE, &[&one.kept.as_deref().unwrap_or_default()]),
            (None, Some(_), _) => terminal.text(REVOKED, &[]),
            (None, None, Some(_)) => terminal.text(ACKED, &[]),
            (None, None, None) => terminal.text(WAITS, &[]),
        };
        lines.push(terminal.text(SEALED, &[&minute(one.made_at_ms), &one.recipient, &said]));
    }
    lines.join("\n")
}

fn prepare(
    terminal: &Terminal,
    node: &Node,
    (author, record): (Author, RecordId),
    (person, phone): (&str, &str),
) -> Result<(), Failure> {
    let desk = node.letter_desk().ok_or_else(context::not_joined)?;
    let (person, phone) = (person.to_owned(), phone.to_owned());
    let preview = node.ledger().write("prepare", move |tx| {
        sending::prepare(tx, &author, record, &desk, (&person, &phone))?;
        let preview = sending::preview(tx, &author, record)?;
        Ok::<Preview, Failure>(preview.ok_or(LedgerRefusal::Changed)?)
    })?;
    let packs = node.packs()?;
    let lines = preview_lines(&preview, &packs, terminal.lang());
    let digest = preview.digest.to_string();
    let next = terminal.text(SHOWN, &[&preview.length, &record.0, &digest]);
    shown(terminal, &lines, (&digest, preview.length), next)
}

fn send(
    terminal: &Terminal,
    node: &Node,
    (author, record): (Author, RecordId),
    digest: &str,
) -> Result<(), Failure> {
    let desk = node.letter_desk().ok_or_else(context::not_joined)?;
    let digest = digest.trim().to_owned();
    let state = node.ledger().write("send", move |tx| {
        Ok::<_, Failure>(sending::send(tx, &author, record, &desk, &digest)?)
    })?;
    rung(terminal, node);
    let value = json!({ "id": record.0, "state": state.as_str() });
    terminal.result(&value, |terminal| {
        terminal.text(SENT, &[&record.0, &named(terminal, state.label())])
    })
}

fn export(
    terminal: &Terminal,
    node: &Node,
    (author, record): (Author, RecordId),
    path: &Path,
) -> Result<(), Failure> {
    fhir::check_new(path)?;
    // Reading a record writes the log of reads.
    let told = move |tx: &runtime::sql::Tx<'_>| school::export(tx, &author, record);
    let bundle = node.ledger().write("referral_export", told)?;
    fhir::write(terminal, path, (record.0, &bundle))
}

fn withdraw(
    terminal: &Terminal,
    node: &Node,
    (author, record): (Author, RecordId),
    (by, who): (Actor, &str),
) -> Result<(), Failure> {
    let author = author.because(who);
    let told = Told { who: who.trim().to_owned(), ..Told::on(author.today()) };
    let state = node.ledger().write("withdraw", move |tx| {
        Ok::<_, Failure>(referral::withdraw(tx, &author, record, by, &told)?)
    })?;
    rung(terminal, node);
    let value = json!({ "id": record.0, "state": state.as_str() });
    terminal.result(&value, |terminal| {
        terminal.text(WITHDRAWN, &[&record.0, &named(terminal, state.label())])
    })
}

fn keys(
    terminal: &Terminal,
    node: &Node,
    (file, relay): (&Path, Option<&UnitId>),
) -> Result<(), Failure> {
    let desk = node.letter_desk().ok_or_else(context::not_joined)?;
    let refused = || {
        let message = Sentence::new(NONE_KEPT, &[&file.display()]);
        Failure::new(Exit::Refused, "STATEMENT", message).hint(NONE_KEPT_NEXT)
    };
    let signed = statements::read(file, refused)?;
    let (relay, now, given) = (relay.cloned(), node.clock().now(), signed.len());
    let kept = node.ledger().write("keys", move |tx| {
        Ok::<_, Failure>(desk.keep(tx, (&signed, relay.as_ref()), now)?)
    })?;
    if kept == 0 {
        return Err(refused());
    }
    let left_out = given.saturating_sub(kept);
    terminal.result(&json!({ "kept": kept, "left_out": left_out }), |terminal| {
        let said = terminal.text(KEPT, &[&kept]);
        match left_out {
            0 => said,
            _ => format!("{said}\n{}", terminal.text(LEFT_OUT, &[&left_out])),
        }
    })
}
