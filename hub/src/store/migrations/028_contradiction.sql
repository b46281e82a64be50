-- Relations of the catalogue that figures break which this hub shows: a figure stays open and says
-- so. A line goes when what it is about holds again. Nothing in it is about one school.
create table contradiction (
    id integer primary key,
    place text not null,            -- area of the plan; of rounded tables the hub itself
    school_year integer not null,
    detail text not null,           -- cells or categories of opened sums; rounded
    stage text not null,            -- of opened sums; empty of rounded ones
    group_ids text not null,        -- groups of the plan, with spaces; empty of rounded ones
    identity text not null,         -- name of the rule
    relation text not null,         -- as the catalogue writes it
    stratum text not null,          -- values of dimensions; empty for the whole
    counts text not null,           -- counts that it names, with spaces
    tables text not null,           -- tables that carry them, with spaces
    period_from text not null,      -- term, or the first week of the sums
    period_to text not null,        -- the same term, or the last week of them
    since_ms integer not null       -- by this hub's clock, the first time
) strict;
