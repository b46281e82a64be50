-- A student's way from this school to another, or from another to this one. Where it stands is a
-- word and a day; what was offered names a child and is erased when nothing comes of it.

create table school_move (
    id integer primary key,                  -- order of writing
    side text not null,                      -- out: from this school, in: to it
    transfer blob not null,                  -- random name in all that is said about it
    student integer,                         -- whom; of one who comes once on the roll
    unit text not null,                      -- unit id of the other school
    called text not null,                    -- what the other school is called
    sender text,                             -- who sealed an offer that came, with the district
    until text not null,                     -- last day of the offer
    state text not null,                     -- where it stands
    day text,                                -- day that was agreed, or from which it holds
    care integer not null,                   -- 1: how it is looked after goes along, 2: no more
    offer blob,                              -- what is offered; null once it is erased
    number text,                             -- student number, as the new school entered it
    grade text,                              -- grade, as the new school entered it
    class text,                              -- class, as the new school entered it
    why text,                                -- why it was declined
    note text not null,                      -- whom to ask at the new school, or a word of it
    own integer not null,                    -- number of what this side says
    known integer not null,                  -- of which the other side is known to have heard
    heard integer not null,                  -- number that was heard of the other side
    owes integer not null,                   -- 1: an answer is owed
    said_at_ms integer,                      -- when something was said last
    since_ms integer,                        -- when what stands now was said first
    envelope blob,                           -- envelope of what was said last
    made_at_ms integer not null,             -- by this machine's clock
    unique (side, transfer)
) strict;
create index school_move_of_student on school_move (student);

-- What will be offered, as its preview shows it; gone once it was.
create table school_move_draft (
    student integer primary key,             -- whom
    unit text not null,                      -- unit id of the other school
    offer blob not null,                     -- the bytes that will be sealed
    made_at_ms integer not null              -- by this machine's clock
) strict;

-- Who did what about a transfer, and who read it.
create table school_move_log (
    id integer primary key,                  -- order
    transfer blob not null,                  -- which transfer
    what text not null,                      -- read, or the state that it got
    account text not null,                   -- who; letter where the programme did it
    role text not null,                      -- in which role
    at_ms integer not null                   -- by this machine's clock
) strict;
create index school_move_log_of on school_move_log (transfer, id);
create trigger school_move_log_stays before update on school_move_log
begin select raise(abort, 'history is append-only'); end;
create trigger school_move_log_is_kept before delete on school_move_log
begin select raise(abort, 'history is append-only'); end;
