//! What a monitor reads of a hub, in the text format of Prometheus, version 0.0.4.
//!
//! Ages, counts of messages and ends of certificates; labels are ids of units and closed words. No
//! figure about schools, students or sums is here: whoever sees a monitor need not see those.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write};

use certs::identity::LeafIdentity;
use domain::ledger::Word as _;
use domain::referral::DeadlineClass;
use jiff::Timestamp;
use jiff::civil::Date;
use proto::wire::sync::Lane;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::{notes, outbox};

use crate::config::Config;
use crate::letters::status::Letters;
use crate::store::member_key::KeyState;
use crate::store::{alarm, contact, member_key, unit};

/// Media type of the text.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

const LANES: [(Lane, &str); 2] = [(Lane::Statistics, "statistics"), (Lane::Referral, "referral")];

/// The values of a hub at an instant.
pub struct Scrape<'a> {
    /// The hub.
    pub config: &'a Config,
    /// Its certificate, if it has one.
    pub identity: Option<&'a LeafIdentity>,
    /// Now, and the local day.
    pub now: (Timestamp, Date),
}

/// One metric: its name, what it means, and a value for each set of labels.
struct Gauge {
    name: &'static str,
    help: &'static str,
    values: Vec<(String, String)>,
}

impl Gauge {
    const fn new(name: &'static str, help: &'static str) -> Self {
        Self { name, help, values: Vec::new() }
    }

    fn value(mut self, labels: &[(&str, &str)], value: impl Display) -> Self {
        self.add(labels, value);
        self
    }

    fn add(&mut self, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> =
            labels.iter().map(|(name, text)| format!("{name}=\"{}\"", escaped(text))).collect();
        let labels = match labels.as_slice() {
            [] => String::new(),
            labels => format!("{{{}}}", labels.join(",")),
        };
        self.values.push((labels, value.to_string()));
    }
}

impl Scrape<'_> {
    /// Reads and writes all of it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn text(&self, tx: &Tx<'_>) -> Result<String, SqlError> {
        let mut gauges = vec![Gauge::new("xinqiao_build_info", "The program; always 1").value(
            &[("version", env!("CARGO_PKG_VERSION")), ("kind", self.config.kind.as_str())],
            1,
        )];
        gauges.extend(self.uplink(tx)?);
        gauges.extend(self.members(tx)?);
        gauges.extend(letters(&Letters::read(tx)?));
        gauges.push(alarms(tx, self.now.0.as_millisecond())?);
        Ok(gauges.iter().filter(|gauge| !gauge.values.is_empty()).fold(String::new(), written))
    }

    /// What goes up, and how long it waits.
    fn uplink(&self, tx: &Tx<'_>) -> Result<Vec<Gauge>, SqlError> {
        let Some(parent) = self.config.parent.as_ref().map(|parent| parent.name.to_string()) else {
            return Ok(Vec::new());
        };
        let mut contact = Gauge::new(
            "xinqiao_sync_last_contact_timestamp_seconds",
            "When the hub above or a member was last heard",
        );
        let heard = notes::last_contact_ms(tx)?;
        if let Some(heard) = heard {
            contact.add(&[("peer", &parent)], heard / 1_000);
        }
        let mut waiting =
            Gauge::new("xinqiao_outbox_messages", "Messages without an answer of the hub above");
        let mut refused =
            Gauge::new("xinqiao_outbox_refused", "Messages that the hub above refused");
        for (lane, name) in LANES {
            let backlog = outbox::backlog(tx, lane)?;
            waiting.add(&[("lane", name)], backlog.waiting);
            refused.add(&[("lane", name)], backlog.refused);
        }
        Ok(vec![contact, waiting, refused])
    }

    /// Members: last seen, clock, end of certificate; and the hub's own certificate.
    fn members(&self, tx: &Tx<'_>) -> Result<Vec<Gauge>, SqlError> {
        let mut seen = Gauge::new(
            "xinqiao_member_last_seen_timestamp_seconds",
            "When a member last said hello",
        );
        let mut clock =
            Gauge::new("xinqiao_clock_offset_seconds", "A member's clock minus this one's");
        let mut ends =
            Gauge::new("xinqiao_cert_expiry_timestamp_seconds", "When a certificate ends");
        let own = self.config.unit.as_str();
        if let Some(identity) = self.identity {
            ends.add(&[("peer", own)], identity.peer().not_after().as_second());
        }
        let members = unit::members_on(tx, &self.config.unit, self.now.1)?;
        let ids: BTreeSet<&str> = members.iter().map(|member| member.id.as_str()).collect();
        let is_member = |id: &str| ids.contains(id);
        for one in contact::all(tx)?.into_iter().filter(|one| is_member(&one.unit)) {
            seen.add(&[("peer", &one.unit)], one.seen_at_ms / 1_000);
            clock.add(&[("peer", &one.unit)], one.skew_ms / 1_000);
        }
        let keys = member_key::all(tx)?.into_iter();
        for key in keys.filter(|key| key.state == KeyState::Current && is_member(&key.unit)) {
            ends.add(&[("peer", &key.unit)], key.not_after_ms / 1_000);
        }
        let mut count = Gauge::new("xinqiao_members", "Members of this hub today, by kind");
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for member in &members {
            *kinds.entry(member.kind.as_str()).or_default() += 1;
        }
        for (kind, number) in kinds {
            count.add(&[("kind", kind)], number);
        }
        Ok(vec![count, seen, clock, ends])
    }
}

