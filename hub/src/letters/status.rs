//! What is counted of letters, and what people see of it: no count that tells a letter from an
//! empty one, and what is late without anybody's name.

use domain::referral::DeadlineClass;
use proto::wire::sync::Lane;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::outbox;

use super::alarms;
use crate::store::{alarm, letters, setting};

/// Letters that were opened and go on.
pub const OPENED: &str = "opened";
/// Letters with nothing in them.
pub const DUMMIES: &str = "dummies";
/// Letters that left for the next hop.
pub const PASSED_ON: &str = "passed_on";
/// Acknowledgements that left.
pub const ACKNOWLEDGED: &str = "acknowledged";
/// Letters that came again and were dropped.
pub const REPEATED: &str = "repeated";
/// Letters that did not open, or were nothing that a relay passes on.
pub const UNOPENED: &str = "unopened";
/// Letters that were dropped since their referral was withdrawn.
pub const WITHDRAWN: &str = "withdrawn";
/// Letters whose consent ended, or that waited too long.
pub const EXPIRED: &str = "expired";
/// Letters that were here and could not be passed on.
pub const LOST: &str = "lost";
/// Letters that the hub above refused.
pub const REFUSED_ABOVE: &str = "refused_above";
/// Letters that wait now for a unit of which there is no key statement, or no way.
pub const STUCK: &str = "stuck";

/// What is shown to nobody: each of these changes at the very tick at which a letter of one member
/// came or one for another left, and those ticks are known by whom. Whoever watched two of them
/// would know who wrote to whom. Letters with something in them and empty ones are told together.
const UNSHOWN: [&str; 5] = [OPENED, DUMMIES, PASSED_ON, ACKNOWLEDGED, WITHDRAWN];

/// Letters that were opened, with something in them or not.
pub const CAME: &str = "came";

/// Setting that holds since when limits are counted: what passed before this hub began is unknown.
pub(super) const COUNTED_SINCE: &str = "letters_counted_since_ms";

/// How a hub's letters are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letters {
    /// Everything that is counted, by name.
    pub counts: Vec<(String, u64)>,
    /// Letters that came and are not opened yet.
    pub unopened: u64,
    /// Letters that were opened and wait for their slot.
    pub waiting: u64,
    /// Acknowledgements that wait for their slot.
    pub acks: u64,
    /// Letters in lists that members have not fetched.
    pub listed: u64,
    /// Letters for the hub above that have no answer.
    pub queued: u64,
    /// What is late: a class, and the hour in which it passed, in hours since 1970.
    pub late: Vec<(DeadlineClass, i64)>,
    /// What waits here for longer than it may, as its alarm says it.
    pub held: Vec<String>,
    /// Since when limits are counted, in milliseconds since 1970; nothing where this hub never was
    /// a relay.
    pub counted_since_ms: Option<i64>,
}

impl Letters {
    /// Reads all of it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn read(tx: &Tx<'_>) -> Result<Self, SqlError> {
        let [unopened, waiting, acks] = letters::waiting(tx)?;
        let since = setting::value(tx, COUNTED_SINCE)?;
        let held = alarm::of_kind(tx, alarms::WAITING)?.into_iter().map(|one| one.detail);
        Ok(Self {
            counts: letters::tallies(tx)?,
            unopened,
            waiting,
            acks,
            listed: letters::all_listed(tx)?,
            queued: outbox::backlog(tx, Lane::Referral)?.waiting,
            late: letters::late(tx)?,
            held: held.collect(),
            counted_since_ms: since.and_then(|text| text.parse().ok()),
        })
    }

    /// What may be shown of what is counted, by name.
    #[must_use]
    pub fn shown(&self) -> Vec<(&str, u64)> {
        let counts = self.counts.iter().map(|(name, value)| (name.as_str(), *value));
        let mut shown: Vec<_> = counts.filter(|(name, _)| !UNSHOWN.contains(name)).collect();
        if self.counted_since_ms.is_some() {
            shown.push((CAME, self.count(OPENED).saturating_add(self.count(DUMMIES))));
        }
        shown
    }

    /// How often something came about, or how many there are of it.
    #[must_use]
    pub fn count(&self, name: &str) -> u64 {
        let found = self.counts.iter().find(|(known, _)| known == name);
        found.map_or(0, |(_, value)| *value)
    }

    /// How many of a class are late.
    #[must_use]
    pub fn late_of(&self, class: DeadlineClass) -> usize {
        self.late.iter().filter(|(known, _)| *known == class).count()
    }
}
