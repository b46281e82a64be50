-- Entries made in error: they stay with their whole history and count nowhere.
--
-- The last version of such an entry says so: its line of the journal has settles = 2 (0: it counts,
-- 1: it also ended what waited beside). A later version that counts brings the entry back.

alter table record add column annulled integer not null default 0; -- 1: made in error

-- Records that say something: what is counted, listed and asked is read from here.
create view standing as
select id, kind, student, day, version, parallels, destroyed, waiting from record
where annulled = 0;

-- Which table of entries brought which entry, so that a table is taken back as a whole.
create table import_entry (
    batch integer not null references import_batch (id),    -- the table
    record integer not null unique references record (id),  -- the entry
    primary key (batch, record)
) strict, without rowid;
create trigger import_entry_stays before update on import_entry
begin select raise(abort, 'history is append-only'); end;
create trigger import_entry_is_kept before delete on import_entry
begin select raise(abort, 'history is append-only'); end;
