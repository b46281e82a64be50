//! The school's pages as a browser without scripts meets them, over made-up views.

mod sample;

use std::sync::Arc;

use axum::http::StatusCode;
use certs::digest::sha256;
use runtime::web::trial::{self, Browser, PASSWORD, Seen};
use runtime::web::{Label, Role, Transport};

use super::*;
use crate::sealing::{KeyStanding, ReportKey};
use sample::{refused_line, release_view, waiting_line};

const NOW: i64 = 1_764_000_000_000;

pub(super) struct Fixed {
    pub(super) state: SyncState,
    pub(super) empty: bool,
}

impl EgressSource for Fixed {
    fn home(&self) -> Result<HomePage, SourceError> {
        Ok(HomePage {
            students: 1_197,
            released: if self.empty { 0 } else { 19 },
            sealed: if self.empty { 0 } else { 93 },
            next_due_ms: Some(NOW + 86_400_000),
            leaves_itself: true,
            sync: SyncStatus {
                hub: Label::new("香港中路街道枢纽", "Xianggang Zhonglu Street hub"),
                state: self.state,
                acknowledged: 17,
                head: 19,
                heard_at_ms: Some(NOW),
                certificate_days: Some(61),
            },
            latest: self.lines(),
            specials: if self.empty { Vec::new() } else { vec![special()] },
        })
    }

    fn releases(&self, page: u32) -> Result<EgressPage, SourceError> {
        Ok(EgressPage {
            lines: self.lines(),
            page,
            pages: 3,
            total: 19,
            sealed: 93,
            students: 1_197,
            next_due_ms: None,
            leaves_itself: true,
            holds: held(),
        })
    }

    fn release(&self, id: &str) -> Result<ReleasePage, SourceError> {
        match id {
            "statistics-17" => Ok(release_view()),
            "broken" => Err(SourceError::Unavailable("ledger.db is on fire".into())),
            _ => Err(SourceError::Unknown),
        }
    }

    fn sealed(&self, page: u32) -> Result<SealedPage, SourceError> {
        let line = |state: SealedState| SealedLine {
            table_id: "sealed.alt.opened".to_owned(),
            period_id: "2025-W45".to_owned(),
            table: Label::new("新立预警个案", "Cases opened"),
            period: Label::new("2025 年第 45 周", "Week 45 of 2025"),
            number: 9,
            digest: sha256(b"report"),
            sealed_at_ms: NOW,
            bytes_len: 17_412,
            may_again: false,
            told_with: matches!(state, SealedState::Refused { .. })
                .then(|| Label::new("新增预警来源", "New alerts by source")),
            state,
        };
        let reason = Label::new("各学段的人数与在册人数不符", "other persons than enrolled");
        let lines = [
            SealedState::Waiting,
            SealedState::Sent,
            SealedState::Unstated,
            SealedState::OnTheWay { reason: reason.clone(), silent_days: None },
            SealedState::Kept { silent_days: None },
            SealedState::Kept { silent_days: Some(9) },
            SealedState::Accepted { at_ms: NOW },
            SealedState::Refused { at_ms: NOW, reason },
        ];
        let lines = lines.into_iter().map(line).filter(|_| !self.empty).collect();
        let year = (!self.empty).then(|| YearUnderSeal {
            year: 2025,
            leader: "370202".to_owned(),
            helper: "HC-QD".to_owned(),
            from: jiff::civil::date(2025, 12, 3),
        });
        let standings = [(2025, KeyStanding::Unstated)].into();
        let key = Some(ReportKey { digest: sha256(b"report key"), standings });
        let absent = absences().into_iter().filter(|_| !self.empty).collect();
        let foreign = SealedForeign {
            table_id: "sealed.alt.opened".to_owned(),
            period_id: "2025-W45".to_owned(),
            table: Label::new("新立预警个案", "Cases opened"),
            period: Label::new("2025 年第 45 周", "Week 45 of 2025"),
            digest: sha256(b"somebody else's"),
            decided_at_ms: NOW,
        };
        let foreign = std::iter::once(foreign).filter(|_| !self.empty).collect();
        let closed = self.empty.then_some(2025);
        Ok(SealedPage { year, closed, key, lines, absent, foreign, total: 106, page, pages: 3 })
    }

