-- Sealed sums, the same tables at the leader and at the helper of a task. Halves of reports are
-- never kept: only what was verified of them, which is uniformly random without the other hub's.
create table sealed_task (
    id blob primary key,            -- 32 bytes: digest of the terms
    area text not null,             -- area of the plan
    school_year integer not null,   -- by the year it begins in
    sheet text not null,            -- id of the sealed table
    period text not null,           -- term of a stock, week of a flow
    terms blob not null,            -- the bytes that the id is the digest of
    pack blob not null,             -- tagged digest of the catalogue
    half blob not null,             -- this hub's half of the verify key
    commitment blob,                -- the other hub's, tagged; null until it was told
    verify_key blob,                -- null until both halves were shown
    stopped text not null default '', -- code of what a person must look at; empty otherwise
    made_at_ms integer not null
) strict;
create index sealed_task_sheet on sealed_task (area, school_year, sheet);

create table sealed_report (
    digest blob primary key,        -- tagged digest of the bytes that the school signed
    task blob not null references sealed_task (id),
    school text not null,
    number integer not null,        -- the school's own number of its reports of the sheet
    nonce blob not null unique,     -- used once, by whichever school and task
    cap integer not null,           -- the most that it may add to a sum
    state integer not null,         -- 1 pending, 2 accepted, 3 refused
    code text not null,             -- why it was refused; empty otherwise
    enrolled text not null,         -- persons by stage that a stock names, as junior=412 senior=9
    share blob,                     -- output share; null once refused or destroyed
    item blob,                      -- leader: the signed item, to be shown to the helper again
    accepted_on text,               -- day on which both had signed, by this hub's calendar
    arrived_at_ms integer not null
) strict;
create unique index sealed_report_place on sealed_report (task, school, number);
-- One report of a school is in a sum: only what was refused makes room for another.
create unique index sealed_report_stands on sealed_report (task, school) where state <> 3;

create table sealed_verdict (
    report blob primary key,        -- tagged digest of the bytes that the school signed
    task blob not null,             -- task that the report named, known here or not
    school text not null,
    sheet text not null,
    period text not null,
    number integer not null,
    code text not null,             -- empty for an acceptance
    verdict blob not null,          -- the bytes that both hubs sign
    leader_signature blob,          -- tagged; null where this hub does not have it
    helper_signature blob,
    decided_at_ms integer not null
) strict;
create index sealed_verdict_task on sealed_verdict (task, school);

create table sealed_signer (
    key_id blob not null,           -- key that signed verdicts or records
    place integer not null,         -- 0 for its own certificate, then its issuers'
    certificate blob not null,      -- DER
    primary key (key_id, place)
) strict;

create table sealed_opening (
    id integer primary key,         -- 1, 2, 3, ... in the order in which they were let pass
    task blob not null references sealed_task (id),
    stage text not null,
    detail text not null,           -- cells or categories
    group_ids text not null,        -- ids of the groups in order, with spaces between
    absent text not null,           -- schools of the set that were closed or out of session
    fresh integer not null,         -- schools whose report is of this task
    due integer not null,           -- schools of the set that were in session
    share blob not null,            -- this hub's share of the sum
    control blob not null,          -- its share of the control sum of a stock; empty for a flow
    refused text not null default '', -- code of why it is not recorded; empty otherwise
    asked_on text not null,         -- day, by this hub's calendar
    unique (task, stage, detail, group_ids)
) strict;

create table sealed_standing (
    opening integer not null references sealed_opening (id),
    school text not null,
    task blob not null,             -- the opening's own, or an earlier one that is carried
    report blob not null,           -- tagged digest of the report
    primary key (opening, school)
) strict;

create table sealed_cell (
    opening integer not null references sealed_opening (id),
    place integer not null,         -- place in the table, or among the first axis's categories
    value integer not null,         -- exact; a cell that was not opened has no row
    primary key (opening, place)
) strict;

create table sealed_record (
    number integer primary key,     -- 1, 2, 3, ... without gaps
    opening integer not null unique references sealed_opening (id),
    record blob not null,           -- the bytes that both hubs sign
    leader_signature blob not null,
    helper_signature blob,          -- leader: null until the helper signed
    previous blob not null,         -- link of the record before it; empty for the first
    link blob not null              -- tagged digest over previous and record
) strict;

create table sealed_objection (
    school text not null,
    report blob not null,           -- tagged digest that the school says is not its own
    note text not null,             -- what the operator who was called wrote down
    made_at_ms integer not null,
    withdrawn_at_ms integer,
    primary key (school, report)
) strict;

create table sealed_absence (
    school text not null,
    from_day text not null,         -- first day on which it is closed or out of session
    to_day text,                    -- last one; null while it is not known to come back
    note text not null,
    made_at_ms integer not null,
    primary key (school, from_day)
) strict;
