//! Tasks of sealed sums as `xinqiao-hub sealed` tells them to programs.

use domain::unit::UnitId;
use runtime::web::time::minute;
use serde_json::{Value, json};

use crate::sealed::stand;
use crate::sealed::view::TaskView;
use crate::store::sealed::say::Confirmation;

/// The tasks of a table and period: one shape, whether this hub has the sum of one area or of
/// several, as health's hub does.
pub(super) fn shown((sheet, period): (&str, &str), tasks: &[&TaskView]) -> Value {
    let areas: Vec<Value> = tasks.iter().map(|task| of(task)).collect();
    json!({"table": sheet, "period": period, "areas": areas})
}

/// A task with all that a person is told of it.
pub(super) fn of(task: &TaskView) -> Value {
    let openings = task.openings.iter().map(|(opening, record)| {
        json!({
            "stage": opening.set.stage.as_str(), "detail": opening.set.detail.as_str(),
            "groups": opening.set.groups.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "fresh": opening.fresh, "due": opening.due,
            "record": record.map(|record| record.number),
            "record_digest": record.map(|record| record.digest.to_string()),
            "cap_sum": record.and_then(|record| record.cap_sum),
            "refused": opening.refused, "confirmed": confirmed(task.confirmed_in(opening)),
        })
    });
    let waits = task.waits.iter().map(|wait| {
        json!({
            "group": wait.group.as_str(), "stage": wait.stage.as_str(),
            "closed": stand::is_closed(wait),
            "reason": wait.reason.as_ref().map(ToString::to_string),
            "missing": task.awaited(wait).iter().map(UnitId::as_str).collect::<Vec<_>>(),
            "until": wait.until.map(|day| day.to_string()),
        })
    });
    let left = task
        .left
        .iter()
        .map(|(stage, group)| json!({"group": group.as_str(), "stage": stage.as_str()}));
    let untold = task.untold.iter().map(|one| {
        json!({
            "town": one.town.as_str(), "stage": one.stage.as_str(), "may_come": one.may_come,
        })
    });
    let ready = task.ready.iter().map(|ready| {
        json!({
            "stage": ready.set.stage.as_str(), "detail": ready.set.detail.as_str(),
            "groups": ready.set.groups.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "from": ready.from.map(|day| day.to_string()),
        })
    });
    json!({
        "state": stand::stand(task).code(), "closed": task.is_closed,
        "ready": ready.collect::<Vec<_>>(),
        "other_key": task.other_key.iter().map(UnitId::as_str).collect::<Vec<_>>(),
        "task": task.id.to_string(), "area": task.area.as_str(), "table": task.sheet,
        "period": task.period.to_string(), "agreed": task.is_agreed, "stopped": task.stopped,
        "documents": task.is_known, "fresh": task.fresh, "due": task.due,
        "missing": task.missing.iter().map(UnitId::as_str).collect::<Vec<_>>(),
        "unstated": task.unstated.iter().map(UnitId::as_str).collect::<Vec<_>>(),
        "openings": openings.collect::<Vec<_>>(), "waits": waits.collect::<Vec<_>>(),
        "towns_closed": untold.collect::<Vec<_>>(), "left": left.collect::<Vec<_>>(),
    })
}

/// Numbers enrolled that a person confirmed, those that were taken back since too.
fn confirmed(all: &[Confirmation]) -> Vec<Value> {
    let value = |one: &Confirmation| {
        let back = one.withdrawn.as_ref();
        json!({
            "school": one.school.as_str(), "note": one.note, "at": minute(one.made_at_ms),
            "withdrawn": back.map(|(at_ms, note)| json!({"at": minute(*at_ms), "note": note})),
        })
    };
    all.iter().map(value).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use domain::disclosure::sealed::TaskId;

    use super::*;

    /// A task of a week with one report of two.
    pub(in crate::cli) fn task(area: &str) -> TaskView {
        TaskView {
            id: TaskId::from_bytes([1; 32]),
            area: area.parse().expect("unit"),
            school_year: 2026,
            sheet: "sealed.alt.opened".to_owned(),
            period: "2026-W37".parse().expect("week"),
            is_agreed: true,
            stopped: String::new(),
            fresh: 1,
            due: 2,
            missing: Vec::new(),
            unstated: Vec::new(),
            other_key: Vec::new(),
            ready: Vec::new(),
            is_closed: false,
            openings: Vec::new(),
            waits: Vec::new(),
            left: Vec::new(),
            untold: Vec::new(),
            confirmed: std::collections::BTreeMap::new(),
            awaited: std::collections::BTreeMap::new(),
            is_known: true,
        }
    }

    /// A program reads the areas of one hub as those of another: a list also of one.
    #[test]
    fn one_area_has_the_shape_of_several() {
        let (one, two) = (task("370202"), task("370203"));
        for tasks in [vec![&one], vec![&one, &two]] {
            let value = shown(("sealed.alt.opened", "2026-W37"), &tasks);
            let areas = value["areas"].as_array().expect("a list");
            let named: Vec<&str> = areas.iter().filter_map(|one| one["area"].as_str()).collect();
            let expected: Vec<&str> = tasks.iter().map(|task| task.area.as_str()).collect();
            assert_eq!((named, &value["period"]), (expected, &json!("2026-W37")));
        }
    }
}
