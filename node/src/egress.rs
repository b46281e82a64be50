//! What leaves this school, for the console and the command line.
//!
//! Releases are decoded from the signed bytes in `transfer.db`, with the catalogue that they name;
//! the preview runs the code that makes releases and keeps nothing. Nothing here names a person.

use std::sync::Arc;

use certs::digest::sha256;
use certs::identity::PeerIdentity;
use certs::key::PublicKey;
use certs::signature::Signature;
use domain::catalogue::{Catalogue, Channel, Language};
use domain::disclosure::may_seal;
use domain::period::Period;
use domain::release::Claimed;
use domain::span::school_year_of;
use domain::special::{Cadence, SpecialPeriod};
use jiff::civil::Date;
use proto::frame::decode_item;
use proto::wire::sync::ItemKind;
use runtime::sql::SqlError;
use runtime::uplink::outbox::SentItem;
use runtime::web::Label;

use crate::app::Node;
use crate::console::{
    Absent, EgressPage, EgressSource, HeldPeriod, HomePage, Hop, HopState, NextRelease,
    PreviewPage, ReleaseLine, ReleasePage, SealedPage, Signer, SourceError, SpecialNotice,
};
use crate::import::value::Grade;
use crate::ledger::{governance, sealed as register, student};
use crate::packs::Packs;
use crate::release::{self, Context, Depth, Due, Schedule, Standing};

pub mod decode;
pub mod link;
pub mod refusal;
pub(crate) mod sealed;
mod words;

use link::link;

/// Releases in one page of the list.
const PAGE_LINES: usize = 20;
/// Releases that are looked at; a school makes a few a term.
const RELEASES_MAX: u32 = 10_000;
/// Lines on the start page.
const LATEST_LINES: usize = 5;
/// Hexadecimal digits of a digest that name a release in an address.
const ID_DIGITS: usize = 16;

/// Gives the console its pages.
pub struct Egress {
    node: Node,
}

/// A stored release, read back.
struct Stored {
    sent: SentItem,
    claimed: Claimed,
    catalogue: Option<Arc<Catalogue>>,
}

impl Egress {
    /// Reads from an open node.
    #[must_use]
    pub const fn new(node: Node) -> Self {
        Self { node }
    }

    fn stored(&self) -> Result<Vec<Stored>, SourceError> {
        let packs = self.node.packs().map_err(unavailable)?;
        let sent = self.node.transfer().releases(RELEASES_MAX).map_err(unavailable)?;
        Ok(sent.into_iter().filter_map(|sent| read(sent, &packs)).collect())
    }

    /// The release of an id: the digits of its digest, or the written form of its name.
    ///
    /// # Errors
    /// No such release, or a store cannot be read.
    pub fn find(&self, id: &str) -> Result<ReleasePage, SourceError> {
        let named = |stored: &Stored| {
            stored.sent.name.eq_ignore_ascii_case(id) || id_of(&stored.sent).as_deref() == Some(id)
        };
        let found = self.stored()?.into_iter().find(named);
        self.page(&found.ok_or(SourceError::Unknown)?)
    }

    /// Everything that ever left or waits to leave, the latest first.
    ///
    /// # Errors
    /// A store cannot be read.
    pub fn lines(&self) -> Result<Vec<ReleaseLine>, SourceError> {
        Ok(self.stored()?.iter().filter_map(|stored| self.line(stored)).collect())
    }

    /// What would leave for one period, or for every period that can be told and was not.
    ///
    /// # Errors
    /// The figures cannot be computed, or a store cannot be read.
    pub fn prepared(
        &self,
        period: Option<Period>,
        depth: Depth,
    ) -> Result<(Schedule, Context), release::ReleaseError> {
        let context = context(&self.node)?;
        let schedule = match period {
            Some(period) => {
                let prepared = release::prepare(self.node.ledger(), &context, period)?;
                Schedule { due: vec![Due { period, prepared }], blocked: Vec::new() }
            }
            None => release::schedule(self.node.ledger(), &context, depth)?,
        };
        Ok((schedule, context))
    }

