-- A run that was opened as the pulse screen of a special period ends with it, also where that is
-- ended early from above.

-- id of the special period; empty where a run belongs to none, and in runs from before
alter table screening_run add column special text not null default '';
