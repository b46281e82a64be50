-- Whether a critical answer counts is a question of the day of the test, not of the day on which
-- its sheet was typed or imported; and what was raised while a sheet was answered is known again
-- when the sheet is handed in, on whatever day.

-- day of the test; null where it was observed, and in items from before
alter table critical_item add column tested text;
-- when the first answer was given; null in drafts from before
alter table draft add column begun_at_ms integer;
-- when the pass was typed first; null in passes from before
alter table paper_entry add column begun_at_ms integer;
