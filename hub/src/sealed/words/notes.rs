//! What people are told of what operators noted: numbers that were confirmed, and what a backup
//! lacks.

use runtime::texts;
use runtime::web::Lang;
use runtime::web::time::minute;

use crate::store::sealed::say::Confirmation;

texts! {
    FAR_FROM_SHEETS = "{0}：{1} 的各校密封报告合计称 {2} 学段有 {3} 人，{0} 枢纽汇总的同一普查日明表合计是 {4} 人，相差太多；这些学校\
                       所在组的合计暂不开启，报告没有退回。密封报告所称：{7}。该枢纽能看到各校明表：请致电其运维人员逐校核对，\
                       再致电有出入的学校。明表报错的，请学校更正明表；各校人数属实的，在本枢纽运行 xinqiao-hub sealed confirm \
                       {5} {6} {2} --note “谁来电、说了什么”；某校密封报告报错的，先用 sealed object 登记该校的报告，再这样确认，\
                       其他组即可开启",
        "{0}: the sealed reports of its schools of {1} name {3} persons in {2} together, where the \
         clear sheets of the same census day that this hub added up have {4}. That is too far \
         apart: the sums of these schools' groups stay closed, and no report is refused. By the \
         reports: {7}. The hub sees each school's sheet: call its operator, compare school by \
         school, and call the school that differs. If a sheet is wrong it is corrected there; if \
         the numbers are right all the same, run xinqiao-hub sealed confirm {5} {6} {2} --note \
         \"who, what\" here; if one school's report is wrong, note that with sealed object \
         first, and confirm then: the other groups are opened.";
    CONFIRMED = "已记下：{0} 这份报告中 {1} 学段的人数 {2} 经核对属实；其他学段不在此列。",
        "Noted: {2} persons in {1}, as this report of {0} names them, is right; nothing was noted \
         of its other stages.";
    UNCONFIRMED = "已撤回对 {0} 这份报告中 {1} 学段人数的确认；确认和撤回的记录都保留。已开启的合计不再改动。",
        "The confirmation of the number in {1} in this report of {0} was taken back; both stay on \
         record. Sums that were opened stay as they are.";
    CONFIRMED_IN = "{0} 的人数与名册或明表相差较多，{1} 经致电确认：{2}",
        "{0}: its number, far from roster or clear sheet, was confirmed by telephone on {1}: {2}";
    NOTES_LOST = "{0}：本枢纽于 {1} 发现数据库恢复自较早的备份。备份以来本枢纽运维人员登记的异议、停课和人数确认（包括撤回）\
                  已丢失，另一枢纽没有；重新登记之前，本枢纽不开启任何合计，其余照常。请按值班记录和学校来电逐条重新登记\
                  （sealed object、sealed away、sealed confirm），然后运行 xinqiao-hub sealed renoted \
                  --note “依据”。备份以来没有登记过的，直接运行即可；另一枢纽无须操作。",
        "{0}: this hub found on {1} that its store was put back from an older backup. What its \
         operators noted since (objections, absences, confirmed numbers, and what was taken back) \
         is lost, and the other hub does not have it. Until it is entered again this hub opens \
         nothing; all else goes on. Enter it again by the log of the desk and by who rang (sealed \
         object, sealed away, sealed confirm), then run xinqiao-hub sealed renoted --note \"by \
         which list\". Where nothing was noted since, run it at once; the other hub has nothing \
         to do.";
    RENOTED = "已记下：备份以来的登记已重新登记，恢复开启合计。",
        "Noted: what was noted since the backup is entered again; sums are opened again.";
    NO_NOTES_LOST = "本枢纽没有等待重新登记的内容；没有改动任何内容。",
        "this hub waits for nothing to be entered again; nothing was changed.";
    CODE_NOTES = "另一枢纽恢复自较早的备份，等其运维人员重新登记备份以来的异议、停课和人数确认；若持续，致电其运维人员",
        "the other hub was put back and waits until its operator has entered again what was noted \
         since the backup; ring the operator if this stays";
    CODE_PUT_BACK = "另一枢纽恢复过备份，拿不准其中一些学校是否已进入过合计：先向它重新出示这些学校的\
                     报告；仍拿不准的，所在组不开启，其余组自动开启；无须处理",
        "the other hub was put back and is not sure whether a sum went out with some of these \
         schools: it is shown their reports again, and of whom it stays unsure the groups stay \
         closed; the others are opened by themselves. Nothing to do";
    UNSURE = "{0}：{1} 中含下列学校的组不开启：{2}。卫健方枢纽恢复备份之前，这一时段的报告可能已经\
              到达，已开启的合计里有没有这些学校已无从查证；若沿用旧数、按停课略过或收入新到的报告再开一次，\
              两次相减就会露出一所学校。其余组照常开启。恢复前已收下的报告，由教育方枢纽凭卫健方当时的签名\
              补回后自动开启；此外无须处理，学年结清时一并了结。",
        "{0}: of {1} the groups of these schools stay closed: {2}. Reports about it could have \
         come before health's hub was put back, and whether a sum went out with these schools \
         nobody there knows any more. Opened over their earlier figures, without them as away, or \
         over a report that came since, the two sums could differ by one school. Other groups go \
         on. What was accepted before is shown again by education's hub under health's signature \
         of then, and opens by itself; there is nothing else to do.";
    HELD_BACK = "{0}：该枢纽以学生人数与学校明表相差较多为由，在开启学期合计时留下了一所学校所在的组\
                 （区、表、学期、学校）：{1}。明表不到本枢纽，无从核对，所以每项合计最多只认两所。请致电学校核实；\
                 查无此事的，致电该枢纽运维人员并记录在案。",
        "{0}: from the sum of a term this hub held back the group of a school whose number of \
         students is far from its clear sheet (area, table, term, school): {1}. No clear sheet \
         comes here, so that it is taken for two schools of a sum at most. Ring the school; if it \
         knows of nothing, ring that hub's operator and write it down.";
    TAKEN_BACK = "；{0} 撤回：{1}", "; taken back on {0}: {1}";
}

/// A confirmed number of a report that stands in a sum: who, when, and what was written down, also
/// where it was taken back since.
#[must_use]
pub fn confirmed_in(one: &Confirmation, lang: Lang) -> String {
    let at = minute(one.made_at_ms);
    let confirmed = CONFIRMED_IN.fill(lang, &[&one.school, &at, &one.note]);
    let back = one.withdrawn.as_ref().map(|(at_ms, note)| {
        let at = minute(*at_ms);
        TAKEN_BACK.fill(lang, &[&at, note])
    });
    confirmed + &back.unwrap_or_default()
}
