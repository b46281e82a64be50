-- Numbers enrolled that a person here confirmed. A confirmation is never changed: one that is taken
-- back says so and keeps its row, and one that is made again has a row of its own, so that it can
-- be told afterwards why a number far from the roster stood in a sum.
create table sealed_confirmation (
    id integer primary key,
    report blob not null,           -- tagged digest of the bytes that the school signed
    stage text not null,            -- stage of which the number is right
    school text not null,           -- the school that was called
    note text not null,             -- what the operator who called wrote down
    made_at_ms integer not null,    -- when it was confirmed
    withdrawn_at_ms integer,        -- when it was taken back; null while it stands
    withdrawn_note text             -- what the operator wrote down then
) strict;

insert into sealed_confirmation (report, stage, school, note, made_at_ms)
select report, stage, school, note, made_at_ms from sealed_number_confirmed
order by made_at_ms, report, stage;

drop table sealed_number_confirmed;

create unique index sealed_confirmation_standing on sealed_confirmation (report, stage)
where withdrawn_at_ms is null;

-- That this store was put back from a backup, so that what operators noted since is not in it:
-- nothing is opened until a person has entered it again. One row at a time is open.
create table sealed_notes_lost (
    id integer primary key,
    found_at_ms integer not null,   -- when this hub learned of it
    entered_at_ms integer,          -- when a person said that all is entered again
    note text                       -- what that person wrote down
) strict;