/// Letters of referrals: where they wait, what became of them, and what is late. No label names a
/// unit, none says how urgent anything is, and no number tells a letter from an empty one: a
/// monitor that reads every few seconds would see from whom it came and to whom it went.
fn letters(letters: &Letters) -> [Gauge; 3] {
    let at =
        Gauge::new("xinqiao_letters", "Letters of referrals that are here, by where they wait")
            .value(&[("at", "relay_unopened")], letters.unopened)
            .value(&[("at", "lists")], letters.listed)
            .value(&[("at", "hub_above")], letters.queued);
    let mut counted =
        Gauge::new("xinqiao_letters_counted", "What became of letters, and how often");
    for (name, value) in letters.shown() {
        counted.add(&[("what", name)], value);
    }
    let mut late = Gauge::new("xinqiao_letters_late", "Limits that nobody met, by class");
    if letters.counted_since_ms.is_some() {
        for class in DeadlineClass::ALL {
            late.add(&[("class", class.as_str())], letters.late_of(*class));
        }
    }
    [at, counted, late]
}

/// Alarms that are news, as the self-check counts them: nothing takes one away, so that a count of
/// all of them would never fall.
fn alarms(tx: &Tx<'_>, now_ms: i64) -> Result<Gauge, SqlError> {
    let gauge = Gauge::new("xinqiao_alarms", "What a person must look at, by kind");
    let add = |gauge: Gauge, (kind, number): (String, u64)| gauge.value(&[("kind", &kind)], number);
    Ok(alarm::news(tx, now_ms)?.into_iter().fold(gauge, add))
}

