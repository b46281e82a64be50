//! The shorthands of the recount's queries, written out.
//!
//! `cur(kind)` are entries as they count now, `held(kind,day)` what holds on a day, `roll(day)`
//! students on the roll, `tier(student,day)`, `stage(student,day)`,
//! `family(student,tested,counted)`; days of the period are `:from`, `:to`, `:end`, `:census`, its
//! term `:term`. Columns are the dimensions, then a number.

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
    "with moves as (select m.*, (select min(j.entry) from journal j join alert_move f on f.record =
    j.record and f.version = j.version where j.record = m.record and f.standing = 'in_force') as nth
    from cur(alert_move) m where m.standing in ('in_force', 'objected')), students as
    (select id as student from student), flagged as
    (select h.student, h.test_date from sheet h where current = 1 and handed_in = 'answered' and
    outcome = 'critical'), critical as (select k.* from ( select i.student,
    coalesce((select h.test_date from sheet h join campaign c on c.id = h.campaign join import_batch
        b on b.id = h.batch where h.student = i.student and c.scale = i.scale
        and b.imported_at_ms = i.raised_at limit 1), i.day) as tested,
    date(raised_at / 1000 + 86400 + 28800, 'unixepoch') as due, coalesce(contacted_at <=
    raised_at + 86400000, 0) as ok from cur(critical_item) i union all select f.student,
    f.test_date, date(f.test_date, '+1 day'), 0 from flagged f where not exists (select 1 from
    cur(critical_item) i where i.student = f.student and i.day >= f.test_date) ) k where
    family(k.student,k.tested,k.due) = 'given'), acts as (select day, what, coalesce(stage,
    case when grade in ('g4','g5','g6')
    then 'primary_high' when grade in ('g7','g8','g9') then 'junior' else 'primary_low' end) as
    s from cur(activity)), refacts as (select a.*, (select v.urgency from referral v join journal j
    on j.record = v.record and j.version = v.version where v.record = a.referral and
    j.entered_at_ms <= a.made_at order by v.version desc limit 1) as urgency, (select p.event from
    cur(referral_act) p where p.referral = a.referral and p.record < a.record order by p.record desc
    limit 1) as before, (select n.event from cur(referral_act) n where n.referral = a.referral and
    n.record > a.record order by n.record limit 1) as after, (select n.day from cur(referral_act) n
    where n.referral = a.referral and n.record > a.record order by n.record limit 1) as after_day
    from cur(referral_act) a where not (a.actor = 'recipient' and exists (select 1 from
    cur(referral_act) e where e.referral = a.referral and e.record < a.record and e.event in
    ('cancel', 'recall', 'withdraw_consent', 'timeout', 'close', 'give_up', 'relapse',
    'wrong_person')))), refstages as (select r.record as referral, r.record, r.student, r.day,
    r.urgency, 'drafted' as s from referral r where r.version = 1 union all select referral, record,
    student, day, urgency, case event when 'consent_given' then 'consented' when 'consent_refused'
    then 'consent_refused' when 'withdraw_consent' then 'consent_withdrawn' when 'accept' then
    'accepted' when 'decline' then 'declined' when 'redirect' then 'redirected' when 'appoint' then
    'appointed' when 'not_seen' then 'no_show' when 'seen' then 'first_seen' when 'taken_over' then
    'first_seen' when 'handed_over_by_phone' then 'first_seen' when 'outcome' then 'outcome_in' when
    'return' then 'returned' when 'close' then 'closed' when 'give_up' then 'closed' when 'relapse'
    then 'closed' when 'timeout' then 'expired' else 'sent' end from refacts where event not in
    ('ask_consent', 'cancel', 'delivered', 'choose_again', 'more_care', 'recall', 'stood_down',
    'wrong_person') and not (event = 'consent_given' and before = 'consent_given')), refsent as
    (select f.* from refacts f where f.record = (select min(a.record) from refacts a where
    a.referral = f.referral and (a.event in ('send', 'resend_in_scope') or
    (a.event = 'emergency' and coalesce(a.after, '') <> 'stood_down'))) and not exists
    (select 1 from refacts e where e.referral = f.referral and e.event = 'wrong_person' and
    e.day <= date(f.day, '+90 days'))), refdue as
    (select d.*, date(d.day, '+' || (d.n + case when d.w = 6 then 1 when d.w + d.n > 5 then 2 else 0
    end) || ' days') as due from (select a.*, case urgency when 'routine' then 3 when 'urgent' then
    1 else 0 end as n, cast(strftime('%w', day) as integer) as w from refacts a where event =
    'delivered') d)
    ";

