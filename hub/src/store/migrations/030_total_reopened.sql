-- Whether sums were sealed stood in their row, twice: a sealing wrote the packed sums once more to
-- note it, and a push changed an index beside them. Rows of contributions only grow, so what came
-- since the last sealing is what lies behind the last row that it looked at, and a push notes
-- nothing for it. A sealing that makes a snapshot notes that row with it, another one as
-- 'sealed_contribution' among the settings: the later of the two counts.
create table total_reopened (
    table_id text not null,         -- to be sealed again although nothing came for it
    period text not null,           -- with the table
    primary key (table_id, period)
) strict, without rowid;
insert into total_reopened (table_id, period)
    select distinct table_id, period from total where version > sealed_version;
-- Null in snapshots from before.
alter table snapshot add column sealed_up_to integer;
insert into setting (name, value)
    select 'sealed_contribution', cast(coalesce(max(id), 0) as text) from contribution;
drop index total_unsealed;
alter table total drop column version;
alter table total drop column sealed_version;