fn written(mut text: String, gauge: &Gauge) -> String {
    // Writing into a string cannot fail.
    let _ = writeln!(text, "# HELP {} {}\n# TYPE {} gauge", gauge.name, gauge.help, gauge.name);
    for (labels, value) in &gauge.values {
        let _ = writeln!(text, "{}{labels} {value}", gauge.name);
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use domain::unit::{UnitId, UnitKind};
    use jiff::civil::date;
    use runtime::sql::Database;

    use super::*;
    use crate::config::File;
    use crate::letters::status;
    use crate::store::contact::Contact;
    use crate::store::unit::{Unit, UnitStatus};

    fn config() -> Config {
        let file = File {
            unit: "370202001".to_owned(),
            kind: UnitKind::Street.to_string(),
            district: "370202".to_owned(),
            zone: "qingdao.example".to_owned(),
            name_zh: "街道".to_owned(),
            name_en: String::new(),
            listen: "127.0.0.1:0".to_owned(),
            advertise: "127.0.0.1:1".to_owned(),
            console: "127.0.0.1:0".to_owned(),
            parent_address: String::new(),
            parent_name: String::new(),
            helper_address: String::new(),
        };
        Config::check(Path::new("nowhere"), &file).expect("config")
    }

    /// A school that was seen, another one that never was, an alarm of now and one of long ago.
    fn fill(tx: &Tx<'_>, hub: &UnitId) -> Result<(), SqlError> {
        for school in ["S1", "S2"] {
            let id: UnitId = school.parse().map_err(|_| SqlError::Type)?;
            let new = Unit {
                id: id.clone(),
                kind: UnitKind::School,
                name_zh: "第一中学".to_owned(),
                name_en: String::new(),
                division: String::new(),
                status: UnitStatus::Active,
                schools_below: 0,
            };
            unit::insert(tx, &new, 1)?;
            unit::place(tx, &id, hub, date(2026, 9, 1), 1)?;
        }
        let (unit, version) = ("S1".to_owned(), "0.1.0".to_owned());
        contact::note(tx, &Contact { unit, version, skew_ms: -7_200_000, seen_at_ms: 5_000 })?;
        alarm::raise(tx, "quarantine", "S1", "第一中学", -alarm::NEWS_MS)?;
        alarm::raise(tx, "clock_skew", "S1", "第一中学", 6_000)
    }

    #[test]
    fn a_monitor_reads_ages_and_counts_and_no_name() {
        let database = Database::in_memory(crate::store::MIGRATIONS).expect("database");
        let (config, today) = (config(), date(2026, 11, 28));
        let hub = config.unit.clone();
        database.write("fill", move |tx| fill(tx, &hub)).expect("filled");
        let scraped = database.read(move |tx| {
            let now = (Timestamp::UNIX_EPOCH, today);
            Scrape { config: &config, identity: None, now }.text(tx)
        });
        let text: String = scraped.expect("text");
        for line in [
            "xinqiao_members{kind=\"school\"} 2\n",
            "xinqiao_member_last_seen_timestamp_seconds{peer=\"S1\"} 5\n",
            "xinqiao_clock_offset_seconds{peer=\"S1\"} -7200\n",
            "xinqiao_alarms{kind=\"clock_skew\"} 1\n",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("quarantine"), "an alarm of a month ago is no news");
        // A member that was never seen has no age instead of a zero.
        assert!(!text.contains("last_seen_timestamp_seconds{peer=\"S2\"}"));
        assert!(text.is_ascii(), "a name is in\n{text}");
    }

    /// A letter that comes, waits and goes on changes no number by which it is told from an empty
    /// one.
    #[test]
    fn a_letter_looks_like_an_empty_one() {
        let told = |counts: &[(&str, u64)], waiting| {
            let counts = counts.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
            let known = Letters { counts, waiting, acks: waiting, ..Letters::default() };
            let known = Letters { counted_since_ms: Some(1), ..known };
            letters(&known).iter().fold(String::new(), written)
        };
        let empty = told(&[(status::DUMMIES, 2), (status::STUCK, 0)], 0);
        assert!(empty.contains("xinqiao_letters_counted{what=\"came\"} 2\n"), "{empty}");
        assert!(empty.contains("what=\"stuck\""));
        let real = [
            (status::DUMMIES, 1),
            (status::OPENED, 1),
            (status::PASSED_ON, 1),
            (status::ACKNOWLEDGED, 1),
            (status::WITHDRAWN, 1),
            (status::STUCK, 0),
        ];
        assert_eq!(told(&real, 1), empty);
    }

    #[test]
    fn a_gauge_is_written_as_the_format_has_it() {
        let gauge = Gauge::new("xinqiao_alarms", "What a person must look at, by kind")
            .value(&[("kind", "clock")], 2)
            .value(&[("kind", "a\"b\\c\nd")], 1);
        let expected = "# HELP xinqiao_alarms What a person must look at, by kind\n\
                        # TYPE xinqiao_alarms gauge\n\
                        xinqiao_alarms{kind=\"clock\"} 2\n\
                        xinqiao_alarms{kind=\"a\\\"b\\\\c\\nd\"} 1\n";
        assert_eq!(written(String::new(), &gauge), expected);
    }
}
