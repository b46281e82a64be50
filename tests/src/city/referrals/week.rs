//! A week of referrals, each played to its end: one that a clinic accepts and whose child comes
//! back to school, one that it declines, one that the family takes back, an emergency, and one
//! that is sent while the network is away.

use domain::ledger::Word as _;
use domain::referral::{Event, State, Urgency};
use runtime::web::Lang;
use serde::Serialize;
use serde_json::Value;

use super::{Lane, Says, text};
use crate::city::build::{BuildError, City};
use crate::city::plan::REAL_SCHOOLS;

/// Looks at which the network is away: more than a minute of the city's time.
const AWAY_LOOKS: u32 = 5;

/// What a referral of the week is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Plot {
    /// The clinic accepts it, sees the child and sends an outcome back.
    Accepted,
    /// The clinic declines it.
    Declined,
    /// The family takes it back after the clinic has accepted it.
    Withdrawn,
    /// Nobody is asked for a consent; the clinic takes the child over.
    Emergency,
    /// The hub above the school is away when it is sent.
    LostNetwork,
}

/// What became of one.
#[derive(Clone, Debug, Serialize)]
pub struct Ended {
    /// What it was to show.
    pub plot: Plot,
    /// Its number at the school.
    pub referral: i64,
    /// Its number at the clinic.
    pub intake: i64,
    /// Where it stands at the school.
    pub at_school: String,
    /// Where it stands at the clinic.
    pub at_clinic: String,
    /// Whether the clinic has erased what it said.
    pub is_erased: bool,
    /// What the school knows of its course, in order.
    pub acts: Vec<String>,
    /// What the clinic said that it keeps, where it was taken back.
    pub kept: Option<String>,
}

/// A week that was played, and the lane on which it was.
pub struct Played {
    /// The school's and the clinic's end.
    pub lane: Lane,
    /// What became of each referral.
    pub ended: Vec<Ended>,
}

/// Gives the first school below a street a clinic and plays the week; nothing where no such
/// school's node is up. Whose roll is a real one plays no part.
///
/// # Errors
/// The first step that failed.
pub async fn week_of(city: &mut City) -> Result<Option<Played>, BuildError> {
    let mut schools = city.plan.schools.iter();
    let has_real = city.wishes.data.is_some();
    let found = schools.find(|plan| {
        let unit = plan.school.school_code.as_str();
        let is_real = has_real && REAL_SCHOOLS.contains(&unit);
        plan.parent != plan.school.district_code && city.is_served(unit) && !is_real
    });
    let Some(plan) = found.cloned() else { return Ok(None) };
    let school = &plan.school;
    let lane = Lane::open(city, (&school.school_code, &school.district_code)).await?;
    let says = Says::of_demonstration();
    let ended = play(city, &lane, (&says, &plan.parent)).await?;
    Ok(Some(Played { lane, ended }))
}

/// Plays the week; the hub that is away for a while is the school's own.
///
/// # Errors
/// The first step that failed.
pub async fn play(
    city: &mut City,
    lane: &Lane,
    (says, hub): (&Says, &str),
) -> Result<Vec<Ended>, BuildError> {
    Ok(vec![
        accepted(lane, says).await?,
        declined(lane, says).await?,
        withdrawn(lane, says).await?,
        emergency(lane, says).await?,
        lost(city, lane, (says, hub)).await?,
    ])
}

async fn accepted(lane: &Lane, says: &Says) -> Result<Ended, BuildError> {
    let of = sent(lane, Urgency::Urgent, says).await?;
    treated(lane, of.1).await?;
    returned(lane, Plot::Accepted, of).await
}

async fn declined(lane: &Lane, says: &Says) -> Result<Ended, BuildError> {
    let of = sent(lane, Urgency::Urgent, says).await?;
    let number = of.1.to_string();
    lane.intake(&["decline", &number, "--reason", "no_capacity"]).await?;
    lane.until_state(of.0, State::Declined).await?;
    lane.ends(of.0, Event::GiveUp).await?;
    ended(lane, Plot::Declined, of).await
}

async fn withdrawn(lane: &Lane, says: &Says) -> Result<Ended, BuildError> {
    let of = sent(lane, Urgency::Urgent, says).await?;
    let (record, number) = (of.0.to_string(), of.1.to_string());
    lane.intake(&["accept", &number]).await?;
    lane.until_state(of.0, State::Accepted).await?;
    let who = says.guardian.as_str();
    lane.referral(&["withdraw", &record, "--by", "guardian", "--who", who]).await?;
    lane.until_forgotten(of.0).await?;
    ended(lane, Plot::Withdrawn, of).await
}

