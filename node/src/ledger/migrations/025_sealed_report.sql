-- Reports of sealed tables, with what both hubs said about each.
create table sealed_report (
    id integer primary key,
    table_id text not null,             -- sealed table
    period text not null,               -- term of a stock, week of a flow
    number integer not null,            -- the school's own count of its reports of the table
    task blob not null,                 -- id of the task, 32 bytes
    body blob not null unique,          -- tagged digest of the signed bytes
    name text not null unique,          -- under which it is queued
    made_at_ms integer not null,
    answer integer,                     -- 1 accepted by both hubs, 2 refused; null while open
    code text,                          -- code of a refusal, empty otherwise
    reason text,                        -- sentence of a refusal, empty otherwise
    decided_at_ms integer,              -- by the leader's clock
    verdict blob,                       -- the signed verdict as it came
    unique (table_id, number)
) strict;
create index sealed_report_by_period on sealed_report (table_id, period);

-- What each week of a flow told of which record, so that no event is told twice or never.
create table sealed_told (
    table_id text not null,
    period text not null,               -- week in which it was told
    kind text not null,                 -- kind of the record
    record integer not null,            -- number of the record within its kind
    amount integer not null,            -- what it added
    primary key (table_id, period, kind, record)
) strict, without rowid;
create index sealed_told_by_table on sealed_told (table_id, kind, record);
