-- A case retold for teaching, without identity: it names no student, no case and no day, so that no
-- reader comes from it to a record.
create table teaching_case (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of writing
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    staff integer not null references staff (id), -- who wrote the text
    age_band text not null,                  -- age in bands of three years
    background text not null,                -- section 1
    assessment text not null,                -- section 2
    intervention text not null,              -- section 3
    aftermath text not null,                 -- section 4
    reflection text not null,                -- section 5
    released text,                           -- day on which a second person released the text
    primary key (record, version)
) strict, without rowid;
create trigger teaching_case_stays before update on teaching_case
begin select raise(abort, 'history is append-only'); end;
create trigger teaching_case_is_kept before delete on teaching_case
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;
