//! What people are told of sealed sums, at the terminal and on the page: states, why a set is not
//! opened, and what an operator does about it.

use proto::opening::Detail;
use runtime::texts;
use runtime::web::{Lang, Text};

use super::guard;
use super::view::Ready;

mod lists;
mod notes;
mod waits;

pub(crate) use lists::{
    LEFT_CLOSED, LIST_AHEAD, LIST_AHEAD_SHOWN, LIST_LEFT, LIST_SUM, NO_TASK, NO_TASK_ABOUT,
    NO_TASK_NEXT, NO_TASK_OF, NO_TASKS, NONE_WAIT_HERE, NOT_LISTED, NOT_LISTED_NEXT, STAGE_SCHOOLS,
    STAGES_CLOSED, YEAR_CLOSED_OF,
};
pub use notes::confirmed_in;
pub(crate) use notes::{
    CONFIRMED, FAR_FROM_SHEETS, HELD_BACK, NO_NOTES_LOST, NOTES_LOST, RENOTED, UNCONFIRMED, UNSURE,
};
pub use waits::{reason, untold, wait};

texts! {
    TABLE = "密封表", "table";
    COUNTED = "统计内容", "what is counted";
    PERIOD = "时段", "period";
    REPORTS = "已收 / 应收", "reports in / due";
    OPENED = "已开启合计", "sums opened";
    STATE = "状态", "state";
    SCHOOL = "学校", "school";
    CODE = "代码", "code";
    TO_DO = "怎么办", "what to do";
    STATE_OPENED = "已开启", "opened";
    STATE_PARTLY = "部分开启", "opened in part";
    STATE_OBJECTIONS = "异议期", "schools can object";
    STATE_REPORTS = "等报告", "waits for reports";
    NO_KEY = "尚未与对方枢纽商定密钥", "no key agreed with the other hub yet";
    NO_DOCUMENTS = "缺少方案、名单或指标目录", "plan, roster or catalogue are not here";
    STOPPED = "需要人处理：{0}", "needs a person: {0}";
    PERIOD_AHEAD = "时段还没有开始", "its period has not begun";
    AREA_HEAD = "【{0}】", "[{0}]";
    COVERAGE = "已收 {0} / {1} 所学校的报告。", "Reports of {0} of {1} {1:school|schools} are in.";
    MISSING = "未收到：{0}\n  学校的“密封报告”页写明原因。学期中途才开始使用的，两个枢纽各自登记（sealed away），见指南“第一学年”。",
        "Missing: {0}\n  The school reads why on its page of sealed reports. One that began in \
         mid-term is noted at both hubs (sealed away): see the guide, \"The first year\".";
    UNSTATED_COUNT = "{0} 所学校的密钥待卫健方核定", "keys of {0} {0:school|schools} not stated by health";
    UNSTATED = "密钥待卫健方核定，报告到达后在此等待：{0}\n  怎么办：在卫健方枢纽运行 \
                xinqiao-hub key school list，逐校电话核对后签发学校密钥表。",
        "Key not stated by health, so that reports wait here: {0}\n  What to do: at health's hub \
         run xinqiao-hub key school list, compare the words with each school by telephone, and \
         have the list of keys signed.";
    OPENED_LINE = "{0}（{1}）：组 {2} 已开启，{3} / {4} 所为本期报告，记录 {5}（教育方第 {6} 号）。",
        "{0} ({1}): groups {2} opened, {3} of {4} fresh, record {5} (number {6} of education's \
         hub).";
    CAP_SUM = "各校上限合计 {0}：学校在上限之内多报，合计不会超过它，也看不出来。",
        "The caps of its schools add up to {0}: a school that told too much within its own is not \
         seen, and the sum cannot exceed that.";
    NOT_OPENED = "{0}（{1}）：组 {2} 尚未开启，对方枢纽答复：{3}",
        "{0} ({1}): groups {2} not opened yet, the other hub said: {3}";
    KEPT_CLOSED = "{0}（{1}）：组 {2} 不予开启（{3}）：{4}",
        "{0} ({1}): groups {2} stay closed ({3}): {4}";
    SINGLED_OUT = "与同一时段已开启的其他合计（另一张统计表的，或按另一份方案开启的）相减，会剩下比方案下限还少的学校；\
                   这份合计不再开启，其余不受影响。无须处理。",
        "less other sums of this period (those of another table, or of another plan) it would \
         leave fewer schools than the plan asks of a group; it is not opened any more, the others \
         go on. There is nothing to do.";
    FOLLOWS = "与此前所见放在一起，会推算出某一所学校的小数值；这份合计不再开启，其余不受影响。",
        "beside what was seen before, a small count of one school would follow; it is not opened \
         any more, the others go on.";
    NOT_DECIDED = "在限定时间内未能判定是否会推算出小数值，因此不开启。请查看告警后联系开发方。",
        "it was not decided in time whether a small count would follow, so it stays closed. Look \
         at the alarm and call the maker.";
    WAITS = "{0}：组 {1} 等待：{2}", "{0}: group {1} waits: {2}";
    STAYS = "{0}：组 {1}：{2}", "{0}: group {1}: {2}";
    NONE_IN_TOWN = "本街道（镇）还没有自己的合计：学校太少，或者还没有开启。",
        "The town has no sum of its own: too few schools, or none is opened yet.";
    ABOVE = "本枢纽不参与密封汇总的计算；下面是下级送来、核验过双方签名的合计。",
        "This hub has no part in the computing. These sums came up, each verified by the \
         signatures of both hubs.";
    IN_TOWN = "本枢纽不参与密封汇总的计算；下面是区县发来、核验过双方签名的本街道（镇）合计。",
        "This hub has no part in the computing. These are the town's own sums, sent down by the \
         district and verified by the signatures of both hubs.";
    AREA = "区域", "area";
    STAGE = "学段", "stage";
    RECORD = "记录", "record";
    OPENED_AT = "开启时间", "opened";
    FRESH = "本期报告 / 应报", "fresh / due";
    OTHER_KEY_OF = "报告使用的密钥与卫健方核定的不符，在此等待、不计入合计：{0}\n  怎么办：致电学校。学校重装或\
                    恢复过系统的，按其页面上的十六个字重新核定密钥；学校没有做过的，即为他人冒名上报，查发证单位。",
        "Reports under another key than health stated wait here and are in no sum: {0}\n  What to \
         do: ring the school. If it was installed anew or put back, have its key stated again by \
         the sixteen words on its page; if not, somebody reports in its name: ask who issued the \
         certificate.";
    OTHER_KEY_COUNT = "{0} 所学校的报告所用密钥与核定的不符",
        "reports of {0} {0:school|schools} came under another key than health stated";
    OTHER_KEY = "{0} 名下有报告使用了与卫健方核定不符的密钥：可能是学校重装或恢复过系统，也可能是他人冒名上报。\
                 请致电学校；学校没有做过的，查是谁签发的证书。这些报告不计入任何合计。",
        "{0}: reports came under another key than health stated. The school was installed anew or \
         put back, or somebody forges its reports. Ring the school; if it did nothing of the kind, \
         ask who issued the certificate. These reports are in no sum.";
    HELD_THERE = "{0}：对方枢纽称已有该校同一时段的另一份报告，本枢纽没有。只有一方这样说，不会退回学校的报告；报告在此等待。\
                  请致电对方运维人员核对：本枢纽恢复过旧备份的，恢复较新的备份。",
        "{0}: the other hub says that it holds another report of this school for a period, and \
         this hub does not. On one hub's word no school is refused, so the report waits here. Ring \
         the other hub's operator; if this store was put back, put back a later backup.";
    KEYS_CROWDED = "{0} 名下未经核定的密钥超过 {1} 个，新来的报告暂不收取（会自动再送）。请致电学校，只采信学校\
                    页面上读出的十六个字；多出来的密钥查发证单位。",
        "{0}: reports under more than {1} keys that health has not stated; later ones are not \
         taken now and are sent again. Ring the school, believe only the sixteen words on its own \
         page, and ask the issuer of the certificate about the others.";
    TOO_MUCH = "{0} 七天内送来的内容超过枢纽收取的上限，超出部分暂不收取（会自动再送）。请致电该单位；不认可的，\
                查其证书。",
        "{0} sent more within seven days than this hub takes; the rest is not taken now and is \
         sent again. Ring the unit; if it denies that, look at its certificate.";
    TO_CLOSE = "{0} 的 {1} 学年已结束：{2} 起请结清，销毁份额和密钥：xinqiao-hub sealed close {3} --confirm {3}",
        "School year {1} of {0} is over: from {2} on close it, which destroys shares and keys: \
         xinqiao-hub sealed close {3} --confirm {3}";
    CLOSED_THERE = "{0} 的 {1} 学年：另一枢纽已经结清，不会再开启。请在本枢纽也结清：\
         xinqiao-hub sealed close {2} --confirm {2}",
        "School year {1} of {0}: the other hub closed it, so that nothing of it is opened any \
         more. Close it here too: xinqiao-hub sealed close {2} --confirm {2}";
    OPEN_THERE = "{0} 的 {1} 学年在本枢纽已结清，另一枢纽还没有：请致电其运维人员。",
        "School year {1} of {0} is closed here and not at the other hub yet: ring its operator.";
    RECALLED = "{0}：本枢纽的数据库恢复自较早的备份，此后双方收下的报告和开启的合计已从另一枢纽取回。备份以来本枢纽\
                运维人员登记的内容（异议、停课、人数确认）另一枢纽没有，须重新登记。请核对备份计划。",
        "{0}: this hub's store was put back from an older backup; reports that were accepted and \
         sums that were opened since then were taken up again from the other hub. What operators \
         noted here since (objections, absences, confirmed numbers) no other hub has: enter it \
         again. Look at the plan of backups.";
    GAP = "教育方枢纽 {0} 的合计记录中，第 {1} 号起有 {2} 条不在本枢纽。请致电其运维人员：其 doctor 写明已作废的编号，\
           无须处理；其余的应由对方补交，在此之前不要与其继续开启。",
        "{2} {2:record|records} of education's hub {0} {2:is|are} not here, from number {1} on. \
         Ring its operator: numbers that its doctor calls set aside are in order; it must show the \
         others, and nothing more should be opened with it before.";
    DISAGREE = "本枢纽与 {0} 对学校报告的处理意见不一致：一方说成立、另一方算出不成立；或者同一项汇总中有三所以上学校的报告\
                核验失败；或者教育方要以停课、密钥、学年关闭、合计已开启等理由退回报告，而卫健方自己的记录与此不符。这通常\
                是其中一个枢纽出错，不是学校的问题：这些报告不退回、不计入，在此等待。请与对方运维人员逐项核对：程序版本、备份和\
                密钥，停课登记（sealed away），方案和花名册是否同一版本；更正后自动继续。两边都查不出原因的，再逐校核对。",
        "{0} and this hub do not agree about reports of schools: one says that a report holds and \
         the other comes to the opposite, reports of three or more schools fail in one sum, or \
         education's hub would refuse a report for an absence, a key, a closed year or a sum that \
         was opened, and health's own records say otherwise. That is rather a hub than the \
         schools: nobody is refused for it, and these reports wait and are in no sum. Compare with \
         the other hub's operator: versions, backups and keys, who is noted as away (sealed away), \
         and whether plan and roster are the same. Once it is put right they go on by themselves. \
         Only if neither finds a cause, ask the schools.";
    ASKED_OUTSIDE = "教育方枢纽 {0} 要求开启方案之外的合计（{1}），本枢纽没有给出份额。请致电其运维人员：是否恢复过旧备份、\
                     方案是否为已发布的版本；都不是的，请书面报告两个部门，由人核查对方枢纽，查清之前留意它的每次开启。",
        "Education's hub {0} asked for a sum that the plan does not have ({1}); this hub gave no \
         share of it. Ring its operator: was its store put back, is its plan the published one? If \
         neither, report it to both departments in writing and have that hub looked into; until \
         then watch what it opens.";
    CLAIMED = "卫健方枢纽 {0} 称已就一项合计（{1}）给出份额，但所依据的各校报告在本枢纽核对不成立（例如本学期报告已被双方收下，却\
               改用上学期的）。本枢纽没有采纳，数据未改动，其余合计照常。请与其运维人员逐校核对这项合计的报告摘要（sealed show）：\
               对方恢复过旧备份的，恢复较新的备份；都不是的，请书面报告两个部门。",
        "Health's hub {0} says that it gave its share of a sum ({1}) over reports of schools which \
         do not hold here, such as one of last term where both hubs accepted one of this term. \
         This hub did not take it up; nothing here was changed, and other sums go on. Compare the \
         digests of that sum's reports with its operator, school by school (sealed show): if its \
         store was put back, it puts back a later backup; if not, report it to both departments in \
         writing.";
    SHARE_OUT = "本枢纽于 {2} 向教育方枢纽 {0} 给出一项合计（{1}）的份额，至今没有收到对方签署的记录：对方从那时起已能算出这项合计，\
                 双方都没有留下记录。同一任务的其他合计在此之前不再给份额。请致电其运维人员：枢纽是否在运行、页面上这项合计停在哪里。\
                 运行中的枢纽会在几分钟内自动补签；对方说不清的，请书面报告两个部门。",
        "On {2} this hub gave education's hub {0} its share of a sum ({1}) and has no record of it \
         yet. That hub can compute the sum since then, and nothing of it is written down. No \
         further share of the same task is given before. Ring its operator: is the hub running, \
         and what does its page say of this sum? One that runs sends the record by itself within \
         minutes; if nobody can say why it did not, report it to both departments in writing.";
    CONTRADICTS = "{0} 在 {1} 的清单分档与已开启的合计对不上（可能是数错、日期不同或多报少报），已开启的合计照常有效，攻击检查时\
                   不采信这张清单。请致电该单位核对该时段的名册日期和分档。",
        "{0}: the bands of its clear sheet of {1} do not fit together with the opened sums: it \
         counted wrongly, of another day, or told too much or too little. The sums stand, and the \
         attacker leaves that sheet aside. Ring the unit: it checks the census day and its bands.";
    BREAKS = "{0}：已开启的合计彼此矛盾，违反目录规则“{1}”（{2}）。数字照常显示并带标记，不因此关闭。请与另一枢纽的运维人员核对\
              同一批记录的数值：不一致的，查程序版本和备份；一致的，按运维指南依次核对名册年级、指标目录和各校台账。之后的各周\
              符合规则时，本提示自动消失。",
        "{0}: opened sums contradict each other: the rule \"{1}\" of the catalogue does not hold \
         ({2}). The figures are shown as they are, with a mark, and are not closed for it. Compare \
         the same records with the other hub's operator. Where they differ, look at versions and \
         backups; where they agree, at the roster's grades, the catalogue and the schools' \
         ledgers, as the guide says. The notice goes by itself once later weeks keep the rule.";
    HELPER_AWAY = "卫健方枢纽 {0} 自 {1} 起没有应答，其间学校报告不核验、合计不开启（都留在原处，恢复后自动继续）。请致电其\
                   运维人员：服务是否在运行、地址和证书有没有换、能否从本枢纽连到。",
        "Health's hub {0} has not answered since {1}. Meanwhile no report is checked and no sum is \
         opened; everything stays where it is and goes on by itself. Ring its operator: does it \
         run, did its address or certificate change, can it be reached from here?";
    LEADER_AWAY = "教育方枢纽 {0} 自 {1} 起没有消息，新的一周没有商定密钥，其间合计不开启。请致电其运维人员：服务是否在运行、\
                   能否连到本枢纽。",
        "Nothing was heard of education's hub {0} since {1}: no key of a new week was agreed on, \
         and no sum is opened. Ring its operator: does it run, and can it reach this hub?";
    SCHOOLS_SILENT = "{0}：{1} 所学校七天以上没有最终结果的报告（{2}）：没有送到，或在沿途等待。请致电学校与沿途枢纽；\
                      各时段见 sealed list 和 sealed show。",
        "{0}: of {1} {1:school|schools} nothing is final for more than seven days ({2}): reports \
         did not come or wait on the way. Ring the school and the hubs in between; see sealed list \
         and sealed show for each period.";
    FAR_FROM_ROSTER = "{0}：{1} 的密封报告称 {2} 学段有 {3} 人，签发的名册上是 {4} 人，相差太多；所在组的合计暂不开启，报告没有退回。\
                       请致电学校核对：人数属实的（如并校、分班），两个枢纽各自运行 xinqiao-hub sealed confirm {5} {6} {2} \
                       --note “谁来电、说了什么”；报错的，合计保持关闭",
        "{0}: its sealed report of {1} names {3} persons in {2} where the signed roster has {4}. \
         That is too far apart: the sums of its groups stay closed, and the report is not \
         refused. Call the school. If the number is true (schools were joined, say), each hub \
         runs xinqiao-hub sealed confirm {5} {6} {2} --note \"who, what\"; if it is wrong, the \
         sums stay closed.";
    FAR_FROM_SHEET = "{0}：{1} 的密封报告称 {2} 学段有 {3} 人，该校同一普查日的明表上是 {4} 人，相差太多；所在组的合计暂不开启，\
                      报告没有退回。请致电学校核对：明表报错的，请学校更正明表；密封报告属实的，在本枢纽运行 xinqiao-hub sealed \
                      confirm {5} {6} {2} --note “谁来电、说了什么”；密封报告报错的，合计保持关闭",
        "{0}: its sealed report of {1} names {3} persons in {2} where its own clear sheet of the \
         same census day has {4}. That is too far apart: the sums of its groups stay closed, and \
         the report is not refused. Call the school. If the sheet is wrong it is corrected there; \
         if the report is right all the same, run xinqiao-hub sealed confirm {5} {6} {2} --note \
         \"who, what\" here; if the report is wrong, the sums stay closed.";
    TO_LOOK_AT = "需要人处理", "to be looked at";
    NOTHING_TO_LOOK_AT = "没有需要人处理的事项", "nothing needs a person";
    YEAR_IS_CLOSED = "该学年已结清", "the school year was closed";
    READY_FROM = "{0}：组 {1} 报告已齐，{2} 开启；此前学校可以提出异议",
        "{0}: groups {1} are complete and are opened on {2}; until then schools can object";
    READY_OBJECTED = "{0}：组 {1} 报告已齐，有学校提出异议", "{0}: groups {1} are complete; a school objects";
    CLOSED_YEAR = "{0} 的 {1} 学年已结清：销毁 {2} 份报告的份额和 {3} 把密钥，{4} 项合计保留，{5} 项不再开启；\
                   记录第 {6} 号。数据库文件中已覆盖，备份和磁盘快照须由运维人员自行销毁。运行中的服务请重启。",
        "Closed school year {1} of {0}: shares of {2} {2:report|reports} and {3} {3:key|keys} are \
         destroyed, {4} opened {4:sum stays|sums stay}, {5} {5:stays|stay} closed for good; record \
         {6}. They are overwritten in the file of the store; backups and snapshots of disks are \
         the operators' to destroy. Start the service again.";
    KEY_KEPT = "注意：密钥 {0} 没有销毁，{1} 学年封存的内容仍可用它打开，因为方案 {2} 也用这把密钥，而且在本枢纽尚未结清。结清该\
                方案的学年时，密钥随之销毁。今后每个学年请用 xinqiao-hub key request 生成新密钥。",
        "Note: the key {0} is NOT destroyed, and what was sealed to it in school year {1} can \
         still be opened: the plan {2} names it too and is not closed here. It goes when that year \
         is closed. Each school year needs a key of its own, which xinqiao-hub key request makes.";
    KEY_SHARED = "密钥 {0} 同时用于几个学年的方案（{1}）：要等最后一个学年结清才会销毁",
        "the key {0} is that of plans of several school years ({1}): it is destroyed with the last \
         of them only";
    KEY_SHARED_FIX = "下一学年的方案用新密钥：xinqiao-hub key request，由两个部门签署声明后再制作方案；往年到期即结清",
        "give the next plan a key of its own (xinqiao-hub key request, a statement of both \
         commissions, then the plan), and close years that are over";
    CLOSED_BEFORE = "{0} 的 {1} 学年此前已结清。", "School year {1} of {0} was closed before.";
    NO_CLOSE_YEAR = "本枢纽没有参与 {0} 学年的密封汇总；没有改动任何内容。",
        "this hub has no part in sealed sums of school year {0}; nothing was changed.";
    CLOSE_EARLY = "迟到的报告还可能来，{0} 起才能结清；没有改动任何内容。",
        "late reports may still come: the year can be closed from {0} on; nothing was changed.";
    CLOSE_EARLY_NEXT = "到那一天之前不用做什么；届时 doctor 会提醒。",
        "Nothing is to be done until then; doctor reminds you.";
    CONFIRM_YEAR = "--confirm 写的是 {0}，要结清的学年是 {1}；没有改动任何内容。",
        "--confirm says {0}, the school year to close is {1}; nothing was changed.";
    CONFIRM_YEAR_NEXT = "请核对学年，再在 --confirm 后写同一个年份。",
        "Look at the school year again, then write the same year after --confirm.";
    CLOSE_OUTSTANDING = "还有 {0} 项合计可能开启，没有改动任何内容：\n{1}",
        "{0} {0:sum|sums} may still be opened; nothing was changed:\n{1}";
    CLOSE_OUTSTANDING_NEXT = "等它们开启，或加 --leave-closed 让它们永远关闭。",
        "Wait for them, or leave them closed for good with --leave-closed.";
    OUTSTANDING_LINE = "{0} {1} {2} 组 {3}", "{0} {1} {2} groups {3}";
    NONE_REFUSED = "没有被拒收的报告。", "No report was refused.";
    NO_REPORT = "本枢纽没有该校的这份报告；没有改动任何内容。",
        "this hub holds no such report of that school; nothing was changed.";
    NO_SCHOOL = "{0} 不在本枢纽参与汇总的名册上；没有记下任何内容。",
        "{0} is on no roster of which this hub sums one half; nothing was noted.";
    NO_SCHOOL_NEXT = "请核对学校编号；停课由教育方、卫健方两个枢纽各自记下，市枢纽和街镇枢纽不记。",
        "Look at the school's id. It is noted at education's hub and at health's, each by its own \
         operator, and not at a city's or a street's.";
    NO_REPORT_NEXT = "用 sealed reports 列出本枢纽持有的该校报告，摘要从中抄写；学校自己的摘要在其“密封报告”页面上。",
        "List what is held of the school with sealed reports, and copy the digest from there; the \
         school has its own on its page of sealed reports.";
    NUMBER = "编号", "no.";
    DIGEST = "摘要", "digest";
    REPORTS_OF = "本枢纽持有的 {0} 的报告，新的在前。请学校与其“密封报告”页面逐一核对摘要：学校页面上没有的，用 sealed object \
                  记下异议，另一枢纽也须由其运维人员记下。",
        "Reports of {0} that are held here, the latest first. The school compares the digests with \
         its page of sealed reports: one that is not there is noted with sealed object, at the \
         other hub too, by its own operator.";
    NO_REPORTS = "本枢纽没有 {0} 的密封报告。", "No sealed report of {0} is held here.";
    REPORT_PENDING = "等双方确认", "waits for both hubs";
    REPORT_ACCEPTED = "双方已确认", "accepted by both hubs";
    REPORT_REFUSED = "已拒收", "refused";
    OBJECTED = "已记下 {0} 的异议；含这份报告的合计保持关闭，直到撤回。",
        "The objection of {0} is noted; sums with this report stay closed until it is taken back.";
    WITHDRAWN = "{0} 的异议已撤回。", "The objection of {0} was taken back.";
    AWAY = "已记下：{0} 停课或停办。另一枢纽也须由其运维人员记下。",
        "Noted: {0} is closed or out of session. The other hub's operator must note it there too.";
    AWAY_WITHDRAWN = "已撤回：{0} 自 {1} 起停课或停办的登记。另一枢纽也须由其运维人员撤回；已开启的合计不再改动。",
        "Taken back: the note that {0} is away from {1} on. The other hub's operator must take it \
         back there too; sums that were opened stay as they are.";
    NO_ABSENCE = "没有 {0} 自 {1} 起的停课登记；没有改动任何内容。",
        "there is no note that {0} is away from {1} on; nothing was changed.";
    NO_ABSENCE_NEXT = "登记的首日见“密封汇总”页面；学校编号输错的，用当时输入的编号撤回。",
        "The page of sealed sums has the first day of each note; where the school's id was \
         mistyped, take the note of that id back.";
    DAYS = "最后一天早于第一天；没有改动任何内容。",
        "the last day is before the first; nothing was changed.";
    UNREAD = "数据库或标准包无法读取；没有改动任何内容。",
        "the store or the packs cannot be read; nothing was changed.";
    OF_AREA = "全区", "whole area";
    OF_TOWN = "街道（镇）", "town";
    IN_OBJECTION = "报告已齐，正在异议期或有学校提出异议",
        "reports are in; schools can still object, or one did";
    CODE_CONTROL = "校验和与各校在校人数不符：逐校核对报告，不要用更小的集合去试",
        "the control sum is not the schools' enrolment: let each school check its report, and \
         never try a smaller set";
    CODE_APART = "两个枢纽的份额对不上：双方都检查备份和磁盘",
        "the shares of the two hubs do not belong together: both check disk and backup";
    CODE_SIGNATURE = "对方枢纽的签名不成立：核对其证书",
        "the other hub's signature does not hold: check its certificate";
    CODE_KEY = "对方枢纽的密钥承诺前后不一：打电话核对",
        "the other hub's key commitment changed: call its operator";
    CODE_OTHER_KEY = "两个枢纽持有的校验密钥不同，报告在此等待：持有旧备份的一方恢复较新的备份",
        "the two hubs hold different verify keys, and reports wait: whoever runs an older backup \
         puts back a later one";
    CODE_DISAGREE = "两个枢纽对报告的处理意见不一致，报告在此等待、不退回学校：与对方运维人员核对程序版本、备份、密钥和停课登记",
        "the two hubs do not agree about reports, which wait and are refused to nobody: compare \
         versions, backups, keys and who is noted as away with the other operator";
    CODE_NO_OTHER = "本枢纽已确认某校另一份报告，对方枢纽却没有：后到的报告在此等待。恢复自旧备份的一方恢复较新的备份",
        "this hub holds another accepted report of a school and the helper does not, so that the \
         later one waits: whoever runs an older backup puts back a later one";
    CODE_ACCEPTED = "对方枢纽早已收下本枢纽要退回的一份报告：按收下处理。若持续，致电其运维人员核对；本枢纽恢复过旧备份的，\
                     恢复较新的备份",
        "the other hub accepted a report that this one would refuse: it is taken as accepted. If \
         this stays, ring its operator; if this store was put back, put back a later backup";
    CODE_SHARE_OUT = "对方枢纽先等同一任务的上一项合计签署完毕，之后自动继续",
        "the other hub waits for the record of the sum before of the same task, then it goes on by \
         itself";
    CODE_CLAIM = "卫健方枢纽称已就另一组报告给出份额，本枢纽核对不成立，没有采纳，数据未改动：与其运维人员核对这项合计的报告",
        "health's hub says that it gave its share over reports that do not hold here: nothing was \
         taken up or changed; compare the reports of this sum with its operator";
    CODE_STORE = "本枢纽的份额或记录损坏：从备份恢复",
        "shares or records of this hub are damaged: restore the backup";
    CODE_NOT_ADMITTED = "对方枢纽掌握的名单或停课记录不同：双方对照后各自更正",
        "the other hub has other reports or absences: compare and correct on both sides";
    CODE_OTHER_RECORD = "两个枢纽对同一合计写下的记录不同（停课登记或程序版本不一致）：双方对照停课登记和版本，\
                         一致后自动继续",
        "the two hubs write different records of the sum, for other absences or another version: \
         compare both, and it goes on by itself once they are alike";
    CODE_DOCUMENTS = "两个枢纽的方案、名单或目录版本不同：等标准包传到，或核对版本",
        "plan, roster or catalogue of the two hubs differ: wait for the packs, or compare versions";
    CODE_KEY_LATE = "本时段结束前两个枢纽没有商定密钥，或其中一方恢复到了商定之前的备份。事后补商密钥会让单独一方看到各校的\
                     数值，因此本时段不再开启；周报事项由学校下一周补报。有更晚备份的请尽快恢复，恢复后自动继续，\
                     已退回报告的学校所在的组除外",
        "the hubs had agreed on no key of this period before it ended, or one of them was put back \
         to before that. With a key that is made afterwards one hub alone could read schools, so \
         the period stays closed; events of a week come with the school's next one. Where a later \
         backup is at hand, put it back soon: it goes on by itself, but for groups with a school \
         whose report was refused meanwhile";
    CODE_TIME = "两个枢纽的时钟相差一天以上：双方核对时钟，之后会自动重新签署",
        "the clocks of the two hubs differ by more than a day: set both right, and the record is \
         signed anew by itself";
    CODE_NUMBER = "记录的编号在另一枢纽已被占用（本枢纽恢复自较早的备份），将自动改用下一个编号",
        "the record's number is another one's at the other hub, since this store was put back: it \
         takes the next number by itself";
    CODE_BEFORE = "另一枢纽此前已签署过这份合计，正在取回那份记录",
        "the other hub signed this sum before; its record is being taken up";
    CODE_MISSING = "另一枢纽的记录少于本枢纽：其数据库恢复自较早的备份，正在补回；若持续，致电其运维人员",
        "the other hub lacks records that it signed: its store was put back and is being shown \
         them; ring its operator if this stays";
    CODE_LOST = "本枢纽丢失了另一枢纽已据以开启的报告：用较新的备份恢复，否则这份合计保持关闭",
        "this hub lost reports for which the other one gave its share: put back a later backup, or \
         the sum stays closed";
    CODE_CLOSED = "该学年已在另一枢纽结清，不再开启", "the other hub closed the year: nothing is opened";
    CODE_OTHER = "对方枢纽答复 {0}", "the other hub said {0}";
    CHAIN_TITLE = "合计记录链", "records of opened sums";
    CHAIN_WELL = "{0} 条记录首尾相接", "{0} {0:record follows|records follow} from each other";
    CHAIN_ASIDE = "{0} 条记录首尾相接；其中只有本枢纽签署、已作废的编号：{1}",
        "{0} records follow from each other; set aside, signed by this hub alone: {1}";
    CHAIN_BROKEN = "第 {0} 条记录与前一条接不上：记录被改动或删除",
        "record {0} does not follow from the one before: a record was changed or taken out";
    CHAIN_FIX = "停止服务，用较新的备份恢复 hub.db，并与另一枢纽的记录核对",
        "stop the service, put back a later backup of hub.db, and compare with the other hub";
    KEYS_TITLE = "密封汇总的密钥", "keys of sealed sums";
    KEYS_WELL = "{0} 个学年的密钥和声明都有效", "keys and statements of {0} {0:year|years} hold";
    KEYS_NONE = "没有进行中的学年", "no school year runs";
    KEY_LOST = "本枢纽没有 {0} 的密钥，报告无法打开", "this hub has no key of {0}: reports are not opened";
    KEY_LOST_FIX = "从备份恢复 share-keys 文件夹后重启服务；找不回的，本学年余下的合计无法开启",
        "put the folder share-keys back from a backup and start again; if it is lost, nothing more \
         of the year is opened";
    STATEMENT_ENDS = "{0} 的公钥声明 {1} 到期，其后的时段不再密封",
        "a key statement of {0} ends on {1}: later periods are not sealed";
    STATEMENT_ENDS_FIX = "两个部门各签一份到 8 月 31 日的声明，重新制作并发布方案",
        "both commissions sign statements until 31 August, and the plan is made and published anew";
    AGREED_TITLE = "与另一枢纽的约定", "agreement with the other hub";
    TASKS_WELL = "{0} 项汇总都已商定密钥", "keys of {0} {0:task|tasks} are agreed";
    TASKS_OPEN = "{0} 项汇总尚未商定密钥", "no key is agreed for {0} {0:task|tasks} yet";
    TASKS_OPEN_FIX = "等另一枢纽恢复连接；一天后仍如此，致电其运维人员",
        "wait until the other hub is back; if this stays for a day, ring its operator";
    TASKS_STOPPED = "{0} 项汇总需要人处理，如 {1}", "{0} {0:task needs|tasks need} a person, such as {1}";
    TASKS_FIX = "逐项查看 xinqiao-hub sealed list，其中写明怎么办",
        "see each in xinqiao-hub sealed list, which says what to do";
    LEADER_TITLE = "教育方枢纽", "education's hub";
    LEADER_WELL = "{0} 天前来过", "heard {0} {0:day|days} ago";
    LEADER_SILENT = "{0} 天没有消息，新的一周没有商定密钥",
        "silent for {0} {0:day|days}: no key of a new week was agreed on";
    LEADER_NEVER = "从未来过", "never heard";
    LEADER_FIX = "致电教育方枢纽的运维人员：服务是否在运行、能否连到本枢纽",
        "ring the operator of education's hub: does it run, and can it reach this one";
    HELPER_TITLE = "卫健方枢纽", "health's hub";
    HELPER_WELL = "{0}（{1}）最近一次应答：{2}", "{0} ({1}) answered last on {2}";
    HELPER_QUIET = "{0}（{1}）一周多没有往来，最近一次应答：{2}",
        "nothing was heard of {0} ({1}) for more than a week; its last answer: {2}";
    HELPER_SILENT = "{0}（{1}）自 {3} 起无法连接，最近一次应答：{2}；其间报告不会核验，合计不会开启",
        "{0} ({1}) has not been reached since {3}; its last answer: {2}. Meanwhile no report is \
         checked and no sum is opened";
    HELPER_OTHER = "{1} 应答的是另一个枢纽，不是 {0}；没有发送任何内容，报告不会核验，合计不会开启",
        "another hub than {0} answers at {1}; nothing was sent, no report is checked and no sum is \
         opened";
    HELPER_OTHER_FIX = "核对 hub.toml 的 helper_address：应写卫健方枢纽的 advertise 地址；改后重启 serve",
        "look at helper_address in hub.toml: it is what health's hub has as advertise; then start \
         serve again";
    HELPER_NEVER_SINCE = "从未", "never";
    HELPER_FIX = "致电卫健方枢纽的运维人员：服务是否在运行、地址和证书有没有换、能否从本枢纽连到",
        "ring the operator of health's hub: does it run, did its address or certificate change, \
         can it be reached from here";
    HELPER_NO_ADDRESS = "方案写明由 {0} 协助，但 hub.toml 没有填 helper_address：密封报告不会核验，合计不会开启",
        "the plan names {0} as helper and hub.toml has no helper_address: no sealed report is \
         checked and no sum is opened";
    HELPER_NO_ADDRESS_FIX = "致电卫健方枢纽的运维人员问清地址和端口，填入 hub.toml 的 helper_address，重启服务",
        "ring the operator of health's hub for address and port, set helper_address in hub.toml, \
         and start the service again";
    HELPER_NO_PLAN = "hub.toml 填了卫健方枢纽的地址（{0}），但没有一份生效的方案由本枢纽主导：不会密封汇总",
        "hub.toml names health's hub at {0}, and no plan in force has this hub lead anything: \
         nothing is summed under seal";
    HELPER_NO_PLAN_FIX = "新学年的方案请致电市枢纽，确认已由两个部门签发并发布（plan publish）；不做密封汇总的，删去这一项",
        "ring the city's hub: is the year's plan signed by both commissions and published (plan \
         publish)? Where nothing is summed under seal, take helper_address out";
    ROUNDED_TITLE = "取整表符合目录规则", "rounded tables keep the catalogue's rules";
    ROUNDED_BREAKS = "{0}：取整后的合计与各校清单矛盾，超出取整误差，违反目录规则“{1}”（{2}）。数字照常显示并带标记。",
        "{0}: rounded sums contradict the clear counts of the same schools by more than rounding \
         can do: the rule \"{1}\" of the catalogue does not hold ({2}). The figures are shown \
         with a mark.";
    ROUNDED_FIX = "请各校核对该学期的应筛人数与筛查结果，改正后重新报送；符合规则后本提示自动消失",
        "have the schools compare who was eligible with the outcomes of the term, and send again \
         what was wrong; this goes by itself once the rule holds";
    LOOK_AT_FIX = "逐项见 xinqiao-hub sealed list 和密封汇总页面",
        "each is on the page of sealed sums and in xinqiao-hub sealed list";
    SILENT_TITLE = "七天没有报告的学校", "schools silent for seven days";
    NONE_SILENT = "没有", "none";
    SILENT_FOUND = "{0} 所学校的报告没有到齐：{1}",
        "reports of {0} {0:school|schools} did not come or wait: {1}";
    SILENT_FIX = "致电学校与沿途枢纽；各时段见 xinqiao-hub sealed list 和 sealed show",
        "ring the school and the hubs on the way; see xinqiao-hub sealed list and sealed show";
    CALL_BOTH = "学校不会自动重报：打电话请学校核对名册和台账，改正后在其机器上运行 xinqiao-node sealed send --again，命令全文见其\
                 密封报告页面；学校查无问题的，先与对方枢纽的运维人员核对程序版本、备份和密钥，再请学校同样重报",
        "the school does not report again by itself: call it; once it has looked at its roster and \
         ledgers it runs xinqiao-node sealed send --again on its machine, as its page of sealed \
         reports says in full. If it finds nothing wrong, first compare versions, backups and keys \
         with the other hub's operator; then it does the same";
    CALL_SCHOOL = "打电话请学校核对后重新上报", "call the school: it checks and reports again";
    SEAL_AGAIN = "学校不会自动重报：打电话请学校核对名册和台账，改正后（或核对无误，可能是某一方枢纽出错的）在其机器上运行 \
                  xinqiao-node sealed send --again，命令全文见其密封报告页面；新报告用下一个编号，两方都会收",
        "the school does not report again by itself: call it; once it has looked at its roster and \
         ledgers, or where one of the hubs may have erred, it runs xinqiao-node sealed send \
         --again on its machine, as its page of sealed reports says in full, and both hubs take \
         the next number";
    SAME_PACKS = "请学校确认已收到最新的方案和目录",
        "see that the school has the latest plan and catalogue";
    OTHER_VERSION = "学校所用的方案或目录与本时段的不同：学校收到现行版本后会自动重报；本时段已按旧目录收过报告的，\
                     请在两个枢纽用 sealed away 为该校登记这一时段（周报事项由下一周补报，学期数以下一学期为准）",
        "the school has another plan or catalogue than this period is under: once it has the one \
         in force it reports again by itself; where the week had begun under the older one, note \
         the school as away for it with sealed away at both hubs, and its next week tells the \
         events";
    TOLD_LATER = "合计已按当时登记的停课或沿用的旧数开启，不再改动；周报事项由学校下一周补报，无须处理。停课登记有误的，\
                  用 sealed away 更正以后的日期",
        "the sum was opened while the school was noted as away, or carried, and stays as it is; \
         events of a week come with the school's next one: nothing to do. If the note is wrong, \
         correct its later days with sealed away";
    FIRST_STANDS = "先到的一份有效，无须处理；若学校不认可，用 sealed object 记下异议",
        "the first one stands; if the school denies it, note that with sealed object";
    RENEW = "请学校更新证书或升级程序后重新上报",
        "the school renews its certificate or program and reports again";
    CLOSED_NEXT = "学年已结清，无须处理", "the school year was closed: nothing to do";
    AWAY_NEXT = "若学校仍在校，在两个枢纽用 sealed away --withdraw 撤回登记；合计尚未开启的，学校一周内自动重报",
        "if the school is in session, take the note back with sealed away --withdraw at both hubs: \
         it reports again by itself within a week, where the sum is not opened yet";
}

