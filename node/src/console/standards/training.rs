//! The page of training, certificates and undertakings.

use domain::ledger::certificate::{GROUP_MIN, INDIVIDUAL_MIN};
use domain::ledger::words::{Course, StaffRole};
use domain::ledger::{Kind, SchoolRole, Word as _};
use jiff::civil::Date;
use runtime::web::{Lang, Page, Part, RenderError, Tag, Text, Tone, percent};

use super::super::office::{chosen, text_of};
use super::super::sheet::{self, Around, Cell, Head, Sheet};
use super::super::words::SCHOOL_WORK;
use super::{TRAINING_HREF, new_links, words};
use crate::ledger::showing::Names;
use crate::obligation::training::{CertificateState, CounsellorLine, Training};

/// Names of untrained staff that one line gives before the rest is only counted.
const NAMES_SHOWN: usize = 60;

/// What the page shows.
pub(super) struct View<'a> {
    pub(super) read: &'a Training,
    pub(super) names: &'a Names,
    pub(super) today: Date,
    pub(super) role: SchoolRole,
}

pub(super) fn page(view: &View<'_>, lang: Lang) -> Result<Page, RenderError> {
    let head = Head {
        group: SCHOOL_WORK,
        title: words::TRAINING,
        note: words::TRAINING_NOTE,
        href: TRAINING_HREF,
    };
    let kinds = [
        (Kind::TrainingRecord, words::NEW_TRAINING),
        (Kind::Qualification, words::NEW_QUALIFICATION),
        (Kind::Supervisor, words::NEW_SUPERVISOR),
        (Kind::Supervision, words::NEW_SUPERVISION),
        (Kind::Certificate, words::NEW_CERTIFICATE),
        (Kind::SecrecyPledge, words::NEW_PLEDGE),
    ];
    let mut links = new_links(view.role, &kinds);
    links.push(("/training/pledge".to_owned(), words::PLEDGE));
    let around = Around {
        notes: vec![words::SINCE.fill(lang, &[&view.read.since, &view.today])],
        links,
        signed: Some(words::SIGNED),
        ..Around::default()
    };
    let sheets = vec![
        coverage(view, lang),
        untrained(view, lang),
        counsellors(view, lang),
        certificates(view, lang),
        pledges(view, lang),
    ];
    sheet::page(&head, around, sheets, lang)
}

fn coverage(view: &View<'_>, lang: Lang) -> Sheet {
    let mut heads = vec![words::ROLE, words::ON_ROLL, words::TRAINED, words::HOURS];
    heads.extend(Course::ALL.iter().map(|course| text_of(course.label())));
    let mut sheet = Sheet::new(words::COVERAGE, &heads, words::NO_ROLL, lang);
    for one in view.read.roles.iter().flatten().filter(|one| one.staff > 0) {
        let share = u32::try_from(one.trained * 10_000 / one.staff).unwrap_or(0);
        let trained = format!("{}（{}）", one.trained, percent(share));
        let tone = if one.trained == one.staff { Tone::Good } else { Tone::Notice };
        let state = if one.trained == one.staff { words::COVERED } else { words::UNCOVERED };
        let mut row = vec![
            Cell::plain(chosen(one.role.label(), lang)),
            Cell::plain(one.staff.to_string()),
            Cell::tagged(Tag::of(tone, state, lang), trained),
            Cell::plain(one.hours.to_string()),
        ];
        row.extend(one.courses.iter().map(|count| Cell::plain(count.to_string())));
        sheet.row(row);
    }
    sheet
}

fn untrained(view: &View<'_>, lang: Lang) -> Sheet {
    let heads = [words::ROLE, words::HOW_MANY, words::NAME];
    let mut sheet = Sheet::new(words::UNTRAINED, &heads, words::ALL_TRAINED, lang);
    for role in StaffRole::ALL {
        let own = view.read.untrained.iter().filter(|(of, _)| of == role);
        let lines: Vec<String> = own.map(|(_, staff)| view.names.staff_line(*staff)).collect();
        if lines.is_empty() {
            continue;
        }
        let between = chosen(("、", ", "), lang);
        let named: Vec<&str> = lines.iter().take(NAMES_SHOWN).map(String::as_str).collect();
        let mut names = named.join(between);
        if lines.len() > NAMES_SHOWN {
            names.push('…');
        }
        let count = Cell::plain(lines.len().to_string());
        sheet.row(vec![Cell::plain(chosen(role.label(), lang)), count, Cell::plain(names)]);
    }
    sheet
}

