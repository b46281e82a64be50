//! Sealed reports: what one is, who can see what, and what became of each that left.

use askama::Template;
use domain::digest::Digest;
use jiff::civil::Date;
use runtime::texts;
use runtime::web::{Html, Label, Lang, NavLink, Page, Part, RenderError, Tag, Text, Tone, time};

use super::egress::crumbs;
use super::words;
use crate::sealing::{KeyStanding, ReportKey};

pub(super) const SEALED_HREF: &str = "/egress/sealed";

texts! {
    TITLE = "密封报告", "Sealed reports";
    NOTE = "已密封 {0} 份", "{0} sealed so far";
    WHAT = "每份密封报告把本校的一张统计表拆成两半，一半只有教育方枢纽能打开，另一半只有卫健方的能打开。\
            任何一半单独看都只是随机数；两方只能一起算出多所学校的合计，哪一方都算不出本校的数字。\
            同一张表每次一样长，各表之间不同；长短和发送时间都与数字大小无关。",
        "A sealed report splits one of the school's tables into two halves: one opens only at \
         education's hub, the other only at health's. Each half alone is random; together the two \
         hubs can add up several schools, and neither learns this school's figures. A table's \
         report is as long each time, and tables differ; its length and its hour say nothing about \
         the figures.";
    ONCE = "周报中的每件事只报一次。应办的事项和其中按时办结的（转介应答复与按时答复、紧急送诊与按时告知等）同周一起报出：\
            密封时台账里还没有记为按时办结的，按未按时计，以后补录也不再改变合计。请在密封之前，即次周周二早上六点之前，\
            把上周办结的登记好。",
        "Each event is told in one week. What was due and what of it was done in time (answers to \
         referrals, notices of emergencies) is told together: what the ledger does not show as \
         done in time when the week is sealed counts as not in time, and an entry made later \
         changes no sum. Enter what was done before the week is sealed, at six in the morning of \
         the Tuesday after it.";
    WHO = "谁", "Who";
    SEES = "能看到什么", "What they can see";
    SCHOOL = "本校", "This school";
    SCHOOL_SEES = "自己的全部记录；本页每份报告的回执",
        "its own records and what became of each report here";
    STREET = "街道（镇）枢纽", "The street's or town's hub";
    STREET_SEES = "本校在什么时候交了哪张表、哪个时段的报告，各学段在册人数，数字打不开；\
                   本街道（镇）每学期各学段已开启的合计（至少五所学校）",
        "which table and period this school reported, when, and how many are enrolled by stage; \
         it cannot open the figures; once a term the town's own opened sums by stage, over five \
         schools or more";
    DISTRICT = "区县枢纽", "The district's hub";
    DISTRICT_SEES = "街道看到的内容；全区已开启的合计（至少五所学校），没有单个学校的数。\
                     兼任教育方枢纽的，另有下面一行所列的一半随机数",
        "what the street sees; the district's opened sums, over five schools or more, and nothing \
         of one school. Where it is education's hub of the sums, the random half of the next row \
         as well";
    CITY = "市枢纽", "The city's hub";
    CITY_SEES = "各区已开启的合计（至少五所学校），没有单个学校的数",
        "opened sums of districts, over five schools or more, and nothing of one school";
    PUBLIC = "公众", "The public";
    PUBLIC_SEES = "区县、市公布的学期合计，每个数都加了随机噪声；没有单个学校的数",
        "totals of a term that districts and the city publish, each with random noise; nothing of \
         one school";
    HUBS = "两个汇总枢纽，各自", "Each of the two hubs";
    HUBS_SEES = "街道看到的内容、一半随机数，以及至少五所学校的合计",
        "what the street sees, one random half, and sums over five schools or more";
    OTHERS = "同组的其他学校全部串通", "All other schools of its group in collusion";
    OTHERS_SEES = "用公布的合计减去它们自己的数，能算出本校的数字；一组至少五所，须另外四所都参与",
        "this school's figures: the sum less their own. A group has five schools or more, so that \
         four or more must take part";
    BOTH = "两个汇总枢纽私下串通", "Both hubs in collusion";
    BOTH_SEES = "能算出每所学校的数字。正因如此，两方的人员、密钥和机房彼此独立",
        "every school's figures; hence the two have operators, keys and machines of their own";
    UNDER = "{0}–{1} 学年自 {4} 起启用密封汇总：教育方 {2}，卫健方 {3}。自这一天起，原先取整上报的学生统计数\
             改以密封报告出校；在册人数等基础数据仍随业务报表出校，两项分段数在密封学年不报。",
        "School year {0}–{1} is under seal from {4} on: education's hub {2}, health's hub {3}. \
         From that day on the counts about students that went rounded leave in sealed reports \
         instead. How many are enrolled and other plain numbers still leave with the sheets of the \
         school's work; the two bands are not given in a year under seal.";
    STAYS = "姓名、学号、作答、访谈都在本机加密数据库 ledger.db 中，不出校；单份报告谁也读不出数字。",
        "Names, numbers, answers and talks stay in the encrypted ledger.db of this machine; nobody \
         can read a figure out of a single report.";
    FORGED = "教育方冒用学校的证书", "Education in a school's name";
    FORGED_SEES = "什么也看不到：没有卫健方核定的学校密钥，冒名的报告不会被打开",
        "nothing: without the key that health stated for the school, a forged report is never \
         opened";
    KEY = "本校报告密钥（十六个字）", "This school's report key (sixteen words)";
    KEY_STATED = "{0}–{1} 学年：卫健方已核定，本校报告可以进入合计。",
        "School year {0}–{1}: health has stated it; this school's reports are taken.";
    KEY_UNSTATED = "{0}–{1} 学年：卫健方还没有核定，报告在两个汇总枢纽等待。卫健方来电时，请照上面逐字读出；\
                    也可以主动致电卫健方枢纽运维人员。",
        "School year {0}–{1}: health has not stated it yet, and reports wait at both hubs. \
         When health rings, read out the words above; or ring the operator of health's hub.";
    KEY_OTHER = "{0}–{1} 学年：卫健方核定的是另一把密钥，本校报告一律等待。如果本机是重装且没有用备份恢复的，\
                 请致电卫健方重新核定；如果不是，可能有人冒用本校名义，请立即致电两个部门。",
        "School year {0}–{1}: health has stated another key, and all reports wait. If this \
         machine was set up anew without a backup, ring health to state the new key; if not, \
         somebody may sign in this school's name: ring both departments at once.";
    KEY_EARLY = "所在区域还没有启用密封汇总；启用前后，卫健方会来电核对这些字。",
        "The area is not under seal yet; health will ring to compare these words.";
    ON_THE_WAY = "途中的枢纽没有转送：{0}", "a hub on the way did not pass it on: {0}";
    ON_THE_WAY_NEXT = "本机会按原样再次发送，一天后、两天后，直至每周一次，直到两方都有结论。",
        "The same bytes are sent again after a day, after two, then every week, until both hubs \
         answered.";
    UNSTATED = "等卫健方核定本校密钥", "waits until health has stated your key";
    UNSTATED_NEXT = "报告已安全存放，核定后自动处理，不必重发。",
        "It is kept safely and goes on by itself once the key is stated; send nothing again.";
    CLOSED = "{0}–{1} 学年的统计数已经（或按方案应当）以密封报告出校，本校现在不在密封汇总方案里：\
              为免与已密封的合计并列，本学年关于学生的统计数不再出校。若不应如此，请与区县枢纽的运维人员联系。",
        "Counts of school year {0}–{1} went sealed, or were to, and no plan lists this school any \
         more: so that nothing stands beside sealed sums, counts about students of this year leave \
         in no other way. If that is wrong, ring the operator of the district's hub.";
    NOT_UNDER = "本学年没有启用密封汇总：关于学生的统计数按五取整后，每学期出校一次。",
        "This school year is not under seal: counts about students leave rounded to five, once a \
         term.";
    ABSENT = "没有做出密封报告的时段", "Periods without a report";
    ABSENT_WHAT = "只要一所学校缺报，同组学校该时段的合计就无法开启。缺报的原因只在本校显示，不会上报。",
        "As long as one school has no report, the sums of its whole group stay closed. Why is \
         shown here only; it is told to nobody.";
    CONTRADICTED = "互相矛盾的数字", "Figures that contradict each other";
    CONTRADICTED_WHAT = "这些数字违反了指标目录的规则，相关记录列在后面。报告仍按时密封：什么时候出校只看日历，缺报本身会让上级\
                         知道本校有事。矛盾只在本校显示，不会上报；更正之后，下次每日检查（早上六点）就不再列出。",
        "These figures break a rule of the catalogue; the records behind it are named. The report \
         is sealed in its slot all the same: when one leaves follows from the calendar alone, and \
         one that is missing tells the hubs that something happened here. It is shown here only; \
         once the records are right, the next daily look, at six in the morning, lists it no more.";
    PERIOD = "时段", "Period";
    WHY = "原因", "Why";
    ABSENT_TABLES = "{0} 张表", "{0} tables";
    ABSENT_ALL = "全部", "all";
    NONE = "还没有密封报告。", "No report has been sealed yet.";
    SEALED_AT = "密封时间", "Sealed";
    TABLE = "统计表", "Table";
    SIZE = "大小", "Size";
    STATE = "到了哪一步", "Where it is";
    NUMBER = "{0} · 本表第 {1} 份", "{0} · report {1} of this table";
    BYTES = "{0} 字节", "{0} bytes";
    DIGEST = "摘要 {0}", "digest {0}";
    OBJECT = "两个汇总枢纽按摘要列出本校名下的报告。枢纽所列的摘要本页没有，那份报告就不是本校的：请分别致电两个枢纽的运维人员\
              提出异议，含它的合计便不会开启。周报收齐后有一天时间，学期报告有七天。",
        "Both hubs list the reports under this school's name by their digests. One that this page \
         does not have is not this school's: ring the operators of both hubs, each notes the \
         objection, and no sum with it is opened. There is a day for it once a week's reports are \
         in, and seven days for a term's.";
    FOREIGN = "以本校名义送达、本机没有做过的报告", "Reports in this school's name that were not made here";
    FOREIGN_WHAT = "两个枢纽都已收下这些报告，本机的台账里却没有。本机用较早的备份恢复过的，可能是恢复之前做的；不是的，就是有人\
                    用本校的证书和报告密钥冒名上报：请立即致电两个枢纽的运维人员，读出摘要、提出异议，并请卫健方停用这把密钥。",
        "Both hubs accepted these reports, and they are not in this machine's ledger. If it was \
         put back from an older backup it may have made them before. If not, somebody reports with \
         the school's certificate and report key: ring the operators of both hubs at once, read \
         out the digest and object, and have health take the key off its list.";
    ACCEPTED_AT = "收下时间", "Accepted";
    WAITING = "等待发送", "waits to be sent";
    SENT = "已发出，等上级签收", "sent, not answered yet";
    KEPT = "上级已签收，等两个汇总枢纽的结论", "kept above, waits for both hubs";
    ACCEPTED = "两方都已确认", "accepted by both hubs";
    REFUSED = "被退回：{0}", "refused: {0}";
    REFUSED_NEXT = "其他学校不受影响。请核对名册和台账，仍不清楚就联系区级枢纽的运维人员。",
        "No other school is affected. Check the roster and the ledgers; ask the operator of the \
         district's hub if it stays unclear.";
    AGAIN = "其他学校不受影响。请核对名册和台账；改正后，或核对无误而可能是某一方枢纽出错的，在本机运行 \
             xinqiao-node sealed send --again {0} {1}，用下一个编号重新密封上报。",
        "No other school is affected. Check the roster and the ledgers. Once they are right, or if \
         they were and one of the hubs may have erred, run on this machine: xinqiao-node sealed \
         send --again {0} {1}. It seals the report once more under the next number.";
    TOLD_WITH = "“{0}”统计的事项与本表相同，或一方包含另一方，且已报出该周；本表以后各周不再补报这些事项，\
                 以免两张表合计之差露出本校的数。",
        "{0} counts the same events, or one of the two a part of the other's, and told this week; \
         this table does not tell them in a later one, lest the difference of the two sums show \
         this school's count.";
    SILENT = "密封后已 {0} 天没有结论，请给两个部门的枢纽运维人员打电话。",
        "No verdict for {0} days: ring the operators of both departments' hubs.";
    NEWER = "较新的", "Newer";
    OLDER = "较早的", "Older";
}

