-- Snapshots of rounded tables, with what is needed to compare a later state with all of them.
create table shown_state (
    number integer primary key references snapshot (number),
    table_id text not null,
    period text not null,
    readers integer not null,       -- 1: readers see it; 0: only the hub above does
    grown integer not null,         -- 1 while every state that readers saw holds the one before it
    hubs text not null              -- a line for each member hub: unit, schools, digest of cells
) strict;
create index shown_state_by_table on shown_state (table_id, period, number);
-- States that were sealed before this rule are judged once.
update total set version = version + 1 where rule = 4;
