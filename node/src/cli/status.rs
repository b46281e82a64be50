//! `status`: how the node stands, and for everything that is not well, who must act.
//!
//! Works without the passphrase; counts of the ledger are added where it opens without asking.

use domain::unit::IdentityName;
use runtime::cli::{Exit, Failure, Paint, Sentence, Terminal};
use runtime::clock::Clock;
use runtime::uplink::HUB_REVOKED;
use runtime::web::Text;
use runtime::web::time::minute;
use serde_json::{Value, json};

use super::lacks::{self, Lack};
use super::revocations::{COMMISSION_WHO, SIGNER_REVOKED};
use super::{Place, context, words};
use crate::app::{self, Outward};
use crate::config::NodeRole;
use crate::directive::signed_by_revoked;
use crate::egress::link::{self, EXPIRY_DAYS, Notes, SKEW_LIMIT_MS};
use crate::ledger::hold::Hold;
use crate::ledger::{Ledger, hold, import_batch, staff, student};
use crate::transfer::directive::{self, Stored, Verdict};

/// Imports that are listed.
const IMPORTS_SHOWN: usize = 3;
/// Imports among which these are looked for.
const IMPORTS_READ: u32 = 50;

/// Something that is not well, and who must act.
struct Problem {
    code: &'static str,
    what: Sentence,
    who: Sentence,
}

/// Everything that is shown.
struct Status {
    unit: Option<String>,
    hub: Option<IdentityName>,
    address: Option<String>,
    certificate: Option<(i64, i64)>,
    notes: Notes,
    served: bool,
    directives: Vec<Stored>,
    ledger: Option<Counts>,
    problems: Vec<Problem>,
}

/// Counts of the ledger; never more than counts.
struct Counts {
    students: u64,
    staff: u64,
    imports: Vec<(String, i64, u64)>,
    holds: Vec<Hold>,
    lacks: Vec<Lack>,
}

pub(super) fn run(terminal: &Terminal, place: &Place) -> Result<(), Failure> {
    let config = context::config(place, &[])?;
    let outward = app::open_outward(config, Clock::system())?;
    let status = look(&outward, counts(terminal, place, &outward)?)?;
    terminal.result(&as_json(&status, terminal), |terminal| as_text(&status, terminal))
}

/// Opens the ledger only where nobody has to be asked.
fn counts(
    terminal: &Terminal,
    place: &Place,
    outward: &Outward,
) -> Result<Option<Counts>, Failure> {
    let config = outward.config();
    if !context::opens_unasked(place, config) {
        return Ok(None);
    }
    let key = context::ledger_key(terminal, place, config)?;
    let ledger = Ledger::open(&config.path("ledger.db"), key.data_key())?;
    let lacks = match config.role {
        NodeRole::School => lacks::of(outward, &ledger)?,
        NodeRole::Receiver => Vec::new(),
    };
    let counts = ledger.read(move |tx| {
        // What was taken back is not the last that came.
        let latest = import_batch::latest(tx, IMPORTS_READ)?.into_iter();
        let imports = latest.filter(|line| line.undone.is_none()).take(IMPORTS_SHOWN);
        let import = |line: import_batch::ImportLine| (line.kind, line.imported_at_ms, line.rows);
        Ok::<_, runtime::sql::SqlError>(Counts {
            students: student::count_on_roll(tx)?,
            staff: staff::current(tx)?.len() as u64,
            imports: imports.map(import).collect(),
            holds: hold::in_force(tx)?,
            lacks,
        })
    })?;
    Ok(Some(counts))
}

