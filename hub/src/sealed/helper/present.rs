//! Reports that wait for their school's key: the helper notes who signed with which key, so that
//! health can compare it with the school.

use domain::digest::Digest;
use domain::unit::{IdentityName, UnitId};

use super::{CallError, Helper, REPORTS_MAX};
use crate::sealed::refused::{NOT_LISTED, OTHER_TASK, Refused};
use crate::sealed::{signed, watch};
use crate::store::alarm;
use crate::store::sealed::school_key;

/// Who signed a report with which key.
struct Signer {
    unit: UnitId,
    key: Digest,
    /// The key that health stated for the school.
    stated: Option<Digest>,
    /// Table and period.
    about: String,
}

impl Helper {
    /// Notes the keys of reports that schools signed; what no school of the leader's plans signed
    /// is passed over.
    ///
    /// # Errors
    /// More reports than a call may have, or the store; nothing was noted.
    pub async fn present(
        &self,
        leader: IdentityName,
        items: Vec<Vec<u8>>,
    ) -> Result<(), CallError> {
        if items.len() > REPORTS_MAX {
            return Err(CallError::TooMany);
        }
        let mut seen = Vec::with_capacity(items.len());
        for item in items {
            match self.signer(&leader, &item) {
                Ok(signer) => seen.push(signer),
                Err(refused) => tracing::info!(code = refused.code, "a report was passed over"),
            }
        }
        let now_ms = self.hub.parts().clock.now_ms();
        let write = move |tx: &runtime::sql::Tx<'_>| {
            seen.iter().try_for_each(|one: &Signer| {
                if one.stated.is_some_and(|stated| stated != one.key) {
                    let kind = watch::ALARM_OTHER_KEY;
                    alarm::raise(tx, kind, one.unit.as_str(), &one.about, now_ms)?;
                }
                let about = (&one.unit, &one.key);
                school_key::note(tx, about, one.stated.as_ref(), now_ms)
            })
        };
        Ok(self.hub.parts().database.write_async("school_keys", write).await?)
    }

    fn signer(&self, leader: &IdentityName, item: &[u8]) -> Result<Signer, Refused> {
        let read = signed::read(item)?;
        let documents = self.hub.documents();
        let place = &read.report.place;
        let year = documents.year_of(&place.unit, place.period);
        let year = year.ok_or_else(|| Refused::new(NOT_LISTED, "no roster lists the school"))?;
        if !self.helps((year, leader)) {
            return Err(Refused::new(OTHER_TASK, "the caller does not lead the school's plan"));
        }
        self.hub.judge().school(&read, &year.sealed().roster)?;
        let stated = year.key_of(&place.unit).copied();
        let about = format!("{} {}", place.table, place.period);
        Ok(Signer { unit: place.unit.clone(), key: read.key, stated, about })
    }
}
