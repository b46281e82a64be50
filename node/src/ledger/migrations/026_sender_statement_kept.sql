-- Every statement about a department's signing key that was taken down stays: a newer one ends an
-- older one, and neither goes without a trace.

create table sender_statement_kept (
    id integer primary key,                  -- order in which they came
    unit text not null,                      -- unit id of the department
    name text not null,                      -- its name, as the statement has it
    valid_from_ms integer not null,          -- when the statement begins
    key text not null,                       -- digest of the key that it is about
    seen_at_ms integer not null,             -- when it came, with a list or by itself
    seen_by text not null                    -- account that brought it
) strict;
insert into sender_statement_kept (unit, name, valid_from_ms, key, seen_at_ms, seen_by)
select unit, name, valid_from_ms, key, seen_at_ms, seen_by from sender_statement
order by seen_at_ms, unit;
drop table sender_statement;
alter table sender_statement_kept rename to sender_statement;
create index sender_statement_by_unit on sender_statement (unit, valid_from_ms);
create trigger sender_statement_stays before update on sender_statement
begin select raise(abort, 'history is append-only'); end;
create trigger sender_statement_is_kept before delete on sender_statement
begin select raise(abort, 'history is append-only'); end;
