-- Acts on accounts that one person asks for and another agrees to. The requests to take a second
-- factor away move here; nothing of them is lost.

create table account_ask (
    id integer primary key,                -- order of asking
    what text not null,                    -- new, role, opening, factor
    login text not null,                   -- which account
    name text not null default '',         -- new: name on the screen
    role text not null default '',         -- new, role: the role that it is to have
    staff integer references staff (id),   -- new, role: whose it is to be, where it is somebody's
    half text not null default '',         -- new, opening: first half of the password
    asked_by text not null,                -- account that asked
    asked_staff integer,                   -- member of staff of that account, where there is one
    reason text not null,                  -- why, in the words of who asked
    asked_ms integer not null,             -- by this machine's clock, since 1970 UTC
    ends_ms integer not null,              -- from then on nobody can agree
    done_by text not null default '',      -- account that agreed or refused; empty while it waits
    done_ms integer not null default 0,    -- when
    agreed integer not null default 0      -- 1 where it was carried out
) strict;
create index account_ask_by_login on account_ask (login, id);

insert into account_ask
    (id, what, login, asked_by, asked_staff, reason, asked_ms, ends_ms, done_by, done_ms, agreed)
select id, 'factor', login, asked_by, asked_staff, reason, asked_ms, ends_ms, done_by, done_ms,
    done_by <> ''
from factor_reset;
drop table factor_reset;

create trigger account_ask_is_kept before delete on account_ask
begin select raise(abort, 'history is append-only'); end;
create trigger account_ask_is_done_once before update on account_ask
when old.done_by <> '' or new.id <> old.id or new.what <> old.what or new.login <> old.login
    or new.name <> old.name or new.role <> old.role or new.staff is not old.staff
    or new.asked_by <> old.asked_by or new.asked_staff is not old.asked_staff
    or new.reason <> old.reason or new.ends_ms <> old.ends_ms
begin select raise(abort, 'history is append-only'); end;