/// The page's entry of the menu.
pub(super) const fn link() -> NavLink {
    NavLink { label: TITLE, href: SEALED_HREF }
}

/// Where a sealed report is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SealedState {
    /// It waits here.
    Waiting,
    /// It was sent and not answered yet.
    Sent,
    /// The hub above keeps it; for so many days if that is long.
    Kept {
        /// Days without a verdict, where people must ask.
        silent_days: Option<i64>,
    },
    /// The hubs keep it and wait until health has stated the school's key.
    Unstated,
    /// A hub on the way refused it, and it is sent again.
    OnTheWay {
        /// Why.
        reason: Label,
        /// Days without a verdict, where people must ask.
        silent_days: Option<i64>,
    },
    /// Both hubs accepted it.
    Accepted {
        /// By the leader's clock.
        at_ms: i64,
    },
    /// It is in no sum.
    Refused {
        /// By the clock of whoever refused it.
        at_ms: i64,
        /// Why.
        reason: Label,
    },
}

/// A sealed report in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedLine {
    /// Id of the table.
    pub table_id: String,
    /// Period in its written form.
    pub period_id: String,
    /// What it is about.
    pub table: Label,
    /// Term or week.
    pub period: Label,
    /// The school's number of it.
    pub number: u32,
    /// Digest of the signed bytes, by which both hubs list it.
    pub digest: Digest,
    /// When it was sealed.
    pub sealed_at_ms: i64,
    /// Bytes that are signed.
    pub bytes_len: u64,
    /// Where it is.
    pub state: SealedState,
    /// It was refused for what a person here can look at and have sealed once more.
    pub may_again: bool,
    /// It was refused, and this table of its family told its period: its events are not told again.
    pub told_with: Option<Label>,
}

