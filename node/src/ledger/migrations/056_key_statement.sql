-- Key statements stood in two tables, one that schools filled and one that receivers filled, and
-- now stand in one, whoever needs them and whether a directory brought them or somebody a file.

create table key_statement (
    -- of what was signed; what a receiver entered before this table has a word of its own instead
    digest text primary key not null,
    unit text not null,                      -- whose key
    purpose text not null,                   -- referral, relay
    relay text not null,                     -- hub that serves it; of a relay itself; or empty
    valid_from_ms integer not null,          -- of several the one that begins last counts
    statement text not null,                 -- as both commissions signed it
    kept_at_ms integer not null,             -- by this machine's clock
    kept_by text                             -- account that entered it at a receiver; else null
) strict, without rowid;
create index key_statement_of on key_statement (unit, purpose, valid_from_ms);

insert into key_statement
    select digest, unit, purpose, relay, valid_from_ms, statement, kept_at_ms, null
    from letter_statement;
insert into key_statement
    select 'entered-' || id, unit, purpose, case purpose when 'relay' then unit else '' end,
           valid_from_ms, statement, known_at_ms, known_by
    from intake_statement
    where statement not in (select statement from letter_statement);

drop table letter_statement;
drop table intake_statement;
