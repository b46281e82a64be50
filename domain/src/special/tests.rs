//! Special periods: every mistake in the form, everything that is not protected, and the bounds
//! of what may ever run.

mod relations;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::catalogue::{
    At, Channel, Condition, Definition, DimensionValue, Field, FieldValues, Fill, Filter, Kind,
    Language, Measure, Origin, Profile, Sensitivity, Source, Stage,
};
use crate::disclosure::plan::{Access, Group, Plan};
use crate::disclosure::sealed::{Kind as SealedKind, SealedTables, special_of};
use crate::disclosure::{Unprotected, may_run, may_seal};
use crate::unit::UnitId;

fn unit(text: &str) -> UnitId {
    text.parse().expect("unit")
}

fn schools(number: usize) -> Vec<AreaSchool> {
    let school =
        |n: usize| AreaSchool { unit: unit(&format!("S{n}")), above: vec![unit("370202")] };
    (1..=number).map(school).collect()
}

fn count(id: &str, definition: Definition) -> Count {
    Count {
        id: id.parse().expect("id"),
        label: Label { zh: "数".to_owned(), en: "Count".to_owned() },
        note: String::new(),
        kind: Kind::Flow,
        profile: Profile::Core,
        channel: Channel::Clear,
        sensitivity: Sensitivity::Normal,
        origin: Origin::School,
        ledger: "lesson".to_owned(),
        fill: Fill::Auto,
        unit: "lesson".to_owned(),
        dims: Vec::new(),
        period: NativePeriod::Day,
        assess: false,
        per_person_max: 1,
        basis: Vec::new(),
        definition: Some(definition),
    }
}

fn define(source: Source, measure: Measure, at: At) -> Definition {
    let (band, stratum_min) = (None, None);
    // Talks bound sealed counts: they are told roughly or not at all.
    let rough = (source == Source::Talk).then_some(10);
    Definition { source, measure, sum_of: None, filters: Vec::new(), at, band, rough, stratum_min }
}

fn lessons() -> Count {
    count("sp.lessons", define(Source::Lesson, Measure::Records, At::InPeriod))
}

fn sample() -> SpecialDefinition {
    SpecialDefinition {
        id: "flood-2026".parse().expect("id"),
        revision: 1,
        label: Label { zh: "汛期".to_owned(), en: "Flood".to_owned() },
        first: date(2026, 11, 30),
        last: date(2026, 12, 13),
        cadence: Cadence::Day,
        schools: schools(5),
        pulse: None,
        dimensions: Vec::new(),
        counts: vec![lessons()],
    }
}

/// Changes the sample and asks what is wrong with its form.
fn check(change: impl FnOnce(&mut SpecialDefinition)) -> Result<SpecialPeriod, (FlawKind, String)> {
    let mut definition = sample();
    change(&mut definition);
    SpecialPeriod::new(definition).map_err(|flaw| (flaw.kind, flaw.key))
}

/// Changes the sample and asks what of it could not be protected.
fn protect(change: impl FnOnce(&mut SpecialDefinition)) -> Result<(), Unprotected> {
    may_run(&check(change).expect("well formed"))
}