async fn emergency(lane: &Lane, says: &Says) -> Result<Ended, BuildError> {
    let of = sent(lane, Urgency::Emergency, says).await?;
    let number = of.1.to_string();
    let args = ["take-over", &number, "--by", "急诊医生", "--place", "急诊室"];
    lane.intake(&args).await?;
    lane.until_state(of.0, State::InCare).await?;
    // Nobody has agreed to any words about it.
    lane.intake(&["outcome", &number]).await?;
    lane.until_state(of.0, State::OutcomeIn).await?;
    lane.ends(of.0, Event::Close).await?;
    ended(lane, Plot::Emergency, of).await
}

async fn lost(
    city: &mut City,
    lane: &Lane,
    (says, hub): (&Says, &str),
) -> Result<Ended, BuildError> {
    let before = lane.come().await?;
    let record = lane.refer(Urgency::Urgent, says).await?;
    city.cut(hub).await?;
    lane.send(record).await?;
    for _ in 0..AWAY_LOOKS {
        lane.look().await?;
    }
    let shown = lane.until_state(record, State::Sent).await?;
    if lane.come().await? != before {
        return Err(BuildError::Referral(format!("something came by no network: {shown}")));
    }
    city.mend(hub).await?;
    let of = (record, lane.until_come(&before).await?);
    treated(lane, of.1).await?;
    returned(lane, Plot::LostNetwork, of).await
}

/// Opens one, seals and sends it, and waits until the clinic has it; gives its numbers at the
/// school and at the clinic.
async fn sent(lane: &Lane, urgency: Urgency, says: &Says) -> Result<(i64, i64), BuildError> {
    let before = lane.come().await?;
    let record = lane.refer(urgency, says).await?;
    lane.send(record).await?;
    Ok((record, lane.until_come(&before).await?))
}

/// What a clinic does with one that it takes.
async fn treated(lane: &Lane, number: i64) -> Result<(), BuildError> {
    let (number, today) = (number.to_string(), lane.today().to_string());
    let summary = ["--adjustments", "先上半天课", "--watch", "睡眠和食欲"];
    let appointed = ["--day", &today, "--time", "09:30", "--place", "门诊三楼"];
    lane.intake(&["accept", &number, "--note", "请家长陪同"]).await?;
    lane.intake(&[&["appoint", number.as_str()][..], &appointed].concat()).await?;
    lane.intake(&["seen", &number]).await?;
    let outcome = ["outcome", number.as_str(), "--fit", "part"];
    lane.intake(&[&outcome[..], &summary].concat()).await?;
    Ok(())
}

/// Once the outcome is back, the child is.
async fn returned(lane: &Lane, plot: Plot, of: (i64, i64)) -> Result<Ended, BuildError> {
    lane.until_state(of.0, State::OutcomeIn).await?;
    lane.ends(of.0, Event::Return).await?;
    ended(lane, plot, of).await
}

/// What both ends say of one.
async fn ended(lane: &Lane, plot: Plot, (record, number): (i64, i64)) -> Result<Ended, BuildError> {
    let shown = lane.referral(&["show", &record.to_string()]).await?;
    let listed = lane.intake(&["list"]).await?;
    let is_it = |line: &&Value| line.get("referral").and_then(Value::as_i64) == Some(number);
    let line = list(&listed, "referrals").iter().find(is_it).cloned().unwrap_or_default();
    let acts = list(&shown, "acts").iter().map(|act| text(act, "event").to_owned());
    let mut kept = list(&shown, "sealed").iter().map(|one| text(one, "kept"));
    Ok(Ended {
        plot,
        referral: record,
        intake: number,
        at_school: text(&shown, "state").to_owned(),
        at_clinic: text(&line, "state").to_owned(),
        is_erased: line.get("erased").and_then(Value::as_bool).unwrap_or_default(),
        acts: acts.collect(),
        kept: kept.find(|kept| !kept.is_empty()).map(str::to_owned),
    })
}

/// A list of an object; empty where there is none.
fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

impl Ended {
    /// One line for a person to read.
    #[must_use]
    pub fn line(&self, lang: Lang) -> String {
        let (zh, en) = self.plot.label();
        let of = |state: &str| State::from_word(state).map_or(("", ""), State::label);
        let (school, clinic) = (of(&self.at_school), of(&self.at_clinic));
        match lang {
            Lang::Zh => {
                let erased = if self.is_erased { "，内容已删除" } else { "" };
                format!("{zh}：学校“{}”，医院“{}”{erased}", school.0, clinic.0)
            }
            Lang::En => {
                let erased = if self.is_erased { ", content erased" } else { "" };
                format!("{en}: school \"{}\", clinic \"{}\"{erased}", school.1, clinic.1)
            }
        }
    }
}

impl Plot {
    const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Accepted => ("接收并返校", "Accepted, and back at school"),
            Self::Declined => ("医院不接收", "Declined"),
            Self::Withdrawn => ("家庭撤回同意", "Taken back by the family"),
            Self::Emergency => ("紧急转介", "Emergency"),
            Self::LostNetwork => ("发出时断网", "Sent while the network was away"),
        }
    }
}
