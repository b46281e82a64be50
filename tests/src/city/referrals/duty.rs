//! A duty report to the police, a tip from there, and a caller whom a hotline hands over, each to
//! its end by the commands of both sides.

use serde_json::Value;

use super::super::process::Program;
use super::super::site::path_text;
use super::super::visitors;
use super::{LOOKS_MAX, Lane, POLICE, late, parsed, strange, text};
use crate::city::build::BuildError;

/// What became of the report and of the tip, as each side sees it.
#[derive(Clone, Debug)]
pub struct Told {
    /// What the office read of the report.
    pub report: String,
    /// How the report stands at the school, and at the office.
    pub report_stands: [String; 2],
    /// What the school's head read of the tip.
    pub tip: String,
    /// How the tip stands at the office, and at the school.
    pub tip_stands: [String; 2],
    /// Whether whoever wrote the report could send it alone.
    pub was_sent_alone: bool,
}

/// Plays both.
///
/// # Errors
/// The first step that failed.
pub async fn report_and_tip(lane: &Lane, words: [&str; 2]) -> Result<Told, BuildError> {
    lane.admit_head().await?;
    let (record, was_sent_alone) = sent_report(lane, words[0]).await?;
    let number = lane.until_there("desk", "reports").await?;
    let report = lane.at_house("desk", &["show", &number, "--read", "triage"]).await?.to_string();
    let say = ["answer", &number, "--say", "received", "--note", "R-7"];
    lane.at_house("desk", &say).await?;
    lane.until_stands("notice", ("reports", &record), "received").await?;
    let say = ["answer", &number, "--say", "handled", "--how", "protected"];
    lane.at_house("desk", &say).await?;
    lane.until_stands("notice", ("reports", &record), "handled").await?;
    let report_stands = [
        lane.stands("notice", ("reports", &record)).await?,
        lane.stands("desk", ("reports", &number)).await?,
    ];
    let sent = sent_tip(lane, words[1]).await?;
    let number = lane.until_there("notice", "tips").await?;
    let tip = lane.as_head(&["tip", &number]).await?.to_string();
    lane.as_head(&["answer", &number, "--say", "received"]).await?;
    lane.as_head(&["answer", &number, "--say", "handled", "--how", "followed"]).await?;
    lane.until_stands("desk", ("tips", &sent), "handled").await?;
    let tip_stands = [
        lane.stands("desk", ("tips", &sent)).await?,
        lane.stands("notice", ("tips", &number)).await?,
    ];
    Ok(Told { report, report_stands, tip, tip_stands, was_sent_alone })
}

/// What became of a hotline's caller, as each side sees it.
#[derive(Clone, Debug)]
pub struct Handed {
    /// How many callers the school's head sees.
    pub seen_by_head: usize,
    /// What the counsellor read.
    pub read: String,
    /// How it stands at the hotline, and at the school.
    pub stands: [String; 2],
}

/// Plays a hand-off: a caller in danger who is not reached at first.
///
/// # Errors
/// The first step that failed.
pub async fn hand_off(lane: &Lane, words: &str) -> Result<Handed, BuildError> {
    lane.admit_head().await?;
    lane.until_listed().await?;
    let mut args = vec!["hand-off", "--school", &lane.school, "--name", "小雨"];
    args.extend(["--reach", words, "--danger", "yes", "--ground", "spoken"]);
    args.extend(["--agreed", "由心理教师打电话", "--phone", lane.house.0[3]]);
    let shown = lane.at_house("desk", &args).await?;
    let (sent, digest) = (number_of(&shown)?, text(&shown, "digest").to_owned());
    lane.at_house("desk", &["send", &sent, "--digest", &digest]).await?;
    let number = lane.until_caller().await?;
    let seen_by_head = hand_offs(&lane.as_head(&["hand-offs"]).await?).len();
    let read = lane.as_counsellor(&["hand-off", &number]).await?.to_string();
    for said in ["received", "not_reached", "reached"] {
        lane.as_counsellor(&["answer", &number, "--say", said]).await?;
    }
    for _ in 0..LOOKS_MAX {
        let house = lane.at_house("desk", &["hand-offs"]).await?;
        let school = lane.as_counsellor(&["hand-offs"]).await?;
        let stands = [state_in(&house, &sent), state_in(&school, &number)];
        if stands[0] == "reached" {
            return Ok(Handed { seen_by_head, read, stands });
        }
        lane.look().await?;
    }
    Err(late("the answer to a hotline"))
}