/// Each mistake in the form is named by its key.
#[test]
fn mistakes_in_the_form_are_named() {
    assert!(check(|_| {}).is_ok());
    let wrong = |change: fn(&mut SpecialDefinition)| check(change).expect_err("refused");
    let named = |kind, key: &str| (kind, key.to_owned());
    assert_eq!(wrong(|s| s.last = date(2026, 11, 29)), named(FlawKind::Range, "last"));
    assert_eq!(wrong(|s| s.last = date(2029, 1, 1)), named(FlawKind::Range, "last"));
    let long = wrong(|s| s.id = "a-special-period-of-the-city".parse().expect("id"));
    assert_eq!(long, named(FlawKind::Form, "id"));
    assert_eq!(wrong(|s| s.id = "a.b".parse().expect("id")), named(FlawKind::Form, "id"));
    assert_eq!(wrong(|s| s.schools = Vec::new()), named(FlawKind::Missing, "schools"));
    assert_eq!(wrong(|s| s.schools.extend(schools(1))), named(FlawKind::Duplicate, "schools, S1"));
    assert_eq!(wrong(|s| s.counts = Vec::new()), named(FlawKind::Missing, "count"));
    let twice = named(FlawKind::Duplicate, "count or ratio id");
    assert_eq!(wrong(|s| s.counts.push(lessons())), twice);
    let weekly = wrong(|s| s.cadence = Cadence::Week);
    assert_eq!(weekly, named(FlawKind::Conflict, "count sp.lessons, period"));
    let from_tuesday = wrong(|s| {
        s.cadence = Cadence::Week;
        s.first = date(2026, 12, 1);
    });
    assert_eq!(from_tuesday, named(FlawKind::Conflict, "cadence"));
    let above_itself = wrong(|s| s.schools[0].above = vec![unit("S2")]);
    assert_eq!(above_itself, named(FlawKind::Conflict, "schools"));
    let grades = |words: &[&str]| words.iter().filter_map(|w| Grade::from_word(w)).collect();
    let pulse = |scale: &str, words: &[&str]| {
        let pulse = Pulse { scale: scale.to_owned(), grades: grades(words) };
        check(|s| s.pulse = Some(pulse)).map(drop).map_err(|(kind, _)| kind)
    };
    assert_eq!(pulse("phq-4", &["g7", "g8"]), Ok(()));
    assert_eq!(pulse("", &["g7"]), Err(FlawKind::Missing));
    assert_eq!(pulse("phq-4", &[]), Err(FlawKind::Missing));
    assert_eq!(pulse("phq-4", &["g7", "g7"]), Err(FlawKind::Duplicate));
    assert_eq!(pulse("phq-4", &["g3"]), Err(FlawKind::Range));
}

/// The ordinary catalogue has no days: a figure of every day belongs to special periods.
#[test]
fn a_day_stands_in_no_ordinary_catalogue() {
    let special = SpecialPeriod::new(sample()).expect("special");
    let flaw = Catalogue::new(special.catalogue().definition().clone()).expect_err("refused");
    assert_eq!((flaw.kind, flaw.key.as_str()), (FlawKind::Conflict, "count sp.lessons, period"));
}

/// The table bears the special period's id, and its cells stand in the order of the pack.
#[test]
fn the_table_is_its_own() {
    let special = SpecialPeriod::new(sample()).expect("special");
    let table = special.table().expect("table");
    assert_eq!(table.id().as_str(), "clear.special.flood-2026");
    assert_eq!((table.cells(), table.index("sp.lessons", &[])), (1, Some(0)));
    assert_eq!(special.area().below(&unit("370202")), 5);
    assert_eq!(special.area().below(&unit("370203")), 0);
}

/// What could not be protected is refused, each for its own reason.
#[test]
fn what_cannot_be_protected_is_refused_with_its_reason() {
    assert_eq!(protect(|_| {}), Ok(()));
    let four = protect(|s| s.schools = schools(4));
    assert_eq!(four, Err(Unprotected::FewSchools { found: 4 }));
    let long = protect(|s| s.last = date(2027, 1, 31));
    assert_eq!(long, Err(Unprotected::TooLong { days: 63, max: 62 }));
    let with = |definition: Definition, change: fn(&mut Count)| {
        let mut asked = count("sp.x", definition);
        change(&mut asked);
        protect(|s| s.counts = vec![asked]).expect_err("refused")
    };
    let name = || "sp.x".to_owned();
    let health = define(Source::Screening, Measure::Records, At::InPeriod);
    let reason = with(health.clone(), |_| {});
    assert!(matches!(reason, Unprotected::Source { .. } | Unprotected::Clear { .. }), "{reason}");
    let alerts = define(Source::AlertEvent, Measure::Records, At::InPeriod);
    assert!(matches!(with(alerts, |_| {}), Unprotected::Clear { .. }));
    let sealed = with(health, |count| count.channel = Channel::Sealed);
    assert_eq!(sealed, Unprotected::SealedByDay { count: name() });
    let local = define(Source::Talk, Measure::Records, At::InPeriod);
    assert_eq!(with(local, |c| c.channel = Channel::Local), Unprotected::Local { count: name() });
    let said = [Language::Zh, Language::En].map(|language| sealed.sentence(language));
    assert!(said[0].contains("按周密封汇总") && said[1].contains("under seal"), "{said:?}");
    let roll = define(Source::Roll, Measure::Students, At::PeriodEnd);
    assert!(matches!(with(roll, |_| {}), Unprotected::Source { .. }));
    let conference = define(Source::Conference, Measure::Records, At::InPeriod);
    assert!(matches!(with(conference, |_| {}), Unprotected::Clear { .. }));
    let stock = define(Source::Training, Measure::Records, At::PeriodEnd);
    assert_eq!(with(stock, |_| {}), Unprotected::State { count: name() });
    let talks = define(Source::Talk, Measure::Students, At::InPeriod);
    assert_eq!(with(talks, |_| {}), Unprotected::Persons { count: name() });
    let band =
        Definition { band: Some(10), ..define(Source::Lesson, Measure::Records, At::InPeriod) };
    assert_eq!(with(band, |_| {}), Unprotected::Band { count: name() });
    let many = (0..31).map(|n| count(&format!("sp.{n}"), lessons().definition.expect("defined")));
    let many: Vec<Count> = many.collect();
    assert_eq!(protect(|s| s.counts = many), Err(Unprotected::TooMuch { counts: 31, cells: 31 }));
}

