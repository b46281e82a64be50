-- Turns of the year: who asked for one and with which decisions, who signed it, what it wrote.
-- Append-only: what was decided, carried out or undone are lines of their own.

create table roll_turn (
    id integer primary key,                  -- order of asking
    school_year integer not null,            -- year in which the new school year begins
    day text not null,                       -- first day in the new grades
    decisions text not null,                 -- one line each: classes, who stays, mentors
    outcome blob not null,                   -- tagged digest of what it would do to whom
    asked_by text not null,                  -- account that asked
    asked_staff integer not null,            -- member of staff who asked
    asked_at_ms integer not null,            -- by this machine's clock
    reason text not null                     -- why, in the words of who asked
) strict;
create trigger roll_turn_stays before update on roll_turn
begin select raise(abort, 'history is append-only'); end;
create trigger roll_turn_is_kept before delete on roll_turn
begin select raise(abort, 'history is append-only'); end;

create table roll_turn_act (
    id integer primary key,                  -- order of the acts
    turn integer not null references roll_turn (id), -- which turn
    act text not null,                       -- done, refused, undone
    by text not null,                        -- account of the second person, or of who undid it
    at_ms integer not null,                  -- by this machine's clock
    reason text not null,                    -- why
    batch integer references import_batch (id), -- the change of the roll; null for a refusal
    first_entry integer not null,            -- first entry of the journal that it wrote
    last_entry integer not null              -- last entry of the journal once it was written
) strict;
create index roll_turn_act_of_turn on roll_turn_act (turn, id);
create trigger roll_turn_act_stays before update on roll_turn_act
begin select raise(abort, 'history is append-only'); end;
create trigger roll_turn_act_is_kept before delete on roll_turn_act
begin select raise(abort, 'history is append-only'); end;
