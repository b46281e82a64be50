-- The highest revision of a place is the one that counts: the unique index says which it is, and a
-- revision no longer changes the row of the one before it, which lies elsewhere in the file.
alter table contribution drop column current;
