-- What each catalogue decided about a snapshot: readers may have kept what an earlier one showed.
create table shown_by_catalogue (
    number integer not null references snapshot (number),  -- the snapshot
    unit text not null,             -- the hub itself, or a member that is a hub
    catalogue blob not null,        -- tagged digest of the catalogue by which it was decided
    final integer not null,         -- 1 where nobody was waited for any more
    verdicts blob not null,         -- one byte for each figure that the partition can be asked for
    primary key (number, unit, catalogue)
) strict;
insert into shown_by_catalogue (number, unit, catalogue, final, verdicts)
    select number, unit, catalogue, final, verdicts from shown_figure;
drop table shown_figure;
alter table shown_by_catalogue rename to shown_figure;
