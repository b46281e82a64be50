//! What the two hubs tell each other of a school year that was closed.

use certs::root::Commission;
use domain::unit::{IdentityName, UnitId};
use proto::sealed::HubSignature;
use runtime::sql::Tx;

use super::settle::with_chain;
use super::{CallError, Helper};
use crate::sealed::close::{self, Told};
use crate::store::sealed::year;

impl Helper {
    /// Notes that the leader closed a year, where it did, and says whether this hub has.
    ///
    /// # Errors
    /// The caller does not lead the year, its signature does not hold, or the store.
    pub async fn close(
        &self,
        leader: IdentityName,
        (area, school_year): (UnitId, i16),
        told: Option<Told>,
    ) -> Result<Option<(Vec<u8>, HubSignature)>, CallError> {
        let of = self.of_year(&leader, (&area, school_year))?;
        let judge = self.hub.judge();
        let write = move |tx: &Tx<'_>| {
            if let Some(told) = told {
                let by = (&of.sealed().leader, Commission::Education);
                if !close::take(tx, &judge, (by, (&area, school_year)), &told)? {
                    return Err(CallError::Signature);
                }
            }
            let own = year::find(tx, (&area, school_year))?.own;
            own.map(|(record, signature)| Ok((record, with_chain(tx, &signature)?))).transpose()
        };
        self.hub.parts().database.write_async("sealed_year_told", write).await
    }
}
