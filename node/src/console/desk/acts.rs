//! Acts with a form of their own: a case entered, moved and signed, a contact, review or follow-up
//! noted, a hold placed and lifted.
//!
//! An act is a list of fields and a function of the ledger; the same form as for entries asks for
//! the fields, and a refused one comes back filled in.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ledger::terms::{ContactWay, ReviewDecision, Standing, Tier};
use domain::ledger::words::{AlertSource, Move};
use domain::ledger::{Action, Authority, SchoolRole};
use domain::ledger::{Kind, Word, authority};
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{Lang, Problem, SignedForm, Text, Visitor};

use super::super::ledgers::{ALERTS_HREF, Readers};
use super::super::office::{Office, problem};
use super::entry::{Pairs, to_record};
use super::form::{self, FormTemplate, Refused, Subject, Typed};
use super::{about, crisis, hold, words};
use crate::ledger::alert::AlertMove;
use crate::ledger::author::Author;
use crate::ledger::board;
use crate::ledger::case::{self, MoveWish};
use crate::ledger::consent::LegalHold;
use crate::ledger::critical::CriticalItem;
use crate::ledger::entry::{
    Cell, CellType, Column, Field, Moment, RecordId, Shape, StaffId, StudentId, WordText, words_of,
};
use crate::ledger::followup::Followup;
use crate::ledger::refusal::{Flaw, LedgerRefusal};
use crate::ledger::showing::Names;
use crate::ledger::{consent, read, write};

