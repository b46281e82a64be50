//! A coming, a leaving, a correction: read from a form, and shown with its student and with what
//! follows from it before it is entered.
//!
//! What is shown is what the ledger itself would do: it does it, says so and takes it all back.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ledger::Word as _;
use domain::ledger::terms::TransferKind;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};
use runtime::web::{Problem, SignedForm, Visitor};

use super::super::filled::{Filled, Sent};
use super::super::office::{Office, RollKeepers, told};
use super::{Done, ROLL_HREF, answer, overview, pages};
use crate::import::preview::Change;
use crate::import::value::{self, GradeSpan};
use crate::ledger::author::Author;
use crate::ledger::entry::StudentId;
use crate::ledger::people::{self, PersonLine};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::roll_change::{self, Arrival, Correction, Leaving, Left};
use crate::ledger::turn as turns;

type Form = SignedForm<RollKeepers, Filled>;

/// What an entry comes to.
pub(super) enum Effect {
    /// The student is off the roll.
    Left(Left),
    /// Fields that are right now.
    Corrected(Vec<Change>),
}

/// Why something was not entered.
enum Held {
    /// The ledger refuses it.
    Refused(LedgerRefusal),
    /// It is shown first.
    Shown(Effect),
}

impl From<LedgerRefusal> for Held {
    fn from(refusal: LedgerRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<SqlError> for Held {
    fn from(error: SqlError) -> Self {
        Self::Refused(error.into())
    }
}

pub(super) async fn arrive(State(office): State<Office>, form: Form) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let sent = Sent::new("arrive", filled.clone());
    let grades = office.rules.file_rules().grades;
    let done = office.work(&visitor.session, move |tx, author| {
        let wrong = |name| move |_| LedgerRefusal::Field(name);
        let number = filled.text("number");
        let arrival = Arrival {
            day: day(filled.text("day"), "day")?,
            number: value::StudentNumber::parse(number).map_err(wrong("student_number"))?,
            name: value::parse_name(filled.text("name")).map_err(wrong("name"))?,
            sex: value::parse_sex(filled.text("sex")).map_err(wrong("sex"))?,
            birth_date: optional(filled.text("birth"), "birth_date")?,
            grade: grade_of(filled.text("grade"), (grades, author.today()))?,
            class: value::parse_class(filled.text("class")).map_err(wrong("class"))?.label,
            other_school: filled.text("other_school").trim().to_owned(),
        };
        roll_change::arrive(tx, &author, &arrival)
    });
    let done = done.await.map(|student| format!("{ROLL_HREF}?done=arrive&student={}", student.0));
    answer(&office, &visitor, done, sent).await
}

pub(super) async fn leave(State(office): State<Office>, form: Form) -> Result<Response, Problem> {
    enter(&office, form, "leave", |tx, author, student, filled| {
        let leaving = Leaving {
            day: day(filled.text("day"), "day")?,
            how: TransferKind::from_word(filled.text("how")).ok_or(LedgerRefusal::Field("how"))?,
            other_school: filled.text("other_school").trim().to_owned(),
        };
        Ok(Effect::Left(roll_change::leave(tx, author, student, &leaving)?))
    })
    .await
}

pub(super) async fn correct(State(office): State<Office>, form: Form) -> Result<Response, Problem> {
    let grades = office.rules.file_rules().grades;
    enter(&office, form, "correct", move |tx, author, student, filled| {
        let given = |name| Some(filled.text(name)).filter(|text| !text.trim().is_empty());
        let wrong = |name| move |_| LedgerRefusal::Field(name);
        let class = |text| value::parse_class(text).map(|class| class.label);
        let right = Correction {
            name: given("name").map(value::parse_name).transpose().map_err(wrong("name"))?,
            sex: given("sex").map(value::parse_sex).transpose().map_err(wrong("sex"))?,
            birth_date: optional(filled.text("birth"), "birth_date")?,
            grade: given("grade").map(|g| grade_of(g, (grades, author.today()))).transpose()?,
            class: given("class").map(class).transpose().map_err(wrong("class"))?,
        };
        let from = day(filled.text("day"), "day")?;
        let author = author.because(filled.text("reason"));
        let changes = roll_change::correct(tx, &author, (student, from), &right)?;
        Ok(Effect::Corrected(changes))
    })
    .await
}

/// What is entered about a student, as a form says.
trait Act:
    FnOnce(&Tx<'_>, &Author, StudentId, &Filled) -> Result<Effect, LedgerRefusal> + Send + 'static
{
}

impl<A> Act for A where
    A: FnOnce(&Tx<'_>, &Author, StudentId, &Filled) -> Result<Effect, LedgerRefusal>
        + Send
        + 'static
{
}

/// Enters something about one student, once that student and what follows were seen.
async fn enter(
    office: &Office,
    form: Form,
    name: &'static str,
    act: impl Act,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let sent = Sent::new(name, filled.clone());
    if filled.has("act", "back") {
        return overview(office, &visitor, (None, sent), Done::default()).await;
    }
    let (refused, back) = match meant(office, &visitor, &filled).await {
        Ok(found) => match &*found {
            [one] => return enter_of(office, &visitor, (name, filled), one, act).await,
            [] => (LedgerRefusal::NotOnRoll, sent),
            several => {
                let asked = pages::Asked::Which(several);
                return confirm(office, &visitor, (name, &filled), &asked);
            }
        },
        Err(refusal) => (refusal, sent),
    };
    let told = told(refused, visitor.frame.lang)?;
    overview(office, &visitor, (told, back), Done::default()).await
}

/// As [`enter`], about a student who is known.
async fn enter_of(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    (name, filled): (&'static str, Filled),
    student: &PersonLine,
    act: impl Act,
) -> Result<Response, Problem> {
    let (read, id) = (filled.clone(), student.student);
    let done = office.work(&visitor.session, move |tx, author| {
        let effect = act(tx, &author, id, &read)?;
        // Who pressed the button of the other page has seen this student there.
        let is_sure = read.has("sure", &id.0.to_string());
        if is_sure { Ok(effect) } else { Err(Held::Shown(effect)) }
    });
    match done.await {
        Ok(_) => {
            let to = format!("{ROLL_HREF}?done={name}&student={}", id.0);
            Ok(Redirect::to(&to).into_response())
        }
        Err(Held::Refused(refusal)) => {
            let told = told(refusal, visitor.frame.lang)?;
            overview(office, visitor, (told, Sent::new(name, filled)), Done::default()).await
        }
        Err(Held::Shown(effect)) => {
            confirm(office, visitor, (name, &filled), &pages::Asked::Sure(student, &effect))
        }
    }
}

fn confirm(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    form: (&'static str, &Filled),
    asked: &pages::Asked<'_>,
) -> Result<Response, Problem> {
    let page = pages::confirm(form, asked, &visitor.session, visitor.frame.lang)?;
    office.reply(visitor, &page)
}

/// Whom the form may mean: by number, or by a name. They are logged, whatever comes of it.
async fn meant(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    filled: &Filled,
) -> Result<Vec<PersonLine>, LedgerRefusal> {
    let picked = filled.text("pick");
    let text = if picked.is_empty() { filled.text("student") } else { picked }.to_owned();
    let found =
        office.work(&visitor.session, move |tx, author| Ok(people::meant(tx, &author, &text)?));
    found.await
}

/// A grade of this school; any, where its type is not set.
fn grade_of(
    text: &str,
    (grades, today): (Option<GradeSpan>, Date),
) -> Result<value::Grade, LedgerRefusal> {
    let year = turns::year_of(today);
    value::grade_of(text, grades.unwrap_or(GradeSpan::ALL), year)
        .map_err(|_| LedgerRefusal::Field("grade"))
}

fn day(text: &str, field: &'static str) -> Result<Date, LedgerRefusal> {
    text.trim().parse().map_err(|_| LedgerRefusal::Field(field))
}

fn optional(text: &str, field: &'static str) -> Result<Option<Date>, LedgerRefusal> {
    if text.trim().is_empty() { Ok(None) } else { day(text, field).map(Some) }
}
