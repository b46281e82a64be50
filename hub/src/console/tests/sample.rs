//! A made-up city, with every blank and one district that reported too little.

use domain::digest::Digest;
use domain::referral::DeadlineClass;
use runtime::web::chart::Interval;
use runtime::web::{Export, Figure, Label, Tone};

use super::NOW;
use crate::console::view::*;
use crate::console::view_sealed::*;
use crate::letters::status::{self, Letters};
use crate::publication::{
    BudgetOut, CellOut, OpenTableOut, ReleaseAreaOut, ReleaseLineOut, ReleaseOut, ReleaseStageOut,
    ReleasesOut,
};
use crate::statistics::{
    CoverageOut, FigureOut, FollowersOut, NameOut, RefusedOut, SpecialCountOut, SpecialLineOut,
    SpecialOut, SpecialPeriodOut, SpecialState, StatusWord,
};

fn coverage(reported: u32, due: u32) -> Coverage {
    Coverage { reported, due, persons: Some(u64::from(reported) * 1_043) }
}

fn version() -> Version {
    Version {
        snapshot: 7,
        root: Digest::sha256([0x9c; 32]),
        cut_off_ms: NOW,
        late: 3,
        catalogue_revision: 1,
        catalogue: Digest::sha256([0x41; 32]),
    }
}

/// One option.
pub(super) fn choice(value: &str, zh: &str, en: &str) -> Choice {
    Choice { value: value.to_owned(), label: Label::new(zh, en) }
}

type District = (&'static str, &'static str, u32, u32, u32, (u8, u8));

/// Name, share in ten-thousandths, schools reported and due, place on the map.
const DISTRICTS: [District; 10] = [
    ("市南区", "Shinan District", 560, 41, 41, (1, 3)),
    ("市北区", "Shibei District", 640, 66, 68, (1, 2)),
    ("黄岛区", "Huangdao District", 530, 131, 139, (0, 3)),
    ("崂山区", "Laoshan District", 480, 30, 30, (2, 3)),
    ("李沧区", "Licang District", 590, 44, 45, (2, 2)),
    ("城阳区", "Chengyang District", 0, 37, 52, (1, 1)),
    ("即墨区", "Jimo District", 460, 118, 119, (2, 1)),
    ("胶州市", "Jiaozhou City", 510, 96, 97, (0, 1)),
    ("平度市", "Pingdu City", 420, 120, 124, (0, 0)),
    ("莱西市", "Laixi City", 390, 62, 62, (1, 0)),
];

fn stage_row((zh, en, share, reported, due, _): &District) -> TableRow {
    let label = Label::new(*zh, *en);
    let coverage = coverage(*reported, *due);
    if !coverage.is_comparable() {
        return TableRow { label, figures: vec![Figure::NotReported; 6], coverage, closed: None };
    }
    let mut figures: Vec<Figure> = [-210, -60, 40, 160, 120, 0]
        .iter()
        .map(|d| Figure::Share(share.saturating_add_signed(*d)))
        .collect();
    match *en {
        "Laoshan District" => figures[4] = Figure::Suppressed,
        "Laixi City" => figures[4] = Figure::NotApplicable,
        "Pingdu City" => figures[4] = Figure::Count(0),
        _ => {}
    }
    TableRow { label, figures, coverage, closed: None }
}

fn area((zh, en, share, reported, due, tile): &District) -> AreaFigure {
    let coverage = coverage(*reported, *due);
    let known = coverage.is_comparable();
    let around = share / 14 + 8;
    AreaFigure {
        label: Label::new(*zh, *en),
        figure: if known { Figure::Share(*share) } else { Figure::NotReported },
        interval: known.then(|| Interval { low: share - around, high: share + around }),
        coverage,
        tile: Some(*tile),
    }
}

fn table() -> BreakdownTable {
    let columns = [
        ("小学低", "Primary, lower"),
        ("小学高", "Primary, upper"),
        ("初中", "Junior"),
        ("高中", "Senior"),
        ("中职", "Vocational"),
        ("合计", "Total"),
    ];
    BreakdownTable {
        row_kind: Label::new("区市", "District"),
        columns: columns.iter().map(|(zh, en)| Label::new(*zh, *en)).collect(),
        rows: DISTRICTS.iter().map(stage_row).collect(),
        whole: TableRow {
            label: Label::new("全市", "Whole city"),
            figures: [290, 440, 530, 650, 620, 520].map(Figure::Share).to_vec(),
            coverage: coverage(745, 777),
            closed: None,
        },
    }
}

