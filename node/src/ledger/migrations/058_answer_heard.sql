-- An answer of a receiver is sealed anew until its school says that it has it, as a referral is
-- until a relay has it.

-- A receiver: answers of which their schools have not said so.
create table intake_unheard (
    envelope blob primary key not null,      -- envelope of the answer
    act integer not null references intake_act (id), -- which act it tells
    digest blob not null,                    -- tagged, of what was signed; its school names it so
    made_at_ms integer not null,             -- when it was sealed first, by this machine's clock
    last_at_ms integer not null              -- when its letters were sealed last
) strict, without rowid;
create index intake_unheard_of_act on intake_unheard (act);

-- What is put into new letters: sealed to the school, so that this house cannot open it. It goes
-- once the school has the answer, with a withdrawal, with a consent's end, and after two weeks.
create table intake_unheard_part (
    envelope blob not null,                  -- envelope of the answer
    number integer not null,                 -- which part, from 1
    parts integer not null,                  -- of how many
    part blob not null,                      -- sealed to the school
    primary key (envelope, number)
) strict, without rowid;

-- A school: 1 where the sender of an answer is to hear that it is here. Answers that are older than
-- this step are acknowledged where they come again.
alter table letter_answer add column ack_due integer not null default 0;
-- When that was sealed last.
alter table letter_answer add column acked_at_ms integer;
-- In which envelope; its letter goes with the next one.
alter table letter_answer add column ack blob;
create index letter_answer_ack_due on letter_answer (about) where ack_due = 1;
-- The same of answers about what a ledger lost that was put back from a backup.
alter table letter_stray add column ack_due integer not null default 0;
alter table letter_stray add column acked_at_ms integer;
alter table letter_stray add column ack blob;
create index letter_stray_ack_due on letter_stray (about) where ack_due = 1;

-- With an answer goes the letter that acknowledged it, once that has left.
create trigger letter_answer_takes_ack after delete on letter_answer
when old.ack is not null
begin
    delete from letter_out where envelope = old.ack and copied_at_ms is not null;
end;
create trigger letter_stray_takes_ack after delete on letter_stray
when old.ack is not null
begin
    delete from letter_out where envelope = old.ack and copied_at_ms is not null;
end;
