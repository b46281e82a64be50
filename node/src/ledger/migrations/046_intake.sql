-- What a receiver of referrals keeps: what was sealed to it and opened, what it did about it, who
-- read it, and what it has to seal back. What a referral says of a child stands in `content` and in
-- `said`, and is erased when it is declined, withdrawn, expired or over; the rest says only that
-- something came, from which school, and what became of it. A school has these tables too, empty.

create table intake (
    id integer primary key,                  -- order of arrival
    envelope blob not null unique,           -- id of the envelope: none is taken twice
    digest blob not null,                    -- tagged, of what the sender signed
    sender text not null,                    -- unit, district and city that sealed and signed it
    referral blob not null,                  -- random id of the referral
    number integer not null,                 -- which hand-over of it
    urgency text not null,                   -- routine, urgent, emergency
    seen integer not null,                   -- acts of the school that came with it
    consent blob,                            -- tagged digest of the consent; null in an emergency
    valid_to text,                           -- last day of the consent; null in an emergency
    classes text not null,                   -- kinds of data that it lets out, commas between
    outcome_back text not null,              -- how much of an outcome may come back
    withdrawal blob not null,                -- tagged mark of the secret that takes it back
    received_at_ms integer not null,         -- by this machine's clock
    content blob,                            -- what it says; null once it is erased
    revoked_at_ms integer,                   -- when a valid secret took it back
    erased_at_ms integer,                    -- when its content was erased
    erased_why text,                         -- declined, redirected, expired, revoked, ended
    check ((content is null) = (erased_at_ms is not null)),
    check ((erased_at_ms is null) = (erased_why is null)),
    check ((consent is null) = (valid_to is null))
) strict;
create trigger intake_is_kept before delete on intake
begin select raise(abort, 'history is append-only'); end;
create trigger intake_is_erased_once before update of content, erased_at_ms on intake
when old.content is null
begin select raise(abort, 'what was erased does not come back'); end;

create table intake_act (
    id integer primary key,                  -- order of the acts
    intake integer not null references intake (id), -- about which referral
    number integer not null,                 -- of its acts, from 1; 0 answers a withdrawal
    event text not null,                     -- what happened; revocation_done for that answer
    account text not null,                   -- who; empty where the programme did it
    at_ms integer not null,                  -- by this machine's clock
    agreed text,                             -- day that was agreed: an appointment's
    said blob,                               -- the answer; null once it is erased
    sealed_at_ms integer,                    -- when it was sealed for the school; null until then
    unique (intake, number)
) strict;
create index intake_act_waits on intake_act (id) where sealed_at_ms is null;
create trigger intake_act_is_kept before delete on intake_act
begin select raise(abort, 'history is append-only'); end;
create trigger intake_act_stays before update of intake, number, event, account, at_ms on intake_act
begin select raise(abort, 'history is append-only'); end;

create table intake_read (
    id integer primary key,                  -- order of the reads
    intake integer not null references intake (id), -- what was read
    account text not null,                   -- who
    role text not null,                      -- in which role
    purpose text not null,                   -- what for
    at_ms integer not null                   -- by this machine's clock
) strict;
create index intake_read_of on intake_read (intake, id);
create trigger intake_read_stays before update on intake_read
begin select raise(abort, 'history is append-only'); end;
create trigger intake_read_is_kept before delete on intake_read
begin select raise(abort, 'history is append-only'); end;

create table intake_withdrawn (
    envelope blob not null,                  -- an envelope that has not come
    mark blob not null,                      -- tagged mark of the secret that was made known for it
    at_ms integer not null,                  -- when it was made known
    primary key (envelope, mark)
) strict, without rowid;

create table intake_refused (
    id integer primary key,                  -- order of arrival
    why text not null,                       -- one word; nothing of what came is kept
    at_ms integer not null                   -- by this machine's clock
) strict;

create table intake_statement (
    id integer primary key,                  -- order in which they were entered
    unit text not null,                      -- whose key
    purpose text not null,                   -- referral, relay
    valid_from_ms integer not null,          -- when it begins: of two the later one counts
    statement text not null,                 -- as both commissions signed it
    known_at_ms integer not null,            -- by this machine's clock
    known_by text not null,                  -- account
    unique (unit, purpose, valid_from_ms)
) strict;

create table intake_letter (
    id integer primary key,                  -- place in the queue
    rank text not null,                      -- withdrawal, emergency, urgent, routine
    letter blob not null,                    -- sealed to the relay
    queued_at_ms integer not null            -- by this machine's clock
) strict;
