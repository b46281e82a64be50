-- Whose people came to a consultation from outside, as the families' consents name the unit; null
-- without anybody.
alter table conference add column outside_unit text;
-- Why there was no time to ask a family before somebody from outside saw its card; null otherwise.
alter table conference_case add column emergency text;