    /// What the preview says, for a page.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn preview_page(
        &self,
        schedule: &Schedule,
        context: &Context,
    ) -> Result<PreviewPage, SourceError> {
        let mut page = self.empty_preview(Vec::new());
        page.due_ms = self.next_ms(schedule, context);
        page.is_unanswered = self.is_unanswered(context.today);
        let leaves_ms = |period| self.leaves_ms(period, context);
        for draft in schedule.due.iter().flat_map(|due| &due.prepared.drafts) {
            let release = &draft.release;
            let Some(catalogue) = context.catalogue_of(&release.catalogue()) else { continue };
            let Some(spec) = catalogue.table(release.id().table.as_str()) else { continue };
            let decoded = decode::decode(catalogue, spec, &draft.cells, release.rule());
            let is_known = |one: &Absent, all: &[Absent]| all.iter().any(|by| by.name == one.name);
            let absent = decoded.absent.into_iter().filter(|one| !is_known(one, &page.absent));
            page.absent.extend(absent.collect::<Vec<_>>());
            if draft.standing == Standing::New {
                page.releases.push(NextRelease {
                    kind: decoded.kind,
                    table: decoded.table,
                    period: decode::period(release.id().period),
                    leaves_ms: leaves_ms(release.id().period),
                    name: release.id().period.to_string(),
                    tally: decoded.tally,
                    blocks: decoded.blocks,
                    bytes_len: draft.bytes as u64,
                });
            }
        }
        let (period, asked) = (schedule.last(context), context.clone());
        let seal = self.node.ledger().read(move |tx| asked.seal(tx, period));
        let seal = seal.map_err(unavailable)?;
        page.absent.extend(decode::outside(&context.catalogue, seal));
        Ok(page)
    }

    /// When the next sheet leaves by itself; nothing where none does.
    fn next_ms(&self, schedule: &Schedule, context: &Context) -> Option<i64> {
        let waiting = schedule.due.iter().map(|due| due.period).chain(release::running(context));
        waiting.filter_map(|period| self.leaves_ms(period, context)).min()
    }

    /// When the sheets of a period leave by themselves; nothing where a person sends them.
    fn leaves_ms(&self, period: Period, context: &Context) -> Option<i64> {
        if !self.node.config().automatic_release || self.node.member().is_none() {
            return None;
        }
        let day = release::leaves_on(period, context)?;
        let at_ms = runtime::clock::instant_of(day.at(release::LEAVES_AT_HOUR, 0, 0, 0))?;
        // What is overdue leaves at the next slot, which is no later than tomorrow's.
        Some(at_ms.max(context.now_ms))
    }

    /// The periods whose releases the school holds.
    ///
    /// # Errors
    /// A store cannot be read.
    pub fn holds(&self) -> Result<Vec<HeldPeriod>, release::ReleaseError> {
        let holds = release::holds(self.node.ledger(), self.node.transfer())?;
        let held = |(hold, waiting): (crate::ledger::hold::Hold, u64)| HeldPeriod {
            period: hold
                .period
                .parse()
                .map_or_else(|_| Label::same(hold.period.clone()), decode::period),
            name: hold.period,
            since_ms: hold.since_ms,
            author: hold.author,
            reason: hold.reason,
            waiting,
        };
        Ok(holds.into_iter().map(held).collect())
    }

    fn empty_preview(&self, holds: Vec<HeldPeriod>) -> PreviewPage {
        PreviewPage {
            releases: Vec::new(),
            due_ms: None,
            hub: self.hub(),
            absent: Vec::new(),
            holds,
            is_unanswered: false,
        }
    }

    /// Whether nobody is named who answers for what leaves; a store that cannot be read says so
    /// where it is read next.
    fn is_unanswered(&self, today: jiff::civil::Date) -> bool {
        let named = self.node.ledger().read(move |tx| governance::responsible(tx, today));
        matches!(named, Ok(None))
    }

    fn hub(&self) -> Label {
        let member = self.node.member();
        member.map_or_else(Label::default, |member| {
            Label::same(member.membership.parent_name.unit().to_string())
        })
    }

    fn line(&self, stored: &Stored) -> Option<ReleaseLine> {
        let header = &stored.claimed.header;
        let decoded = stored.decoded();
        let fallback = || Label::same(header.id.table.to_string());
        Some(ReleaseLine {
            id: id_of(&stored.sent)?,
            signed_at_ms: header.made_at_ms,
            kind: decode::kind_of(stored.claimed.rule),
            table: decoded.as_ref().map_or_else(fallback, |decoded| decoded.table.clone()),
            period: decode::period(header.id.period),
            revision: header.id.revision.get(),
            tally: decoded.map(|decoded| decoded.tally).unwrap_or_default(),
            hops: vec![Hop { hub: self.hub(), state: hop(&stored.sent), receipt: None }],
        })
    }

    fn page(&self, stored: &Stored) -> Result<ReleasePage, SourceError> {
        let item = decode_item(&stored.sent.item).map_err(unavailable)?;
        let signature = Signature::from_bytes(&item.signature).map_err(unavailable)?;
        let certificate = self.certificate(&signature);
        let valid = |key: &PublicKey| {
            key.verify(proto::frame::RELEASE_CONTEXT, &item.body, &signature).is_ok()
        };
        let name = certificate.as_ref().map(|peer| peer.name().to_string());
        Ok(ReleasePage {
            line: self.line(stored).ok_or(SourceError::Unknown)?,
            table_id: stored.claimed.header.id.table.to_string(),
            digest: sha256(&item.body),
            catalogue: stored.claimed.header.catalogue,
            signer: Signer {
                name: name.unwrap_or_default(),
                key: signature.key_id().to_string(),
                algorithm: "ECDSA P-256 SHA-256",
            },
            is_verified: certificate.is_some_and(|peer| valid(peer.key())),
            position: stored.sent.sequence.map_or_else(String::new, |at| at.to_string()),
            blocks: stored.decoded().map(|decoded| decoded.blocks).unwrap_or_default(),
            bytes: item.body,
        })
    }

    /// The certificate of ours whose key made a signature; kept for good, since keys are renewed.
    fn certificate(&self, signature: &Signature) -> Option<PeerIdentity> {
        let member = self.node.member()?;
        let current = member.identity.current();
        if current.key().id() == signature.key_id() {
            return Some(current.peer().clone());
        }
        let zone = member.membership.name.zone();
        crate::app::old_certificate(self.node.config(), &signature.key_id(), zone)
    }
}