fn choices() -> Choices {
    Choices {
        indicators: vec![
            choice("scr.positive_rate", "筛查阳性率", "Rate of positive screenings"),
            choice("scr.completed", "完成筛查人数", "Students screened"),
        ],
        periods: vec![choice("2025S1", "2025–2026 学年第一学期", "Autumn term 2025")],
        units: vec![
            choice("370200", "全市", "Whole city"),
            choice("370202", "市南区", "Shinan District"),
        ],
        breakdowns: Breakdown::ALL.to_vec(),
    }
}

fn source_line((zh, en, _, reported, due, _): &District) -> SourceLine {
    SourceLine {
        unit: Label::new(*zh, *en),
        unit_id: "370202".to_owned(),
        table: "rounded.scr.census".to_owned(),
        revision: 3,
        digest: Digest::sha256([0x5b; 32]),
        received_at_ms: NOW,
        coverage: coverage(*reported, *due),
    }
}

/// Five terms: a rounded share, one that was not reported, one that is hidden, and a reorganisation
/// before the last.
pub(super) fn trend_lines() -> Vec<TrendLine> {
    let line = |period: &str, figure, reported| TrendLine {
        period: period.to_owned(),
        label: Label::new(format!("{period} 学期"), format!("term {period}")),
        figure,
        range: None,
        coverage: coverage(reported, 777),
        snapshots: vec![(u64::from(reported), Digest::sha256([0x9c; 32]))],
        opened: 0,
        breaks: Vec::new(),
        blank: None,
    };
    let range = Some(Range::Share(Interval { low: 493, high: 507 }));
    let missing = Some(Label::new("本期没有数据上报", "Nothing was reported"));
    let changed = vec![Label::new("应报学校由 777 所变为 780 所", "Schools due changed")];
    vec![
        TrendLine { range, ..line("2023S1", Figure::Share(500), 740) },
        TrendLine { blank: missing, ..line("2023S2", Figure::NotReported, 0) },
        line("2024S1", Figure::Share(510), 741),
        line("2024S2", Figure::Suppressed, 3),
        TrendLine { breaks: changed, ..line("2025S1", Figure::Share(520), 745) },
    ]
}

/// The indicator page.
pub(super) fn indicator_view() -> IndicatorPage {
    let part = |zh, en, n| NamedFigure { name: Label::new(zh, en), figure: Figure::Rounded(n) };
    IndicatorPage {
        selected: Filter {
            indicator: "scr.positive_rate".to_owned(),
            period: "2025S1".to_owned(),
            unit: "370200".to_owned(),
            breakdown: Some(Breakdown::DistrictStage),
        },
        choices: choices(),
        name: Label::new("筛查阳性率", "Rate of positive screenings"),
        definition: Label::new(
            "分子：普测结果达到需访谈标准的学生；分母：有效完成普测的学生。",
            "Students whose screening calls for an interview, of students with a valid screening.",
        ),
        whole: Label::new("全市", "Whole city"),
        headline: Headline {
            value: Figure::Share(520),
            range: Some(Range::Share(Interval { low: 513, high: 527 })),
            parts: vec![
                part("筛查阳性", "positive", 38_745),
                part("有效完成", "validly screened", 745_120),
            ],
            note: None,
            marks: Vec::new(),
        },
        coverage: coverage(745, 777),
        trend: Vec::new(),
        version: version(),
        table: table(),
        areas: DISTRICTS.iter().map(area).collect(),
        sources: DISTRICTS.iter().take(3).map(source_line).collect(),
        protection: Protection::Rounded { base: 5, cells: 18_625 },
        opened: Vec::new(),
        published: vec![PublishedLine {
            id: "2025S1-screening".to_owned(),
            margin: 24,
            figures: vec![(
                Label::new("未见异常 · 小学", "Nothing suggested · Primary"),
                Label::same("~41,237"),
            )],
        }],
        is_sealed: false,
        fresh: None,
        outside: None,
        closed: vec![Closed {
            what: Label::new("街道 × 年级", "Street by grade"),
            why: Label::new(
                "参与学校少于 5 所的街道不开启，以免反推出某所学校的小数目。",
                "Streets with fewer than 5 schools stay closed, lest a school's small number be \
                 worked out.",
            ),
        }],
        exports: vec![Export {
            label: "JSON".to_owned(),
            href: "/api/v1/data?indicator=scr.positive_rate".to_owned(),
        }],
    }
}

