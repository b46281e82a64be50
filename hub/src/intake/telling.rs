//! What a clear sheet about persons would tell beside everything that this hub has seen: asked
//! where sums of the same persons were opened already, when no guard of openings asks any more.
//!
//! Long work, so it is done before the frame is queued and never by the writer. Whoever looks has a
//! turn, which an opening takes as well, and keeps it until the sheet is committed or refused. The
//! refusal says that a band would tell, and not of whom; so does the alarm, which names the cell.

use std::collections::BTreeSet;

use domain::disclosure::attacker::SeenTable;
use domain::disclosure::sealed::is_sealed;
use domain::release::Rule;
use domain::span::Span;
use domain::unit::UnitKind;
use runtime::sql::Tx;

use super::decide::{Standing, against, keeps_bands};
use super::{IntakeError, Line, Own, Raised, Verdict, VerifiedFrame, VerifiedRelease};
use crate::packs::Packs;
use crate::sealed::guard::{self, Views};
use crate::sealed::{self, Look, watch};
use crate::seen::{self, Place, Role, SeenError, Tree};
use crate::store::band_refused;
use crate::store::contribution::{self, Contribution};
use crate::store::lane;

/// Code of a sheet of which a band would tell a small count; the school sends it without.
pub(super) const BAND_TELLS: &str = "band_tells";

const REASON: &str = "beside sums that were opened already a band of the sheet would let a small \
                      count be worked out: nothing of it was taken. Send the sheet without its \
                      bands; a school's program does so by itself";

/// What would be seen with a sheet.
enum Asked {
    /// It adds nothing that would have to be judged.
    Plain,
    /// A band of this place was refused before: another one would be a second guess.
    Before,
    /// It is judged.
    Views(Box<Views>),
}

/// Whether a frame brings a sheet of a kind that can tell of persons: asked of every frame.
pub(super) fn may_tell(frame: &VerifiedFrame) -> bool {
    let Verdict::Release(release) = &frame.verdict else { return false };
    matches!(release.claimed.rule, Rule::Clear | Rule::SumOfClear)
}

impl Line {
    /// Judges a sheet with bands beside the opened sums; a turn is given back, to be kept until the
    /// sheet is taken or its refusal is written down.
    pub(super) async fn look(
        &self,
        frame: &mut VerifiedFrame,
    ) -> Result<Option<Look>, IntakeError> {
        let Verdict::Release(release) = &frame.verdict else { return Ok(None) };
        let (hub, packs) = (&self.parts.sealed, self.parts.packs.last());
        if hub.documents().years().is_empty() || !has_band(&packs, release) {
            return Ok(None);
        }
        let look = hub.look().await;
        let sheet = Sheet::of(frame, release);
        let place = sheet.new.place.clone();
        let once = sheet.is_school.then(|| place.clone());
        let (own, documents) = (self.parts.own.clone(), hub.documents());
        let today = self.parts.clock.today();
        let ask = move |tx: &Tx<'_>| {
            if sheet.is_school && band_refused::is_there(tx, &sheet.new.place)? {
                return Ok(Asked::Before);
            }
            sheet.ask(tx, (&own, &packs, &documents), today)
        };
        let asked = self.parts.database.read_async(ask).await.map_err(unread)?;
        let judged = match asked {
            Asked::Plain => return Ok(Some(look)),
            Asked::Before => {
                frame.verdict = refused();
                return Ok(Some(look));
            }
            Asked::Views(views) => runtime::blocking::run(move || guard::judge_added(&views)).await,
        };
        let judged = judged.map_err(|_| IntakeError::Stopping)?;
        frame.raised.extend(judged.aside.into_iter().map(|unit| Raised {
            kind: watch::ALARM_CONTRADICTS,
            unit,
            detail: place.period.clone(),
        }));
        let Some(blocked) = judged.blocked else { return Ok(Some(look)) };
        let contribution::Place { table, period, .. } = &place;
        tracing::error!(code = blocked.code, table, period, "a band would tell a small count");
        frame.raised.push(Raised {
            kind: guard::ALARM,
            unit: self.parts.own.unit.to_string(),
            detail: format!(
                "{BAND_TELLS}: {} {table} {period}, cell {}",
                blocked.code, blocked.cell
            ),
        });
        frame.verdict = refused();
        frame.band_refused = once;
        Ok(Some(look))
    }
}

fn refused() -> Verdict {
    Verdict::Refused { code: BAND_TELLS.to_owned(), reason: REASON.to_owned() }
}