/// Why a sum stays closed for good; nothing for a code that waits.
#[must_use]
pub fn kept_closed(code: &str) -> Option<Text> {
    match code {
        guard::ISOLATES => Some(SINGLED_OUT),
        guard::REACHABLE => Some(FOLLOWS),
        guard::UNDECIDED => Some(NOT_DECIDED),
        _ => None,
    }
}

/// What an operator does about a refusal.
#[must_use]
pub fn to_do(code: &str) -> Text {
    match code {
        "other_task" => OTHER_VERSION,
        "other_cap" | "not_on_roster" => SAME_PACKS,
        "opened_without" => TOLD_LATER,
        "other_report" | "same_number" | "nonce_used" => FIRST_STANDS,
        "bad_signature" | "unknown_algorithm" | "not_for_this_hub" => RENEW,
        "proof" | "control_sum" => CALL_BOTH,
        "school_away" => AWAY_NEXT,
        "enrolment" => SEAL_AGAIN,
        "year_closed" => CLOSED_NEXT,
        "key_late" => CODE_KEY_LATE,
        _ => CALL_SCHOOL,
    }
}

/// When a complete set is opened.
#[must_use]
pub fn ready(stage: &str, ready: &Ready, lang: Lang) -> String {
    let groups: Vec<&str> = ready.set.groups.iter().map(|group| group.as_str()).collect();
    let groups = groups.join(" ");
    match ready.from {
        Some(from) => READY_FROM.fill(lang, &[&stage, &groups, &from]),
        None => READY_OBJECTED.fill(lang, &[&stage, &groups]),
    }
}