fn groups() -> Vec<IndicatorGroup> {
    let line = |id: &str, zh: &str, support, figure| IndicatorLine {
        id: id.to_owned(),
        name: Label::new(zh, id),
        support,
        figure,
        parts: Vec::new(),
        coverage: coverage(745, 777),
        outside: None,
    };
    let closed = Label::new("须两部门联合汇总后开启", "opened only after joint summation");
    let share = IndicatorLine {
        parts: vec![Figure::Count(3_003), Figure::Count(3_742)],
        outside: Some(Label::new("普通高中 2 校", "Senior middle (2)")),
        ..line("r.scr.coverage", "筛查覆盖率", Support::Reported, Figure::Share(8_025))
    };
    let unopened = IndicatorLine {
        coverage: coverage(0, 777),
        ..line("alt.opened", "新增预警", Support::Closed(closed), Figure::Suppressed)
    };
    vec![
        IndicatorGroup {
            title: Label::new("基本情况", "Basics"),
            lines: vec![
                line("base.students", "在校学生数", Support::Reported, Figure::Count(1_043_812)),
                line(
                    "base.staff",
                    "教职工数",
                    Support::Partial { able: 12, of: 745 },
                    Figure::Count(0),
                ),
            ],
        },
        IndicatorGroup {
            title: Label::new("普测", "Screening"),
            lines: vec![
                share,
                line("scr.positive", "筛查阳性人数", Support::Reported, Figure::Rounded(38_745)),
                line("mtr.talks", "谈心次数", Support::Unsupported, Figure::Unsupported),
                unopened,
                line("ref.cases", "转介个案", Support::Local, Figure::NotApplicable),
            ],
        },
    ]
}

/// The start page.
pub(super) fn overview_view() -> OverviewPage {
    OverviewPage {
        periods: choices().periods,
        period: "2025S1".to_owned(),
        whole: Label::new("全市", "Whole city"),
        coverage: coverage(745, 777),
        areas: DISTRICTS
            .iter()
            .map(|(zh, en, _, reported, due, _)| AreaCoverage {
                label: Label::new(*zh, *en),
                coverage: coverage(*reported, *due),
                received_at_ms: (*due != 52).then_some(NOW),
            })
            .collect(),
        groups: groups(),
        version: Some(version()),
        is_sealed: false,
        is_helper: false,
        endings: vec![
            EndingCertificate {
                unit: "370203".to_owned(),
                label: Label::new("市北区", "Shibei District"),
                days: -1,
            },
            EndingCertificate {
                unit: "370212".to_owned(),
                label: Label::new("崂山区", "Laoshan District"),
                days: 20,
            },
        ],
        letters: Some(Letters {
            counts: vec![(status::PASSED_ON.to_owned(), 4_711), (status::STUCK.to_owned(), 2)],
            waiting: 5,
            late: vec![(DeadlineClass::Answered, 1), (DeadlineClass::Answered, 2)],
            held: vec![
                "an emergency waits at this relay for more than five minutes: its recipient has no \
                 key statement or no way here"
                    .to_owned(),
            ],
            counted_since_ms: Some(NOW),
            ..Letters::default()
        }),
    }
}