/// Of one number told roughly again and again the mean is the number: few counts tell the same
/// records so.
#[test]
fn few_counts_tell_the_same_records_roughly() {
    let talks =
        |n: u32| count(&format!("sp.{n}"), define(Source::Talk, Measure::Records, At::InPeriod));
    assert_eq!(protect(|s| s.counts = (0..3).map(talks).collect()), Ok(()));
    let often = protect(|s| s.counts = (0..4).map(talks).chain([lessons()]).collect());
    let one_more = Unprotected::Rough { count: "sp.3".to_owned() };
    assert!(one_more.sentence(Language::Zh).contains("sp.3"));
    assert_eq!(often, Err(one_more));
}

/// By the week, persons may be counted in the work that is done with them; a state may not.
#[test]
fn a_week_may_count_persons_and_no_state() {
    let weekly = |measure, at| {
        protect(|s| {
            s.cadence = Cadence::Week;
            let mut asked = count("sp.x", define(Source::Talk, measure, at));
            asked.period = NativePeriod::Week;
            s.counts = vec![asked];
        })
    };
    assert_eq!(weekly(Measure::Students, At::InPeriod), Ok(()));
    let state = Err(Unprotected::State { count: "sp.x".to_owned() });
    assert_eq!(weekly(Measure::Students, At::PeriodEnd), state);
}

/// The dimension of the stage, whole as the ordinary catalogue has it.
fn stages() -> Dimension {
    let label = || Label { zh: "学段".to_owned(), en: "Stage".to_owned() };
    let value = |stage: &Stage| DimensionValue { id: stage.as_str().to_owned(), label: label() };
    Dimension {
        id: "stage".parse().expect("id"),
        label: label(),
        multi: false,
        values: Stage::ALL.iter().map(value).collect(),
    }
}

/// Makes the sample one by week with a sealed count.
fn seals(special: &mut SpecialDefinition, mut asked: Count) {
    special.cadence = Cadence::Week;
    special.dimensions = vec![stages()];
    (asked.channel, asked.period, asked.per_person_max) = (Channel::Sealed, NativePeriod::Week, 4);
    special.counts = vec![asked];
}

/// Events about persons are told by the week under seal, in tables under the special period's own
/// name; what is no event, or has no place for a stage, is refused.
#[test]
fn a_week_may_seal_events_about_persons() {
    let alerts = || count("sp.opened", define(Source::AlertEvent, Measure::Records, At::InPeriod));
    assert_eq!(protect(|s| seals(s, alerts())), Ok(()));
    let special = check(|s| seals(s, alerts())).expect("well formed");
    assert!(special.has_sealed() && special.table().is_none(), "nothing of it is clear");
    let tables = SealedTables::of(special.catalogue());
    let [table] = tables.all() else { panic!("{tables:?}") };
    assert_eq!(table.id().as_str(), "sealed.special.flood-2026.sp.opened");
    assert_eq!(special_of(table.id().as_str()), Some("flood-2026"));
    assert_eq!((special_of("sealed.alt.opened"), table.cells()), (None, Stage::ALL.len()));
    let refused = Err(Unprotected::Unsealable { count: "sp.opened".to_owned() });
    let lacks_a_stage = protect(|s| {
        seals(s, alerts());
        s.dimensions[0].values.pop();
    });
    assert_eq!(lacks_a_stage, refused);
    for (source, measure, at) in [
        (Source::Alert, Measure::Records, At::PeriodEnd),
        (Source::AlertEvent, Measure::Students, At::InPeriod),
        (Source::Session, Measure::Records, At::InPeriod),
        (Source::Screening, Measure::Students, At::InPeriod),
    ] {
        let asked = count("sp.opened", define(source, measure, at));
        assert_eq!(protect(|s| seals(s, asked)), refused, "{source:?} {measure:?}");
    }
    // A name that leaves no room for the special period's is no name of a table.
    let long = count(
        "sp.a-count-with-a-name-of-its-own",
        define(Source::AlertEvent, Measure::Records, At::InPeriod),
    );
    assert!(matches!(protect(|s| seals(s, long)), Err(Unprotected::Unsealable { .. })));
}

