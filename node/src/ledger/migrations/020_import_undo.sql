-- Which roster a taking back took back: the same file may have come twice for one day.

create table import_undo (
    roster integer primary key references import_batch (id), -- the roster that stands no longer
    undone integer not null unique references import_batch (id) -- the taking back of it
) strict;
create trigger import_undo_stays before update on import_undo
begin select raise(abort, 'history is append-only'); end;
create trigger import_undo_is_kept before delete on import_undo
begin select raise(abort, 'history is append-only'); end;

-- Before this table a taking back carried the digest and day of its roster: the last one is meant.
insert or ignore into import_undo (roster, undone)
select max(b.id), u.id from import_batch u join import_batch b
    on b.kind = 'roster' and b.digest = u.digest and b.as_of = u.as_of and b.id < u.id
where u.kind = 'undone' group by u.id order by u.id;
