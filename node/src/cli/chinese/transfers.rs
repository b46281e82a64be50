//! The help of what moves students between schools.

use runtime::cli::Translation;

pub(super) const TEXTS: Translation = &[
    (
        "Students who move to another school or come from one, as an account",
        "转学：转出和转入本校的学生（须用账号）",
    ),
    ("Transfers, the newest first, and by when something is to be done", "全部转学及办理期限"),
    ("One transfer with what is offered; the reading is logged", "一件转学及其内容；查看留痕"),
    ("Number of the transfer", "转学编号"),
    (
        "Show what would be offered to another school; with the digest of that, offer it",
        "显示将提供给对方学校的内容；写上所示摘要，即正式提出",
    ),
    ("Unit id of the other school", "对方学校的单位代码"),
    ("Day on which the family applied for the transfer", "家长提出转学申请的日期"),
    (
        "How the student is looked after goes along, as a consent to that school lets it",
        "同时交接关爱情况，以家长对该校的单独同意为准",
    ),
    ("Whom the other school may ask here", "对方学校可联系的本校联系人"),
    ("Take an offer back; the student stays", "撤回转学；学生仍在本校"),
    (
        "Take a student; the roll is written once the old school has confirmed",
        "接收学生；原校确认转出后记入名册",
    ),
    (
        "First day at this school if the old one confirms by then",
        "到校第一天（以原校届时确认为准）",
    ),
    ("Whom the old school may ask here", "原校可联系的本校联系人"),
    ("Do not take a student; what came is erased", "不接收；收到的内容立即删除"),
    ("Reason: not_applied, no_place, wrong_person or other", "原因代码，如 no_place"),
    ("A word to it", "说明"),
];