/// A special period that five of six schools follow, with a day that one school has not told and a
/// day that nobody has.
pub(super) fn special_view() -> SpecialOut {
    let name = |zh: &str, en: &str| NameOut { zh: zh.to_owned(), en: en.to_owned() };
    let figure = |status, value: Option<u64>| FigureOut {
        key: std::collections::BTreeMap::new(),
        status,
        reason: None,
        why: None,
        value: value.map(Into::into),
        numerator: None,
        denominator: None,
        low: None,
        high: None,
        rounding_error_max: None,
        rounded_cells: None,
        opened_cells: None,
        left_out_persons: None,
    };
    let day = |period: &str, schools_reported, figure| SpecialPeriodOut {
        period: period.to_owned(),
        snapshot: 1,
        coverage: CoverageOut { schools_reported, schools_due: 6, persons: 0 },
        figures: vec![figure],
    };
    SpecialOut {
        special: SpecialLineOut {
            id: "flood-2026".to_owned(),
            name: name("2026年防汛", "Floods of 2026"),
            first: "2026-11-30".to_owned(),
            last: "2026-12-13".to_owned(),
            cadence: "day",
            state: SpecialState::Running,
            schools: 6,
            unprotected: None,
            revision: 1,
            catalogue: Digest::sha256([0x41; 32]).to_string(),
        },
        followers: FollowersOut {
            following: 5,
            refused: vec![RefusedOut {
                unit: "F370202004J01".to_owned(),
                reason: "refused: the area has 4 schools".to_owned(),
                why: name("范围内只有 4 所学校", "the area has 4 schools"),
            }],
            silent: 0,
            unsealed: Vec::new(),
        },
        counts: vec![SpecialCountOut {
            id: "evt.drills".to_owned(),
            name: name("危机演练次数", "Crisis drills"),
        }],
        periods: vec![
            day("2026-12-03", 5, figure(StatusWord::Waiting, None)),
            day("2026-12-02", 5, figure(StatusWord::Closed, None)),
            day("2026-12-01", 0, figure(StatusWord::NotReported, None)),
            day("2026-11-30", 5, figure(StatusWord::Value, Some(0))),
        ],
    }
}

fn sealed_task() -> SealedTask {
    SealedTask {
        name: Label::new("新增预警", "Cases opened"),
        table: "sealed.alt.opened".to_owned(),
        period: Label::new("2026 年第 37 周", "week 37 of 2026"),
        tone: Tone::Info,
        state: Label::new("等报告", "waits for reports"),
        reports: (10, 11),
        missing: vec![Label::new("S08（示例八中）", "S08 (Example School 8)")],
        opened: vec![Label::new(
            "初中，全区：1 个组，5 / 5 校为本期报告，记录 3f0a9c1d",
            "Junior, whole area: 1 groups, 5 of 5 schools fresh, record 3f0a9c1d",
        )],
        waits: vec![Label::new(
            "高中，组 2026-senior-1：学校太少，按方案不开启",
            "Senior, group 2026-senior-1: too few schools: closed by the plan",
        )],
    }
}

fn done_task() -> SealedTask {
    SealedTask {
        table: "sealed.alt.closed".to_owned(),
        tone: Tone::Good,
        state: Label::new("已开启", "opened"),
        missing: Vec::new(),
        ..sealed_task()
    }
}

/// Sealed sums of a district with one school missing and one group that stays closed.
pub(super) fn sealed_view() -> SealedPage {
    SealedPage {
        notices: vec![Label::same("S07".to_owned())],
        part: Label::new("本枢纽是教育方。", "This hub is education's part."),
        periods: vec![choice("2026-W37", "2026 年第 37 周", "week 37 of 2026")],
        period: "2026-W37".to_owned(),
        areas: vec![SealedArea {
            name: Label::new("市南区", "Shinan District"),
            school_year: "2026–2027".to_owned(),
            hubs: ("370202".to_owned(), "HC-QD".to_owned()),
            schools: 11,
            open_groups: 2,
            closed_groups: 1,
            closed: Some(Label::new(
                "学校太少、不开启的学段：普通高中 2 校",
                "Stages of too few schools, which stay closed: Senior middle (2)",
            )),
            tasks: vec![sealed_task()],
            done: vec![done_task()],
            idle: vec![Label::new("谈心次数 · 2026 年第 37 周", "Talks · week 37 of 2026")],
        }],
        summary: vec![(Tone::Info, Label::new("等报告", "waits for reports"), 1)],
        is_town: false,
        told: vec![ToldArea {
            area: Label::new("市北区", "Shibei District"),
            lines: vec![ToldLine {
                name: Label::new("预警状态", "Alert states"),
                period: Label::new("2026–2027 学年第一学期", "Autumn term 2026"),
                stage: Label::new("初中", "Junior"),
                schools: (64, 66),
                record: Digest::sha256([9; 32]),
                opened_at_ms: NOW,
            }],
        }],
        waiting: vec![(
            "370203".to_owned(),
            Label::new("缺该区域的方案或名单", "the plan or roster of its area is not here"),
        )],
        objections: Vec::new(),
        absences: vec![SaidLine {
            school: "S07".to_owned(),
            about: "2026-09-01 – ".to_owned(),
            note: "merged".to_owned(),
        }],
        refused: vec![RefusedLine {
            school: "S04".to_owned(),
            name: Label::new("在册预警", "Open cases"),
            table: "sealed.alt.census".to_owned(),
            period: "2026S1".to_owned(),
            code: "control_sum".to_owned(),
            to_do: Label::new(
                "打电话请学校核对后重新上报",
                "call the school: it checks and reports again",
            ),
        }],
    }
}