fn hand_offs(listed: &Value) -> Vec<Value> {
    listed.get("hand_offs").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn state_in(listed: &Value, number: &str) -> String {
    let lines = hand_offs(listed);
    let own = lines.iter().find(|line| number_of(line).is_ok_and(|one| one == number));
    own.map_or_else(String::new, |line| text(line, "state").to_owned())
}

/// Written by the counsellor once the directory is there, and sent by the head; gives its record.
async fn sent_report(lane: &Lane, words: &str) -> Result<(String, bool), BuildError> {
    let [office, ..] = lane.house.0;
    let mut written = None;
    let mut args = vec!["report", "--office", office, "--harm", "violence"];
    args.extend(["--suspicion", "guardian", "--found-by", "班主任", "--seen", words]);
    args.extend(["--done", "已送校医室"]);
    for _ in 0..LOOKS_MAX {
        if let Ok(shown) = lane.as_counsellor(&args).await {
            written = Some(shown);
            break;
        }
        lane.look().await?;
    }
    let shown = written.ok_or_else(|| late("the directory"))?;
    let (record, digest) = (number_of(&shown)?, text(&shown, "digest").to_owned());
    let send = ["send", &record, "--digest", &digest];
    let was_sent_alone = lane.as_counsellor(&send).await.is_ok();
    lane.as_head(&send).await?;
    Ok((record, was_sent_alone))
}

async fn sent_tip(lane: &Lane, words: &str) -> Result<String, BuildError> {
    let mut args = vec!["tip", "--school", &lane.school, "--about", "danger"];
    args.extend(["--child", "七年级一名学生", "--said", words]);
    let shown = lane.at_house("desk", &args).await?;
    let (number, digest) = (number_of(&shown)?, text(&shown, "digest").to_owned());
    lane.at_house("desk", &["send", &number, "--digest", &digest]).await?;
    Ok(number)
}

fn number_of(shown: &Value) -> Result<String, BuildError> {
    let number = shown.get("id").and_then(Value::as_i64);
    number.map(|number| number.to_string()).ok_or_else(|| strange("a notice"))
}

impl Lane {
    /// The moral-education head's account, which nobody needed before.
    async fn admit_head(&self) -> Result<(), BuildError> {
        let [login, name, role, staff] = visitors::MORAL_HEAD;
        let (keys, unit) = (self.site.folder("keys"), self.school.as_str());
        let data = path_text(&self.site.folder(unit));
        let at = visitors::Desk { program: Program::Node, unit, data: &data, keys: &keys };
        let args = [login, "--name", name, "--role", role, "--staff", staff];
        visitors::make(self.site.launcher(), &at, login, &args).await.map(drop)
    }

    async fn notice(&self, login: &str, args: &[&str]) -> Result<Value, BuildError> {
        let keys = self.site.folder("keys");
        let password = path_text(&visitors::password_file(&keys, &self.school, login));
        let mut all = vec!["notice", "--as", login, "--password-file", &password];
        all.extend(args);
        all.push("--json");
        parsed(&self.site.node(&self.school, &all).await?)
    }

    async fn as_counsellor(&self, args: &[&str]) -> Result<Value, BuildError> {
        let [login, ..] = visitors::COUNSELLOR;
        self.notice(login, args).await
    }

    async fn as_head(&self, args: &[&str]) -> Result<Value, BuildError> {
        let [login, ..] = visitors::MORAL_HEAD;
        self.notice(login, args).await
    }

    /// Waits until the directory has come down to the school: a report to the police, whose key the
    /// school does not know, is then refused for the key and not for the office.
    async fn until_listed(&self) -> Result<(), BuildError> {
        let ([login, ..], unit) = (visitors::COUNSELLOR, self.school.as_str());
        let data = path_text(&self.site.folder(unit));
        let mut args = vec!["notice", "--as", login, "--password-file", &self.counsellor];
        args.extend(["report", "--office", POLICE[0], "--harm", "other"]);
        args.extend(["--suspicion", "unknown", "--found-by", "班主任", "--seen", "试"]);
        args.extend(["--done", "试", "--json", "--data", &data]);
        for _ in 0..LOOKS_MAX {
            let ended = self.site.launcher().ended(Program::Node, unit, &args).await?;
            if ended.printed.contains("NOTICE_ROAD") {
                return Ok(());
            }
            self.look().await?;
        }
        Err(late("the directory"))
    }

    /// Waits until a caller is in the counsellor's list; gives the number.
    async fn until_caller(&self) -> Result<String, BuildError> {
        for _ in 0..LOOKS_MAX {
            let listed = self.as_counsellor(&["hand-offs"]).await?;
            if let Some(line) = hand_offs(&listed).first() {
                return number_of(line);
            }
            self.look().await?;
        }
        Err(late("a hotline's caller"))
    }

    /// A list at a school, as its head sees it, or at the office.
    async fn list(&self, command: &str, what: &str) -> Result<Vec<Value>, BuildError> {
        let listed = match command {
            "notice" => self.as_head(&[what]).await?,
            _ => self.at_house(command, &[what]).await?,
        };
        Ok(listed.get(what).and_then(Value::as_array).cloned().unwrap_or_default())
    }

    /// How a notice stands in a list; empty where it is not there.
    async fn stands(
        &self,
        command: &str,
        (what, number): (&str, &str),
    ) -> Result<String, BuildError> {
        let lines = self.list(command, what).await?;
        let own = lines.iter().find(|line| number_of(line).is_ok_and(|one| one == number));
        Ok(own.map_or_else(String::new, |line| text(line, "state").to_owned()))
    }

    /// Waits until something is in a list; gives its number.
    async fn until_there(&self, command: &str, what: &str) -> Result<String, BuildError> {
        for _ in 0..LOOKS_MAX {
            if let Some(line) = self.list(command, what).await?.first() {
                return number_of(line);
            }
            self.look().await?;
        }
        Err(late(what))
    }

    /// Waits until a notice stands so.
    async fn until_stands(
        &self,
        command: &str,
        of: (&str, &str),
        state: &str,
    ) -> Result<(), BuildError> {
        for _ in 0..LOOKS_MAX {
            if self.stands(command, of).await? == state {
                return Ok(());
            }
            self.look().await?;
        }
        Err(late(state))
    }
}