    fn preview(&self) -> Result<PreviewPage, SourceError> {
        let release = release_view();
        let next = NextRelease {
            kind: ReleaseKind::RoundedTable,
            table: release.line.table,
            period: release.line.period,
            leaves_ms: None,
            name: "2025S1".to_owned(),
            tally: release.line.tally,
            blocks: release.blocks,
            bytes_len: 1_104,
        };
        Ok(PreviewPage {
            releases: if self.empty { Vec::new() } else { vec![next] },
            due_ms: None,
            hub: Label::new("香港中路街道枢纽", "Xianggang Zhonglu Street hub"),
            absent: vec![Absent {
                name: Label::new("谈心次数", "Mentor talks"),
                why: Label::new("谈心台账尚未启用", "the ledger of mentor talks is not in use yet"),
            }],
            holds: held(),
            is_unanswered: true,
        })
    }
}

fn held() -> Vec<HeldPeriod> {
    vec![HeldPeriod {
        period: Label::new("2025–2026 学年第一学期", "autumn term 2025–2026"),
        name: "2025S1".to_owned(),
        since_ms: NOW,
        author: "Li XZ".to_owned(),
        reason: "class 4 <check it>".to_owned(),
        waiting: 2,
    }]
}

fn special() -> SpecialNotice {
    SpecialNotice {
        id: "flood-2026".to_owned(),
        name: Label::new("2026年防汛", "Floods of 2026"),
        first: "2026-11-30".to_owned(),
        last: "2026-12-13".to_owned(),
        is_daily: true,
        counts: vec![Label::new("危机演练次数", "Crisis drills")],
        sealed: Vec::new(),
        kept: None,
        pulse: Some((
            Label::same("PHQ-4"),
            vec![Label::new("七年级", "grade 7"), Label::new("八年级", "grade 8")],
        )),
    }
}

/// The start page says until when a special period runs, what leaves because of it, and that a
/// pulse screen stays here; without one it says nothing.
#[tokio::test]
async fn a_special_period_is_announced_on_the_start_page() {
    let announced = Fixed { state: SyncState::Acknowledged, empty: false };
    let mut browser = console_for(announced, Role::Operator).await;
    let zh = check(&mut browser, "/?lang=zh", "node-special-zh.html").await;
    for text in [
        "特殊时期“2026年防汛”：2026-11-30 至 2026-12-13，到期自动结束",
        "危机演练次数",
        "PHQ-4，七年级、八年级",
        "结果只留在本校",
    ] {
        assert!(zh.text.contains(text), "{text}");
    }
    // The form behind it is for counsellors.
    assert!(!zh.text.contains("/screening/new"), "{}", zh.text);
    let en = check(&mut browser, "/?lang=en", "node-special-en.html").await;
    assert!(en.text.contains("it ends by itself") && en.text.contains("Crisis drills"));
    let nothing = Fixed { state: SyncState::Acknowledged, empty: true };
    let mut browser = console_for(nothing, Role::Operator).await;
    let none = check(&mut browser, "/?lang=zh", "node-special-none.html").await;
    assert!(!none.text.contains("特殊时期"));
}

/// A week without a report, and one whose figures contradict each other.
fn absences() -> [SealedAbsent; 2] {
    let absent = SealedAbsent {
        period_id: "2025-W45".to_owned(),
        period: Label::new("2025 年第 45 周", "Week 45 of 2025"),
        tables: Some(12),
        code: "destroyed".to_owned(),
        why: Label::new("记录已依法销毁", "records are destroyed"),
        is_contradiction: false,
    };
    let contradicted = SealedAbsent {
        tables: Some(2),
        code: "contradiction".to_owned(),
        why: Label::new("级别变动第 7 号", "alert move no. 7"),
        is_contradiction: true,
        ..absent.clone()
    };
    [absent, contradicted]
}