fn named(zh: &str, en: &str) -> NameOut {
    NameOut { zh: zh.to_owned(), en: en.to_owned() }
}

fn published_line() -> ReleaseLineOut {
    ReleaseLineOut {
        id: "2025S1-alerts".to_owned(),
        subject: named("普查日预警分级学生数", "Students by alert tier on the census day"),
        period: "2025S1".to_owned(),
        period_name: named("2025–2026 学年第一学期", "autumn term 2025–2026"),
        state: "drawn",
        epsilon: "0.375".to_owned(),
        scale: "8".to_owned(),
        margin95: 24,
        coverage: CoverageOut { schools_reported: 1_489, schools_due: 1_500, persons: 1_310_000 },
        carried: 0,
        drawn_at: Some("2025-11-20T02:00:00Z".to_owned()),
        drawn_by: "赵老师".to_owned(),
    }
}

/// A table with a closed figure and one below twenty.
fn published_table() -> OpenTableOut {
    let cell = |keys: [(&str, &str, NameOut); 2], value: Option<i64>, shown: &str| CellOut {
        key: keys.iter().map(|(dim, id, _)| ((*dim).to_owned(), (*id).to_owned())).collect(),
        names: keys.into_iter().map(|(_, _, name)| name).collect(),
        status: if shown.is_empty() { "closed" } else { "noised" },
        value,
        shown: shown.to_owned(),
        low: value.map(|value| value - 24),
        high: value.map(|value| value + 24),
        left_out: false,
    };
    let high = || ("alert_state", "t2", named("二级", "High"));
    let crisis = || ("alert_state", "t3", named("三级", "Crisis"));
    let primary = || ("stage", "primary", named("小学", "Primary"));
    let special = || ("stage", "special", named("特殊教育", "Special education"));
    OpenTableOut {
        query: "state.stage".to_owned(),
        by: vec!["alert_state".to_owned(), "stage".to_owned()],
        by_names: vec![named("预警级别", "Alert tier"), named("学段", "Stage")],
        cells: vec![
            cell([high(), primary()], Some(1_311), "1311"),
            cell([high(), special()], None, "<20"),
            cell([crisis(), primary()], Some(64), "64"),
            cell([crisis(), special()], None, ""),
        ],
    }
}

/// What a city has published: a release of alerts, with what is left of its year.
pub(super) fn publication_view() -> (ReleasesOut, ReleaseOut) {
    let all = ReleasesOut {
        unit: "370200".to_owned(),
        name: named("青岛市", "Qingdao"),
        student_year: "3.000".to_owned(),
        last_term: Some("2025S1".to_owned()),
        budgets: vec![BudgetOut {
            school_year: 2025,
            cap: "1.000".to_owned(),
            spent: "0.375".to_owned(),
            left: "0.625".to_owned(),
        }],
        releases: vec![published_line()],
    };
    let digest = |byte: u8| Digest::sha256([byte; 32]).to_string();
    let one = ReleaseOut {
        unit: "370200".to_owned(),
        name: named("青岛市", "Qingdao"),
        release: published_line(),
        note: named("合计不必等于各项之和。", "Noisy: margins need not add up."),
        sums: 31,
        sums_opened_until: "2025-10-20T02:00:00Z".to_owned(),
        catalogue: digest(1),
        areas: vec![ReleaseAreaOut {
            area: "370202".to_owned(),
            name: named("市南区", "Shinan District"),
            schools_reported: 131,
            schools_due: 131,
            plan: digest(2),
            roster: digest(3),
        }],
        stages: vec![ReleaseStageOut {
            stage: "special",
            name: named("特殊教育", "Special education"),
            schools: 0,
            closed_schools: 3,
        }],
        line: 1,
        identity: digest(4),
        tables: vec![published_table()],
    };
    (all, one)
}
