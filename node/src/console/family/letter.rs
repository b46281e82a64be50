//! The notice as it is printed for a class: one page for all, one slip a student.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::ledger::Word as _;
use domain::ledger::consent::signers;
use domain::ledger::day::age_on;
use domain::ledger::terms::ReadPurpose;
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{Html, Lang, Page, Problem, RenderError, Text, Visitor};
use serde::Deserialize;

use super::super::office::{Office, chosen, problem};
use super::super::words::DAILY_RECORDS;
use super::{Callers, FAMILIES_HREF, chosen_label, class_and_notice, words};
use crate::ledger::author::Author;
use crate::ledger::entry::StudentId;
use crate::ledger::notice::{Item, Notice};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::{access, profile, roll_list};
use crate::packs::Packs;

/// Which class and which version.
#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    pub(super) class: String,
    #[serde(default)]
    pub(super) notice: i64,
}

/// A line of the slip.
struct ItemView {
    purpose: &'static str,
    data: String,
    to: String,
}

/// A student's slip.
struct SlipView {
    name: String,
    guardian: bool,
    student: bool,
    adult: bool,
    child_view: bool,
}

#[derive(Template)]
#[template(path = "console/letter.html")]
struct LetterTemplate<'a> {
    lang: Lang,
    notice: &'a Notice,
    greeting: String,
    scales: Vec<String>,
    items: Vec<ItemView>,
    slips: Vec<SlipView>,
    slip_note: String,
}

/// What is printed.
pub(crate) struct Letter {
    notice: Notice,
    school: (String, String),
    students: Vec<(StudentId, u8)>,
    names: Names,
}

impl Letter {
    /// Reads what is printed for a class, and logs every student of it.
    pub(crate) fn load(
        tx: &Tx<'_>,
        reader: &Author,
        asked: (&str, i64),
    ) -> Result<Self, LedgerRefusal> {
        let (_, students, notice) = class_and_notice(tx, reader, asked)?;
        let named = students.iter().copied().collect();
        access::log_list(tx, reader, &named, ReadPurpose::ClassWork)?;
        let today = reader.today();
        let aged = students.into_iter().map(|student| {
            // Nobody knows who must sign for a student of unknown age; so the strictest age holds.
            let birth: Option<Date> = roll_list::birth(tx, student)?;
            Ok((student, birth.map_or(14, |birth| age_on(birth, today))))
        });
        let students = aged.collect::<Result<_, LedgerRefusal>>()?;
        let school = profile::load(tx)?.map(|known| (known.name_zh, known.name_en));
        let names = Names::load(tx)?;
        Ok(Self { notice, school: school.unwrap_or_default(), students, names })
    }

    /// The same as plain text: the notice once, then a slip for each student.
    pub(crate) fn text(&self, packs: &Packs, lang: Lang) -> String {
        let said = |text: Text| text.in_lang(lang).to_owned();
        let mut lines = vec![said(words::LETTER), self.greeting(lang), said(words::INTRO)];
        let parts = [
            (words::KEPT_HEAD, said(words::KEPT_TEXT)),
            (words::SCALES_HEAD, self.scales(packs, lang).join("\n")),
            (words::WHERE_HEAD, said(words::WHERE_TEXT)),
            (words::WHO_HEAD, said(words::WHO_TEXT)),
            (words::LEAVES_HEAD, said(words::LEAVES_TEXT)),
            (words::TERM_HEAD, said(words::TERM_TEXT)),
            (words::RIGHTS_HEAD, said(words::RIGHTS_TEXT)),
            (words::CONTACT_HEAD, self.notice.says.contact.clone()),
        ];
        for (head, text) in parts.into_iter().filter(|(_, text)| !text.is_empty()) {
            lines.extend([String::new(), said(head), text]);
        }
        let note = words::SLIP_NOTE.fill(lang, &[&self.notice.version]);
        for (student, age) in &self.students {
            let slip = slip_view(&self.names, *student, *age);
            lines.extend([
                String::from("\u{c}"),
                said(words::SLIP),
                note.clone(),
                slip.name.clone(),
            ]);
            for item in &self.notice.says.items {
                let item = item_view(item, lang);
                let until = format!("{} {}", said(words::UNTIL), self.notice.says.valid_to);
                let parts = [item.purpose, &item.data, &item.to, &until];
                lines.push(format!("{}    {}", parts.join(" · "), said(words::AGREE_BOX)));
            }
            let signed = [
                (slip.guardian, words::SIGN_GUARDIAN),
                (slip.student, words::SIGN_STUDENT),
                (slip.adult, words::SIGN_ADULT),
                (slip.child_view, words::CHILD_VIEW),
            ];
            lines.extend(
                signed.into_iter().filter(|(needed, _)| *needed).map(|(_, text)| said(text)),
            );
        }
        lines.join("\n")
    }

    fn greeting(&self, lang: Lang) -> String {
        let school = match (lang, self.school.1.is_empty()) {
            (Lang::En, false) => &self.school.1,
            _ => &self.school.0,
        };
        words::LETTER_TO.fill(lang, &[school])
    }

    fn scales(&self, packs: &Packs, lang: Lang) -> Vec<String> {
        let name = |id: &String| {
            let known = packs.scale(id).map(|known| &known.pack.definition().label);
            known.map_or_else(|| id.clone(), |label| chosen_label(label, lang))
        };
        self.notice.says.scales.iter().map(name).collect()
    }
}

fn slip_view(names: &Names, student: StudentId, age: u8) -> SlipView {
    let needed = signers(age);
    SlipView {
        name: names.student_line(student),
        guardian: needed.guardian,
        student: needed.student && needed.guardian,
        adult: needed.student && !needed.guardian,
        child_view: needed.child_view,
    }
}

pub(super) async fn show(
    State(office): State<Office>,
    visitor: Visitor<Callers>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let packs = office.packs().await?;
    let found = office.work(&visitor.session, move |tx, reader| {
        Letter::load(tx, &reader, (which.class.as_str(), which.notice))
    });
    let letter = found.await.map_err(problem)?;
    let lang = visitor.frame.lang;
    let body = body(&letter, &packs, lang)?;
    let crumbs = [DAILY_RECORDS, words::FAMILIES].map(|text| text.in_lang(lang).to_owned());
    let page = Page {
        title: words::LETTER.in_lang(lang).to_owned(),
        note: letter.notice.version.clone(),
        crumbs: crumbs.to_vec(),
        current: FAMILIES_HREF,
        exports: Vec::new(),
        body,
    };
    office.reply(&visitor, &page)
}

fn body(letter: &Letter, packs: &Packs, lang: Lang) -> Result<Html, RenderError> {
    let notice = &letter.notice;
    let slip = |(student, age): &(StudentId, u8)| slip_view(&letter.names, *student, *age);
    Html::render(&LetterTemplate {
        lang,
        notice,
        greeting: letter.greeting(lang),
        scales: letter.scales(packs, lang),
        items: notice.says.items.iter().map(|item| item_view(item, lang)).collect(),
        slips: letter.students.iter().map(slip).collect(),
        slip_note: words::SLIP_NOTE.fill(lang, &[&notice.version]),
    })
}

fn item_view(item: &Item, lang: Lang) -> ItemView {
    let data = item.classes.iter().map(|class| chosen(class.label(), lang));
    let stays = words::STAYS_HERE.in_lang(lang);
    ItemView {
        purpose: chosen(item.purpose.label(), lang),
        data: data.collect::<Vec<_>>().join(chosen(("、", ", "), lang)),
        to: if item.recipient.is_empty() { stays.to_owned() } else { item.recipient_name.clone() },
    }
}
