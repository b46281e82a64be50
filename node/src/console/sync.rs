//! The state of the link in words: a tag, the reason, who must act and when it heals.
//!
//! Sequence numbers and never a percentage: "99 %" for years tells nobody what is missing.

use runtime::web::{Lang, Part, Tag, Text, Tone, time};

use super::view::{SyncState, SyncStatus};
use super::words;

/// What the page says about the link.
pub struct SyncLines {
    /// Tag with icon and adjective.
    pub tag: Part<Tag>,
    /// Why it is so.
    pub reason: String,
    /// Who must act.
    pub who: &'static str,
    /// When it heals.
    pub heals: &'static str,
    /// Sequence numbers, last answer, certificate.
    pub facts: Vec<String>,
}

/// Puts the state of the link into words.
#[must_use]
pub fn lines(status: &SyncStatus, lang: Lang) -> SyncLines {
    let (tone, who) = urgency(status.state);
    let [adjective, reason, heals] = sentences(status.state);
    SyncLines {
        tag: Tag::of(tone, adjective, lang),
        reason: filled(reason, status.state, lang),
        who: who.in_lang(lang),
        heals: heals.in_lang(lang),
        facts: facts(status, lang),
    }
}

/// How urgent a state is, and who must act.
const fn urgency(state: SyncState) -> (Tone, Text) {
    match state {
        SyncState::Acknowledged => (Tone::Good, words::NOBODY),
        SyncState::Queued { .. } => (Tone::Info, words::NOBODY),
        SyncState::Gap { .. } | SyncState::Unreachable { .. } => (Tone::Notice, words::NOBODY),
        SyncState::Expiring { .. } | SyncState::HubFull => (Tone::Notice, words::HUB_OPERATOR),
        SyncState::Refused | SyncState::ClockOff { .. } => (Tone::Bad, words::SCHOOL_IT),
        SyncState::Revoked | SyncState::Stopped => (Tone::Bad, words::BOTH_SIDES),
        SyncState::HubRevoked => (Tone::Bad, words::COMMISSIONS),
        SyncState::NotJoined => (Tone::Muted, words::SCHOOL_IT),
    }
}

/// Adjective, reason, and when it heals.
const fn sentences(state: SyncState) -> [Text; 3] {
    use words as w;
    match state {
        SyncState::Acknowledged => {
            [w::S_ACKNOWLEDGED, w::S_ACKNOWLEDGED_WHY, w::S_ACKNOWLEDGED_HEALS]
        }
        SyncState::Queued { .. } => [w::S_QUEUED, w::S_QUEUED_WHY, w::S_QUEUED_HEALS],
        SyncState::Gap { .. } => [w::S_GAP, w::S_GAP_WHY, w::S_GAP_HEALS],
        SyncState::Unreachable { .. } => {
            [w::S_UNREACHABLE, w::S_UNREACHABLE_WHY, w::S_UNREACHABLE_HEALS]
        }
        SyncState::HubFull => [w::S_FULL, w::S_FULL_WHY, w::S_FULL_HEALS],
        SyncState::Stopped => [w::S_STOPPED, w::S_STOPPED_WHY, w::S_STOPPED_HEALS],
        SyncState::Refused => [w::S_REFUSED, w::S_REFUSED_WHY, w::S_REFUSED_HEALS],
        SyncState::ClockOff { .. } => [w::S_CLOCK, w::S_CLOCK_WHY, w::S_CLOCK_HEALS],
        SyncState::Expiring { .. } => [w::S_EXPIRING, w::S_EXPIRING_WHY, w::S_EXPIRING_HEALS],
        SyncState::Revoked => [w::S_REVOKED, w::S_REVOKED_WHY, w::S_REVOKED_HEALS],
        SyncState::HubRevoked => [w::S_HUB_REVOKED, w::S_HUB_REVOKED_WHY, w::S_HUB_REVOKED_HEALS],
        SyncState::NotJoined => [w::S_NOT_JOINED, w::S_NOT_JOINED_WHY, w::S_NOT_JOINED_HEALS],
    }
}

fn filled(reason: Text, state: SyncState, lang: Lang) -> String {
    match state {
        SyncState::Queued { since_ms } | SyncState::Unreachable { since_ms } => {
            reason.fill(lang, &[&time::minute(since_ms)])
        }
        SyncState::Gap { expected } => reason.fill(lang, &[&expected]),
        SyncState::ClockOff { seconds } => reason.fill(lang, &[&format!("{seconds:+}")]),
        SyncState::Expiring { days } => reason.fill(lang, &[&days]),
        SyncState::Acknowledged
        | SyncState::HubFull
        | SyncState::HubRevoked
        | SyncState::Stopped
        | SyncState::Refused
        | SyncState::Revoked
        | SyncState::NotJoined => reason.in_lang(lang).to_owned(),
    }
}

fn facts(status: &SyncStatus, lang: Lang) -> Vec<String> {
    let heard = status.heard_at_ms.map_or_else(
        || words::HEARD_NEVER.in_lang(lang).to_owned(),
        |at| words::HEARD.fill(lang, &[&time::minute(at)]),
    );
    let mut facts = vec![words::ACK.fill(lang, &[&status.acknowledged, &status.head]), heard];
    if let Some(days) = status.certificate_days {
        facts.push(words::CERTIFICATE.fill(lang, &[&days]));
    }
    facts
}

#[cfg(test)]
mod tests {
    use runtime::web::Label;

    use super::*;

    /// Every state of the closed list has a tag, a reason and somebody to act, and none hides
    /// behind a percentage.
    #[test]
    fn every_state_is_explained_without_a_percentage() {
        let states = [
            SyncState::Acknowledged,
            SyncState::Queued { since_ms: 0 },
            SyncState::Gap { expected: 17 },
            SyncState::Unreachable { since_ms: 0 },
            SyncState::HubFull,
            SyncState::Stopped,
            SyncState::Refused,
            SyncState::ClockOff { seconds: 41 },
            SyncState::Expiring { days: 7 },
            SyncState::Revoked,
            SyncState::HubRevoked,
            SyncState::NotJoined,
        ];
        for state in states {
            for lang in [Lang::Zh, Lang::En] {
                let status = SyncStatus {
                    hub: Label::same("370202"),
                    state,
                    acknowledged: 16,
                    head: 17,
                    heard_at_ms: None,
                    certificate_days: Some(61),
                };
                let lines = lines(&status, lang);
                let text = format!(
                    "{} {} {} {} {}",
                    lines.tag,
                    lines.reason,
                    lines.who,
                    lines.heals,
                    lines.facts.join(" ")
                );
                assert!(!text.contains('%') && !text.contains('{'), "{text}");
                assert!(text.contains("16") && text.contains("17"), "{text}");
            }
        }
    }
}