fn look(outward: &Outward, ledger: Option<Counts>) -> Result<Status, Failure> {
    let today = outward.clock().today();
    let transfer = outward.transfer();
    let notes = transfer.read(link::notes)?;
    let directives = transfer.read(move |tx| {
        let mut found = Vec::new();
        for kind in proto::pack::PackKind::ALL {
            found.extend(directive::all_in_force(tx, kind.as_str(), today)?);
        }
        let unusable = directive::all(tx)?.into_iter();
        found.extend(unusable.filter(|stored| stored.verdict != Verdict::Usable));
        Ok::<_, runtime::sql::SqlError>(found)
    })?;
    let membership = outward.member().map(|member| &member.membership);
    let certificate = outward.member().and_then(|member| {
        let ends = member.identity.current().peer().not_after().as_millisecond();
        Some((ends, link::certificate_days(outward)?))
    });
    let days = certificate.map(|(_, days)| days);
    let mut problems = problems(outward, &notes, days, &directives);
    let roots = outward.member().map(|member| member.trust.roots()).unwrap_or_default();
    problems.extend(signed_by_revoked(transfer, roots, outward.clock().now())?.iter().map(
        |stored| {
            let what = Sentence::new(SIGNER_REVOKED, &[&stored.kind, &stored.name]);
            Problem::new("SIGNER_REVOKED", what, words::HUB_OPERATOR)
        },
    ));
    let lacks = ledger.iter().flat_map(|counts| &counts.lacks);
    problems.extend(lacks.map(|(code, what, who)| Problem::new(code, what.clone(), *who)));
    Ok(Status {
        unit: membership.map(|membership| membership.name.unit().to_string()),
        hub: membership.map(|membership| membership.parent_name.clone()),
        address: membership.map(|membership| membership.parent_address.clone()),
        certificate,
        notes,
        served: app::is_served(&outward.config().data),
        directives,
        ledger,
        problems,
    })
}

fn problems(
    outward: &Outward,
    notes: &Notes,
    days: Option<i64>,
    directives: &[Stored],
) -> Vec<Problem> {
    let mut found = Vec::new();
    if outward.member().is_none() {
        found.push(Problem::new("NOT_JOINED", words::NOT_JOINED, words::SCHOOL_IT));
    }
    let is_school = outward.config().role == NodeRole::School;
    if is_school && outward.config().school.school_type.is_none() {
        found.push(Problem::new("SCHOOL_TYPE", words::SCHOOL_UNKNOWN, words::SCHOOL_IT));
    }
    if outward.member().is_some() && !app::is_served(&outward.config().data) {
        found.push(Problem::new("NOT_SERVING", words::NOT_SERVING, words::SCHOOL_IT));
    }
    found.extend(certificate_problem(days));
    found.extend(link_problems(notes));
    let unusable = directives.iter().filter(|stored| stored.verdict.is_beyond_us());
    found.extend(unusable.map(|stored| {
        let what = Sentence::new(words::PACK_UNUSABLE, &[&stored.kind, &stored.name]);
        Problem::new("DIRECTIVE", what, words::UPDATE_WHO)
    }));
    found
}

fn certificate_problem(days: Option<i64>) -> Option<Problem> {
    let days = days.filter(|days| *days < EXPIRY_DAYS)?;
    let who = words::HUB_OPERATOR;
    if days < 0 {
        return Some(Problem::new("CERTIFICATE_EXPIRED", words::CERTIFICATE_OVER, who));
    }
    let what = Sentence::new(words::CERTIFICATE_ENDS, &[&days]);
    Some(Problem::new("CERTIFICATE_ENDS", what, who))
}

fn link_problems(notes: &Notes) -> Vec<Problem> {
    let mut found = Vec::new();
    if let Some(skew) = notes.skew_ms.filter(|skew| skew.abs() > SKEW_LIMIT_MS) {
        let text = if skew > 0 { words::CLOCK_FAST } else { words::CLOCK_SLOW };
        let what = Sentence::new(text, &[&span(skew)]);
        found.push(Problem::new("CLOCK", what, words::SCHOOL_IT));
    }
    if !notes.conflict.is_empty() {
        found.push(Problem::new("CONFLICT", words::CONFLICT, words::HUB_OPERATOR));
    }
    if notes.refused_last {
        found.push(Problem::new("REFUSED", words::REFUSED_LAST, words::SCHOOL_IT));
    }
    let is_said = notes.last_code == "CONFLICT" && !notes.conflict.is_empty();
    if !notes.last_error.is_empty() && !is_said {
        found.push(attempt(&Failure::of_link(&notes.last_code, &notes.last_error)));
    }
    found
}