/// What families said about screening, word by word: temporary tables, made once a ledger. A word
/// is a yes with its days, a no, or a yes that is no consent, in the roster or on a paper.
pub(super) const WORDS: &str = "
    create temp table away as select v.student, p.version, p.valid_from as left_on,
        v.valid_from as back_on from student_version v join student_version p
        on p.student = v.student and p.version = v.version - 1
        where v.reason = 'transfer' and v.valid_from >= p.valid_from
        and v.status in ('enrolled', 'suspended')
        and p.status not in ('enrolled', 'suspended')
        and exists (select 1 from student_version w where w.student = v.student
            and w.version < v.version and w.status in ('enrolled', 'suspended')
            and not exists (select 1 from student_version x where x.student = w.student
                and x.version > w.version and x.version < v.version
                and x.valid_from <= w.valid_from));
    create temp table word as
        select v.student, coalesce(v.consent_date, (select f.valid_from from student_version f
                where f.student = v.student and f.version <= v.version and not exists (
                    select 1 from student_version x where x.student = v.student
                    and x.version between f.version and v.version
                    and (x.consent <> v.consent or x.consent_date is not v.consent_date))
                order by f.version limit 1)) as said, 0 as record, 0 as version,
            iif(v.consent = 'given', 'yes', 'no') as kind, v.consent_date as lo,
            (cast(strftime('%Y', v.consent_date) as integer)
                + (strftime('%m', v.consent_date) >= '08')) || '-08-31' as hi,
            null as birth, 1 as guardian, 1 as student_too, 1 as view
        from student_version v join student s on s.id = v.student
        where (v.version = s.version or exists (select 1 from away a
                where a.student = v.student and a.version = v.version))
            and (v.consent = 'refused' or (v.consent = 'given' and v.consent_date is not null))
        union all
        select p.student, p.said, p.record, p.version,
            case when p.answer <> 'given' then 'no' when p.method = 'oral'
                or length(p.form_digest) <> 64 or p.form_digest glob '*[^0-9a-fA-F]*'
                or ',' || p.classes || ',' not like '%,answers,%' then 'faulty' else 'yes' end,
            p.lo, p.hi, v.birth_date, p.guardian_signed is not null, p.student_signed is not null,
            trim(p.child_view) <> ''
            from (select t.*, max(t.day, coalesce(t.withdrawn, t.day)) as said,
                    max(t.day, coalesce(t.withdrawn, t.day), t.valid_from,
                        coalesce(t.guardian_signed, ''), coalesce(t.student_signed, '')) as lo,
                    min(t.valid_to, date(t.valid_from, '+180 days')) as hi
                from record r join consent t on t.record = r.id where r.kind = 'consent'
                and t.purpose = 'screening' and (t.recipient = ''
                    or t.answer in ('refused', 'on_hold', 'withdrawn'))
                and ((t.version = r.version and t.answer not in ('asked', 'blank'))
                    or (r.parallels > 0 and t.parallel = 1
                        and t.answer in ('refused', 'on_hold', 'withdrawn')))) p
            join student s on s.id = p.student
            join student_version v on v.student = s.id and v.version = s.version;
    create index temp.word_of on word (student, said)";

/// Every student with what the family's last word means for a day.
pub(super) fn families_on(day: &str) -> String {
    let families = format!("select s.id, family(s.id,{day},{day}) from student s");
    expand(&families, "family(", family)
}

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
    let rules: [Rule; 7] = [
        ("scr(", outcomes),
        ("sheets(", sheets),
        ("tier(", tier),
        ("stage(", stage),
        ("roll(", roll),
        ("held(", held),
        ("family(", family),
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
          order by x.nth desc limit 1)"
    )
}

