//! `release send`: signs what is new, hands it over, and waits for the hub's answer.
//!
//! Once signed, a release is queued and cannot be lost: every ending after that says so. Where the
//! folder is served by another process, that process sends, and here we only wait.

use std::time::{Duration, Instant};

use clap::Args;
use domain::period::Period;
use runtime::cli::{Answer, Exit, Failure, Sentence, Terminal};
use runtime::uplink::UplinkError;
use runtime::web::Lang;
use serde_json::json;

use super::release::{blocked_lines, hop_text, line_json, preview_lines};
use super::{Place, context, words};
use crate::app::{Node, is_served, ring_bell};
use crate::console::{Hop, HopState, ReleaseLine};
use crate::egress::{self, Egress};
use crate::release::{self, Depth, Due, Standing};

/// Longest wait for what came down before something is signed.
const HEAR_WITHIN: Duration = Duration::from_secs(10);

/// How often the answer is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(250);

#[derive(Args, Debug)]
pub(super) struct SendArgs {
    /// Period, such as 2025S1, 2026-W48 or 2026-11; everything that is due if not given
    #[arg(value_name = "PERIOD")]
    period: Option<Period>,

    /// The same, as a flag
    #[arg(long, value_name = "PERIOD", conflicts_with = "period")]
    term: Option<Period>,

    /// Do not ask before signing
    #[arg(long)]
    yes: bool,

    /// Seconds to wait for the hub's answer
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    wait: u64,
}

pub(super) async fn run(
    terminal: &Terminal,
    place: &Place,
    args: &SendArgs,
) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let egress = Egress::new(node.clone());
    hear(&node, Duration::from_secs(args.wait)).await;
    let made = sign(terminal, &node, &egress, args)?;
    node.hand_over()?;
    let is_open = |line: &&ReleaseLine| {
        let open = |hop: &Hop| matches!(hop.state, HopState::Waiting | HopState::Sent);
        line.hops.iter().any(open)
    };
    let on_the_way: Vec<ReleaseLine> =
        egress.lines()?.into_iter().filter(|l| is_open(&l)).collect();
    let waited = match on_the_way.is_empty() {
        true => Waited::Ended(None),
        false => wait(&node, Duration::from_secs(args.wait)).await,
    };
    let mut lines = egress.lines()?;
    let waiting = lines.iter().filter(is_open).count();
    if waiting > 0 {
        return Err(still_waiting(waiting, waited));
    }
    // What was signed again under a higher revision is told by that one.
    let place = |a: &ReleaseLine, b: &ReleaseLine| a.table == b.table && a.period == b.period;
    let is_passed = |line: &ReleaseLine, by: &[ReleaseLine]| {
        by.iter().any(|later| place(line, later) && later.revision > line.revision)
    };
    let all = lines.clone();
    lines.retain(|line| {
        let sent = on_the_way.iter().any(|s| place(s, line) && s.revision <= line.revision);
        sent && !is_passed(line, &all)
    });
    told(terminal, &lines, &made)
}

/// Takes what came down before anything is signed: a catalogue decides what is counted, and a plan
/// whether it is sealed. Whoever cannot be reached says nothing, and we go by what we have.
pub(super) async fn hear(node: &Node, within: Duration) {
    // Whoever serves the folder hears all the time.
    if is_served(&node.config().data) {
        return;
    }
    let Some((uplink, _)) = node.uplink() else { return };
    if let Err(error) = uplink.flush(within.min(HEAR_WITHIN)).await {
        tracing::debug!(%error, "nothing heard from above before signing");
    }
}

/// Signs every new table after a look at it; gives the names of what was signed.
fn sign(
    terminal: &Terminal,
    node: &Node,
    egress: &Egress,
    args: &SendArgs,
) -> Result<Vec<String>, Failure> {
    let member = node.member().ok_or_else(context::not_joined)?;
    let holds = egress.holds()?;
    let asked = args.period.or(args.term);
    let (mut schedule, context) = egress.prepared(asked, Depth::Every)?;
    if let Some(period) = asked {
        super::hold::refuse(&holds, period)?;
    }
    schedule.due.retain(|due| super::hold::of_period(&holds, due.period).is_none());
    let new: usize = schedule.due.iter().map(|due| due.prepared.new_ones()).sum();
    if terminal.asks() && !terminal.json() {
        let page = egress.preview_page(&schedule, &context)?;
        let mut lines = preview_lines(terminal, &page, &schedule);
        lines.extend(super::hold::lines(terminal, &holds));
        lines.iter().for_each(|line| terminal.talk_plain(line));
    }
    blocked_lines(terminal, &schedule).iter().for_each(|line| terminal.talk_plain(line));
    if new > 0 && !args.yes {
        let question =
            Sentence::new(words::SEND_NOW, &[&new, &member.membership.parent_name.unit()]);
        if terminal.confirm(&question, "--yes")? == Answer::No {
            return Err(Failure::new(Exit::Interrupted, "DECLINED", words::SEND_DECLINED));
        }
    }
    let identity = member.identity.current();
    let mut names = Vec::new();
    for Due { period, .. } in &schedule.due {
        let made = release::make(node.ledger(), &context, *period, identity.key())?;
        let new = made.drafts.iter().filter(|draft| draft.standing == Standing::New);
        names.extend(new.map(|draft| draft.release.id().to_string()));
    }
    Ok(names)
}