/// Why the last attempt failed, and who can mend that: a certificate that was taken back does not
/// come back by itself, a network does.
fn attempt(failure: &Failure) -> Problem {
    let who = match failure.code() {
        "CERTIFICATE_EXPIRED" | "CERTIFICATE_NOT_YET_VALID" => words::CLOCK_WHO,
        "HUB_FULL" => words::HUB_OPERATOR,
        "STORE_FAILED" => words::SCHOOL_IT,
        HUB_REVOKED => COMMISSION_WHO,
        _ if failure.exit() == Exit::Network => words::NETWORK_WHO,
        _ => words::HUB_OPERATOR,
    };
    let (what, _) = failure.sentences();
    Problem::new(failure.code(), what, who)
}

impl Problem {
    fn new(code: &'static str, what: impl Into<Sentence>, who: Text) -> Self {
        Self { code, what: what.into(), who: who.into() }
    }
}

/// A difference of clocks as hours, minutes and seconds.
fn span(ms: i64) -> String {
    let seconds = ms.abs() / 1_000;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{hours}:{minutes:02}:{:02}", seconds % 60)
}

fn as_json(status: &Status, terminal: &Terminal) -> Value {
    let lang = terminal.lang();
    let backlog = status.notes.backlog;
    let ledger = status.ledger.as_ref().map(|counts| {
        let import = |(kind, at_ms, rows): &(String, i64, u64)| {
            json!({"kind": kind, "at_ms": at_ms, "rows": rows})
        };
        json!({
            "students": counts.students,
            "staff": counts.staff,
            "imports": counts.imports.iter().map(import).collect::<Vec<_>>(),
        })
    });
    let held = |hold: &Hold| {
        json!({"period": hold.period, "since_ms": hold.since_ms, "by": hold.author,
               "reason": hold.reason})
    };
    let holds = status.ledger.as_ref().map(|counts| counts.holds.iter().map(held));
    let directives: Vec<Value> = status.directives.iter().map(directive_json).collect();
    let problem = |problem: &Problem| {
        json!({"code": problem.code, "what": problem.what.in_lang(lang),
               "who": problem.who.in_lang(lang)})
    };
    json!({
        "unit": status.unit,
        "hub": status.hub.as_ref().map(ToString::to_string),
        "address": status.address,
        "serving": status.served,
        "certificate": status.certificate.map(|(ends, days)| {
            json!({"valid_until_ms": ends, "days": days})
        }),
        "last_contact_ms": status.notes.heard_at_ms,
        "last_error": status.notes.last_error,
        "last_error_code": status.notes.last_code,
        "clock_skew_ms": status.notes.skew_ms,
        "statistics": {
            "head": backlog.head,
            "acknowledged": backlog.answered,
            "waiting": backlog.waiting,
            "refused": backlog.refused,
        },
        "directives": directives,
        "ledger": ledger,
        "holds": holds.map(Iterator::collect::<Vec<_>>),
        "problems": status.problems.iter().map(problem).collect::<Vec<_>>(),
    })
}

fn directive_json(stored: &Stored) -> Value {
    json!({
        "kind": stored.kind,
        "name": stored.name,
        "version": stored.version,
        "serial": stored.serial,
        "in_force": stored.verdict == Verdict::Usable,
        "sha256": stored.content_digest.to_string(),
    })
}