/// A school tells its sealed counts where a group of its own lies in the area whole: with four of
/// the five, with no plan, or in a closed group nothing goes.
#[test]
fn only_whole_groups_of_the_area_are_summed() {
    let group = |name: &str, members: std::ops::RangeInclusive<usize>, access| Group {
        id: name.parse().expect("name"),
        stage: Stage::Junior,
        since: 2026,
        members: members.map(|n| unit(&format!("S{n}"))).collect(),
        access,
        partner: None,
    };
    let groups = vec![
        group("2026-junior-1", 1..=5, Access::Town),
        group("2026-junior-2", 6..=10, Access::District),
        group("2026-junior-3", 11..=13, Access::Closed),
    ];
    let plan = Plan::new(unit("370202"), 2026, 5, groups);
    let alerts = count("sp.opened", define(Source::AlertEvent, Measure::Records, At::InPeriod));
    let of = |number: usize| {
        let asked = alerts.clone();
        let area = move |s: &mut SpecialDefinition| {
            seals(s, asked);
            s.schools = schools(number);
        };
        check(area).expect("well formed")
    };
    let says = |number: usize, school: &str| may_seal(&of(number), Some(&plan), &unit(school));
    assert_eq!((says(9, "S1"), says(10, "S6")), (Ok(()), Ok(())));
    assert_eq!(says(9, "S6"), Err(Unprotected::NoGroup), "one school of its group is not meant");
    assert_eq!(says(13, "S11"), Err(Unprotected::NoGroup), "the group is closed");
    assert_eq!(may_seal(&of(9), None, &unit("S1")), Err(Unprotected::NoPlan));
    let within = plan.within(|school| of(9).area().holds(school));
    assert_eq!(within.groups().len(), 1);
    for school in (1..=13).map(|n| unit(&format!("S{n}"))) {
        let opens = plan.opens_within(&school, |one| of(9).area().holds(one));
        assert_eq!(opens, within.opens(&school), "{school}");
    }
}

/// Words by which a count may be filtered without a dimension of its own.
fn words_of(field: Field) -> &'static [&'static str] {
    match field.values() {
        FieldValues::Words(words) => words,
        FieldValues::Dimension | FieldValues::Number => &[],
    }
}

/// Any definition that the closed lists allow.
fn any_count() -> impl Strategy<Value = Count> {
    let pick = |length: usize| 0..length;
    let words = (pick(Source::ALL.len()), pick(Measure::ALL.len()), pick(At::ALL.len()));
    let index = any::<prop::sample::Index>;
    let more = (pick(Channel::ALL.len()), proptest::option::of(2_u32..20), index());
    let filter = (any::<bool>(), index(), index());
    (words, more, filter).prop_map(|((source, measure, at), (channel, band, field), filter)| {
        let source = Source::ALL[source];
        let mut definition = define(source, Measure::ALL[measure], At::ALL[at]);
        definition.band = band;
        let numbers: Vec<Field> =
            source.fields().iter().copied().filter(|f| f.values() == FieldValues::Number).collect();
        match (definition.measure, numbers.is_empty()) {
            (Measure::Sum, true) => definition.measure = Measure::Records,
            (Measure::Sum, false) => definition.sum_of = Some(*field.get(&numbers)),
            _ => {}
        }
        let (is_filtered, which, word) = filter;
        let worded = |field: &Field| !words_of(*field).is_empty();
        let fields: Vec<Field> = source.fields().iter().copied().filter(worded).collect();
        if is_filtered && !fields.is_empty() {
            let field = *which.get(&fields);
            let condition = Condition::Any(vec![(*word.get(words_of(field))).to_owned()]);
            definition.filters.push(Filter { field, condition });
        }
        let mut count = count("sp.any", definition);
        count.channel = Channel::ALL[channel];
        count
    })
}