/// The school year that runs, if it is under seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearUnderSeal {
    /// Year in which it begins.
    pub year: i16,
    /// Education's hub.
    pub leader: String,
    /// Health's hub.
    pub helper: String,
    /// The first day from which reports leave sealed.
    pub from: Date,
}

/// Tables of a period that were not sealed at the last look, or contradict each other, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedAbsent {
    /// Period in its written form.
    pub period_id: String,
    /// Term or week.
    pub period: Label,
    /// How many tables; none where it is all of them.
    pub tables: Option<u32>,
    /// Stable word for the reason.
    pub code: String,
    /// Why; names nobody.
    pub why: Label,
    /// It is about figures that contradict each other, and no report is missing for it.
    pub is_contradiction: bool,
}

/// A report in the school's name that both hubs accepted and this machine did not make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedForeign {
    /// Id of the table.
    pub table_id: String,
    /// Period in its written form.
    pub period_id: String,
    /// What it is about.
    pub table: Label,
    /// Term or week.
    pub period: Label,
    /// Digest of its signed bytes.
    pub digest: Digest,
    /// When it was accepted, by the leader's clock.
    pub decided_at_ms: i64,
}

/// The page of sealed reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedPage {
    /// The running school year, if it is under seal.
    pub year: Option<YearUnderSeal>,
    /// The running school year, if it was under seal and is not any more.
    pub closed: Option<i16>,
    /// The key that reports are signed with; nothing before joining.
    pub key: Option<ReportKey>,
    /// Reports of this page, the latest first.
    pub lines: Vec<SealedLine>,
    /// What could not be sealed.
    pub absent: Vec<SealedAbsent>,
    /// What somebody else may have sealed.
    pub foreign: Vec<SealedForeign>,
    /// How many there are.
    pub total: u64,
    /// This page, from 1.
    pub page: u32,
    /// Pages.
    pub pages: u32,
}

