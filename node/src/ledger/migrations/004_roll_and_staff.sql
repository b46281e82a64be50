-- Ledgers: roll, qualification, teaching, training.
-- One row a version. A version is written once, and goes
-- only where its record was destroyed by the rule of two.

-- A guardian of a student, and whether that guardian may be told.
create table guardian (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- whose guardian
    name text not null,                      -- name
    relation text not null,                  -- what the guardian is to the student
    phone text not null,                     -- telephone, may be empty
    do_not_contact integer not null,         -- suspected of harm: never asked, never told
    -- objected in writing to what the other guardian signed
    objects integer not null,
    valid_until text,                        -- day on which it ended
    primary key (record, version)
) strict, without rowid;
create trigger guardian_stays before update on guardian
begin select raise(abort, 'history is append-only'); end;
create trigger guardian_is_kept before delete on guardian
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A class and its class teacher.
create table class_teacher (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    grade text not null,                     -- grade of the class
    class text not null,                     -- class as the roll writes it
    staff integer not null references staff (id), -- the class teacher
    valid_until text,                        -- day on which it ended
    primary key (record, version)
) strict, without rowid;
create trigger class_teacher_stays before update on class_teacher
begin select raise(abort, 'history is append-only'); end;
create trigger class_teacher_is_kept before delete on class_teacher
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A class's psychology representative.
create table class_rep (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- the representative
    trained text,                            -- day of the training
    valid_until text,                        -- day on which it ended
    primary key (record, version)
) strict, without rowid;
create trigger class_rep_stays before update on class_rep
begin select raise(abort, 'history is append-only'); end;
create trigger class_rep_is_kept before delete on class_rep
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A pair of mentor and student.
create table mentor (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- the student
    staff integer not null references staff (id), -- the mentor
    valid_until text,                        -- day on which it ended
    primary key (record, version)
) strict, without rowid;
create trigger mentor_stays before update on mentor
begin select raise(abort, 'history is append-only'); end;
create trigger mentor_is_kept before delete on mentor
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A student who came or left.
create table transfer (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- who
    how text not null,                       -- came or left, and how
    other_school text not null,              -- the other school, may be empty
    consent integer references record (id),  -- consent to the hand-over of records
    primary key (record, version)
) strict, without rowid;
create trigger transfer_stays before update on transfer
begin select raise(abort, 'history is append-only'); end;
create trigger transfer_is_kept before delete on transfer
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- Somebody let onto a student's case, with a reason and an end.
create table case_member (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- whose case
    staff integer not null references staff (id), -- who is let in
    valid_until text,                        -- day on which it ends
    primary key (record, version)
) strict, without rowid;
create trigger case_member_stays before update on case_member
begin select raise(abort, 'history is append-only'); end;
create trigger case_member_is_kept before delete on case_member
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- What a member of staff is as a counsellor.
create table qualification (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    staff integer not null references staff (id), -- who
    counsellor text not null,                -- full-time, part-time or no counsellor
    stage text,                              -- stage that the counsellor mainly serves
    has_degree integer not null,             -- degree in psychology or a related field
    has_vocational integer not null,         -- vocational certificate
    secrecy_signed text,                     -- day of the undertaking of secrecy
    valid_until text,                        -- day on which it ended
    primary key (record, version)
) strict, without rowid;
create trigger qualification_stays before update on qualification
begin select raise(abort, 'history is append-only'); end;
create trigger qualification_is_kept before delete on qualification
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A lesson held.
create table lesson (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    grade text not null,                     -- grade
    class text not null,                     -- class as the roll writes it
    teacher integer not null references staff (id), -- who taught
    topic text not null,                     -- topic
    primary key (record, version)
) strict, without rowid;
create trigger lesson_stays before update on lesson
begin select raise(abort, 'history is append-only'); end;
create trigger lesson_is_kept before delete on lesson
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A meeting or event.
create table activity (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    -- whether it counts as a meeting or a life-education event
    what text,
    tags text not null,                      -- part of school life
    stage text,                              -- stage that it was for
    grade text,                              -- grade, where it was for one
    class text not null,                     -- class, where it was for one; else empty
    title text not null,                     -- title
    leader integer references staff (id),    -- who led it
    primary key (record, version)
) strict, without rowid;
create trigger activity_stays before update on activity
begin select raise(abort, 'history is append-only'); end;
create trigger activity_is_kept before delete on activity
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- An event for parents.
create table parent_event (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    what text not null,                      -- kind
    stage text,                              -- stage, where it was for one
    title text not null,                     -- title
    attendances integer not null,            -- how many came
    leader integer references staff (id),    -- who led it
    primary key (record, version)
) strict, without rowid;
create trigger parent_event_stays before update on parent_event
begin select raise(abort, 'history is append-only'); end;
create trigger parent_event_is_kept before delete on parent_event
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- The parents' committee and its psychology group.
create table committee (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    chair text not null,                     -- chair, a parent
    members integer not null,                -- number of members
    has_psychology_group integer not null,   -- whether it has a psychology group
    valid_until text,                        -- day on which it ended
    primary key (record, version)
) strict, without rowid;
create trigger committee_stays before update on committee
begin select raise(abort, 'history is append-only'); end;
create trigger committee_is_kept before delete on committee
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A meeting of the parents' committee.
create table committee_meeting (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    committee integer not null references record (id), -- which committee
    topics text not null,                    -- topics
    attendances integer not null,            -- how many came
    primary key (record, version)
) strict, without rowid;
create trigger committee_meeting_stays before update on committee_meeting
begin select raise(abort, 'history is append-only'); end;
create trigger committee_meeting_is_kept before delete on committee_meeting
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- One person's attendance at a training.
create table training_record (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    staff integer not null references staff (id), -- who attended
    role text not null,                      -- in which role
    course text not null,                    -- kind of training
    title text not null,                     -- title
    hours integer not null,                  -- whole hours
    organiser text not null,                 -- who ran it
    primary key (record, version)
) strict, without rowid;
create trigger training_record_stays before update on training_record
begin select raise(abort, 'history is append-only'); end;
create trigger training_record_is_kept before delete on training_record
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A session held under supervision.
create table supervision (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    staff integer not null references staff (id), -- the counsellor
    form text not null,                      -- individual or group
    supervisor text not null,                -- name of the supervisor
    -- day on which the supervisor signed; it counts from then on
    signed text,
    primary key (record, version)
) strict, without rowid;
create trigger supervision_stays before update on supervision
begin select raise(abort, 'history is append-only'); end;
create trigger supervision_is_kept before delete on supervision
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- Who supervises a counsellor.
create table supervisor (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    staff integer not null references staff (id), -- the counsellor
    expert text not null,                    -- the expert
    valid_until text,                        -- day on which it ended
    primary key (record, version)
) strict, without rowid;
create trigger supervisor_stays before update on supervisor
begin select raise(abort, 'history is append-only'); end;
create trigger supervisor_is_kept before delete on supervisor
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A certificate: ten individual and three group sessions, and the test.
create table certificate (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    staff integer not null references staff (id), -- whose
    test_passed text not null,               -- day of the test
    number text not null,                    -- number on it
    issuer text not null,                    -- who issued it
    expires text not null,                   -- last day
    revoked text,                            -- day of its revocation
    primary key (record, version)
) strict, without rowid;
create trigger certificate_stays before update on certificate
begin select raise(abort, 'history is append-only'); end;
create trigger certificate_is_kept before delete on certificate
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;
