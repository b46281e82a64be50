//! A school through the year: joined by its own commands, then kept in this process through the
//! node's library, by the very functions with which its service seals and sends in its slot.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Error;
use std::time::Duration;

use domain::disclosure::attacker::View;
use domain::period::{Period, TermId};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use node::app::Node;
use node::egress::Egress;
use node::release::{self, Depth};
use node::unlock::Opener;
use runtime::clock::Clock;
use runtime::uplink::UplinkError;

use crate::city::build::BuildError;
use crate::city::days::SCHOOL_YEAR;
use crate::city::office::Office;
use crate::life::Life;

/// The first Monday after the autumn's questionnaires were answered.
const ANSWERED: Date = date(2025, 11, 3);
/// How often a hub is dialled before a school gives up, and how long between: right after a jump of
/// the time a hub signs its revocation list anew.
const DIALS_MAX: u32 = 40;
const DIAL_EVERY: Duration = Duration::from_millis(250);
/// Longest time for one sending.
const SEND_WITHIN: Duration = Duration::from_secs(60);

/// A week as a school lives it.
#[derive(Clone, Copy)]
pub(super) struct Lived {
    /// Its Monday.
    pub(super) monday: Date,
    /// Whether the school's machine is off on the morning on which reports leave.
    pub(super) is_late: bool,
}

/// A school.
pub(super) struct Desk {
    office: Office,
    clock: Clock,
    node: Option<Node>,
    life: Option<Life>,
    has_answers: bool,
    /// Terms whose sheets a person has sent.
    told: BTreeSet<TermId>,
    sealed: usize,
}

impl Desk {
    pub(super) const fn new(office: Office, clock: Clock) -> Self {
        let told = BTreeSet::new();
        Self { office, clock, node: None, life: None, has_answers: false, told, sealed: 0 }
    }

    /// The district that it lies in.
    pub(super) fn district(&self) -> &str {
        self.office.district()
    }

    /// Reports that it sealed.
    pub(super) const fn sealed(&self) -> usize {
        self.sealed
    }

    /// Lives through a week up to its Sunday and, unless the machine is off, does what its service
    /// does in the morning's slot.
    pub(super) async fn week(mut self, week: Lived) -> Result<Self, BuildError> {
        let brings_answers = !self.has_answers && ANSWERED <= week.monday;
        if brings_answers {
            // The command opens the ledger by itself.
            self.node = None;
            self.office.bring_answers().await?;
            self.has_answers = true;
        }
        let desk = tokio::task::spawn_blocking(move || self.live(week, brings_answers)).await??;
        if week.is_late {
            return Ok(desk);
        }
        let Some(node) = desk.node.clone() else { return Ok(desk) };
        // As on every morning, first what came down: a catalogue says what is counted, and a plan
        // whether it is sealed.
        send(&node).await?;
        let desk = tokio::task::spawn_blocking(move || desk.sign()).await??;
        send(&node).await?;
        Ok(desk)
    }

    /// What is due is signed and sealed; the sheets of a term wait for a person, who sends them
    /// when it is over.
    fn sign(mut self) -> Result<Self, BuildError> {
        let Some(node) = &self.node else { return Ok(self) };
        node.release_due().map_err(other)?;
        let packs = node.packs().map_err(other)?;
        let terms = packs.calendar().terms().iter().filter(|term| {
            let is_over = term.id.school_year == SCHOOL_YEAR && term.end < self.clock.today();
            is_over && !self.told.contains(&term.id)
        });
        let over: Vec<TermId> = terms.map(|term| term.id).collect();
        if let Some(member) = node.member() {
            for term in over {
                let asked =
                    Egress::new(node.clone()).prepared(Some(Period::Term(term)), Depth::Every);
                let (_, context) = asked.map_err(other)?;
                let (period, identity) = (Period::Term(term), member.identity.current());
                release::make(node.ledger(), &context, period, identity.key()).map_err(other)?;
                self.told.insert(term);
            }
        }
        self.sealed += node.seal_due().map_err(other)?;
        node.hand_over().map_err(other)?;
        Ok(self)
    }

    fn live(mut self, week: Lived, has_new_answers: bool) -> Result<Self, BuildError> {
        let node = match self.node.take() {
            Some(node) => node,
            None => self.open()?,
        };
        let life = match self.life.take() {
            Some(life) => life,
            None => {
                let packs = node.packs().map_err(other)?;
                let first = crate::city::days::TREE_FROM.parse().map_err(other)?;
                let terms = packs.calendar().terms();
                Life::begin(node.ledger(), self.office.wishes.seed, first, terms).map_err(other)?
            }
        };
        let mut life = life.until(node.ledger(), week.monday + 6.days()).map_err(other)?;
        if has_new_answers {
            life = life.answer_now(node.ledger(), self.clock.now_ms()).map_err(other)?;
        }
        (self.node, self.life) = (Some(node), Some(life));
        Ok(self)
    }

    fn open(&self) -> Result<Node, BuildError> {
        let opener = Opener::danger_from_key_file(&self.office.key_file()).map_err(other)?;
        let folder = self.office.site.folder(self.office.unit());
        node::app::open_folder(&folder, &opener, self.clock.clone()).map_err(other)
    }
}

/// Connects to the hub above, takes what came down, and sends until everything is answered.
async fn send(node: &Node) -> Result<(), BuildError> {
    let Some((uplink, _)) = node.uplink() else {
        return Err(Error::other("a school that has not joined").into());
    };
    let mut last: Option<UplinkError> = None;
    for _ in 0..DIALS_MAX {
        match uplink.flush(SEND_WITHIN).await {
            Ok(()) => {
                let taking = node.clone();
                let taken = tokio::task::spawn_blocking(move || taking.hand_over());
                if !taken.await?.map_err(other)? {
                    return Ok(());
                }
            }
            Err(error) => last = Some(error),
        }
        tokio::time::sleep(DIAL_EVERY).await;
    }
    Err(last.map_or_else(|| Error::other("a hub did not answer all").into(), other))
}

fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> BuildError {
    Error::other(error).into()
}

/// What each school knows of its own sealed tables, as its own export has it.
pub(super) fn own_views(desks: &[Desk]) -> Result<BTreeMap<String, View>, BuildError> {
    let mut views = BTreeMap::new();
    for desk in desks {
        let Some(node) = &desk.node else { continue };
        let Some(context) = node.sealing().map_err(other)? else { continue };
        let read = move |tx: &runtime::sql::Tx<'_>| {
            node::sealing::danger_own_view(tx, &context, SCHOOL_YEAR)
        };
        views.insert(desk.office.unit().to_owned(), node.ledger().read(read).map_err(other)?);
    }
    Ok(views)
}
