-- A hotline hands a caller over to one school's counsellor: one more kind of notice. Like a tip it
-- belongs to no record here, which the first form of this table let only a tip be.

drop trigger record_takes_report;

create table notice_out (
    id integer primary key,                  -- order of writing
    kind text not null,                      -- report, tip, hand_off
    name blob not null unique,               -- random id in everything that is sealed about it
    record integer unique references record (id), -- a report's in the ledger; null for all others
    recipient text not null,                 -- unit id
    recipient_name text not null,            -- as its writer chose it
    relay text not null,                     -- hub that serves the recipient
    content blob,                            -- what will be or was sealed; null once it is erased
    written_by text not null,                -- account
    written_staff integer,                   -- member of staff, at a school
    written_at_ms integer not null,          -- by this machine's clock
    sent_by text,                            -- account that approved it and sent it
    sent_at_ms integer,                      -- when it was sealed; null until then
    envelope blob unique,                    -- id of the envelope
    signed blob,                             -- tagged digest of what this unit signed
    acked_at_ms integer,                     -- when a relay had all parts
    erased_at_ms integer,                    -- when its content was erased
    check ((content is null) = (erased_at_ms is not null)),
    check ((kind = 'report') = (record is not null)),
    check ((sent_at_ms is null) = (envelope is null)),
    check ((sent_at_ms is null) = (sent_by is null))
) strict;
insert into notice_out (id, kind, name, record, recipient, recipient_name, relay, content,
    written_by, written_staff, written_at_ms, sent_by, sent_at_ms, envelope, signed, acked_at_ms,
    erased_at_ms)
select id, kind, name, record, recipient, recipient_name, relay, content,
    written_by, written_staff, written_at_ms, sent_by, sent_at_ms, envelope, signed, acked_at_ms,
    erased_at_ms
from neighbour_out;

create table notice_came (
    envelope blob primary key not null,      -- envelope of the answer
    notice integer not null references notice_out (id), -- to which notice
    number integer not null,                 -- its sender's count, from 1
    said text not null,                      -- the word of the answer
    code text not null,                      -- how it was handled; empty otherwise
    day text,                                -- day of handling or of the try; null otherwise
    note text not null,                      -- number of receipt, or what is asked for
    at_ms integer not null,                  -- by the sender's clock
    came_at_ms integer not null              -- by this machine's clock
) strict, without rowid;
insert into notice_came (envelope, notice, number, said, code, day, note, at_ms, came_at_ms)
select envelope, notice, number, said, code, day, note, at_ms, came_at_ms from neighbour_came;

drop table neighbour_came;
drop table neighbour_out;
alter table notice_out rename to neighbour_out;
alter table notice_came rename to neighbour_came;

create index neighbour_out_open on neighbour_out (id) where content is not null;
create trigger neighbour_out_is_kept before delete on neighbour_out
begin select raise(abort, 'history is append-only'); end;
create trigger neighbour_out_stays before update of content on neighbour_out
when old.sent_at_ms is not null and new.content is not null
begin select raise(abort, 'what was sealed is not written anew'); end;
create unique index neighbour_came_of on neighbour_came (notice, number);
create trigger neighbour_came_is_kept before delete on neighbour_came
begin select raise(abort, 'history is append-only'); end;

-- With a report everything goes that was sealed of it.
create trigger record_takes_report after update of destroyed on record
when new.destroyed = 1 and old.destroyed = 0 and new.kind = 'duty_report'
begin
    delete from letter_out where envelope in (
        select envelope from neighbour_out where record = new.id);
    update neighbour_came set note = '' where notice in (
        select id from neighbour_out where record = new.id);
    update neighbour_out set content = null, erased_at_ms = written_at_ms
    where record = new.id and content is not null;
end;
