-- A hold may keep one record about nobody beside its student's; null where it names none.
alter table legal_hold add column target integer references record (id);
