-- Ledgers: critical, talk, alert, session, conference, followup.
-- One row a version. A version is written once, and goes
-- only where its record was destroyed by the rule of two.

-- A critical answer, and who spoke with the student.
create table critical_item (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- who answered
    scale text not null,                     -- id of the scale, or what was observed
    level text not null,                     -- how fast it calls
    raised_at integer not null,              -- instant of the flag
    contacted_at integer,                    -- instant of the structured contact
    contacted_by integer references staff (id), -- who spoke with the student
    way text,                                -- how
    primary key (record, version)
) strict, without rowid;
create trigger critical_item_stays before update on critical_item
begin select raise(abort, 'history is append-only'); end;
create trigger critical_item_is_kept before delete on critical_item
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A second-stage interview: a person decides the tier, a score never does.
create table interview (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- who was interviewed
    term text not null,                      -- term of the screening, such as 2025S1
    staff integer not null references staff (id), -- the counsellor
    result text not null,                    -- what was found
    of_case integer references record (id),  -- the case that it led to
    note text not null,                      -- for its author only
    primary key (record, version)
) strict, without rowid;
create trigger interview_stays before update on interview
begin select raise(abort, 'history is append-only'); end;
create trigger interview_is_kept before delete on interview
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- Observation by a teacher and interview of a guardian, below grade 4.
create table observation (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- who was observed
    term text not null,                      -- term of the screening
    staff integer not null references staff (id), -- the teacher who observed
    observed text,                           -- day of the observation
    guardian_heard text,                     -- day of the guardian's interview
    -- whether there is reason for an interview by the counsellor
    concern integer not null,
    primary key (record, version)
) strict, without rowid;
create trigger observation_stays before update on observation
begin select raise(abort, 'history is append-only'); end;
create trigger observation_is_kept before delete on observation
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A talk with a student.
create table talk (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- with whom
    staff integer not null references staff (id), -- who talked
    topics text not null,                    -- what about, several
    concern integer not null,                -- whether there is concern
    raised integer not null,                 -- taken to the counsellor for joint analysis
    home_visit integer not null,             -- held at the student's home
    note text not null,                      -- for its author only
    primary key (record, version)
) strict, without rowid;
create trigger talk_stays before update on talk
begin select raise(abort, 'history is append-only'); end;
create trigger talk_is_kept before delete on talk
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A case. Its tier is what its moves say.
create table alert_case (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- whose case
    source text not null,                    -- where the warning came from
    owner integer not null references staff (id), -- who is responsible
    primary key (record, version)
) strict, without rowid;
create trigger alert_case_stays before update on alert_case
begin select raise(abort, 'history is append-only'); end;
create trigger alert_case_is_kept before delete on alert_case
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A move of a case, waiting or in force.
create table alert_move (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- whose case
    of_case integer not null references record (id), -- the case
    how text not null,                       -- what kind of move
    from_tier text,                          -- tier before; none where it was not on the ledger
    to_tier text,                            -- tier after; none where it leaves the ledger
    source text not null,                    -- what gave rise to it
    owner integer not null references staff (id), -- who is responsible from here on
    next_review text,                        -- day of the next review
    standing text not null,                  -- waiting for the second person, in force, or refused
    made_at integer not null,                -- instant at which it was asked for
    signed_by text,                          -- account of the second person
    signed_at integer,                       -- instant of the second signature
    primary key (record, version)
) strict, without rowid;
create trigger alert_move_stays before update on alert_move
begin select raise(abort, 'history is append-only'); end;
create trigger alert_move_is_kept before delete on alert_move
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A review of a case that is due.
create table alert_review (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- whose case
    of_case integer not null references record (id), -- the case
    tier text not null,                      -- tier when it was set
    done text,                               -- day on which it was held
    decision text,                           -- how it ended
    cancelled integer not null,              -- the case left the ledger before
    primary key (record, version)
) strict, without rowid;
create trigger alert_review_stays before update on alert_review
begin select raise(abort, 'history is append-only'); end;
create trigger alert_review_is_kept before delete on alert_review
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- The first contact after a case was entered.
create table first_contact (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- whose case
    of_case integer not null references record (id), -- the case
    tier text not null,                      -- tier on entering
    due_at integer not null,                 -- instant at which its limit ends
    done_at integer,                         -- instant of the contact
    done_by integer references staff (id),   -- who made it
    way text,                                -- how
    primary key (record, version)
) strict, without rowid;
create trigger first_contact_stays before update on first_contact
begin select raise(abort, 'history is append-only'); end;
create trigger first_contact_is_kept before delete on first_contact
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A session. A group session names its members beside it.
create table counselling_session (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    form text not null,                      -- individual or group
    student integer,                         -- of an individual session
    stage text,                              -- stage of a group
    counsellor integer not null references staff (id), -- who held it
    minutes integer not null,                -- how long
    origin text not null,                    -- who wished for it
    topic text not null,                     -- what it was mainly about
    title text not null,                     -- theme of a group, may be empty
    note text not null,                      -- for its author only
    primary key (record, version)
) strict, without rowid;
create trigger counselling_session_stays before update on counselling_session
begin select raise(abort, 'history is append-only'); end;
create trigger counselling_session_is_kept before delete on counselling_session
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A student in a group session.
create table group_member (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- who
    of_session integer not null references record (id), -- the group session
    primary key (record, version)
) strict, without rowid;
create trigger group_member_stays before update on group_member
begin select raise(abort, 'history is append-only'); end;
create trigger group_member_is_kept before delete on group_member
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A meeting. Nothing on it names a student.
create table conference (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    agenda text not null,                    -- agenda
    chair integer not null references staff (id), -- who led it
    attendees text not null,                 -- who took part, by name or post
    has_outsiders integer not null,          -- whether anybody from outside the school took part
    primary key (record, version)
) strict, without rowid;
create trigger conference_stays before update on conference
begin select raise(abort, 'history is append-only'); end;
create trigger conference_is_kept before delete on conference
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A case that was discussed.
create table conference_case (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- whose case; the card does not say
    conference integer not null references record (id), -- the meeting
    of_case integer references record (id),  -- case of the early-warning ledger
    tier text,                               -- its tier on the day
    -- pseudonymous card: all that an expert from outside sees
    card text not null,
    decision text not null,                  -- what was decided; empty while nothing is
    review text,                             -- day on which it is looked at again
    primary key (record, version)
) strict, without rowid;
create trigger conference_case_stays before update on conference_case
begin select raise(abort, 'history is append-only'); end;
create trigger conference_case_is_kept before delete on conference_case
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A follow-up that is due.
create table followup (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- with whom
    of_case integer references record (id),  -- case of the early-warning ledger
    why text not null,                       -- why it is due
    staff integer not null references staff (id), -- who makes it
    done text,                               -- day on which it was made
    way text,                                -- how
    cancelled integer not null,              -- no longer due
    primary key (record, version)
) strict, without rowid;
create trigger followup_stays before update on followup
begin select raise(abort, 'history is append-only'); end;
create trigger followup_is_kept before delete on followup
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;
