//! Key statements beside the entries of a directory: of relays, and of schools and others to whom
//! letters go without an entry.
//!
//! They come from the files that are named, and from the version before for as long as they hold.

use std::collections::BTreeMap;

use certs::statement::{Purpose, SignedStatement};
use domain::directory::{Directory, Entry, KeyBeside, Level};
use domain::unit::UnitId;
use jiff::Timestamp;
use runtime::cli::{Exit, Failure, Sentence};
use runtime::sealing::Pins;
use runtime::web::Lang;
use serde_json::{Value, json};

use super::{judged, words};

/// What decides which statements go beside the entries.
pub(super) struct Asked<'a> {
    /// Which schools the directory is for.
    pub(super) level: Level,
    /// The hub that serves whom new statements are about; the area's where none is named.
    pub(super) relay: Option<&'a UnitId>,
    /// The pinned roots and the city.
    pub(super) pins: &'a Pins,
    /// Now.
    pub(super) now: Timestamp,
}

/// Of the version before what still holds, and of the files whatever is of a relay or for letters
/// and of nobody who has an entry; of several about one unit the one that begins last. What of a
/// file does not hold is refused later, with everything else that is wrong.
pub(super) fn gather(
    asked: &Asked<'_>,
    entries: &[Entry],
    (given, before): (&[SignedStatement], &[KeyBeside]),
) -> Result<Vec<KeyBeside>, Failure> {
    let mut found: BTreeMap<UnitId, (Timestamp, KeyBeside)> = BTreeMap::new();
    let is_entry = |unit: &UnitId| entries.iter().any(|entry| entry.id == *unit);
    for key in before {
        let says = SignedStatement::from_pem(key.statement.as_bytes());
        let Ok(says) = says.and_then(|signed| signed.unverified()) else { continue };
        let holds = judged::beside(key, asked.pins, asked.now).is_ok();
        if holds && !is_entry(&key.unit) {
            found.insert(key.unit.clone(), (says.valid_from, key.clone()));
        }
    }
    for signed in given {
        let Ok(says) = signed.unverified() else { continue };
        let is_wanted = matches!(says.purpose, Purpose::Relay | Purpose::Referral);
        let known = found.get(&says.unit);
        let is_older = known.is_some_and(|(from, _)| says.valid_from < *from);
        if !is_wanted || is_older || is_entry(&says.unit) {
            continue;
        }
        let served = known.and_then(|(_, key)| key.relay.clone());
        let relay = match says.purpose {
            Purpose::Relay => None,
            _ => asked.relay.cloned().or(served),
        };
        if relay.is_none() && says.purpose != Purpose::Relay && asked.level == Level::City {
            let message = Sentence::new(words::RELAY_NEEDED, &[&says.unit]);
            let failure = Failure::new(Exit::Refused, "RELAY_NEEDED", message);
            return Err(failure.hint(words::RELAY_NEEDED_NEXT));
        }
        let key = KeyBeside { unit: says.unit.clone(), relay, statement: signed.to_pem() };
        found.insert(says.unit, (says.valid_from, key));
    }
    Ok(found.into_values().map(|(_, key)| key).collect())
}

/// How many there are of relays and of others, in words; nothing where there are none.
pub(super) fn counted(directory: &Directory, lang: Lang) -> Option<String> {
    let all = directory.keys();
    let is_relay = |key: &&KeyBeside| {
        let signed = SignedStatement::from_pem(key.statement.as_bytes());
        let says = signed.and_then(|signed| signed.unverified());
        says.is_ok_and(|says| says.purpose == Purpose::Relay)
    };
    let relays = all.iter().filter(is_relay).count();
    let others = all.len().saturating_sub(relays);
    (!all.is_empty()).then(|| words::KEYS.fill(lang, &[&relays, &others]))
}

/// The same for programs: whose, by which hub, and whether it holds now.
pub(super) fn listed(directory: &Directory, pins: &Pins, now: Timestamp) -> Vec<Value> {
    let line = |key: &KeyBeside| {
        let purpose = judged::beside(key, pins, now).ok();
        json!({"unit": key.unit.to_string(), "relay": directory.key_relay(key).to_string(),
               "purpose": purpose.map(Purpose::as_str), "holds": purpose.is_some()})
    };
    directory.keys().iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use certs::root::Commission;

    use super::judged::tests::{directory, now, root, stated, unit, zone};
    use super::*;

    /// Of the files whatever is of a relay or for letters and of nobody who has an entry goes
    /// beside the entries, the newest about each unit; of the version before what still holds.
    #[test]
    fn statements_of_files_go_beside_the_entries() {
        let both = [root(Commission::Education), root(Commission::Health)];
        let pins = Pins {
            roots: both.each_ref().map(|one| one.certificate().clone()).into(),
            zone: zone(),
        };
        let roots = [&both[0], &both[1]];
        let of = |id: &str, purpose, days| stated(&roots, (id, purpose), days);
        let hub = unit("370202");
        let asked = |level, relay| Asked { level, relay, pins: &pins, now: now() };
        let made = directory(&["CLINIC1"], |_| {});
        let kept = |signed: SignedStatement| {
            let says = signed.unverified().expect("statement");
            KeyBeside { unit: says.unit, relay: Some(hub.clone()), statement: signed.to_pem() }
        };
        let before = [
            kept(of("S1", Purpose::Referral, (-9, 90))),
            kept(of("S2", Purpose::Referral, (-9, -1))),
            kept(of("S3", Purpose::Referral, (-9, 90))),
        ];
        let given = [
            of("S1", Purpose::Referral, (-5, 90)),
            of("S3", Purpose::Referral, (-20, 90)),
            of("370203", Purpose::Relay, (-5, 90)),
            of("CLINIC1", Purpose::Referral, (-5, 90)),
            of("370202", Purpose::AggregateLeader, (-5, 90)),
        ];
        let found = gather(&asked(Level::City, None), made.entries(), (&given, &before));
        let found = found.expect("statements");
        let said: Vec<_> = found
            .iter()
            .map(|key| (key.unit.as_str(), key.relay.as_ref().map(UnitId::as_str)))
            .collect();
        let ours = Some("370202");
        assert_eq!(said, [("370203", None), ("S1", ours), ("S3", ours)]);
        assert_eq!(found[1].statement, given[0].to_pem(), "the one that begins last");
        assert_eq!(found[2].statement, before[2].statement, "an older one takes no place");
        let new = [of("S4", Purpose::Referral, (-5, 90))];
        let gathered = |level, relay| gather(&asked(level, relay), made.entries(), (&new, &[]));
        assert!(gathered(Level::City, None).is_err(), "nobody says which hub serves it");
        assert_eq!(gathered(Level::City, Some(&hub)).expect("one")[0].relay, Some(hub.clone()));
        assert_eq!(gathered(Level::District, None).expect("one")[0].relay, None);
    }
}