#[derive(Template)]
#[template(path = "console/sealed.html")]
struct SealedTemplate<'a> {
    lang: Lang,
    page: &'a SealedPage,
}

/// The page.
///
/// # Errors
/// A template could not be rendered.
pub(super) fn page(view: &SealedPage, lang: Lang) -> Result<Page, RenderError> {
    Ok(Page {
        title: TITLE.in_lang(lang).to_owned(),
        note: NOTE.fill(lang, &[&view.total]),
        crumbs: crumbs(&[words::OUTWARD, TITLE], lang),
        current: SEALED_HREF,
        exports: Vec::new(),
        body: Html::render(&SealedTemplate { lang, page: view })?,
    })
}

impl SealedTemplate<'_> {
    fn year(&self) -> String {
        match &self.page.year {
            Some(year) => {
                let next = year.year + 1;
                let values: [&dyn std::fmt::Display; 5] =
                    [&year.year, &next, &year.leader, &year.helper, &year.from];
                UNDER.fill(self.lang, &values)
            }
            None => self.page.closed.map_or_else(
                || NOT_UNDER.in_lang(self.lang).to_owned(),
                |year| CLOSED.fill(self.lang, &[&year, &(year + 1)]),
            ),
        }
    }

    /// The words of the school's key and how it stands; nothing before joining.
    fn key(&self) -> Option<(String, String)> {
        let key = self.page.key.as_ref()?;
        Some((key_words(key, self.lang), key_standing(key, self.lang)))
    }

    fn sees(&self) -> [(&'static str, &'static str); 9] {
        let rows: [(Text, Text); 9] = [
            (SCHOOL, SCHOOL_SEES),
            (STREET, STREET_SEES),
            (DISTRICT, DISTRICT_SEES),
            (HUBS, HUBS_SEES),
            (CITY, CITY_SEES),
            (PUBLIC, PUBLIC_SEES),
            (OTHERS, OTHERS_SEES),
            (BOTH, BOTH_SEES),
            (FORGED, FORGED_SEES),
        ];
        rows.map(|(who, sees)| (who.in_lang(self.lang), sees.in_lang(self.lang)))
    }

    /// What is missing, and what contradicts itself.
    fn found(&self) -> [(&'static str, &'static str, Vec<&SealedAbsent>); 2] {
        [(false, ABSENT, ABSENT_WHAT), (true, CONTRADICTED, CONTRADICTED_WHAT)].map(
            |(is_contradiction, title, what)| {
                let all = self.page.absent.iter();
                let own = all.filter(|one| one.is_contradiction == is_contradiction).collect();
                (title.in_lang(self.lang), what.in_lang(self.lang), own)
            },
        )
    }

    fn tables(&self, absent: &SealedAbsent) -> String {
        match &absent.tables {
            Some(tables) => ABSENT_TABLES.fill(self.lang, &[tables]),
            None => ABSENT_ALL.in_lang(self.lang).to_owned(),
        }
    }

    fn number(&self, line: &SealedLine) -> String {
        NUMBER.fill(self.lang, &[&line.period.in_lang(self.lang), &line.number])
    }

    fn digest(&self, line: &SealedLine) -> String {
        DIGEST.fill(self.lang, &[&in_eights(&line.digest)])
    }

    fn foreign_digest(&self, foreign: &SealedForeign) -> String {
        DIGEST.fill(self.lang, &[&in_eights(&foreign.digest)])
    }

    fn minute(&self, unix_ms: &i64) -> String {
        time::minute(*unix_ms)
    }

    fn size(&self, line: &SealedLine) -> String {
        BYTES.fill(self.lang, &[&runtime::web::grouped(line.bytes_len)])
    }

    fn tag(&self, line: &SealedLine) -> Part<Tag> {
        let (tone, word) = match &line.state {
            SealedState::Waiting => (Tone::Notice, WAITING.in_lang(self.lang).to_owned()),
            SealedState::Sent => (Tone::Info, SENT.in_lang(self.lang).to_owned()),
            SealedState::Kept { .. } => (Tone::Info, KEPT.in_lang(self.lang).to_owned()),
            SealedState::OnTheWay { reason, .. } => {
                (Tone::Notice, ON_THE_WAY.fill(self.lang, &[&reason.in_lang(self.lang)]))
            }
            SealedState::Unstated => (Tone::Notice, UNSTATED.in_lang(self.lang).to_owned()),
            SealedState::Accepted { at_ms } => {
                let word = ACCEPTED.in_lang(self.lang);
                (Tone::Good, format!("{word} · {}", time::minute(*at_ms)))
            }
            SealedState::Refused { reason, .. } => {
                (Tone::Bad, REFUSED.fill(self.lang, &[&reason.in_lang(self.lang)]))
            }
        };
        Tag::new(tone, word)
    }

    /// What to do, empty where nothing is, and what becomes of the events of a refused report.
    fn next(&self, line: &SealedLine) -> String {
        let next = self.to_do(line);
        let Some(other) = &line.told_with else { return next };
        let said = TOLD_WITH.fill(self.lang, &[&other.in_lang(self.lang)]);
        match self.lang {
            Lang::Zh => format!("{next}{said}"),
            Lang::En => format!("{next} {said}"),
        }
    }

    fn to_do(&self, line: &SealedLine) -> String {
        match &line.state {
            SealedState::Refused { .. } if line.may_again => {
                AGAIN.fill(self.lang, &[&line.table_id, &line.period_id])
            }
            SealedState::Refused { .. } => REFUSED_NEXT.in_lang(self.lang).to_owned(),
            SealedState::OnTheWay { silent_days: None, .. } => {
                ON_THE_WAY_NEXT.in_lang(self.lang).to_owned()
            }
            SealedState::OnTheWay { silent_days: Some(days), .. } => {
                SILENT.fill(self.lang, &[days])
            }
            SealedState::Unstated => UNSTATED_NEXT.in_lang(self.lang).to_owned(),
            SealedState::Kept { silent_days: Some(days) } => SILENT.fill(self.lang, &[days]),
            _ => String::new(),
        }
    }
}

/// A digest as it is read out by telephone: eight groups of eight digits.
pub(crate) fn in_eights(digest: &Digest) -> String {
    let digits: Vec<char> = digest.to_string().chars().collect();
    let eights = digits.chunks(8).map(|eight| eight.iter().collect::<String>());
    eights.collect::<Vec<_>>().join(" ")
}

/// The words that the school reads out.
pub(crate) fn key_words(key: &ReportKey, lang: Lang) -> String {
    let (zh, en) = key.words();
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// What health stated of the key, and what to do.
pub(crate) fn key_standing(key: &ReportKey, lang: Lang) -> String {
    match key.latest() {
        None => KEY_EARLY.in_lang(lang).to_owned(),
        Some((year, standing)) => {
            let text = match standing {
                KeyStanding::Stated => KEY_STATED,
                KeyStanding::Unstated => KEY_UNSTATED,
                KeyStanding::Other => KEY_OTHER,
            };
            text.fill(lang, &[&year, &(year + 1)])
        }
    }
}
