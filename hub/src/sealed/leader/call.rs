//! Calls to the helper: one connection a step, and refusals by their stable codes.

use std::future::Future;
use std::time::{Duration, Instant};

use certs::tls::{Refusal, client_config};
use domain::unit::{IdentityName, UnitId};
use proto::limits::MESSAGE_BYTES_MAX;
use proto::wire::sealed::sealed_sums_client::SealedSumsClient;
use runtime::sql::{SqlError, Tx};
use runtime::transport::{TransportError, code_of, connect};
use tonic::transport::Channel;
use tonic::{Code, Response, Status};

use super::{Leader, LeaderError};
use crate::store::sealed::heard;

/// How long the helper may take for a call.
const CALL_TIMEOUT: Duration = Duration::from_secs(120);

/// How long a helper may tell what it holds of a year within one step; what it told until then
/// stays, and the next step goes on.
const TELLS_FOR: Duration = Duration::from_secs(600);

/// How often and how long a helper is asked to go on within one step: one that never comes to an
/// end keeps no other helper and no other year waiting.
pub(super) struct Asks {
    left: u32,
    start: Instant,
}

impl Asks {
    /// So many.
    pub(super) fn new(most: u32) -> Self {
        Self { left: most, start: Instant::now() }
    }

    /// Takes one.
    ///
    /// # Errors
    /// There is none left, or it took too long.
    pub(super) fn take(&mut self, what: &str) -> Result<(), LeaderError> {
        if self.left == 0 || self.start.elapsed() > TELLS_FOR {
            return Err(LeaderError::Call(format!("it came to no end with its {what}")));
        }
        self.left -= 1;
        Ok(())
    }
}

/// An open connection to the helper.
pub(super) type Client = SealedSumsClient<Channel>;

impl Leader {
    /// Dials the helper of a plan; whoever answers must show its certificate.
    pub(super) async fn dial(&self, helper: &UnitId) -> Result<Client, LeaderError> {
        let parts = self.hub.parts();
        // The health commission's hub is a subtree of its own.
        let name = IdentityName::in_district(helper.clone(), helper, parts.zone.clone());
        let identity = parts.identity.current();
        let config = client_config(Some(&identity), &name, &self.hub.trust());
        let config = config.map_err(TransportError::Tls)?;
        let dial = Box::pin(connect(&self.helper_address, &name, config)).await;
        let is_other = matches!(dial, Err(TransportError::Refused(Refusal::OtherName)));
        Box::pin(self.note_heard(helper, (dial.is_ok(), is_other))).await?;
        let dial = dial?;
        Ok(SealedSumsClient::new(dial.channel)
            .max_decoding_message_size(MESSAGE_BYTES_MAX)
            .max_encoding_message_size(MESSAGE_BYTES_MAX))
    }

    /// Notes whether a helper answered, so that its operator is called once it does not.
    async fn note_heard(
        &self,
        helper: &UnitId,
        (answered, is_other): (bool, bool),
    ) -> Result<(), LeaderError> {
        let (database, now_ms) = (&self.hub.parts().database, self.hub.parts().clock.now_ms());
        let (of, told) = (helper.clone(), (answered, now_ms));
        let read = move |tx: &Tx<'_>| {
            let is_changed = heard::is_other(tx, &of)? != is_other;
            Ok::<_, SqlError>((heard::is_news(tx, &of, told)?, is_changed))
        };
        let (is_news, is_changed) = database.read_async(read).await?;
        if !is_news && !is_changed {
            return Ok(());
        }
        let of = helper.clone();
        let write = move |tx: &Tx<'_>| {
            heard::note_other(tx, &of, is_other)?;
            // Since when it is silent is not put off by who answers in its place.
            if is_news { heard::note(tx, &of, told) } else { Ok(()) }
        };
        Ok(database.write_async("sealed_heard", write).await?)
    }
}

/// Waits for an answer; a refusal with a code is told from a helper that is away.
pub(super) async fn answer<T>(
    call: impl Future<Output = Result<Response<T>, Status>>,
) -> Result<T, LeaderError> {
    let answered = tokio::time::timeout(CALL_TIMEOUT, call).await;
    let answered = answered.map_err(|_| LeaderError::Call("no answer in time".to_owned()))?;
    answered.map(Response::into_inner).map_err(|status| {
        let code = code_of(&status).to_owned();
        let is_refusal = matches!(
            status.code(),
            Code::FailedPrecondition | Code::InvalidArgument | Code::PermissionDenied
        );
        if is_refusal && !code.is_empty() {
            LeaderError::Refused { code, reason: status.message().to_owned() }
        } else {
            LeaderError::Call(status.message().to_owned())
        }
    })
}
