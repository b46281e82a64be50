//! What the two hubs tell each other of school years that are over: asked once a day from September
//! on, until both have closed them.

use std::sync::{Arc, PoisonError};

use certs::root::Commission;
use certs::signature::Signature;
use proto::sealed::HubSignature;
use proto::wire::sealed::CloseRequest;
use runtime::sql::{SqlError, Tx};

use super::call::answer;
use super::{Away, Leader, LeaderError};
use crate::sealed::close::{self, Told};
use crate::sealed::documents::Year;
use crate::store::sealed::{task, verdict, year};

impl Leader {
    /// Tells the helper which years are closed here, and hears which are there.
    pub(super) async fn close_all(
        &self,
        years: &[Arc<Year>],
        away: &mut Away,
    ) -> Result<(), LeaderError> {
        let today = self.hub.parts().clock.today();
        for of in years {
            let plan = &of.sealed().plan;
            if !close::is_ended(plan.year(), today) {
                continue;
            }
            let place = (plan.area().clone(), plan.year());
            let read = {
                let place = place.clone();
                move |tx: &Tx<'_>| {
                    // Of a year in which nothing was agreed on there is nothing to close.
                    if !task::places(tx)?.contains(&place) {
                        return Ok(None);
                    }
                    own(tx, (&place.0, place.1)).map(Some)
                }
            };
            let Some((known, own)) = self.hub.parts().database.read_async(read).await? else {
                continue;
            };
            let asked = (today, own.is_some());
            let before = {
                let told = self.told_years.lock().unwrap_or_else(PoisonError::into_inner);
                told.get(&place).copied()
            };
            // Each knows of the other: nothing is left to ask.
            let is_over = known.told.is_some() && before.is_some_and(|(_, own)| own);
            let has_news = known.told.is_none() || own.is_some();
            let helper = &of.sealed().helper;
            if is_over || before == Some(asked) || !has_news || away.has(helper) {
                continue;
            }
            if away.note(helper, self.tell_year(of, own).await)? == Some(true) {
                let told = self.told_years.lock();
                told.unwrap_or_else(PoisonError::into_inner).insert(place, asked);
            }
        }
        Ok(())
    }

    /// Says whether the helper answered.
    async fn tell_year(
        &self,
        of: &Year,
        own: Option<(Vec<u8>, HubSignature)>,
    ) -> Result<bool, LeaderError> {
        let (plan, helper) = (&of.sealed().plan, of.sealed().helper.clone());
        let place = (plan.area().clone(), plan.year());
        let (record, signature) = own.unzip();
        let asked = CloseRequest {
            area: place.0.to_string(),
            school_year: place.1.into(),
            record: record.unwrap_or_default(),
            signature,
        };
        let mut client = self.dial(&helper).await?;
        let told = match answer(client.close(asked)).await {
            Ok(told) => told,
            Err(error) => {
                let code = error.refusal()?;
                tracing::warn!(code, "the helper did not hear of a closed year");
                return Ok(false);
            }
        };
        let Some(signature) = told.signature else { return Ok(true) };
        let (judge, told) = (self.hub.judge(), Told { record: told.record, signature });
        let write = move |tx: &Tx<'_>| {
            let by = (&helper, Commission::Health);
            close::take(tx, &judge, (by, (&place.0, place.1)), &told)
        };
        if !self.hub.parts().database.write_async("sealed_year_told", write).await? {
            tracing::error!("what the helper told of a closed year does not hold");
        }
        Ok(true)
    }
}

/// A year that was closed here, as it is told.
type Own = Option<(Vec<u8>, HubSignature)>;

fn own(tx: &Tx<'_>, place: year::Place<'_>) -> Result<(year::Year, Own), SqlError> {
    let known = year::find(tx, place)?;
    let own = known.own.clone().map(|(record, signature)| {
        let key = Signature::from_bytes(&signature).map_err(|_| SqlError::Type)?.key_id();
        let chain = verdict::signer(tx, &key)?;
        Ok::<_, SqlError>((record, HubSignature { signature, chain }))
    });
    Ok((known, own.transpose()?))
}