type Run = fn(&Tx<'_>, &Author, RecordId, Values) -> Result<RecordId, LedgerRefusal>;
type Start = fn(&Tx<'_>, &Author, RecordId, &mut Typed) -> Result<(), LedgerRefusal>;

/// An act: what it is of, what it asks for, what it does.
pub(super) struct Act {
    word: &'static str,
    /// Kind of the record that it is about; none where it makes one.
    of: Option<Kind>,
    /// Kind of the record that it leads to.
    to: Kind,
    title: Text,
    note: Option<Text>,
    may: Action,
    columns: &'static [Column],
    start: Start,
    run: Run,
}

/// The cells of a form, taken in the order of its columns.
struct Values(std::vec::IntoIter<Cell>);

impl Values {
    fn take<T: Field>(&mut self) -> Result<T, LedgerRefusal> {
        Ok(T::from_cell(self.0.next().unwrap_or(Cell::Null))?)
    }
}

const fn column(name: &'static str, holds: CellType, shape: Shape, optional: bool) -> Column {
    Column { name, holds, shape, optional }
}
const fn word<W: Word>(name: &'static str) -> Column {
    column(name, CellType::Text, Shape::Word(words_of::<W>), false)
}
const fn day(name: &'static str) -> Column {
    column(name, CellType::Text, Shape::Day, false)
}
const fn staff(name: &'static str) -> Column {
    column(name, CellType::Integer, Shape::Staff, false)
}
const fn or_empty(column: Column) -> Column {
    Column { optional: true, ..column }
}
const STUDENT: Column = column("student", CellType::Integer, Shape::Student, false);
const fn instant(name: &'static str) -> Column {
    column(name, CellType::Integer, Shape::Moment, false)
}

use domain::ledger::Act as Right;

/// All of them.
const ACTS: [Act; 9] = [
    Act {
        word: "open",
        of: None,
        to: Kind::AlertCase,
        title: words::ACT_OPEN,
        note: Some(words::NOTE_OPEN),
        may: Action::Do(Right::RaiseTier),
        columns: &[
            STUDENT,
            day("day"),
            word::<Tier>("to_tier"),
            word::<AlertSource>("source"),
            staff("owner"),
            day("next_review"),
            or_empty(instant("contacted_at")),
            or_empty(word::<ContactWay>("way")),
            or_empty(column("how", CellType::Text, Shape::Word(entrances), false)),
        ],
        start: |tx, author, _, typed| {
            typed.preset("how", || Move::Opened.as_str().to_owned());
            typed.preset("day", || author.today().to_string());
            own_staff(tx, author, "owner", typed)
        },
        run: open,
    },
    Act {
        word: "move",
        of: Some(Kind::AlertCase),
        to: Kind::AlertCase,
        title: words::ACT_MOVE,
        note: Some(words::NOTE_MOVE),
        may: Action::Do(Right::RaiseTier),
        columns: &[
            column("how", CellType::Text, Shape::Word(moves), false),
            or_empty(word::<Tier>("to_tier")),
            word::<AlertSource>("source"),
            or_empty(staff("owner")),
            or_empty(day("next_review")),
        ],
        start: |_, _, _, _| Ok(()),
        run: ask_move,
    },
    Act {
        word: "sign",
        of: Some(Kind::AlertMove),
        to: Kind::AlertMove,
        title: words::ACT_SIGN,
        note: Some(words::NOTE_SIGN),
        may: Action::Do(Right::Countersign),
        columns: &[column("answer", CellType::Text, Shape::Word(agreement), false)],
        start: |_, _, _, _| Ok(()),
        run: |tx, author, record, mut values| {
            let agrees = values.take::<String>()? == "yes";
            case::sign(tx, author, record, agrees).map(|()| record)
        },
    },
    Act {
        word: "contact",
        of: Some(Kind::FirstContact),
        to: Kind::FirstContact,
        title: words::ACT_CONTACT,
        note: None,
        may: Action::Do(Right::RaiseTier),
        columns: &[instant("contacted_at"), staff("contacted_by"), word::<ContactWay>("way")],
        start: now_and_own,
        run: |tx, author, record, mut values| {
            let made = (values.take()?, values.take()?, values.take()?);
            case::note_contact(tx, author, record, made).map(|_| record)
        },
    },
    Act {
        word: "critical",
        of: Some(Kind::CriticalItem),
        to: Kind::CriticalItem,
        title: words::ACT_CRITICAL,
        note: Some(words::NOTE_CRITICAL),
        may: Action::Do(Right::HandleCritical),
        columns: &[instant("contacted_at"), staff("contacted_by"), word::<ContactWay>("way")],
        start: now_and_own,
        run: critical,
    },
    Act {
        word: "review",
        of: Some(Kind::AlertReview),
        to: Kind::AlertReview,
        title: words::ACT_REVIEW,
        note: Some(words::NOTE_REVIEW),
        may: Action::Do(Right::RaiseTier),
        columns: &[day("done"), word::<ReviewDecision>("decision"), day("next_review")],
        start: |_, author, _, typed| {
            typed.preset("done", || author.today().to_string());
            Ok(())
        },
        run: |tx, author, record, mut values| {
            let held = (values.take()?, values.take()?, values.take()?);
            case::hold_review(tx, author, record, held).map(|_| record)
        },
    },
    Act {
        word: "followup",
        of: Some(Kind::Followup),
        to: Kind::Followup,
        title: words::ACT_FOLLOWUP,
        note: None,
        may: Action::Write(domain::ledger::Area::Followup),
        columns: &[day("done"), word::<ContactWay>("way")],
        start: |_, author, _, typed| {
            typed.preset("done", || author.today().to_string());
            Ok(())
        },
        run: followup,
    },
    Act {
        word: "hold",
        of: None,
        to: Kind::LegalHold,
        title: words::ACT_HOLD,
        note: Some(words::NOTE_HOLD),
        may: Action::Do(Right::PlaceHold),
        columns: &[
            STUDENT,
            column("ordered_by", CellType::Text, Shape::Text, false),
            column("target", CellType::Integer, Shape::Record, true),
        ],
        start: |_, _, _, _| Ok(()),
        run: |tx, author, _, mut values| {
            let (student, ordered_by) = (values.take::<StudentId>()?, values.take::<String>()?);
            consent::place_hold(tx, author, student, &ordered_by, values.take()?)
        },
    },
    Act {
        word: "lift",
        of: Some(Kind::LegalHold),
        to: Kind::LegalHold,
        title: words::ACT_LIFT,
        note: Some(words::NOTE_LIFT),
        may: Action::Do(Right::PlaceHold),
        columns: &[],
        start: |_, _, _, _| Ok(()),
        run: |tx, author, record, _| consent::lift_hold(tx, author, record).map(|()| record),
    },
];

/// Moves that are asked for; entering has a form of its own.
fn moves() -> Vec<WordText> {
    only(&[Move::TierUp, Move::TierDown, Move::Closed, Move::MovedOut])
}

/// How a case comes onto the ledger.
fn entrances() -> Vec<WordText> {
    only(&[Move::Opened, Move::MovedIn])
}

fn only(moves: &[Move]) -> Vec<WordText> {
    let mut words = words_of::<Move>();
    words.retain(|entry| moves.iter().any(|one| one.as_str() == entry.word));
    words
}

fn agreement() -> Vec<WordText> {
    let word = |word, label| WordText { word, label };
    vec![word("yes", ("同意", "Agree")), word("no", ("不同意", "Do not agree"))]
}

fn own_staff(
    tx: &Tx<'_>,
    author: &Author,
    name: &str,
    typed: &mut Typed,
) -> Result<(), LedgerRefusal> {
    if let Some(own) = author.staff() {
        let line = Names::of(tx, [])?.staff_line(own);
        typed.preset(name, || line);
    }
    Ok(())
}

fn now_and_own(
    tx: &Tx<'_>,
    author: &Author,
    _: RecordId,
    typed: &mut Typed,
) -> Result<(), LedgerRefusal> {
    typed.preset("contacted_at", || runtime::web::time::minute(author.now().0));
    own_staff(tx, author, "contacted_by", typed)
}

fn open(
    tx: &Tx<'_>,
    author: &Author,
    _: RecordId,
    mut values: Values,
) -> Result<RecordId, LedgerRefusal> {
    let (student, day): (StudentId, Date) = (values.take()?, values.take()?);
    let (to, source) = (Some(values.take()?), values.take()?);
    let (owner, next_review): (StaffId, Date) = (values.take()?, values.take()?);
    let (at, way): (Option<Moment>, Option<ContactWay>) = (values.take()?, values.take()?);
    let how = values.take::<Option<Move>>()?.unwrap_or(Move::Opened);
    let wish = MoveWish { how, to, source, owner, next_review: Some(next_review) };
    let case = case::open(tx, author, student, day, &wish)?;
    match (at, way) {
        (Some(at), Some(way)) => {
            let contacts = read::waiting::<crate::ledger::alert::FirstContact>(tx)?;
            let contact = contacts.iter().find(|kept| kept.entry.case == case);
            let contact = contact.ok_or(LedgerRefusal::Unknown)?;
            case::note_contact(tx, author, contact.record, (at, owner, way))?;
        }
        (None, None) => {}
        (Some(_), None) => return Err(LedgerRefusal::Flawed("way", Flaw::Empty)),
        (None, Some(_)) => return Err(LedgerRefusal::Flawed("contacted_at", Flaw::Empty)),
    }
    Ok(case)
}

fn ask_move(
    tx: &Tx<'_>,
    author: &Author,
    case: RecordId,
    mut values: Values,
) -> Result<RecordId, LedgerRefusal> {
    let (how, tier): (Move, Option<Tier>) = (values.take()?, values.take()?);
    let (source, asked): (AlertSource, Option<StaffId>) = (values.take()?, values.take()?);
    let review: Option<Date> = values.take()?;
    let owner = match asked {
        Some(owner) => owner,
        None => board::owner_of(tx, case)?.ok_or(LedgerRefusal::Unknown)?,
    };
    let leaves = matches!(how, Move::Closed | Move::MovedOut);
    let (to, next_review) = if leaves { (None, None) } else { (tier, review) };
    case::ask_move(tx, author, case, &MoveWish { how, to, source, owner, next_review })?;
    Ok(case)
}

fn critical(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    mut values: Values,
) -> Result<RecordId, LedgerRefusal> {
    let kept = read::waiting::<CriticalItem>(tx)?.into_iter().find(|kept| kept.record == record);
    let kept = kept.ok_or(LedgerRefusal::NotWaiting)?;
    let (at, by, way) = (Some(values.take()?), Some(values.take()?), Some(values.take()?));
    let spoken = CriticalItem { contacted_at: at, contacted_by: by, way, ..kept.entry };
    write::update(tx, author, (record, kept.version), &spoken).map(|_| record)
}

fn followup(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    mut values: Values,
) -> Result<RecordId, LedgerRefusal> {
    let kept = read::waiting::<Followup>(tx)?.into_iter().find(|kept| kept.record == record);
    let kept = kept.ok_or(LedgerRefusal::NotWaiting)?;
    let (done, way) = (Some(values.take()?), Some(values.take()?));
    let made = Followup { done, way, ..kept.entry };
    write::update(tx, author, (record, kept.version), &made).map(|_| record)
}

impl Act {
    /// Whether a role ever does this; what it would be refused is not offered.
    fn is_of(&self, role: SchoolRole) -> bool {
        authority(role, self.may) != Authority::Never
    }
}

/// Whether a role ever does an act, by its word in the address.
pub(in crate::console) fn is_offered(word: &str, role: SchoolRole) -> bool {
    ACTS.iter().any(|act| act.word == word && act.is_of(role))
}

/// The acts that a record still calls for and the reader may do, as links: what could only be
/// refused is not offered.
pub(super) fn of_record(
    tx: &Tx<'_>,
    reader: &Author,
    (kind, record): (Kind, RecordId),
    lang: Lang,
) -> Result<Vec<(String, &'static str)>, LedgerRefusal> {
    let is_open = match kind {
        Kind::AlertMove => {
            let waits = read::one::<AlertMove>(tx, record)?.is_some_and(|kept| {
                kept.entry.signed_by.is_none() && kept.entry.standing != Standing::Refused
            });
            waits && case::may_sign(tx, reader, record)?
        }
        Kind::LegalHold => {
            let stands = read::one::<LegalHold>(tx, record)?;
            let stands = stands.is_some_and(|kept| kept.entry.until.is_none());
            stands && consent::may_lift(tx, reader, record)?
        }
        _ => read::does_wait(tx, record)?,
    };
    let of = |act: &&Act| is_open && act.of == Some(kind) && act.is_of(reader.role());
    let link = |act: &Act| (format!("/acts/{}/{}", act.word, record.0), act.title.in_lang(lang));
    Ok(ACTS.iter().filter(of).map(link).collect())
}

fn act_of(word: &str, record: Option<i64>) -> Result<&'static Act, Problem> {
    let found = ACTS.iter().find(|act| act.word == word && act.of.is_some() == record.is_some());
    found.ok_or(Problem::NotFound)
}

pub(super) async fn ask(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Path(word): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, Problem> {
    show(&office, &visitor, (act_of(&word, None)?, None), (Typed::new(pairs), None)).await
}

pub(super) async fn ask_of(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Path((word, record)): Path<(String, i64)>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, Problem> {
    let act = act_of(&word, Some(record))?;
    let of = act.of.map(|kind| (kind, RecordId(record)));
    let done = office.work(&visitor.session, move |tx, reader| {
        // What would be refused is refused by the form, whether it is done or not.
        let of = of.filter(|_| act.is_of(reader.role()));
        of.map_or(Ok(false), |of| about::is_done(tx, of)).map_err(LedgerRefusal::from)
    });
    if let (true, Some((kind, record))) = (done.await.map_err(problem)?, of) {
        return Ok(to_record(kind, record, "done_before"));
    }
    show(&office, &visitor, (act, Some(record)), (Typed::new(pairs), None)).await
}

pub(super) async fn submit(
    State(office): State<Office>,
    Path(word): Path<String>,
    form: SignedForm<Readers, Pairs>,
) -> Result<Response, Problem> {
    let act = act_of(&word, None)?;
    conclude(&office, &form.visitor, (act, None), Typed::new(form.fields)).await
}

pub(super) async fn submit_of(
    State(office): State<Office>,
    Path((word, record)): Path<(String, i64)>,
    form: SignedForm<Readers, Pairs>,
) -> Result<Response, Problem> {
    let act = act_of(&word, Some(record))?;
    conclude(&office, &form.visitor, (act, Some(record)), Typed::new(form.fields)).await
}

async fn conclude(
    office: &Office,
    visitor: &Visitor<Readers>,
    (act, record): (&'static Act, Option<i64>),
    typed: Typed,
) -> Result<Response, Problem> {
    let sent = typed.clone();
    let done = office.work(&visitor.session, move |tx, author| {
        let author = author.because(sent.one("reason"));
        let cells = form::read(tx, &author, act.columns, &sent)?;
        let record = RecordId(record.unwrap_or_default());
        let record = (act.run)(tx, &author, record, Values(cells.into_iter()))?;
        let is_shown = hold::is_shown(tx, &author, (act.to, record))?;
        Ok::<_, Refused>((record, outcome(tx, act, (record, &sent))?, is_shown))
    });
    match done.await {
        Ok((record, said, true)) => Ok(to_record(act.to, record, said)),
        Ok(_) => Ok(hold::to_work()),
        Err(refused) => show(office, visitor, (act, record), (typed, Some(refused))).await,
    }
}

/// What became of an act, as the page says it: what only waits now is not called done.
fn outcome(
    tx: &Tx<'_>,
    act: &Act,
    (record, sent): (RecordId, &Typed),
) -> Result<&'static str, LedgerRefusal> {
    Ok(match act.word {
        "lift" if read::one::<LegalHold>(tx, record)?.is_some_and(|h| h.entry.until.is_none()) => {
            "lift_asked"
        }
        "move" if sent.one("how") != Move::TierUp.as_str() => "asked",
        "sign" => match read::one::<AlertMove>(tx, record)?.map(|kept| kept.entry.standing) {
            Some(Standing::Objected) => "objected",
            Some(Standing::Refused) => "declined",
            _ => "acted",
        },
        _ => "acted",
    })
}

/// What stands above a form: what the record says that the act is about, and the sheet behind it.
fn above(
    tx: &Tx<'_>,
    reader: &Author,
    of: Option<(Kind, RecordId)>,
    lang: Lang,
) -> Result<(Option<String>, Option<crisis::Answered>), LedgerRefusal> {
    let Some(of) = of else { return Ok((None, None)) };
    Ok((about::said(tx, reader, of, lang)?, crisis::answered(tx, reader, of)?))
}

async fn show(
    office: &Office,
    visitor: &Visitor<Readers>,
    (act, record): (&'static Act, Option<i64>),
    (typed, refused): (Typed, Option<Refused>),
) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    let wrong = refused.as_ref().map(Refused::wrong).unwrap_or_default();
    let is_sent = refused.is_some();
    let done = (typed.one("after") == "interview").then_some(words::AFTER_INTERVIEW);
    let drawn = office.work(&visitor.session, move |tx, reader| {
        let mut typed = typed;
        if !act.is_of(reader.role()) {
            return Err(LedgerRefusal::NotAllowed);
        }
        let of = act.of.zip(record.map(RecordId));
        let above = above(tx, &reader, of, lang)?;
        if !is_sent {
            (act.start)(tx, &reader, RecordId(record.unwrap_or_default()), &mut typed)?;
        }
        let subject = Subject { kind: None, columns: act.columns, is_fixed: false };
        let mut fields = form::views(tx, &reader, subject, (&typed, &wrong), lang)?;
        fields.push(super::reason_view(&typed, &wrong, true, lang));
        Ok::<_, LedgerRefusal>((above, fields, super::staff_list(tx, act.columns)?))
    });
    let ((about, sheet), fields, staff) = drawn.await.map_err(problem)?;
    let action = match record {
        Some(record) => format!("/acts/{}/{record}", act.word),
        None => format!("/acts/{}", act.word),
    };
    let status = if is_sent { StatusCode::CONFLICT } else { StatusCode::OK };
    let mut notes: Vec<String> =
        act.note.iter().map(|text| text.in_lang(lang).to_owned()).collect();
    notes.extend(about);
    if let Some(sheet) = sheet {
        notes.extend(sheet.said(&office.packs().await?, lang));
    }
    let body = FormTemplate {
        lang,
        csrf: &visitor.session.csrf,
        action,
        stands: refused.as_ref().and_then(|refused| refused.stands(lang)),
        asks_again: refused.as_ref().is_some_and(Refused::asks_again),
        failure: refused.map(|refused| refused.sentences(lang)),
        done: done.map(|text| text.in_lang(lang).to_owned()),
        notes,
        fields,
        hidden: Vec::new(),
        staff,
        submit: words::SUBMIT.in_lang(lang),
        back: (ALERTS_HREF.to_owned(), words::CANCEL.in_lang(lang)),
    }
    .html()?;
    let title = act.title.in_lang(lang).to_owned();
    office.reply_with(
        status,
        visitor,
        &super::page((title, String::new(), ALERTS_HREF), body, lang),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::entry::Entry as _;
    use crate::ledger::kinds::KINDS;

    /// Every kind that no form writes has its acts, but what has a page of its own: comings and
    /// leavings, destruction, referrals.
    #[test]
    fn kinds_with_acts_of_their_own_have_forms() {
        for known in KINDS.iter().filter(|known| !known.direct) {
            let has = ACTS.iter().any(|act| act.of == Some(known.kind) || act.to == known.kind);
            let own_page = matches!(
                known.kind,
                Kind::Transfer
                    | Kind::Destruction
                    | Kind::Referral
                    | Kind::ReferralAct
                    | Kind::ReferralCall
            );
            assert!(has || own_page, "{}", known.kind.as_str());
        }
        assert_eq!(CriticalItem::KIND, Kind::CriticalItem);
    }

    /// Every move of a case can be chosen in the form of entering or in that of moving, and in one
    /// of them only.
    #[test]
    fn every_move_is_offered_by_one_form() {
        let offered = |words: &[WordText], one: &Move| {
            words.iter().filter(|entry| entry.word == one.as_str()).count()
        };
        for one in Move::ALL {
            let forms = offered(&moves(), one) + offered(&entrances(), one);
            assert_eq!(forms, 1, "{}", one.as_str());
        }
    }
}
