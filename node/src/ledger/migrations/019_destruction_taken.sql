-- An order says who asked for it, whatever becomes of the account, and once in force what it took:
-- so no other record passes for one that it destroyed.

-- Member of staff who asked for it; null before this column.
alter table destruction add column asked_staff integer;
-- In force: how many records it took; null before this column.
alter table destruction add column taken integer;
-- In force: digest of the numbers of these records, in hexadecimal digits.
alter table destruction add column taken_digest text;
