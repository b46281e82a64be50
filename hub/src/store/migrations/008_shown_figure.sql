-- Which figures of a rounded snapshot are shown: decided once, when it is sealed.
create table shown_figure (
    number integer not null references snapshot (number),  -- the snapshot
    unit text not null,             -- the hub itself, or a member that is a hub
    catalogue blob not null,        -- tagged digest of the catalogue by which it was decided
    final integer not null,         -- 1 where nobody was waited for any more
    verdicts blob not null,         -- one byte for each figure that the partition can be asked for
    primary key (number, unit)
) strict;
-- States that were sealed before this rule are decided about once.
update total set version = version + 1 where rule = 4;