impl Fixed {
    fn lines(&self) -> Vec<ReleaseLine> {
        if self.empty {
            Vec::new()
        } else {
            vec![waiting_line(), release_view().line, refused_line()]
        }
    }
}

async fn console_of(source: Fixed) -> Browser {
    console_for(source, Role::Principal).await
}

async fn console_for(source: Fixed, role: Role) -> Browser {
    let unit = Label::new("市南区示例第一小学", "Shinan Example No.1 Primary School");
    let mut site = site(unit, "F370202004P01".to_owned(), Transport::Loopback);
    site.demonstration = true;
    let start = jiff::Timestamp::from_millisecond(NOW).expect("instant");
    let (clock, _) = runtime::clock::Clock::simulated(start);
    let shell = trial::shell(site, role, clock).await.expect("shell");
    let ledger = Ledger::in_memory().expect("ledger");
    let office = super::trial::office(&shell, &ledger);
    let pages = outward_pages(&office, Arc::new(source)).merge(office_pages().with_state(office));
    let mut browser = Browser::new(console(shell, pages));
    browser.sign_in("reader", PASSWORD).await.expect("sign in");
    browser
}

async fn check(browser: &mut Browser, path: &str, name: &str) -> Seen {
    let seen = browser.get(path).await.expect("reply");
    assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.text);
    assert_eq!(seen.flaws(), Vec::<String>::new(), "{path}");
    assert!(seen.header("content-security-policy").contains("default-src 'self'"));
    seen.keep(name).expect("keep");
    seen
}

/// Every page is whole in both languages, full or empty.
#[tokio::test]
async fn pages_are_whole_in_both_languages() {
    for empty in [false, true] {
        let source = Fixed { state: SyncState::Acknowledged, empty };
        let mut browser = console_for(source, Role::Operator).await;
        for (path, name) in [
            ("/", "node-home"),
            ("/egress", "node-egress"),
            ("/egress/next", "node-next"),
            ("/egress/sealed", "node-sealed"),
            ("/egress/statistics-17", "node-release"),
        ] {
            let kept = if empty { format!("{name}-empty") } else { name.to_owned() };
            let (path_zh, name_zh) = (format!("{path}?lang=zh"), format!("{kept}-zh.html"));
            let zh = check(&mut browser, &path_zh, &name_zh).await;
            assert!(zh.text.contains("ledger.db"), "{path}");
            let (path_en, name_en) = (format!("{path}?lang=en"), format!("{kept}-en.html"));
            let en = check(&mut browser, &path_en, &name_en).await;
            let en = en.text.replace("中文", "").replace("赵老师", "");
            let han = en.chars().find(|c| ('\u{4e00}'..='\u{9fff}').contains(c));
            assert_eq!(han, None, "{path}");
        }
    }
}

/// The page of sealed reports says of every level what it sees, town, district and public too, and
/// what became of the events of a refused report.
#[tokio::test]
async fn who_sees_what_is_said_of_every_level() {
    let mut browser = console_of(Fixed { state: SyncState::Acknowledged, empty: false }).await;
    let page = check(&mut browser, "/egress/sealed?lang=zh", "node-sees.html").await;
    for said in [
        "街道（镇）枢纽",
        "本街道（镇）每学期各学段已开启的合计",
        "区县枢纽",
        "全区已开启的合计",
        "市枢纽",
        "每个数都加了随机噪声",
        "两个汇总枢纽私下串通",
        "“新增预警来源”统计的事项与本表相同，或一方包含另一方，且已报出该周",
        // Neither may be kept quiet: who could work it out, and since when it holds.
        "同组的其他学校全部串通",
        "2025–2026 学年自 2025-12-03 起启用密封汇总",
        "本表第",
        // Figures that contradict each other stand apart from what is missing.
        "互相矛盾的数字",
        "级别变动第 7 号",
    ] {
        assert!(page.text.contains(said), "{said}");
    }
}

