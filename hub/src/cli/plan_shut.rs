//! What a plan lists as opened and could never be told, said by name when it is made and checked.

use domain::disclosure::plan::Shut;
use runtime::cli::{Paint, Terminal};
use serde_json::{Value, json};

use super::plan::{Judged, stage_name};
use super::words::plan as words;

/// The list for machines.
pub(super) fn listed(judged: &Judged) -> Vec<Value> {
    let out = |shut: Shut| match shut {
        Shut::Stage { stage, groups, hiding } => {
            let groups: Vec<&str> = groups.iter().map(|group| group.as_str()).collect();
            json!({"what": "stage", "stage": stage.as_str(), "groups": groups, "hiding": hiding})
        }
        Shut::Alone { group, hiding } => {
            json!({"what": "group", "group": group.as_str(), "hiding": hiding})
        }
        Shut::Grade { stage, grade, persons, hiding } => json!({
            "what": "grade", "stage": stage.as_str(), "grade": grade.as_str(),
            "students": persons, "hiding": hiding,
        }),
    };
    judged.plan.shut(&judged.roster).into_iter().map(out).collect()
}

/// A line for each.
pub(super) fn lines(terminal: &Terminal, judged: &Judged) -> Vec<String> {
    let floor = judged.plan.floor();
    let line = |shut: Shut| match shut {
        Shut::Stage { stage, groups, hiding } => {
            let groups: Vec<&str> = groups.iter().map(|group| group.as_str()).collect();
            let (stage, groups) = (stage_name(stage, terminal.lang()), groups.join(" "));
            terminal.text(words::SHUT_STAGE, &[&stage, &groups, &hiding, &floor])
        }
        Shut::Alone { group, hiding } => {
            terminal.text(words::SHUT_ALONE, &[&group, &hiding, &floor])
        }
        Shut::Grade { stage, grade, persons, hiding } => {
            let stage = stage_name(stage, terminal.lang());
            let grade = grade.as_str();
            terminal.text(words::SHUT_GRADE, &[&stage, &grade, &persons, &hiding, &floor])
        }
    };
    let lines = judged.plan.shut(&judged.roster).into_iter().map(line);
    lines.map(|line| terminal.paint(Paint::Warn, &line)).collect()
}
