-- What all ledgers share: which records there are, one chain of digests over all of them, what was
-- destroyed, and who read whom. History is refused to change by the database itself.

create table record (
    id integer primary key,                  -- number of the record, never reused
    kind text not null,                      -- word of the closed list of kinds; its table
    student integer references student (id), -- about whom; null for nobody, or once destroyed
    day text not null,                       -- day of the version that counts
    version integer not null,                -- the version that counts
    parallels integer not null,              -- versions written beside it and not settled
    destroyed integer not null               -- 1 once its versions were destroyed
) strict;
create index record_by_day on record (kind, day);
create index record_by_student on record (student, kind);
create trigger record_is_kept before delete on record
begin select raise(abort, 'history is append-only'); end;
create trigger record_only_grows before update on record
when new.id <> old.id or new.kind <> old.kind or new.version < old.version
    or new.destroyed < old.destroyed
begin select raise(abort, 'history is append-only'); end;

create table journal (
    entry integer primary key,               -- 1, 2, 3, ... without gaps
    kind text not null,                      -- kind of the record
    record integer not null references record (id), -- which record
    version integer not null,                -- which version of it
    author text not null,                    -- account that wrote it
    second text,                             -- account of the second person, where there is one
    entered_at_ms integer not null,          -- by this machine's clock, since 1970 UTC
    event_day text not null,                 -- day of the event
    digest blob not null,                    -- tagged digest of the canonical bytes of the version
    previous blob not null,                  -- tagged hash of the entry before; of nothing for 1
    hash blob not null,                      -- tagged hash of all of this
    unique (record, version)
) strict;
create trigger journal_stays before update on journal
begin select raise(abort, 'history is append-only'); end;
create trigger journal_is_kept before delete on journal
begin select raise(abort, 'history is append-only'); end;

create table destroyed (
    record integer primary key references record (id), -- whose versions are gone
    ordered integer not null references record (id)    -- the order that two persons signed
) strict;
create trigger destroyed_stays before update on destroyed
begin select raise(abort, 'history is append-only'); end;
create trigger destroyed_is_kept before delete on destroyed
begin select raise(abort, 'history is append-only'); end;

create table access_log (
    id integer primary key,                  -- order of reading
    at_ms integer not null,                  -- by this machine's clock, since 1970 UTC
    account text not null,                   -- who read
    role text not null,                      -- in which role
    student integer not null,                -- whose record; outlives the student's own row
    record integer,                          -- one record, where only one was opened
    purpose text not null,                   -- word of the closed list of purposes
    reason text not null                     -- in the reader's words, may be empty
) strict;
create index access_log_by_student on access_log (student, id);
create trigger access_log_stays before update on access_log
begin select raise(abort, 'history is append-only'); end;
create trigger access_log_is_kept before delete on access_log
begin select raise(abort, 'history is append-only'); end;

create trigger student_version_stays before update on student_version
begin select raise(abort, 'history is append-only'); end;
create trigger staff_version_stays before update on staff_version
begin select raise(abort, 'history is append-only'); end;
create trigger staff_version_is_kept before delete on staff_version
begin select raise(abort, 'history is append-only'); end;
