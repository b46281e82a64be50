-- Copies of the data folder that were put back for a test and opened: each proof stays.
create table restore_proof (
    id integer primary key,                  -- 1, 2, 3, ...
    at_ms integer not null,                  -- when it was put back
    copy text not null,                      -- name of the copy's folder
    students integer not null,               -- students on the roll of the copy
    entries integer not null                 -- entries of its journal
) strict;
create trigger restore_proof_stays before update on restore_proof
begin select raise(abort, 'history is append-only'); end;
create trigger restore_proof_is_kept before delete on restore_proof
begin select raise(abort, 'history is append-only'); end;
