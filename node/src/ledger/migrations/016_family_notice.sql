-- Versions of the notice to families: what was told and asked for, so that a returned slip can be
-- held against it. A version is never changed: families keep the paper.

create table family_notice (
    id integer primary key,                  -- order of making
    version text not null unique,            -- as it is printed, such as 2026-2
    made_at_ms integer not null,             -- by this machine's clock
    made_by text not null,                   -- account that made it
    valid_from text not null,                -- first day for which it asks
    valid_to text not null,                  -- last day for which it asks
    scales text not null,                    -- ids of the instruments, commas between
    contact text not null                    -- whom a family calls, in the school's words
) strict;
create trigger family_notice_stays before update on family_notice
begin select raise(abort, 'history is append-only'); end;
create trigger family_notice_is_kept before delete on family_notice
begin select raise(abort, 'history is append-only'); end;

create table family_notice_item (
    notice integer not null references family_notice (id), -- which version
    place integer not null,                  -- order on the slip, from 1
    purpose text not null,                   -- what for
    classes text not null,                   -- kinds of data, commas between
    recipient text not null,                 -- unit id; empty where nothing leaves the school
    recipient_name text not null,            -- as it is told to the family
    primary key (notice, place)
) strict, without rowid;
create trigger family_notice_item_stays before update on family_notice_item
begin select raise(abort, 'history is append-only'); end;
create trigger family_notice_item_is_kept before delete on family_notice_item
begin select raise(abort, 'history is append-only'); end;
