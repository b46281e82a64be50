//! A calendar file as RFC 5545 writes it: sorts of work and numbers of records, never a name.
//!
//! Whoever opens the file outside the school learns that something is due, not with whom.

use jiff::Timestamp;
use jiff::civil::Date;

/// Longest line in bytes; longer ones are folded.
const LINE_BYTES_MAX: usize = 75;

/// When something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// On a day.
    Day(Date),
    /// At an instant, in milliseconds since 1970 UTC.
    At(i64),
}

/// Something in the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The same in every export, so that a calendar replaces it.
    pub uid: String,
    /// When.
    pub when: When,
    /// What people read.
    pub summary: String,
}

/// The file; `made_ms` is now.
#[must_use]
pub fn calendar(name: &str, events: &[Event], made_ms: i64) -> String {
    let mut text = String::new();
    for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Xinqiao//School node//ZH"] {
        put(&mut text, line);
    }
    put(&mut text, "CALSCALE:GREGORIAN");
    put(&mut text, "METHOD:PUBLISH");
    put(&mut text, &format!("X-WR-CALNAME:{}", escaped(name)));
    for event in events {
        put(&mut text, "BEGIN:VEVENT");
        put(&mut text, &format!("UID:{}", event.uid));
        put(&mut text, &format!("DTSTAMP:{}", utc(made_ms)));
        match event.when {
            When::Day(day) => {
                let written = day.strftime("%Y%m%d");
                put(&mut text, &format!("DTSTART;VALUE=DATE:{written}"));
            }
            When::At(at_ms) => put(&mut text, &format!("DTSTART:{}", utc(at_ms))),
        }
        put(&mut text, &format!("SUMMARY:{}", escaped(&event.summary)));
        put(&mut text, "CLASS:PRIVATE");
        put(&mut text, "TRANSP:TRANSPARENT");
        put(&mut text, "END:VEVENT");
    }
    put(&mut text, "END:VCALENDAR");
    text
}

fn utc(at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Adds a line, folded between characters.
fn put(text: &mut String, line: &str) {
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > LINE_BYTES_MAX {
            text.push_str("\r\n ");
            // The space counts to the line that it begins.
            length = 1;
        }
        text.push(c);
        length += c.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    /// Reads a calendar as RFC 5545 says: lines end with CR LF and are 75 bytes at most, folded
    /// ones are joined, components are nested, each property has a name; gives the properties of
    /// events.
    pub(crate) fn parse(text: &str) -> Vec<Vec<(String, String)>> {
        let lines: Vec<&str> = text.split_terminator("\r\n").collect();
        assert!(lines.iter().all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])));
        let mut joined: Vec<String> = Vec::new();
        for line in lines {
            match line.strip_prefix(' ') {
                Some(rest) => joined.last_mut().expect("a line before").push_str(rest),
                None => joined.push(line.to_owned()),
            }
        }
        let (mut open, mut events) = (Vec::new(), Vec::new());
        for line in &joined {
            let (name, value) = line.split_once(':').expect("name and value");
            match name {
                "BEGIN" => {
                    open.push(value.to_owned());
                    if value == "VEVENT" {
                        events.push(Vec::new());
                    }
                }
                "END" => assert_eq!(open.pop().as_deref(), Some(value)),
                _ if open.last().is_some_and(|last| last == "VEVENT") => {
                    let event = events.last_mut().expect("event");
                    event.push((name.to_owned(), value.to_owned()));
                }
                _ => assert_eq!(open, ["VCALENDAR"]),
            }
        }
        assert!(open.is_empty() && joined.first().is_some_and(|line| line == "BEGIN:VCALENDAR"));
        for event in &events {
            let has =
                |wanted: &str| event.iter().filter(|(name, _)| name.starts_with(wanted)).count();
            assert_eq!((has("UID"), has("DTSTAMP"), has("DTSTART"), has("SUMMARY")), (1, 1, 1, 1));
        }
        events
    }

    /// A day and an instant are written as the standard says.
    #[test]
    fn days_and_instants_are_told_apart() {
        let event = |when| Event { uid: "1@x".into(), when, summary: "a, b; c".into() };
        let events = [event(When::Day(date(2025, 11, 20))), event(When::At(1_763_600_000_000))];
        let read = parse(&calendar("示例", &events, 0));
        let of = |at: usize, name: &str| {
            read[at].iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        };
        assert_eq!(of(0, "DTSTART;VALUE=DATE").as_deref(), Some("20251120"));
        assert_eq!(of(1, "DTSTART").as_deref(), Some("20251120T005320Z"));
        assert_eq!(of(0, "SUMMARY").as_deref(), Some("a\\, b\\; c"));
    }

    proptest! {
        /// Whatever is in a text, the file can be read and has the event.
        #[test]
        fn any_text_is_folded_and_escaped(summary in "\\PC{0,200}") {
            let event = Event { uid: "1@x".into(), when: When::At(0), summary };
            prop_assert_eq!(parse(&calendar("x", &[event], 0)).len(), 1);
        }
    }
}
