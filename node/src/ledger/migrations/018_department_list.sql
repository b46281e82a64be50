-- Keys that open what departments send, and the lists that came: who sent one, what became of it,
-- and which entries came of it. What a list says stays sealed here until somebody decides, and is
-- erased with the decision.

create table sealing_key (
    id integer primary key,                  -- order of making
    purpose text not null,                   -- list
    seed blob not null,                      -- private key; the database is encrypted
    made_at_ms integer not null,             -- by this machine's clock
    statement text                           -- of both commissions about it; null until it came
) strict;

create table department_list (
    id integer primary key,                  -- order of arrival
    list_id text not null unique,            -- the sender's own id: a second copy is refused
    digest text not null unique,             -- of what was signed; stays when the content is gone
    sender text not null,                    -- unit id of the department
    sender_name text not null,               -- its name in its statement
    both_roots integer not null,             -- 1 if both commissions vouched for the sender
    sealed_on text not null,                 -- day of sealing
    valid_to text not null,                  -- last day on which it may be decided
    received_at_ms integer not null,         -- by this machine's clock
    received_by text not null,               -- account
    row_count integer not null,              -- rows in it
    foreign_count integer not null,          -- rows of other schools, which were not looked at
    envelope blob,                           -- the sealed list; null once it was decided
    decision text,                           -- taken, destroyed; null while it waits
    decided_at_ms integer,                   -- by this machine's clock
    decided_by text,                         -- account
    taken_count integer not null,            -- students who were entered or had been
    check ((decision is null) = (envelope is not null))
) strict;
create trigger department_list_is_kept before delete on department_list
begin select raise(abort, 'history is append-only'); end;
create trigger department_list_is_decided_once before update on department_list
when old.decision is not null
begin select raise(abort, 'history is append-only'); end;

create table department_list_entry (
    list integer not null references department_list (id), -- which list
    record integer not null references record (id),        -- entry that was written for it
    primary key (list, record)
) strict, without rowid;

create table department_list_act (
    id integer primary key,                  -- order of the acts
    list integer not null references department_list (id), -- which list
    act text not null,                       -- received, read, taken, destroyed
    account text not null,                   -- who
    at_ms integer not null                   -- by this machine's clock
) strict;
create index department_list_act_of_list on department_list_act (list, act, account, at_ms);
create trigger department_list_act_stays before update on department_list_act
begin select raise(abort, 'history is append-only'); end;
create trigger department_list_act_is_kept before delete on department_list_act
begin select raise(abort, 'history is append-only'); end;
