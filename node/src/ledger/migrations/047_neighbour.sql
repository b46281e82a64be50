-- Notices between neighbours, by letter: a school's duty reports to an office, and an office's tips
-- to one school. A school has both sides of these tables, and so has an office. What a notice says
-- of a child stands in `content` alone, and is erased; the rest says that there was one, between
-- whom, and what became of it. A tip makes no student and no record.

create table neighbour_out (
    id integer primary key,                  -- order of writing
    kind text not null,                      -- report, tip
    name blob not null unique,               -- random id in everything that is sealed about it
    record integer unique references record (id), -- the report in the ledger; null for a tip
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
    check ((kind = 'tip') = (record is null)),
    check ((sent_at_ms is null) = (envelope is null)),
    check ((sent_at_ms is null) = (sent_by is null))
) strict;
create index neighbour_out_open on neighbour_out (id) where content is not null;
create trigger neighbour_out_is_kept before delete on neighbour_out
begin select raise(abort, 'history is append-only'); end;
create trigger neighbour_out_stays before update of content on neighbour_out
when old.sent_at_ms is not null and new.content is not null
begin select raise(abort, 'what was sealed is not written anew'); end;

-- What came back, each answer once.
create table neighbour_came (
    envelope blob primary key not null,      -- envelope of the answer
    notice integer not null references neighbour_out (id), -- to which notice
    number integer not null,                 -- its sender's count, from 1
    said text not null,                      -- received, handled, not_ours, more_needed
    code text not null,                      -- how it was handled; empty otherwise
    day text,                                -- day of handling; null otherwise
    note text not null,                      -- number of receipt, or what is asked for
    at_ms integer not null,                  -- by the sender's clock
    came_at_ms integer not null              -- by this machine's clock
) strict, without rowid;
create unique index neighbour_came_of on neighbour_came (notice, number);
create trigger neighbour_came_is_kept before delete on neighbour_came
begin select raise(abort, 'history is append-only'); end;

create table neighbour_in (
    id integer primary key,                  -- order of arrival
    kind text not null,                      -- report, tip
    name blob not null,                      -- the sender's random id of it
    envelope blob not null unique,           -- none is taken twice
    signed blob not null,                    -- tagged digest of what the sender signed
    sender text not null,                    -- unit, district and city that signed it
    sender_name text not null,               -- what it is called, as a directory has it
    received_at_ms integer not null,         -- by this machine's clock
    content blob,                            -- what it says; null once it is erased
    reader integer,                          -- member of staff whom a school's head named
    student integer,                         -- student with whom a school's head linked it
    linked_by text,                          -- account that linked it
    erased_at_ms integer,                    -- when its content was erased
    erased_why text,                         -- not_ours, ended
    check ((content is null) = (erased_at_ms is not null)),
    check ((erased_at_ms is null) = (erased_why is null)),
    check ((student is null) = (linked_by is null))
) strict;
create index neighbour_in_open on neighbour_in (id) where content is not null;
create trigger neighbour_in_is_kept before delete on neighbour_in
begin select raise(abort, 'history is append-only'); end;
create trigger neighbour_in_is_erased_once before update of content, erased_at_ms on neighbour_in
when old.content is null
begin select raise(abort, 'what was erased does not come back'); end;

-- What is answered; sealed later, so that nobody waits for a key.
create table neighbour_said (
    id integer primary key,                  -- order of the answers
    notice integer not null references neighbour_in (id), -- to which notice
    number integer not null,                 -- among those to that notice, from 1
    said text not null,                      -- received, handled, not_ours, more_needed
    code text not null,                      -- how it was handled; empty otherwise
    day text,                                -- day of handling; null otherwise
    note text not null,                      -- number of receipt, or what is asked for
    account text not null,                   -- who
    at_ms integer not null,                  -- by this machine's clock
    sealed_at_ms integer,                    -- when it was sealed; null until then
    unique (notice, number)
) strict;
create index neighbour_said_waits on neighbour_said (id) where sealed_at_ms is null;
create trigger neighbour_said_is_kept before delete on neighbour_said
begin select raise(abort, 'history is append-only'); end;

-- Who read what a notice says; written before it is shown.
create table neighbour_read (
    id integer primary key,                  -- order of the reads
    notice integer not null references neighbour_in (id), -- what was read
    account text not null,                   -- who
    role text not null,                      -- in which role
    purpose text not null,                   -- what for; empty at a school
    at_ms integer not null                   -- by this machine's clock
) strict;
create index neighbour_read_of on neighbour_read (notice, id);
create trigger neighbour_read_stays before update on neighbour_read
begin select raise(abort, 'history is append-only'); end;
create trigger neighbour_read_is_kept before delete on neighbour_read
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

-- With a student everything goes that an office said of him or her, as far as it was linked.
create trigger student_takes_tips after insert on destroyed_student
begin
    update neighbour_in set content = null, erased_at_ms = received_at_ms, erased_why = 'ended',
        student = null, linked_by = null
    where student = new.student and content is not null;
end;
