-- Accounts as the ledgers see them: whose they are, and every change of one.

create table account_staff (
    login text primary key references account (login) on delete cascade, -- whose account
    staff integer not null references staff (id)   -- the member of staff whom it belongs to
) strict;

-- Who holds the passphrase can make accounts, so that each making and changing leaves a line.
create table account_change (
    id integer primary key,                  -- order of the changes
    at_ms integer not null,                  -- by this machine's clock, since 1970 UTC
    login text not null,                     -- which account
    what text not null,                      -- set, role, locked, unlocked
    role text not null,                      -- role after the change
    staff integer,                           -- member of staff after the change
    by text not null                         -- who changed it, as the system knows them
) strict;
create index account_change_by_login on account_change (login, id);
create trigger account_change_stays before update on account_change
begin select raise(abort, 'history is append-only'); end;
create trigger account_change_is_kept before delete on account_change
begin select raise(abort, 'history is append-only'); end;
