-- Opened sums that came up from leaders below, verified here, and which of its own this hub told.
create table opened_sum (
    id integer primary key,         -- order of arrival
    task blob not null,             -- 32 bytes
    stage text not null,
    detail text not null,           -- cells or categories
    group_ids text not null,        -- ids of the groups in order, with spaces between
    period text not null,           -- term of a stock, week of a flow
    result blob not null,           -- tagged digest of the opened cells
    body blob not null,             -- the encoded opening as it arrived, with both signatures
    sender text not null,           -- member that sent it
    arrived_at_ms integer not null, -- by this hub's clock
    unique (task, stage, detail, group_ids)
) strict;
create index opened_sum_by_period on opened_sum (period);

-- Openings that cannot be verified yet: a plan, roster or catalogue is missing here.
create table opened_waiting (
    id integer primary key,         -- order of arrival
    digest blob not null unique,    -- tagged digest of the body
    body blob not null,
    sender text not null,
    code text not null,             -- why it waits
    arrived_at_ms integer not null
) strict;

-- Records of this hub's own chain that were queued for the parent.
create table opened_told (
    number integer primary key      -- number of the record
) strict;
