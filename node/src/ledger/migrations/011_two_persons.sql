-- What one person asks for and another decides: a second factor to be taken away, and access to a
-- student's record.

create table factor_reset (
    id integer primary key,              -- order of asking
    login text not null,                 -- whose second factor
    asked_by text not null,              -- account that asked
    asked_staff integer,                 -- member of staff of that account, where there is one
    reason text not null,                -- why, in the words of who asked
    asked_ms integer not null,           -- by this machine's clock, since 1970 UTC
    ends_ms integer not null,            -- from then on nobody can carry it out
    done_by text not null default '',    -- account of the second person; empty as long as it waits
    done_ms integer not null default 0   -- when it was carried out
) strict;
create index factor_reset_by_login on factor_reset (login, id);
create trigger factor_reset_is_kept before delete on factor_reset
begin select raise(abort, 'history is append-only'); end;
create trigger factor_reset_is_done_once before update on factor_reset
when old.done_by <> '' or new.id <> old.id or new.login <> old.login
    or new.asked_by <> old.asked_by or new.reason <> old.reason or new.ends_ms <> old.ends_ms
begin select raise(abort, 'history is append-only'); end;

create table access_request (
    id integer primary key,              -- order of asking
    student_number text not null,        -- as it was typed: whoever decides finds the student
    staff integer not null references staff (id), -- who wants to be let in
    account text not null,               -- account that asked
    role text not null,                  -- role of that account
    reason text not null,                -- why
    until text not null,                 -- last day that is asked for, and the end of the request
    asked_ms integer not null            -- by this machine's clock, since 1970 UTC
) strict;
create index access_request_by_staff on access_request (staff, id);
create trigger access_request_stays before update on access_request
begin select raise(abort, 'history is append-only'); end;
create trigger access_request_is_kept before delete on access_request
begin select raise(abort, 'history is append-only'); end;

create table access_decision (
    request integer primary key references access_request (id), -- decided once
    granted integer not null,            -- 1 for yes
    account text not null,               -- account that decided
    reason text not null,                -- why
    decided_ms integer not null,         -- by this machine's clock, since 1970 UTC
    record integer references record (id) -- the entry that lets somebody in, where one does
) strict;
create trigger access_decision_stays before update on access_decision
begin select raise(abort, 'history is append-only'); end;
create trigger access_decision_is_kept before delete on access_decision
begin select raise(abort, 'history is append-only'); end;
