-- Ledgers: consent, special_group, physique, governance, retention.
-- One row a version. A version is written once, and goes
-- only where its record was destroyed by the rule of two.

-- What a family was asked and what came back.
create table consent (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- whose data
    purpose text not null,                   -- what for
    classes text not null,                   -- kinds of data
    recipient text not null,                 -- unit id of the recipient; empty where nothing leaves
    recipient_name text not null,            -- recipient as told to the family
    outcome_back text not null,              -- how much of an outcome may come back
    method text not null,                    -- how it was given
    answer text not null,                    -- what came back
    relation text,                           -- what the guardian who signed is to the student
    guardian_signed text,                    -- day of the guardian's signature
    student_signed text,                     -- day of the student's signature
    child_view text not null,                -- view of a child from 8 to 13; empty where not asked
    valid_from text not null,                -- first day
    valid_to text not null,                  -- last day
    notice_version text not null,            -- version of the notice that the family read
    -- hexadecimal SHA-256 of the form or recording; empty without one
    form_digest text not null,
    witness text not null,                   -- who was present, may be empty
    withdrawn text,                          -- day of the withdrawal
    primary key (record, version)
) strict, without rowid;
create trigger consent_stays before update on consent
begin select raise(abort, 'history is append-only'); end;
create trigger consent_is_kept before delete on consent
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A report under a legal duty.
create table duty_report (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer,                         -- about whom, where it is about one student
    what text not null,                      -- which duty
    receiver text not null,                  -- office that received it
    facts text not null,                     -- what was reported
    made_at integer not null,                -- instant of the report
    acknowledged text,                       -- day on which the receiver acknowledged it
    primary key (record, version)
) strict, without rowid;
create trigger duty_report_stays before update on duty_report
begin select raise(abort, 'history is append-only'); end;
create trigger duty_report_is_kept before delete on duty_report
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A hold: nothing of this student is destroyed while it stands.
create table legal_hold (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- whose records
    ordered_by text not null,                -- office or person that ordered it
    lift_asked_by text,                      -- account that asked to lift it
    valid_until text,                        -- day on which it was lifted
    primary key (record, version)
) strict, without rowid;
create trigger legal_hold_stays before update on legal_hold
begin select raise(abort, 'history is append-only'); end;
create trigger legal_hold_is_kept before delete on legal_hold
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A student of the special-group family ledger.
create table family_case (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- who
    groups text not null,                    -- groups, several
    situation text not null,                 -- situation of the family in plain words
    valid_until text,                        -- day on which it ended
    primary key (record, version)
) strict, without rowid;
create trigger family_case_stays before update on family_case
begin select raise(abort, 'history is append-only'); end;
create trigger family_case_is_kept before delete on family_case
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- The one plan of a student 一生一策.
create table plan (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- whose plan
    why text not null,                       -- what it is for
    goals text not null,                     -- goals
    measures text not null,                  -- measures
    responsible integer not null references staff (id), -- who is responsible
    review_by text not null,                 -- last day before it must be reviewed
    valid_until text,                        -- day on which it ended
    primary key (record, version)
) strict, without rowid;
create trigger plan_stays before update on plan
begin select raise(abort, 'history is append-only'); end;
create trigger plan_is_kept before delete on plan
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- The one named helper of a student 一对一.
create table helper (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- who is helped
    staff integer not null references staff (id), -- who helps
    valid_until text,                        -- day on which it ended
    primary key (record, version)
) strict, without rowid;
create trigger helper_stays before update on helper
begin select raise(abort, 'history is append-only'); end;
create trigger helper_is_kept before delete on helper
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- Support that a student received.
create table support_given (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- who
    what text not null,                      -- care, subsidy or relief
    detail text not null,                    -- what it was
    yuan integer,                            -- whole yuan, where money was given
    done_by integer references staff (id),   -- who gave or arranged it
    primary key (record, version)
) strict, without rowid;
create trigger support_given_stays before update on support_given
begin select raise(abort, 'history is append-only'); end;
create trigger support_given_is_kept before delete on support_given
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A student of the special-physique ledger.
create table physique_case (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- who
    kinds text not null,                     -- kinds, several
    emergency_line text not null,            -- the one line that an emergency envelope carries
    valid_until text,                        -- day on which it ended
    primary key (record, version)
) strict, without rowid;
create trigger physique_case_stays before update on physique_case
begin select raise(abort, 'history is append-only'); end;
create trigger physique_case_is_kept before delete on physique_case
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A service by an expert.
create table expert_visit (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    service text not null,                   -- which service
    expert text not null,                    -- who
    topic text not null,                     -- topic
    hours integer not null,                  -- whole hours
    primary key (record, version)
) strict, without rowid;
create trigger expert_visit_stays before update on expert_visit
begin select raise(abort, 'history is append-only'); end;
create trigger expert_visit_is_kept before delete on expert_visit
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A drill of the crisis plan.
create table drill (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    mode text not null,                      -- under which circumstances
    scenario text not null,                  -- what was practised
    minutes integer not null,                -- how long it took
    participants integer not null,           -- how many took part
    -- whether the real channel carried it, flagged as a drill
    through_channel integer not null,
    findings text not null,                  -- what to do better
    primary key (record, version)
) strict, without rowid;
create trigger drill_stays before update on drill
begin select raise(abort, 'history is append-only'); end;
create trigger drill_is_kept before delete on drill
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- Who holds a post of the school.
create table post_holder (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    post text not null,                      -- which post
    staff integer not null references staff (id), -- who
    phone text not null,                     -- telephone
    handover text not null,                  -- what was handed over, may be empty
    valid_until text,                        -- day on which it ended
    primary key (record, version)
) strict, without rowid;
create trigger post_holder_stays before update on post_holder
begin select raise(abort, 'history is append-only'); end;
create trigger post_holder_is_kept before delete on post_holder
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A version of a plan of the school.
create table school_plan (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    what text not null,                      -- which plan
    plan_version text not null,              -- version on its cover
    title text not null,                     -- title
    signed_by_head text,                     -- day on which the head signed it
    reviewed text,                           -- day of the last yearly review
    valid_until text,                        -- day on which another took its place
    primary key (record, version)
) strict, without rowid;
create trigger school_plan_stays before update on school_plan
begin select raise(abort, 'history is append-only'); end;
create trigger school_plan_is_kept before delete on school_plan
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- An item of the facility checklist.
create table facility (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    place text not null,                     -- where
    item text not null,                      -- what is to be mended
    responsible integer references staff (id), -- who sees to it
    fixed text,                              -- day on which it was mended
    primary key (record, version)
) strict, without rowid;
create trigger facility_stays before update on facility
begin select raise(abort, 'history is append-only'); end;
create trigger facility_is_kept before delete on facility
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- Money planned for a school year, or spent.
create table budget (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    school_year integer not null,            -- year in which the school year begins
    planned_yuan integer not null,           -- whole yuan planned; zero for a spending
    spent_yuan integer not null,             -- whole yuan spent; zero for a plan
    what text not null,                      -- what for
    primary key (record, version)
) strict, without rowid;
create trigger budget_stays before update on budget
begin select raise(abort, 'history is append-only'); end;
create trigger budget_is_kept before delete on budget
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- What the school answers once a year.
create table school_year (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    school_year integer not null,            -- year in which the school year begins
    is_small integer not null,               -- small school by the district's rule
    equal_treatment integer not null,        -- counsellors are treated as class teachers are
    primary key (record, version)
) strict, without rowid;
create trigger school_year_stays before update on school_year
begin select raise(abort, 'history is append-only'); end;
create trigger school_year_is_kept before delete on school_year
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- An order to destroy, waiting or carried out.
create table destruction (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    -- internal id of the student whose records go; it names nobody afterwards
    target_student integer,
    target integer references record (id),   -- a single record, where it is about no student
    cause text not null,                     -- why
    standing text not null,                  -- waiting for the second person, in force, or refused
    asked_by text not null,                  -- account that asked for it
    primary key (record, version)
) strict, without rowid;
create trigger destruction_stays before update on destruction
begin select raise(abort, 'history is append-only'); end;
create trigger destruction_is_kept before delete on destruction
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;