impl Stored {
    fn decoded(&self) -> Option<decode::Decoded> {
        let catalogue = self.catalogue.as_ref()?;
        let spec = catalogue.table(self.claimed.header.id.table.as_str())?;
        let cells = domain::cell::unpack(&self.claimed.cells, spec.cells()).ok()?;
        Some(decode::decode(catalogue, spec, &cells, self.claimed.rule))
    }
}

impl Egress {
    /// Whether what is due leaves without a person, once the school has joined a hub.
    fn leaves_itself(&self) -> bool {
        self.node.config().automatic_release && self.node.member().is_some()
    }
}

impl EgressSource for Egress {
    fn home(&self) -> Result<HomePage, SourceError> {
        let lines = self.lines()?;
        Ok(HomePage {
            students: self.students()?,
            released: lines.len() as u64,
            sealed: self.sealed_reports()?,
            next_due_ms: None,
            leaves_itself: self.leaves_itself(),
            sync: link(&self.node).map_err(unavailable)?,
            latest: lines.into_iter().take(LATEST_LINES).collect(),
            specials: self.specials()?,
        })
    }

    fn releases(&self, page: u32) -> Result<EgressPage, SourceError> {
        let lines = self.lines()?;
        let total = lines.len();
        let pages = u32::try_from(total.div_ceil(PAGE_LINES).max(1)).unwrap_or(u32::MAX);
        let page = page.clamp(1, pages);
        let first = usize::try_from(page - 1).unwrap_or(0) * PAGE_LINES;
        Ok(EgressPage {
            lines: lines.into_iter().skip(first).take(PAGE_LINES).collect(),
            page,
            pages,
            total: total as u64,
            sealed: self.sealed_reports()?,
            students: self.students()?,
            next_due_ms: None,
            leaves_itself: self.leaves_itself(),
            holds: self.holds().map_err(unavailable)?,
        })
    }

    fn release(&self, id: &str) -> Result<ReleasePage, SourceError> {
        self.find(id)
    }

    fn preview(&self) -> Result<PreviewPage, SourceError> {
        use release::ReleaseError as Error;
        let holds = self.holds().map_err(unavailable)?;
        match self.prepared(None, Depth::Entered) {
            Ok((schedule, context)) => {
                Ok(PreviewPage { holds, ..self.preview_page(&schedule, &context)? })
            }
            // Nothing can leave yet: an empty preview, not a broken page.
            Err(Error::NoProfile) => Ok(self.empty_preview(holds)),
            Err(error) => Err(unavailable(error)),
        }
    }

    fn sealed(&self, page: u32) -> Result<SealedPage, SourceError> {
        self.sealed_page(page)
    }
}

