//! A remote consultation in a city: the case of a meeting at a school, its card for an expert's
//! unit, the expert's answer, and a family that takes its consent back.

use domain::ledger::consent::{Answer, DataClass, Purpose};
use domain::ledger::terms::Relation;
use jiff::ToSpan as _;
use node::ledger::conference::{Conference, ConferenceCase};
use node::ledger::consent::Consent;
use node::ledger::entry::Words;
use node::ledger::refusal::LedgerRefusal;
use node::ledger::{notice, read, write};
use serde_json::Value;

use super::clinic::EXPERT;
use super::school::{Desk, People, SCAN, Says, child, guardian};
use super::{LOOKS_MAX, Lane, late, of_school, strange};
use crate::city::build::BuildError;
use crate::life::school::Failure;

impl Desk {
    /// Enters a meeting with the expert, the family's consent to that unit, and a case with its
    /// card. Agenda and decision say what the card does not. Gives the number of the case.
    fn confer(&self, says: &Says, card: &str) -> Result<i64, Failure> {
        let (node, now_ms) = (self.open()?, self.clock.now_ms());
        let (says, card) = (says.clone(), card.to_owned());
        let written = node.ledger().write("consultation_of_city", move |tx| {
            let people = People::of(tx, now_ms)?;
            let (by, day) = (&people.counsellor, people.counsellor.today());
            let student = child(tx, &people)?;
            write::add(tx, by, &guardian(&people, student, &says))?;
            let paper = Consent {
                classes: Words::new([DataClass::Reason]),
                recipient: EXPERT[0].to_owned(),
                recipient_name: EXPERT[1].to_owned(),
                relation: Some(Relation::Mother),
                guardian_signed: Some(day),
                student_signed: Some(day),
                child_view: "愿意".to_owned(),
                valid_to: day + 60.days(),
                form_digest: SCAN.to_owned(),
                ..Consent::bare(student, (Purpose::Conference, Answer::Given), day)
            };
            write::add(tx, by, &paper)?;
            let meeting = Conference {
                day,
                agenda: says.words.clone(),
                chair: people.owner,
                attendees: "心理教师、校外专家".to_owned(),
                has_outsiders: true,
                outside_unit: Some(EXPERT[0].to_owned()),
            };
            let conference = write::add(tx, by, &meeting)?;
            let case = ConferenceCase {
                day,
                student,
                conference,
                case: None,
                tier: None,
                card,
                decision: says.words.clone(),
                review: None,
                emergency: None,
            };
            Ok::<_, LedgerRefusal>(write::add(tx, by, &case)?.0)
        });
        Ok(written?)
    }

    /// The family of a case takes its consent to a consultation with the expert's unit back.
    fn unconfer(&self, record: i64) -> Result<(), Failure> {
        let (node, now_ms) = (self.open()?, self.clock.now_ms());
        let done = node.ledger().write("consultation_of_city", move |tx| {
            let people = People::of(tx, now_ms)?;
            let cases = read::all::<ConferenceCase>(tx)?;
            let case = cases.into_iter().find(|kept| kept.record.0 == record);
            let student = case.ok_or(LedgerRefusal::Unknown)?.entry.student;
            let by = people.counsellor.because("母亲来电");
            notice::withdraw(tx, &by, student, (Purpose::Conference, EXPERT[0])).map(drop)
        });
        Ok(done?)
    }
}

impl Lane {
    /// Enters a case of a consultation with the expert's unit; gives its number.
    ///
    /// # Errors
    /// The ledgers refused something.
    pub async fn confer(&self, says: &Says, card: &str) -> Result<i64, BuildError> {
        let (desk, says, card) = (self.desk.clone(), says.clone(), card.to_owned());
        of_school(tokio::task::spawn_blocking(move || desk.confer(&says, &card)).await?)
    }

    /// The family takes its consent to the consultation back.
    ///
    /// # Errors
    /// The ledgers refused it.
    pub async fn unconfer(&self, record: i64) -> Result<(), BuildError> {
        let desk = self.desk.clone();
        of_school(tokio::task::spawn_blocking(move || desk.unconfer(record)).await?)
    }

    /// A command of `consult` at the school, as the counsellor.
    ///
    /// # Errors
    /// It failed.
    pub async fn consult(&self, args: &[&str]) -> Result<Value, BuildError> {
        self.of_counsellor("consult", args).await
    }

    /// A command of `card` at the expert's unit.
    ///
    /// # Errors
    /// It failed.
    pub async fn card(&self, args: &[&str]) -> Result<Value, BuildError> {
        self.at_house("card", args).await
    }

    /// Shows the card that would leave, once the directory has come down, and seals and sends
    /// exactly that; gives what was shown.
    ///
    /// # Errors
    /// The directory did not come in time, or a command failed.
    pub async fn send_card(&self, record: i64) -> Result<Value, BuildError> {
        let number = record.to_string();
        let asked = ["send", &number, "--urgency", "urgent", "--person", "心理教师"];
        for _ in 0..LOOKS_MAX {
            let Ok(shown) = self.consult(&asked).await else {
                self.look().await?;
                continue;
            };
            let digest = shown.get("digest").and_then(Value::as_str);
            let digest = digest.ok_or_else(|| strange("consult send"))?;
            self.consult(&["send", &number, "--digest", digest]).await?;
            return Ok(shown);
        }
        Err(late("the directory to the school"))
    }

    /// Waits until a card has come to the expert's unit; gives its number there.
    ///
    /// # Errors
    /// None came in time, or a command failed.
    pub async fn until_card(&self) -> Result<i64, BuildError> {
        for _ in 0..LOOKS_MAX {
            let listed = self.card(&["list"]).await?;
            let cards = listed.get("cards").and_then(Value::as_array);
            let first = cards.and_then(|cards| cards.first()?.get("card")?.as_i64());
            if let Some(number) = first {
                return Ok(number);
            }
            self.look().await?;
        }
        Err(late("a card to the expert"))
    }

    /// Waits until the card of a case stands so at the school; gives what the school sees of it.
    ///
    /// # Errors
    /// It did not in time, or a command failed.
    pub async fn until_told(
        &self,
        record: i64,
        is_so: impl Fn(&Value) -> bool,
    ) -> Result<Value, BuildError> {
        let number = record.to_string();
        for _ in 0..LOOKS_MAX {
            let shown = self.consult(&["show", &number]).await?;
            let cards = shown.get("cards").and_then(Value::as_array);
            if let Some(card) = cards.and_then(|cards| cards.last())
                && is_so(card)
            {
                return Ok(card.clone());
            }
            self.look().await?;
        }
        Err(late("the expert's answer"))
    }
}