/// What a family's last word means for a sheet of one day that is counted on another.
fn family(of: &[&str]) -> String {
    let (student, tested, counted) = (of[0], of[1], of[2]);
    let used = |w: &str| signed(w, &format!("max({tested}, {w}.lo)"));
    let never = |w: &str| format!("(not {} and not {})", signed(w, &format!("{w}.lo")), used(w));
    let (used, never_w, never_f) = (used("w"), never("w"), never("f"));
    format!(
        "coalesce((select case when w.kind = 'no' then 'refused' when {tested} > w.hi
                or w.lo > w.hi or not {used}
                or exists (select 1 from word f where f.student = w.student
                    and ((f.kind = 'faulty' and f.said <= {counted})
                        or (f.kind = 'yes' and f.lo <= {counted} and {never_f}))
                    and (f.said, f.record, f.version)
                        > (w.said, w.record, w.version)) then 'unknown' else 'given' end
            from word w where w.student = {student} and (w.kind = 'no' or (w.kind = 'yes'
                and w.lo <= {counted} and not {never_w} and not exists (select 1 from away a
                    where a.student = w.student and w.said < a.left_on
                    and a.back_on <= {counted})))
            order by w.said desc, w.record desc, w.version desc limit 1), 'unknown')"
    )
}

/// Whether those signed a word who must at the age of a day.
fn signed(w: &str, day: &str) -> String {
    let age = format!(
        "coalesce(cast(strftime('%Y', {day}) as integer)
            - cast(strftime('%Y', {w}.birth) as integer)
            - (strftime('%m-%d', {day}) < strftime('%m-%d', {w}.birth)), 14)"
    );
    format!(
        "(({age} >= 18 or {w}.guardian) and ({age} < 14 or {w}.student_too)
            and ({age} not between 8 and 13 or {w}.view))"
    )
}

fn sheets(of: &[&str]) -> String {
    let (until, counted) = (of[0], of[1]);
    format!(
        "(select h.*, c.term as term, c.scale as scale,
          (h.is_valid = 0 or h.outcome = 'void') as void from sheet h
          join campaign c on c.id = h.campaign
          where h.current = 1 and h.handed_in = 'answered' and h.test_date <= {until}
          and family(h.student,h.test_date,{counted}) = 'given')"
    )
}

fn outcomes(of: &[&str]) -> String {
    let day = of[0];
    let best = "case h.outcome when 'void' then 1 when 'negative' then 2 when 'positive' then
        iif(exists (select 1 from run_instrument i join screening_run u on u.id = i.run
            where i.campaign = h.campaign and u.lowest_tier = 'interviewed'
            and u.first_day <= h.test_date), 4, 3) when 'due' then 4 when 'critical' then 5 end";
    let own = format!(
        "from sheet h join campaign c on c.id = h.campaign where c.term = :term and h.current = 1
         and h.student = r.student and h.test_date <= {day}
         and family(r.student,h.test_date,{day}) = 'given'"
    );
    let observed = format!(
        "(select case o.concern when 1 then 'due' else 'negative' end from record q
          join observation o on o.record = q.id and o.version = q.version
          where q.kind = 'observation' and o.student = r.student and o.term = :term
          and o.observed is not null and o.guardian_heard is not null and q.day <= {day}
          and r.grade in ('k1', 'k2', 'k3', 'g1', 'g2', 'g3')
          and family(r.student,q.day,{day}) = 'given'
          order by q.day desc, q.id desc limit 1)"
    );
    format!(
        "(select r.student, r.sex, r.grade,
            case when family(r.student,{day},{day}) = 'refused' then 'refused'
            else coalesce((select case max({best}) when 1 then 'void'
                when 2 then 'negative' when 3 then 'positive' when 4 then 'due'
                when 5 then 'critical' end {own} and h.handed_in = 'answered'), {observed},
                (select max('refused') {own} and h.handed_in = 'refused'), 'not_reached')
            end as outcome from roll({day}) r)"
    )
}