/// What a sum is over: the area, or a town of it.
#[must_use]
pub const fn extent(detail: Detail) -> Text {
    match detail {
        Detail::Cells => OF_AREA,
        Detail::Categories => OF_TOWN,
    }
}

/// What a code of a task or of an opening means, and what an operator does about it.
#[must_use]
pub fn code(code: &str, lang: Lang) -> String {
    if let Some(text) = kept_closed(code) {
        return text.in_lang(lang).to_owned();
    }
    let text = match code {
        "" | "OBJECTABLE" => IN_OBJECTION,
        "CONTROL_SUM" => CODE_CONTROL,
        "SHARES_APART" => CODE_APART,
        "HELPER_SIGNATURE" | "BAD_SIGNATURE" => CODE_SIGNATURE,
        "HELPER_COMMITMENT" | "HELPER_HALF" | "OTHER_COMMITMENT" | "BROKEN_HALF" => CODE_KEY,
        "OTHER_KEY" => CODE_OTHER_KEY,
        "KEY_LATE" => CODE_KEY_LATE,
        "NO_OTHER_REPORT" => CODE_NO_OTHER,
        "HUBS_DISAGREE" => CODE_DISAGREE,
        "ACCEPTED_BEFORE" => CODE_ACCEPTED,
        "OWN_STORE" | "OTHER_HISTORY" => CODE_STORE,
        "NOT_ADMITTED" | "OTHER_STANDING" | "SHARE_MISSING" => CODE_NOT_ADMITTED,
        "OTHER_RECORD" => CODE_OTHER_RECORD,
        "OTHER_TIME" => CODE_TIME,
        "NUMBER_TAKEN" => CODE_NUMBER,
        "NOTES_LOST" => notes::CODE_NOTES,
        "PUT_BACK" => notes::CODE_PUT_BACK,
        "RECORDED_BEFORE" => CODE_BEFORE,
        "RECORDS_MISSING" => CODE_MISSING,
        "REPORTS_LOST" => CODE_LOST,
        "HELPER_CLAIM" => CODE_CLAIM,
        "SHARE_OUT" => CODE_SHARE_OUT,
        "YEAR_CLOSED" => CODE_CLOSED,
        "NO_TASK" | "OTHER_TASK" | "NOT_AGREED" | "NO_SHARE_KEY" => CODE_DOCUMENTS,
        other => return CODE_OTHER.fill(lang, &[&other]),
    };
    text.in_lang(lang).to_owned()
}