proptest! {
    /// Whatever a city asks for, what may run is exact events of the school's own work: nothing
    /// about cases, screening, families or the roll, no state of persons, no band, no person by
    /// the day.
    #[test]
    fn what_may_run_is_work_and_nothing_else(
        count in any_count(), number in 1_usize..9,
    ) {
        let definition = count.definition.clone().expect("defined");
        let channel = count.channel;
        let special = check(|s| { s.counts = vec![count]; s.schools = schools(number); });
        if let Ok(special) = &special && let Err(why) = may_run(special) {
            // Hubs read what schools say in English, to say it in Chinese.
            prop_assert_eq!(Unprotected::of_sentence(special, &why.to_string()), Some(why));
        }
        let allowed = special.is_ok_and(|special| may_run(&special).is_ok());
        if allowed {
            use Source as S;
            prop_assert!(number >= 5 && channel == Channel::Clear && definition.band.is_none());
            prop_assert!(!matches!(definition.measure, Measure::Students | Measure::Staff));
            prop_assert!(definition.at == At::InPeriod || definition.measure == Measure::Units);
            let about_persons = matches!(definition.source, S::Roll | S::Class | S::Screening
                | S::Sheet | S::StaffScreening | S::Mentor | S::Alert | S::AlertEvent
                | S::AlertReview | S::AlertContact | S::Conference
                | S::ConferenceCase | S::Followup | S::Referral | S::ReferralEvent
                | S::DutyReport | S::SpecialGroup | S::Support | S::Physique);
            prop_assert!(!about_persons, "{:?}", definition.source);
            // Sessions are work only as sessions of groups.
            let of_groups = definition.filters.iter().any(|filter| {
                filter.condition == Condition::Any(vec!["group".to_owned()])
            });
            let is_work = of_groups && definition.measure == Measure::Records;
            prop_assert!(definition.source != S::Session || is_work);
            prop_assert!(definition.source != S::ExpertService, "none leaves out single students");
        }
    }

    /// Whatever a city asks to have sealed, what may run is single events by stage, in flows under
    /// the special period's own name, of records of which no clear sheet tells an exact number.
    #[test]
    fn what_is_sealed_is_events_by_stage(count in any_count()) {
        let source = count.definition.clone().expect("defined").source;
        let measure = count.definition.clone().expect("defined").measure;
        let special = check(|s| seals(s, count));
        if let Ok(special) = special && may_run(&special).is_ok() {
            let told = [Source::AlertEvent, Source::Talk, Source::ReferralEvent];
            prop_assert!(told.contains(&source) && measure == Measure::Records);
            let tables = SealedTables::of(special.catalogue());
            prop_assert!(!tables.all().is_empty());
            for table in tables.all() {
                prop_assert_eq!(table.kind(), SealedKind::Flow);
                prop_assert_eq!(special_of(table.id().as_str()), Some("flood-2026"));
                prop_assert!(table.strata().iter().all(|one| one.stage.is_some()));
            }
        }
    }

    /// Its periods are exactly those that it holds, each once, and the last one closes it.
    #[test]
    fn periods_lie_within_its_days(
        start in 0_i64..700, weeks in 1_i64..20, by_week in any::<bool>(),
    ) {
        let monday = date(2025, 9, 1).saturating_add((start * 7).days());
        let special = check(|s| {
            s.first = monday;
            s.last = monday.saturating_add((weeks * 7 - 1).days());
            if by_week {
                s.cadence = Cadence::Week;
                s.counts[0].period = NativePeriod::Week;
            }
        });
        let special = special.expect("well formed");
        let periods: Vec<Period> = special.periods().collect();
        let expected = if by_week { weeks } else { weeks * 7 };
        prop_assert_eq!(i64::try_from(periods.len()).expect("few"), expected);
        prop_assert!(periods.iter().all(|period| special.holds(*period)));
        let before = monday.saturating_sub(1.days());
        let after = special.last().saturating_add(1.days());
        for day in [before, after] {
            let week = day.iso_week_date();
            prop_assert!(!special.holds(Period::Day(day)));
            let week = Period::Week { year: week.year(), week: week.week() };
            prop_assert!(!special.holds(week));
        }
    }
}