fn as_text(status: &Status, terminal: &Terminal) -> String {
    let none = "—".to_owned();
    let hub = status.hub.as_ref().map_or(none.clone(), |hub| hub.unit().to_string());
    let heard = status.notes.heard_at_ms.map_or(none.clone(), minute);
    let backlog = status.notes.backlog;
    let mut lines = vec![
        terminal.text(
            words::STATUS_UNIT,
            &[
                &status.unit.as_ref().unwrap_or(&none),
                &hub,
                &status.address.as_ref().unwrap_or(&none),
            ],
        ),
        terminal
            .text(if status.served { words::STATUS_SERVED } else { words::STATUS_STOPPED }, &[]),
        terminal.text(words::STATUS_CONTACT, &[&heard]),
        terminal.text(
            words::STATUS_QUEUE,
            &[&backlog.waiting, &backlog.answered, &backlog.head, &backlog.refused],
        ),
    ];
    if let Some((ends, days)) = status.certificate {
        lines.push(terminal.text(words::STATUS_CERTIFICATE, &[&minute(ends), &days]));
    }
    lines.push(ledger_text(status, terminal));
    lines.push(directives_text(status, terminal));
    let holds = status.ledger.iter().flat_map(|counts| &counts.holds);
    lines.extend(holds.map(|hold| {
        let since = minute(hold.since_ms);
        let line =
            terminal.text(words::STATUS_HELD, &[&hold.period, &since, &hold.author, &hold.reason]);
        terminal.paint(Paint::Warn, &line)
    }));
    if status.problems.is_empty() {
        let is_whole = status.ledger.is_some();
        let text = if is_whole { words::ALL_WELL } else { words::WELL_LOCKED };
        let well = terminal.text(text, &[]);
        lines.push(terminal.paint(Paint::Good, &well));
    }
    for problem in &status.problems {
        let what = problem.what.in_lang(terminal.lang());
        let who = problem.who.in_lang(terminal.lang());
        let line = terminal.text(words::PROBLEM, &[&what, &who]);
        lines.push(terminal.paint(Paint::Warn, &line));
    }
    lines.join("\n")
}

fn ledger_text(status: &Status, terminal: &Terminal) -> String {
    let Some(counts) = &status.ledger else {
        return terminal.text(words::STATUS_LOCKED, &[]);
    };
    let import = counts.imports.first();
    let last = import.map_or_else(
        || "—".to_owned(),
        |(kind, at, rows)| {
            let kind = super::import::kind(kind, terminal);
            format!("{kind} {} ({rows})", minute(*at))
        },
    );
    terminal.text(words::STATUS_LEDGER, &[&counts.students, &counts.staff, &last])
}

fn directives_text(status: &Status, terminal: &Terminal) -> String {
    let usable = status.directives.iter().filter(|stored| stored.verdict == Verdict::Usable);
    let named = |stored: &Stored| format!("{}/{} {}", stored.kind, stored.name, stored.version);
    let mut names: Vec<String> = usable
        .filter(|stored| stored.kind != proto::pack::PackKind::Scale.as_str())
        .map(named)
        .collect();
    let scales = status
        .directives
        .iter()
        .filter(|stored| stored.kind == proto::pack::PackKind::Scale.as_str())
        .count();
    if scales > 0 {
        names.push(terminal.text(words::STATUS_SCALES, &[&scales]));
    }
    if names.is_empty() {
        return terminal.text(words::STATUS_BUILT_IN, &[]);
    }
    terminal.text(words::STATUS_PACKS, &[&names.join(", ")])
}

#[cfg(test)]
mod tests {
    use runtime::web::Lang;

    use super::*;

    fn of(code: &str) -> Problem {
        attempt(&Failure::of_link(code, "what the log says"))
    }

    /// Who must act follows from what happened: a revocation is the operator's, a cable is ours,
    /// and no sentence in Chinese holds the English of the log.
    #[test]
    fn the_right_person_is_named() {
        for (code, who) in [
            ("REVOKED", words::HUB_OPERATOR),
            ("CERTIFICATE_REVOKED", words::HUB_OPERATOR),
            ("UNIT_SUSPENDED", words::HUB_OPERATOR),
            ("NOT_A_MEMBER", words::HUB_OPERATOR),
            ("STALE_CRL", words::HUB_OPERATOR),
            ("CERTIFICATE_EXPIRED", words::CLOCK_WHO),
            ("UNREACHABLE", words::NETWORK_WHO),
            ("LATE", words::NETWORK_WHO),
            ("HUB_FULL", words::HUB_OPERATOR),
            ("STORE_FAILED", words::SCHOOL_IT),
            (HUB_REVOKED, COMMISSION_WHO),
        ] {
            let problem = of(code);
            assert_eq!((problem.code, problem.who), (code, who.into()));
            assert!(!problem.what.in_lang(Lang::Zh).contains("the log"), "{code}");
        }
    }
}