impl Egress {
    /// Special periods that run or are to come.
    fn specials(&self) -> Result<Vec<SpecialNotice>, SourceError> {
        let (packs, today) = (self.node.packs().map_err(unavailable)?, self.node.clock().today());
        let specials = packs.specials().iter().map(|known| &*known.pack);
        let specials = specials.filter(|special| today <= special.last());
        let labels = |special: &SpecialPeriod, channel: Channel| -> Vec<Label> {
            let counts = special.catalogue().counts().iter();
            counts.filter(|one| one.channel == channel).map(|one| (&one.label).into()).collect()
        };
        let notice = |special: &SpecialPeriod| SpecialNotice {
            id: special.id().to_string(),
            name: special.label().into(),
            first: special.first().to_string(),
            last: special.last().to_string(),
            is_daily: special.cadence() == Cadence::Day,
            counts: labels(special, Channel::Clear),
            sealed: labels(special, Channel::Sealed),
            kept: None,
            pulse: special.pulse().map(|pulse| {
                let scale = packs.scale(&pulse.scale);
                let name = scale.map_or_else(
                    || Label::same(pulse.scale.clone()),
                    |known| (&known.pack.definition().label).into(),
                );
                (name, pulse.grades.iter().map(|grade| grade_label(grade.as_str())).collect())
            }),
        };
        let told = specials.map(|special| {
            let kept = self.kept_back(special, today)?;
            Ok(SpecialNotice { kept, ..notice(special) })
        });
        told.collect()
    }

    /// Why the counts about persons of a special period stay here, where there are any.
    fn kept_back(
        &self,
        special: &SpecialPeriod,
        today: Date,
    ) -> Result<Option<Label>, SourceError> {
        let Some(member) = self.node.member().filter(|_| special.has_sealed()) else {
            return Ok(None);
        };
        let year = school_year_of(today.clamp(special.first(), special.last()));
        let year = self.node.sealed_year(year).map_err(unavailable)?;
        let plan = year.as_ref().map(|year| &year.year().plan);
        let kept = may_seal(special, plan, member.membership.name.unit()).err();
        Ok(kept.map(|why| Label::new(why.sentence(Language::Zh), why.sentence(Language::En))))
    }

    /// How many sealed reports there are beside the releases.
    fn sealed_reports(&self) -> Result<u64, SourceError> {
        self.node.ledger().read(register::total).map_err(unavailable)
    }

    fn students(&self) -> Result<u64, SourceError> {
        self.node.ledger().read(student::count_on_roll).map_err(unavailable)
    }
}

fn grade_label(code: &str) -> Label {
    match Grade::from_code(code) {
        Some(grade) => Label::new(grade.label().0, grade.label().1),
        None => Label::same(code.to_owned()),
    }
}

/// What releases are made with.
///
/// # Errors
/// The packs cannot be read.
pub fn context(node: &Node) -> Result<Context, release::ReleaseError> {
    let packs = node.packs().map_err(|error| match error {
        crate::packs::PacksError::Store(error) => error,
        // A built-in pack that is wrong is a build that no test passed.
        crate::packs::PacksError::Pack(_) => SqlError::Type,
    })?;
    Ok(Context {
        catalogue: Arc::clone(&packs.in_force().pack),
        catalogue_digest: packs.in_force().digest,
        catalogues: packs.catalogues_ever(),
        specials: packs.specials().to_vec(),
        special_versions: packs.special_versions(),
        sealed_years: node.years_under_seal()?,
        calendar: Arc::clone(packs.calendar()),
        today: node.clock().today(),
        now_ms: node.clock().now_ms(),
    })
}

fn read(sent: SentItem, packs: &Packs) -> Option<Stored> {
    let item = decode_item(&sent.item).ok().filter(|item| item.kind == ItemKind::Release)?;
    let claimed = proto::release::decode(&item.body).ok()?;
    let catalogue = packs.catalogue(&claimed.header.catalogue).cloned();
    Some(Stored { sent, claimed, catalogue })
}

/// The first digits of the digest of the signed bytes.
fn id_of(sent: &SentItem) -> Option<String> {
    let item = decode_item(&sent.item).ok()?;
    Some(sha256(&item.body).to_string().chars().take(ID_DIGITS).collect())
}

/// What the hub said about an item.
#[must_use]
pub fn hop(sent: &SentItem) -> HopState {
    let at_ms = sent.answered_at_ms.unwrap_or_default();
    match (sent.outcome, sent.sequence) {
        (Some(1), _) => HopState::Received { at_ms },
        (Some(_), _) => {
            let reason = refusal::label(&sent.code, &sent.reason);
            HopState::Refused { at_ms, reason, next: refusal::next(&sent.code) }
        }
        (None, Some(_)) => HopState::Sent,
        (None, None) => HopState::Waiting,
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> SourceError {
    SourceError::Unavailable(Box::new(error))
}