fn counsellors(view: &View<'_>, lang: Lang) -> Sheet {
    let heads = [
        words::NAME,
        words::ROLE,
        words::QUALIFIED,
        words::PROGRESS,
        words::UNSIGNED,
        words::CERTIFICATE,
        words::SUPERVISOR,
        words::HOURS,
    ];
    let mut sheet = Sheet::new(words::COUNSELLORS, &heads, words::NO_COUNSELLOR, lang);
    for one in &view.read.counsellors {
        let certificate = match &one.certificate {
            Some(line) => {
                let text = words::CERTIFICATE_IS.fill(lang, &[&line.number, &line.expires]);
                Cell::tagged(state(line.state, lang), text)
            }
            None => Cell::plain(words::NO_CERTIFICATE.in_lang(lang)),
        };
        let supervisor = match &one.supervisor {
            Some((expert, since)) => Cell::plain(words::SUPERVISOR_IS.fill(lang, &[expert, since])),
            None => Cell::tagged(Tag::of(Tone::Notice, words::NO_SUPERVISOR, lang), ""),
        };
        sheet.row(vec![
            Cell::plain(view.names.staff_line(one.staff)),
            Cell::plain(chosen(one.post.label(), lang)),
            qualified(one, lang),
            gap(one, lang),
            Cell::plain(one.unsigned.to_string()),
            certificate,
            supervisor,
            Cell::plain(one.hours.to_string()),
        ]);
    }
    sheet
}

fn qualified(one: &CounsellorLine, lang: Lang) -> Cell {
    let mut has = Vec::new();
    if one.has_degree {
        has.push(words::DEGREE.in_lang(lang));
    }
    if one.has_vocational {
        has.push(words::VOCATIONAL.in_lang(lang));
    }
    if one.needs {
        return Cell::tagged(Tag::of(Tone::Notice, words::NEEDS, lang), "");
    }
    Cell::plain(has.join(chosen(("、", ", "), lang)))
}

/// What is left to the certificate, and how far it is.
fn gap(one: &CounsellorLine, lang: Lang) -> Cell {
    let of = |had: u32, needed: u32| format!("{}/{needed}", had.min(needed));
    let (individual, group) = one.sessions;
    let done = [of(individual, INDIVIDUAL_MIN), of(group, GROUP_MIN)];
    let done = words::SESSIONS.fill(lang, &[&done[0], &done[1]]);
    if !one.is_open() {
        return Cell::plain(done);
    }
    Cell::tagged(Tag::new(Tone::Bad, still(one.missing(), lang)), done)
}

/// What is missing for the certificate, of either form only where something is.
fn still(missing: (u32, u32), lang: Lang) -> String {
    match missing {
        (0, 0) => words::READY.in_lang(lang).to_owned(),
        (individual, 0) => words::STILL_INDIVIDUAL.with(lang, individual),
        (0, group) => words::STILL_GROUP.with(lang, group),
        (individual, group) => words::STILL.fill(lang, &[&individual, &group]),
    }
}

fn certificates(view: &View<'_>, lang: Lang) -> Sheet {
    let heads =
        [words::NUMBER, words::STATE, words::HOLDER, words::ISSUER, words::ISSUED, words::ENDS];
    let mut sheet = Sheet::new(words::CERTIFICATES, &heads, words::NONE, lang);
    for line in &view.read.certificates {
        sheet.row(vec![
            Cell::plain(line.number.clone()),
            Cell::tagged(state(line.state, lang), ""),
            Cell::plain(view.names.staff_line(line.staff)),
            Cell::plain(line.issuer.clone()),
            Cell::plain(line.issued.to_string()),
            Cell::plain(line.expires.to_string()),
        ]);
    }
    sheet
}

fn pledges(view: &View<'_>, lang: Lang) -> Sheet {
    let heads = [words::LOGIN, words::ROLE, words::STAFF, words::PLEDGED];
    let mut sheet = Sheet::new(words::PLEDGES, &heads, words::NONE, lang);
    for one in &view.read.readers {
        let signed = match one.signed {
            Some(day) => Cell::plain(day.to_string()),
            None => Cell::tagged(Tag::of(Tone::Bad, words::UNPLEDGED, lang), ""),
        };
        sheet.row(vec![
            Cell::plain(one.login.clone()),
            Cell::plain(chosen(one.role.label(), lang)),
            Cell::plain(one.staff.map_or_else(String::new, |staff| view.names.staff_line(staff))),
            signed,
        ]);
    }
    sheet
}

fn state(state: CertificateState, lang: Lang) -> Part<Tag> {
    let (tone, text): (Tone, Text) = match state {
        CertificateState::Valid => (Tone::Good, words::VALID),
        CertificateState::EndsSoon => (Tone::Notice, words::ENDS_SOON),
        CertificateState::Expired => (Tone::Bad, words::EXPIRED),
        CertificateState::Revoked => (Tone::Bad, words::REVOKED),
    };
    Tag::of(tone, text, lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is missing is said of the form in which it is, and of no other.
    #[test]
    fn what_is_missing_is_said_by_its_form() {
        for (missing, zh, en) in [
            ((4, 0), "个体还差 4 次", "4 individual ones missing"),
            ((0, 1), "团体还差 1 次", "1 group ones missing"),
            ((4, 1), "个体还差 4 次，团体还差 1 次", "4 individual and 1 group ones missing"),
        ] {
            assert_eq!(still(missing, Lang::Zh), zh);
            assert_eq!(still(missing, Lang::En), en);
        }
        assert!(!still((0, 0), Lang::Zh).contains("还差"));
    }
}
