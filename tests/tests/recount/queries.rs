//! The shorthands of the recount's queries, written out.
//!
//! `cur(kind)` are entries as they count now, `held(kind,day)` what holds on a day, `roll(day)`
//! students on the roll, `tier(student,day)`, `stage(student,day)`; days of the period are `:from`,
//! `:to`, `:end`, `:census`, its term `:term`. Columns are the dimensions, then a number.

/// Every query under its count, with the kinds of entry from whose first day on it is kept.
pub(super) fn queries() -> Vec<(&'static str, &'static str, &'static str)> {
    let parts = include_str!("queries.txt").split("-- @").skip(1);
    let named = parts.map(|part| part.split_once('\n').expect("a name and a query"));
    named
        .map(|(head, query)| {
            let (count, kind) = head.split_once(' ').unwrap_or((head, ""));
            (count, kind, query)
        })
        .collect()
}

/// As `mtr.assigned`, by the stage alone.
pub(super) const ASSIGNED_BY_STAGE: &str = "select stage(r.student,:census), count(*) \
    from roll(:census) r where (select count(*) from held(mentor,:census) m \
        where m.student = r.student) = 1 group by 1";

/// What stands before every query.
const VIEWS: &str =
    "with moves as (select * from cur(alert_move) where standing = 'in_force'), students as
    (select id as student from student), consent_now as (select s.id as student, v.consent from
    student s join student_version v on v.student = s.id and v.version = s.version), flagged as
    (select h.student, h.test_date from sheet h where current = 1 and handed_in = 'answered' and
    outcome = 'critical'), critical as (select k.* from ( select student, date(raised_at / 1000
    + 86400 + 28800, 'unixepoch') as due, coalesce(contacted_at <= raised_at + 86400000, 0) as
    ok from cur(critical_item) union all select f.student, date(f.test_date, '+1 day'), 0 from
    flagged f where not exists (select 1 from cur(critical_item) i where i.student = f.student
    and i.day >= f.test_date) ) k join consent_now c on c.student = k.student and c.consent =
    'given'), acts as (select day, what, coalesce(stage, case when grade in ('g4','g5','g6')
    then 'primary_high' when grade in ('g7','g8','g9') then 'junior' else 'primary_low' end) as
    s from cur(activity))
    ";

/// The days of a period, as the shorthands name them.
pub(super) struct Days {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) end: String,
    pub(super) census: String,
    pub(super) term: String,
    pub(super) monday: String,
}

/// A query with its shorthands written out.
pub(super) fn written_out(query: &str, days: &Days) -> String {
    let mut text = format!("{VIEWS}{query}");
    type Rule = (&'static str, fn(&[&str]) -> String);
    let rules: [Rule; 6] = [
        ("scr(", outcomes),
        ("sheets(", sheets),
        ("tier(", tier),
        ("stage(", stage),
        ("roll(", roll),
        ("held(", held),
    ];
    for (name, rule) in rules {
        text = expand(&text, name, rule);
    }
    text = expand(&text, "cur(", current);
    for (name, value) in [
        (":from", &days.from),
        (":to", &days.to),
        (":end", &days.end),
        (":census", &days.census),
        (":term", &days.term),
        (":monday", &days.monday),
    ] {
        text = text.replace(name, &format!("'{value}'"));
    }
    text
}

fn expand(text: &str, name: &str, rule: fn(&[&str]) -> String) -> String {
    let mut parts = text.split(name);
    let mut done = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (arguments, rest) = part.split_once(')').expect("closed");
        done += &rule(&arguments.split(',').collect::<Vec<_>>());
        done += rest;
    }
    done
}

fn current(of: &[&str]) -> String {
    let kind = of[0];
    format!(
        "(select t.* from record r join {kind} t on t.record = r.id and t.version = r.version
          where r.kind = '{kind}')"
    )
}

fn held(of: &[&str]) -> String {
    let (kind, day) = (of[0], of[1]);
    format!(
        "(select t.* from {kind} t where t.parallel = 0 and t.day <= {day}
          and not exists (select 1 from {kind} x where x.record = t.record and x.parallel = 0
              and x.day <= {day} and x.version > t.version)
          and coalesce(t.valid_until, '9999') > {day})"
    )
}

fn roll(of: &[&str]) -> String {
    let day = of[0];
    format!(
        "(select v.student, v.sex, v.grade, v.class from student_version v
          where v.valid_from <= {day} and v.status in ('enrolled', 'suspended')
          and not exists (select 1 from student_version x where x.student = v.student
              and x.valid_from <= {day} and x.version > v.version))"
    )
}

fn stage(of: &[&str]) -> String {
    let (student, day) = (of[0], of[1]);
    format!(
        "(select case when v.grade in ('g1','g2','g3') then 'primary_low'
              when v.grade in ('g4','g5','g6') then 'primary_high' else 'junior' end
          from student_version v where v.student = {student} and v.valid_from <= {day}
          order by v.version desc limit 1)"
    )
}

/// A student has one open case at most, so the last move in force says it.
fn tier(of: &[&str]) -> String {
    let (student, day) = (of[0], of[1]);
    format!(
        "(select x.to_tier from moves x where x.student = {student} and x.day <= {day}
          order by x.day desc, case when x.from_tier is not null
              and coalesce(x.to_tier, '') < x.from_tier then x.signed_at else x.made_at end desc,
          x.record desc limit 1)"
    )
}

fn sheets(of: &[&str]) -> String {
    let until = of[0];
    format!(
        "(select h.*, c.term as term, c.scale as scale,
          (h.is_valid = 0 or h.outcome = 'void') as void from sheet h
          join campaign c on c.id = h.campaign join consent_now k on k.student = h.student
          where h.current = 1 and h.handed_in = 'answered' and k.consent = 'given'
          and h.test_date <= {until})"
    )
}

fn outcomes(of: &[&str]) -> String {
    let day = of[0];
    let best = "case h.outcome when 'void' then 1 when 'negative' then 2 when 'positive' then 3
        when 'due' then 4 when 'critical' then 5 end";
    let own = format!(
        "from sheet h join campaign c on c.id = h.campaign where c.term = :term and h.current = 1
         and h.student = r.student and h.test_date <= {day}"
    );
    let observed = format!(
        "(select case o.concern when 1 then 'due' else 'negative' end from record q
          join observation o on o.record = q.id and o.version = q.version
          where q.kind = 'observation' and o.student = r.student and o.term = :term
          and o.observed is not null and o.guardian_heard is not null and q.day <= {day}
          and r.grade in ('k1', 'k2', 'k3', 'g1', 'g2', 'g3')
          order by q.day desc, q.id desc limit 1)"
    );
    format!(
        "(select r.student, r.sex, r.grade, case k.consent when 'refused' then 'refused'
            when 'given' then coalesce((select case max({best}) when 1 then 'void'
                when 2 then 'negative' when 3 then 'positive' when 4 then 'due'
                when 5 then 'critical' end {own} and h.handed_in = 'answered'), {observed},
                (select max('refused') {own} and h.handed_in = 'refused'), 'not_reached')
            else 'not_reached' end as outcome
          from roll({day}) r join consent_now k on k.student = r.student)"
    )
}
