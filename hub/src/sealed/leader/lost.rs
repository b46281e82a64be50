//! After a backup was put back: reports that both hubs accepted and this one lost come back from
//! the helper, since their schools hold an answer of both and send nothing again.
//!
//! They are put where they arrived the first time, and taken as then: this hub opens its half anew,
//! and the helper signs the same decision again.

use std::collections::{BTreeMap, HashSet};
use std::sync::PoisonError;

use domain::digest::Digest;
use domain::disclosure::sealed::State;
use proto::wire::sealed::{ReportsRequest, ReportsResponse};
use runtime::sql::{SqlError, Tx};

use super::call::{Asks, Client, answer};
use super::{Leader, LeaderError};
use crate::sealed::documents::Year;
use crate::sealed::{adopt, signed};
use crate::store::sealed::report;
use crate::store::sealed_inbox;

/// Items that are asked for at a time.
const WANTED: usize = 128;

/// Most pages of digests of a year: two million reports.
const PAGES_MAX: u32 = 512;
/// Most calls for items within one step: as many reports, at a hundred in a message.
const CALLS_MAX: u32 = 20_000;

impl Leader {
    /// Fetches the accepted reports of a year that the helper holds and this hub does not; says
    /// whether there were any.
    pub(super) async fn restore_reports(
        &self,
        client: &mut Client,
        year: &Year,
    ) -> Result<bool, LeaderError> {
        let plan = &year.sealed().plan;
        let asked = |after: Vec<u8>, wanted: &[Digest]| ReportsRequest {
            area: plan.area().to_string(),
            school_year: plan.year().into(),
            after,
            wanted: wanted.iter().map(|one| one.to_tagged()).collect(),
        };
        let (mut after, mut taken) = (Vec::new(), 0);
        let (mut pages, mut calls) = (Asks::new(PAGES_MAX), Asks::new(CALLS_MAX));
        loop {
            pages.take("reports")?;
            let told = match answer(client.reports(asked(after.clone(), &[]))).await {
                Ok(told) => told.reports,
                // The helper has other documents; it says so too where it is asked for openings.
                Err(error) => {
                    let code = error.refusal()?;
                    tracing::warn!(code, "the helper did not say which reports it accepted");
                    break;
                }
            };
            let Some(last) = told.last().cloned() else { break };
            // They come in their order: one that says a page again would be asked for ever.
            if last <= after {
                return Err(LeaderError::Protocol("reports"));
            }
            let told = told.iter().map(|bytes| Digest::from_tagged(bytes));
            let told = told.collect::<Result<Vec<_>, _>>();
            let told = told.map_err(|_| LeaderError::Protocol("reports"))?;
            let (mut wanted, here) = self.lost(told).await?;
            self.note_accepted_there(here);
            while !wanted.is_empty() {
                calls.take("items")?;
                let some: Vec<Digest> = wanted.iter().copied().take(WANTED).collect();
                let ReportsResponse { items, .. } =
                    answer(client.reports(asked(Vec::new(), &some))).await?;
                let kept = self.keep_lost(year, some.clone(), items).await?;
                taken += kept.len();
                self.note_accepted_there(kept.iter().copied());
                // What does not come now is not held any more.
                let is_any = !kept.is_empty();
                wanted.retain(|one| if is_any { !kept.contains(one) } else { !some.contains(one) });
            }
            after = last;
        }
        if taken > 0 {
            tracing::warn!(taken, "accepted reports were restored from the helper");
        }
        Ok(taken > 0)
    }

    /// Those of the helper's accepted reports that this hub does not hold as accepted, and which of
    /// them arrived here.
    async fn lost(&self, told: Vec<Digest>) -> Result<(Vec<Digest>, Vec<Digest>), LeaderError> {
        let read = move |tx: &Tx<'_>| {
            let (mut lost, mut here) = (Vec::new(), Vec::new());
            for one in told {
                if report::state(tx, &one)? != Some(State::Accepted) {
                    lost.push(one);
                    if sealed_inbox::is_known(tx, &one)? {
                        here.push(one);
                    }
                }
            }
            Ok::<_, SqlError>((lost, here))
        };
        Ok(self.hub.parts().database.read_async(read).await?)
    }

    /// Puts items into the inbox that are what was asked for and that their schools signed; gives
    /// their digests. The digest is of the body alone, so that the helper's word does not say that
    /// the signature and the certificates beside it are the school's: one that does not hold, or
    /// whose certificate was revoked since, is left where it is.
    async fn keep_lost(
        &self,
        year: &Year,
        wanted: Vec<Digest>,
        items: Vec<Vec<u8>>,
    ) -> Result<HashSet<Digest>, LeaderError> {
        let (judge, sealed) = (self.hub.judge(), year.sealed());
        let area = sealed.plan.area().clone();
        let mut read = BTreeMap::new();
        for item in items {
            let found = signed::read(&item).ok();
            let found = found.filter(|found| wanted.contains(&found.arrival.digest));
            let found = found.ok_or(LeaderError::Protocol("items"))?;
            match judge.school(&found, &sealed.roster) {
                Ok(()) => {
                    read.insert(found.arrival.digest, (found.report, item));
                }
                Err(refused) => {
                    let (unit, report) = (&found.arrival.school, &found.arrival.digest);
                    let why = refused.reason;
                    tracing::error!(%unit, %report, why, "a lost report does not hold");
                }
            }
        }
        let kept: HashSet<Digest> = read.keys().copied().collect();
        let now_ms = self.hub.parts().clock.now_ms();
        let write = move |tx: &Tx<'_>| {
            if !read.is_empty() {
                let detail = format!("{} reports: this store is older", read.len());
                adopt::note_older(tx, area.as_str(), &detail, now_ms)?;
            }
            read.iter().try_for_each(|(digest, (report, item))| {
                sealed_inbox::insert(tx, (report, digest), item, now_ms).map(drop)
            })
        };
        self.hub.parts().database.write_async("sealed_lost", write).await?;
        Ok(kept)
    }

    /// Notes reports that the helper holds as accepted: none but those that are here, since it can
    /// name others without an end.
    pub(super) fn note_accepted_there(&self, reports: impl IntoIterator<Item = Digest>) {
        let there = self.accepted_there.lock();
        there.unwrap_or_else(PoisonError::into_inner).extend(reports);
    }

    /// Reports that the helper holds as accepted, and this hub did not when it asked: what it would
    /// refuse of them today it took then.
    pub(super) fn accepted_there(&self) -> HashSet<Digest> {
        self.accepted_there.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