/// Of a year that went sealed and is not under seal any more it is said that nothing of it leaves,
/// and not that counts leave rounded.
#[tokio::test]
async fn a_closed_year_is_not_said_to_leave_rounded() {
    let mut browser = console_of(Fixed { state: SyncState::Acknowledged, empty: true }).await;
    let zh = check(&mut browser, "/egress/sealed?lang=zh", "node-closed-zh.html").await.text;
    assert!(zh.contains("2025–2026 学年的统计数已经（或按方案应当）以密封报告出校"), "{zh}");
    assert!(!zh.contains("按五取整"), "{zh}");
    let en = check(&mut browser, "/egress/sealed?lang=en", "node-closed-en.html").await.text;
    assert!(en.contains("no plan lists this school any more"), "{en}");
    assert!(!en.contains("rounded to five"), "{en}");
}

/// The school reads out by which digest its report is listed, and what to do about another one.
#[tokio::test]
async fn a_school_sees_the_digest_that_hubs_list() {
    let mut browser = console_of(Fixed { state: SyncState::Acknowledged, empty: false }).await;
    let page = check(&mut browser, "/egress/sealed?lang=zh", "node-digest.html").await;
    let digits = sha256(b"report").to_string();
    let (first, last) = (digits.get(..8).expect("digits"), digits.get(56..).expect("digits"));
    assert!(page.text.contains(&format!("摘要 {first} ")), "{first}");
    assert!(page.text.contains(last) && page.text.contains("提出异议"), "{last}");
    let digits = sha256(b"somebody else's").to_string();
    assert!(page.text.contains(digits.get(..8).expect("digits")), "{digits}");
    assert!(page.text.contains("以本校名义送达、本机没有做过的报告"));
}

/// The list says in a sentence what left, and what each hub answered.
#[tokio::test]
async fn the_list_says_what_left_and_who_has_it() {
    let mut browser = console_of(Fixed { state: SyncState::Acknowledged, empty: false }).await;
    let page = check(&mut browser, "/egress?page=2&lang=zh", "node-list.html").await;
    for text in [
        "63 项计数，全部已取整，9 项空缺并注明原因",
        "17 项计数，2 项只报区间",
        "街道枢纽 · 已签收",
        "区枢纽 · 待回执",
        "街道枢纽 · 已拒收",
        "拒收：指标目录版本过旧",
        "街道枢纽 · 待发送",
        "1,197 名学生的可识别信息只在本校这台机器上",
        "至今共出校报表 19 份；另已生成密封报告 93 份（含待送出和未获接受的），均为汇总数",
        "业务报表和取整报表可以逐格查看；密封报告见",
        "href=\"/egress?page=1\"",
        "href=\"/egress?page=3\"",
    ] {
        assert!(page.text.contains(text), "{text}");
    }
}

/// A release shows its figures, its signer and its bytes, and the bytes can be taken away.
#[tokio::test]
async fn a_release_is_shown_from_its_signed_bytes() {
    let mut browser = console_of(Fixed { state: SyncState::Acknowledged, empty: false }).await;
    let page = check(&mut browser, "/egress/statistics-17?lang=zh", "node-one.html").await;
    let view = release_view();
    for text in [
        view.digest.to_string(),
        view.signer.name.clone(),
        "000000  0001020304050607 08090a0b".to_owned(),
        "1,104 字节".to_owned(),
        "这份内容不含任何可识别到人的信息".to_owned(),
        ">≈0</td>".to_owned(),
    ] {
        assert!(page.text.contains(&text), "{text}");
    }
    let file = browser.get("/egress/statistics-17/bytes").await.expect("reply");
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"release-5b5b5b5b.bin\"");
    assert_eq!(file.header("cache-control"), "no-store");
}