/// How the waiting for the hub's answers ended.
enum Waited {
    /// By itself, with the trouble that it had.
    Ended(Option<Failure>),
    /// The person at the terminal pressed Ctrl-C.
    Interrupted,
}

/// Pushes until everything is answered, the time is over, or the person goes: what was signed is
/// queued by now, so that nothing is lost with them.
async fn wait(node: &Node, within: Duration) -> Waited {
    tokio::select! {
        pushed = push_all(node, within) => Waited::Ended(pushed.err()),
        Ok(()) = tokio::signal::ctrl_c() => Waited::Interrupted,
    }
}

/// Pushes until nothing is left: what the hub refused because it knows the revision is signed
/// again above it, which takes another round.
pub(super) async fn push_all(node: &Node, within: Duration) -> Result<(), Failure> {
    let until = Instant::now() + within;
    loop {
        push(node, until.saturating_duration_since(Instant::now())).await?;
        let signed_again = node.hand_over()?;
        if !signed_again && node.transfer().backlog()?.waiting == 0 {
            return Ok(());
        }
        if Instant::now() >= until {
            return Err(UplinkError::Late.into());
        }
    }
}

/// Sends by ourselves, or leaves it to the process that serves the folder.
async fn push(node: &Node, within: Duration) -> Result<(), Failure> {
    if !is_served(&node.config().data) {
        let (uplink, _) = node.uplink().ok_or_else(context::not_joined)?;
        return Ok(uplink.flush(within).await?);
    }
    ring_bell(&node.config().data).map_err(|cause| super::reason::system(&cause))?;
    let until = Instant::now() + within;
    while Instant::now() < until {
        if node.transfer().backlog()?.waiting == 0 {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    // The serving process noted why, if it could not reach the hub.
    let notes = node.transfer().read(egress::link::notes)?;
    Err(match notes.last_error.is_empty() {
        true => UplinkError::Late.into(),
        false => Failure::of_link(&notes.last_code, &notes.last_error),
    })
}

/// Signed, queued, not answered: nothing is lost, and the exit code says whether to try again.
fn still_waiting(waiting: usize, waited: Waited) -> Failure {
    let queued = |exit, code| {
        let message = Sentence::new(words::QUEUED, &[&waiting]);
        Failure::new(exit, code, message).hint(words::QUEUED_NEXT)
    };
    match waited {
        Waited::Interrupted => {
            queued(Exit::Interrupted, "INTERRUPTED").details(json!({"waiting": waiting}))
        }
        Waited::Ended(Some(cause)) if cause.exit() != Exit::Network => cause,
        Waited::Ended(Some(cause)) => {
            let said = cause.message(Lang::En);
            let why = json!({"waiting": waiting, "cause": said, "cause_code": cause.code()});
            queued(Exit::Network, "QUEUED").because_said(cause.sentences().0).details(why)
        }
        Waited::Ended(None) => queued(Exit::Network, "QUEUED").details(json!({"waiting": waiting})),
    }
}

fn told(terminal: &Terminal, lines: &[ReleaseLine], made: &[String]) -> Result<(), Failure> {
    let refused = lines.iter().find_map(|line| {
        line.hops.iter().find_map(|hop| match &hop.state {
            HopState::Refused { reason, next, .. } => Some((reason.clone(), next.clone())),
            _ => None,
        })
    });
    if let Some((reason, next)) = refused {
        let say = |lang| words::HUB_REFUSED.fill(lang, &[&reason.in_lang(lang)]);
        let message = Sentence::pair(say(Lang::Zh), say(Lang::En));
        let next = Sentence::pair(next.zh, next.en);
        return Err(Failure::new(Exit::Refused, "RELEASE_REFUSED", message).hint(next));
    }
    let value = json!({
        "made": made,
        "releases": lines.iter().map(line_json).collect::<Vec<_>>(),
    });
    terminal.result(&value, |terminal| {
        if lines.is_empty() {
            return terminal.text(words::NOTHING_NEW, &[]);
        }
        let lang = terminal.lang();
        let line = |line: &ReleaseLine| {
            let hops: Vec<String> = line.hops.iter().map(|hop| hop_text(hop, lang)).collect();
            format!("{}  {}  {}", line.id, line.table.in_lang(lang), hops.join("; "))
        };
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}
