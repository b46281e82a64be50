-- Who was there in a period is asked over all of its tables.
create index sealed_task_period on sealed_task (area, school_year, period);
create index sealed_opening_absent on sealed_opening (task) where absent <> '';
-- When a note that a school is away was taken back; null while it counts.
alter table sealed_absence add column withdrawn_at_ms integer;