/// A signature that does not hold is said in words, not only in red.
#[tokio::test]
async fn a_broken_signature_is_said_in_words() {
    let mut view = release_view();
    view.is_verified = false;
    let page = egress::release(&view, runtime::web::Lang::Zh).expect("page");
    assert!(page.body.as_str().contains("签名无效"));
    assert!(page.body.as_str().contains("请保留现场"));
}

/// The preview names what is left out and why, and says that nothing has left.
#[tokio::test]
async fn the_preview_names_what_is_left_out() {
    let mut browser = console_of(Fixed { state: SyncState::Acknowledged, empty: false }).await;
    let page = check(&mut browser, "/egress/next?lang=zh", "node-preview.html").await;
    for text in [
        "尚未签名，尚未离开本机",
        "谈心次数",
        "谈心台账尚未启用",
        "未支持不等于零",
        "由本校人工发送，不会自动出校：xinqiao-node release send 2025S1",
        "本校还没有登记责任人",
        "/ledgers/post_holder/new",
    ] {
        assert!(page.text.contains(text), "{text}");
    }
}

/// The link is told by sequence numbers, a reason and somebody to act.
#[tokio::test]
async fn the_link_is_told_in_sequence_numbers() {
    let gap = Fixed { state: SyncState::Gap { expected: 18 }, empty: false };
    let mut browser = console_for(gap, Role::Operator).await;
    let page = check(&mut browser, "/?lang=zh", "node-gap-zh.html").await;
    for text in ["有缺口", "序号 18", "已确认序号 17，本机最新 19", "无需人工处理"]
    {
        assert!(page.text.contains(text), "{text}");
    }
    assert!(!page.text.contains('%'));
}

/// Before the school has joined nothing leaves, by itself or by hand, and the page says just that.
#[tokio::test]
async fn before_joining_nothing_is_said_to_leave() {
    let alone = Fixed { state: SyncState::NotJoined, empty: true };
    let mut browser = console_for(alone, Role::Operator).await;
    let page = check(&mut browser, "/?lang=zh", "node-alone-zh.html").await;
    assert!(page.text.contains("本校还没有加入枢纽，没有内容会出校"));
    assert!(!page.text.contains("自动出校的报表") && !page.text.contains("人工发送"));
}

/// Strange ids are no page, and a broken store is an error page that does not name its cause.
#[tokio::test]
async fn strange_ids_and_broken_stores_are_error_pages() {
    let mut browser = console_of(Fixed { state: SyncState::Acknowledged, empty: false }).await;
    for path in ["/egress/absent", "/egress/..%2Fledger.db", "/egress/%3Cscript%3E"] {
        let reply = browser.get(path).await.expect("reply");
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!reply.text.contains("<script"));
    }
    let broken = browser.get("/egress/broken").await.expect("reply");
    assert_eq!(broken.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!broken.text.contains("on fire"));
    assert_eq!(browser.get("/egress?page=x").await.expect("reply").status, StatusCode::BAD_REQUEST);
}

/// Without a session nothing is shown, not even that a release exists.
#[tokio::test]
async fn nothing_is_shown_without_a_session() {
    let mut browser = console_of(Fixed { state: SyncState::Acknowledged, empty: false }).await;
    browser.forget("xinqiao-session-f370202004p01");
    for path in [
        "/",
        "/egress",
        "/egress/next",
        "/egress/sealed",
        "/egress/statistics-17",
        "/egress/statistics-17/bytes",
    ] {
        let reply = browser.get(path).await.expect("reply");
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{path}");
    }
}

/// Both pages say what is held: since when, by whom, why, and how many signed tables wait.
#[tokio::test]
async fn a_hold_is_said_on_both_pages() {
    let mut browser = console_of(Fixed { state: SyncState::Acknowledged, empty: false }).await;
    for path in ["/egress?lang=zh", "/egress/next?lang=zh"] {
        let page = browser.get(path).await.expect("reply");
        for said in ["已暂停出校", "Li XZ", "class 4 &#60;check it&#62;", "2 份已签名", "--lift"]
        {
            assert!(page.text.contains(said), "{path}: {said}");
        }
    }
}
