//! What a failure of the city means, in both languages: to a person at a terminal the cause is no
//! less than the sentence above it.

use std::error::Error;

use runtime::cli::Sentence;

use super::build::BuildError;
use super::opened::OpenedError;
use super::plan::PlanError;
use super::process::ProcessError;
use super::report::ReportError;
use crate::life::LifeError;

/// Errors below the first one that are told.
const BELOW_MAX: usize = 4;

/// An error with what is below it. What comes from the system or from a program of the city is
/// told in its own words.
#[must_use]
pub fn said(error: &(dyn Error + 'static)) -> Sentence {
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    let mut next = Some(error);
    for _ in 0..=BELOW_MAX {
        let Some(one) = next else { break };
        let own = one.to_string();
        add(&mut zh, chinese(one).unwrap_or_else(|| own.clone()));
        add(&mut en, own);
        next = one.source();
    }
    Sentence::pair(zh.join("："), en.join(": "))
}

/// Leaves out what the line before ends with: an error that passes another one on says it again.
fn add(lines: &mut Vec<String>, line: String) {
    if lines.last().is_none_or(|last| !last.ends_with(&line)) {
        lines.push(line);
    }
}

/// The Chinese of an error of the city.
fn chinese(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref::<BuildError>() {
        return of_build(error);
    }
    if let Some(error) = error.downcast_ref::<ProcessError>() {
        return Some(of_process(error));
    }
    if let Some(error) = error.downcast_ref::<OpenedError>() {
        return of_opened(error);
    }
    if let Some(error) = error.downcast_ref::<ReportError>() {
        return of_report(error);
    }
    if let Some(error) = error.downcast_ref::<PlanError>() {
        return of_plan(error);
    }
    if let Some(error) = error.downcast_ref::<LifeError>() {
        return of_life(error);
    }
    // An error of ours on its way through one of the system.
    let inner = error.downcast_ref::<std::io::Error>()?.get_ref()?;
    chinese(inner)
}

fn of_build(error: &BuildError) -> Option<String> {
    let said = match error {
        BuildError::Process(error) => return Some(of_process(error)),
        BuildError::Opened(error) => return of_opened(error),
        BuildError::Referral(why) => return Some(format!("演示的转介没有进行下去：{why}")),
        BuildError::File(_) => "演示城市的一个文件无法写入或读取",
        BuildError::Step(_) => "建城的一个步骤意外结束",
        BuildError::Address => "演示城市里没有这个枢纽的地址",
    };
    Some(said.to_owned())
}

fn of_process(error: &ProcessError) -> String {
    match error {
        ProcessError::Failed { command, code, said } => {
            format!("{command}\n退出码 {code}，最后的输出：\n{said}")
        }
        ProcessError::Late { command, seconds, said } => {
            format!("{command}\n{seconds} 秒内没有完成，最后的输出：\n{said}")
        }
        ProcessError::System(_) => "无法启动进程".to_owned(),
    }
}

fn of_opened(error: &OpenedError) -> Option<String> {
    match error {
        OpenedError::Said => Some("学校的命令没有列出密封报告".to_owned()),
        OpenedError::Late { area, waits } => Some(format!("{area} 的密封合计未按时完成：{waits}")),
        _ => None,
    }
}

fn of_report(error: &ReportError) -> Option<String> {
    match error {
        ReportError::Incomplete { reported, expected } => {
            Some(format!("全市只汇总了 {reported} 所学校，应有 {expected} 所"))
        }
        _ => None,
    }
}

fn of_plan(error: &PlanError) -> Option<String> {
    match error {
        PlanError::Schools(most) => Some(format!("演示城市的学校须为 6 至 {most} 所")),
        PlanError::List(_) => Some("学校清单无法读取".to_owned()),
        PlanError::Divisions(_) => None,
    }
}

fn of_life(error: &LifeError) -> Option<String> {
    match error {
        LifeError::Refused { day, what, .. } => {
            Some(format!("{day}，台账拒绝了模拟写入的内容（{what}）"))
        }
        LifeError::Missing(what) => Some(format!("学校没有 {what}，没有写入任何内容")),
        LifeError::Paper { what, .. } => Some(format!("未能建立 {what}")),
        LifeError::Store(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use runtime::web::Lang;

    use super::*;

    fn told(error: &(dyn Error + 'static)) -> [String; 2] {
        let said = said(error);
        [Lang::Zh, Lang::En].map(|lang| said.in_lang(lang).to_owned())
    }

    /// A command that failed is told in Chinese with its own words, once; so is an error of ours
    /// that comes through one of the system. What the system says stays as it is.
    #[test]
    fn a_cause_is_told_in_both_languages() {
        let (command, said) = ("xinqiao-node join".to_owned(), "邀请码已过期".to_owned());
        let failed = BuildError::from(ProcessError::Failed { command, code: 4, said });
        let [zh, en] = told(&failed);
        assert_eq!(zh, "xinqiao-node join\n退出码 4，最后的输出：\n邀请码已过期");
        assert_eq!(en, "xinqiao-node join\nended with code 4:\n邀请码已过期");
        let lived = BuildError::from(std::io::Error::other(LifeError::Missing("type")));
        let [zh, en] = told(&lived);
        assert!(zh.contains("没有写入任何内容") && !zh.contains("nothing"), "{zh}");
        assert!(en.contains("nothing was written"), "{en}");
        let full = BuildError::from(std::io::Error::other("disk full"));
        let [zh, en] = told(&full);
        assert_eq!(zh, "演示城市的一个文件无法写入或读取：disk full");
        assert!(en.ends_with(": disk full"), "{en}");
    }
}