/// What cannot be read is not judged, and what is not judged is not taken: it comes again.
#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
fn unread(error: SeenError) -> IntakeError {
    tracing::error!(%error, "what was seen could not be read");
    IntakeError::Unread
}

fn has_band(packs: &Packs, release: &VerifiedRelease) -> bool {
    let catalogue = packs.catalogue(&release.claimed.header.catalogue);
    catalogue.is_some_and(|catalogue| seen::has_band(catalogue, &release.claimed))
}

/// A sheet that would be taken.
struct Sheet {
    new: Contribution,
    is_school: bool,
    release: VerifiedRelease,
    /// Its lane's place, to leave out what is answered without a look.
    at: (String, i32, [u8; 16], u64),
}

impl Sheet {
    fn of(frame: &VerifiedFrame, release: &VerifiedRelease) -> Self {
        let header = &release.claimed.header;
        let new = Contribution {
            place: contribution::Place {
                unit: header.id.unit.to_string(),
                table: header.id.table.to_string(),
                period: header.id.period.to_string(),
            },
            revision: header.id.revision.get(),
            catalogue: header.catalogue.to_tagged(),
            digest: release.digest.clone(),
            body: release.body.clone(),
            signature: Vec::new(),
            arrived_at_ms: 0,
        };
        let is_school = release.claimed.rule == Rule::Clear;
        let at = (frame.member.to_string(), frame.lane as i32, frame.epoch, frame.sequence);
        Self { new, is_school, release: release.clone(), at }
    }

    fn ask(
        &self,
        tx: &Tx<'_>,
        (own, packs, documents): (&Own, &Packs, &sealed::documents::Documents),
        today: jiff::civil::Date,
    ) -> Result<Asked, SeenError> {
        let role = match own.kind {
            UnitKind::Street => Role::Street,
            UnitKind::District => Role::District,
            UnitKind::City => Role::City,
            _ => return Ok(Asked::Plain),
        };
        let period = self.release.claimed.header.id.period;
        let Ok(span) = Span::of(period, packs.calendar()) else { return Ok(Asked::Plain) };
        let old = contribution::current(tx, &self.new.place)?;
        if self.is_answered(tx, packs, old.as_ref())? {
            return Ok(Asked::Plain);
        }
        let (unit, kind, year) = (&own.unit, own.kind, span.school_year);
        let place = Place { packs, documents, unit, kind, year, today };
        let tree = Tree::read(tx, place)?;
        let told = |sheet: &Contribution| seen::of_sheet(packs, &tree, sheet);
        let was = old.as_ref().map(told).transpose()?.unwrap_or_default();
        let new = told(&self.new)?;
        let measures: BTreeSet<&str> = new.iter().map(|table| table.measure.as_str()).collect();
        let mut seen = seen::tables(tx, (place, &tree), role)?;
        seen.retain(|table| measures.contains(table.measure.as_str()));
        let is_opened = seen.iter().any(|table| is_sealed(&table.id));
        if new == was || !is_opened {
            return Ok(Asked::Plain);
        }
        let untold = seen::untold(tx, (place, &tree))?;
        let told = seen.iter().filter(|table| !untold.contains(&table.id)).cloned();
        let told: Vec<SeenTable> = told.collect();
        let is_more_seen = seen.len() > told.len();
        let added = |mut tables: Vec<SeenTable>| {
            let before = seen::put_together(&tree, tables.clone());
            tables.retain(|table| !was.contains(table));
            tables.extend(new.iter().cloned());
            (before, seen::put_together(&tree, tables))
        };
        let (before, after) = added(seen);
        let views = Views::new(before, after);
        if !is_more_seen {
            return Ok(Asked::Views(Box::new(views)));
        }
        // What a sum that stays closed told this hub, the sheet may tell everybody.
        let (before, after) = added(told);
        Ok(Asked::Views(Box::new(views.with_told(before, after))))
    }

    /// Whether the writer answers it without taking anything: it was answered before, or another
    /// revision stands. What comes early may be next when it is written.
    fn is_answered(
        &self,
        tx: &Tx<'_>,
        packs: &Packs,
        old: Option<&Contribution>,
    ) -> Result<bool, SeenError> {
        let (member, lane, epoch, sequence) = &self.at;
        let known = lane::find(tx, member, *lane, epoch)?;
        if known.is_some_and(|lane| *sequence < lane.next_sequence) {
            return Ok(true);
        }
        let Some(old) = old else { return Ok(false) };
        let replaces = matches!(against(tx, &self.release, old)?, Standing::Replaces);
        Ok(!replaces || (self.is_school && !keeps_bands(packs, old, &self.release)))
    }
}
