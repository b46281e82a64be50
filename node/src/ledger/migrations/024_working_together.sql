-- Ledgers of what people do together: joint analyses, appointments, undertakings of secrecy,
-- targets of a plan, material for parents, custody of held records, complaints about conduct.
-- One row a version. A version is written once, and goes only where its record was destroyed by
-- the rule of two.

-- What a mentor and a counsellor made of a concern.
create table analysis (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- about whom
    talk integer,                            -- talk that was raised; null without one
    counsellor integer not null references staff (id), -- the counsellor
    staff integer not null references staff (id), -- the mentor or class teacher
    decision text not null,                  -- what they decided
    measures text not null,                  -- what was agreed
    review text,                             -- day by which it is done
    done text,                               -- day on which it was done
    primary key (record, version)
) strict, without rowid;
create trigger analysis_stays before update on analysis
begin select raise(abort, 'history is append-only'); end;
create trigger analysis_is_kept before delete on analysis
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- An invitation to a talk, or a wish for one.
create table appointment (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- with whom
    counsellor integer not null references staff (id), -- who invites
    at_time text not null,                   -- hour and minute, may be empty
    place text not null,                     -- where, may be empty
    origin text not null,                    -- who wished for it
    outcome text,                            -- what came of it
    primary key (record, version)
) strict, without rowid;
create trigger appointment_stays before update on appointment
begin select raise(abort, 'history is append-only'); end;
create trigger appointment_is_kept before delete on appointment
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- Undertaking of secrecy of somebody who reads of students.
create table secrecy_pledge (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    staff integer not null references staff (id), -- who
    edition text not null,                   -- version of its text
    valid_until text,                        -- day on which it ended
    primary key (record, version)
) strict, without rowid;
create trigger secrecy_pledge_stays before update on secrecy_pledge
begin select raise(abort, 'history is append-only'); end;
create trigger secrecy_pledge_is_kept before delete on secrecy_pledge
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A target of a plan of the school.
create table school_target (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    of_plan integer not null references record (id), -- the plan
    goals text not null,                     -- the target
    responsible integer references staff (id), -- who sees to it
    done text,                               -- day on which it was reached
    detail text not null,                    -- what was reached, may be empty
    primary key (record, version)
) strict, without rowid;
create trigger school_target_stays before update on school_target
begin select raise(abort, 'history is append-only'); end;
create trigger school_target_is_kept before delete on school_target
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- Material for parents.
create table parent_material (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    title text not null,                     -- title
    course text not null,                    -- what it is about
    stage text,                              -- stage, where it is for one
    edition text not null,                   -- edition
    copies integer not null,                 -- copies that were given out
    valid_until text,                        -- day on which it was withdrawn
    primary key (record, version)
) strict, without rowid;
create trigger parent_material_stays before update on parent_material
begin select raise(abort, 'history is append-only'); end;
create trigger parent_material_is_kept before delete on parent_material
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- Held records that were shown or handed over.
create table custody (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- whose records
    hold integer not null references record (id), -- under which hold
    item text not null,                      -- which records
    receiver text not null,                  -- office that received them
    staff integer not null references staff (id), -- who handed them over
    detail text not null,                    -- on what paper, may be empty
    returned text,                           -- day on which they came back
    primary key (record, version)
) strict, without rowid;
create trigger custody_stays before update on custody
begin select raise(abort, 'history is append-only'); end;
create trigger custody_is_kept before delete on custody
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A complaint about conduct of staff. Names nobody.
create table conduct_complaint (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    confirmed text,                          -- day on which it was found to be right
    valid_until text,                        -- day on which it was closed
    primary key (record, version)
) strict, without rowid;
create trigger conduct_complaint_stays before update on conduct_complaint
begin select raise(abort, 'history is append-only'); end;
create trigger conduct_complaint_is_kept before delete on conduct_complaint
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;
