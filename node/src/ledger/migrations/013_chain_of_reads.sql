-- The log of reads becomes a chain of its own, and a version says whether it settled a conflict, so
-- that the number of versions that wait beside a record can be checked.

-- Tagged hash of this line and of all before it; null for lines from before the chain, which its
-- first line seals.
alter table access_log add column hash blob;

create table access_chain (
    seed blob not null                       -- 32 random bytes below the first line, so that a head
                                             -- that is kept elsewhere tells nothing
) strict;
insert into access_chain (seed) values (randomblob(32));
create trigger access_chain_grows_not before insert on access_chain
begin select raise(abort, 'history is append-only'); end;
create trigger access_chain_stays before update on access_chain
begin select raise(abort, 'history is append-only'); end;
create trigger access_chain_is_kept before delete on access_chain
begin select raise(abort, 'history is append-only'); end;

-- 1 where the version ended the conflicts of its record, 0 where not; null before this column.
alter table journal add column settles integer;
