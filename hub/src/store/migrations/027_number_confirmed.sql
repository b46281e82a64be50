-- A person here confirmed the number of one stage that a report names, after the school was called:
-- of no other stage of it. What was confirmed of a report as a whole was said of all of them.
create table sealed_number_confirmed (
    report blob not null,           -- tagged digest of the bytes that the school signed
    stage text not null,            -- stage of which the number is right
    school text not null,
    note text not null,             -- what the operator who called wrote down
    made_at_ms integer not null,
    primary key (report, stage)
) strict;

insert into sealed_number_confirmed (report, stage, school, note, made_at_ms)
select report, stage, school, note, made_at_ms
from sealed_confirmed cross join (
    select 'kindergarten' as stage union all select 'primary_low' union all select 'primary_high'
    union all select 'junior' union all select 'senior' union all select 'vocational'
    union all select 'special'
);

drop table sealed_confirmed;
