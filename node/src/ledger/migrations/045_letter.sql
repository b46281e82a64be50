-- Referrals by letter: whose keys are known, what was sealed and to whom, the letters that wait to
-- be copied to transfer.db, and what came back. Whatever names a child goes with its referral.

-- Number of an act among the recipient's own of that hand-over, where it came by letter.
alter table referral_act add column lane_number integer;
-- How many acts of the school the recipient had seen when it did that.
alter table referral_act add column lane_seen integer;

-- Key statements of recipients and relays, as the commissions signed them.
create table letter_statement (
    digest text primary key not null,        -- of what was signed
    unit text not null,                      -- whose key
    purpose text not null,                   -- referral, relay
    relay text not null,                     -- hub that serves the unit; of a relay itself
    valid_from_ms integer not null,          -- of several the one that begins last counts
    statement text not null,                 -- signed statement
    kept_at_ms integer not null              -- by this machine's clock
) strict, without rowid;

-- By what a referral is known to its recipients, and what takes it back.
create table referral_secret (
    referral integer primary key references record (id), -- which referral
    name blob not null unique,               -- its id in everything that is sealed about it
    secret blob not null,                    -- revealed, it withdraws every envelope
    made_at_ms integer not null              -- by this machine's clock
) strict;

-- What will be sealed, as its preview shows it; gone once it was sealed.
create table letter_draft (
    referral integer primary key references record (id), -- which referral
    content blob not null,                   -- the bytes that will be sealed
    made_at_ms integer not null              -- by this machine's clock
) strict;

-- An envelope that was sealed. What is in it stays here for whoever may read the referral.
create table letter_envelope (
    envelope blob primary key not null,      -- id of the envelope
    referral integer not null references record (id), -- which referral
    number integer not null,                 -- which hand-over of it, from 1
    recipient text not null,                 -- unit id of the recipient
    relay text not null,                     -- hub that serves the recipient
    parts integer not null,                  -- how many letters carry it
    content blob not null,                   -- the bytes that were sealed
    signed blob not null,                    -- digest of what this school signed
    made_at_ms integer not null,             -- by this machine's clock
    acked_at_ms integer,                     -- when a relay had all parts
    revoked_at_ms integer,                   -- when its withdrawal was written
    done_at_ms integer,                      -- when its recipient had deleted it
    kept text                                -- what the recipient keeps, and why
) strict, without rowid;
create unique index letter_envelope_by_referral on letter_envelope (referral, number);

-- Letters that wait to be copied to transfer.db: sealed once, never again.
create table letter_out (
    id integer primary key,                  -- order of sealing
    name text not null unique,               -- digest of the letter
    letter blob not null,                    -- the letter
    rank integer not null,                   -- 0 withdrawal, 1 emergency, 2 urgent, 3 routine
    envelope blob not null,                  -- which envelope it carries or withdraws
    part integer not null,                   -- which part; 0 for a withdrawal
    made_at_ms integer not null,             -- by this machine's clock
    copied_at_ms integer,                    -- when it was in transfer.db
    acked_at_ms integer,                     -- when a relay said that it has it
    dropped_at_ms integer                    -- when its envelope was taken back
) strict;
create index letter_out_of_envelope on letter_out (envelope, part);
create index letter_out_waiting on letter_out (id) where copied_at_ms is null;

-- Parts of answers that are not whole yet.
create table letter_part (
    envelope blob not null,                  -- envelope of the answer
    number integer not null,                 -- which part
    about blob not null,                     -- envelope that it answers, as its routing says
    parts integer not null,                  -- of how many
    part blob not null,                      -- sealed to this school
    came_at_ms integer not null,             -- by this machine's clock
    primary key (envelope, number)
) strict, without rowid;

-- Answers that were opened and believed; each is taken once, in the order of its sender.
create table letter_answer (
    envelope blob primary key not null,      -- envelope of the answer
    about blob not null,                     -- envelope of the referral that it answers
    act integer not null,                    -- number of the recipient's act; 0 for none
    content blob not null,                   -- what was sealed
    signed blob not null,                    -- the envelope with its sender's signature
    came_at_ms integer not null,             -- by this machine's clock
    taken_at_ms integer                      -- when it stood in the course
) strict, without rowid;
create index letter_answer_about on letter_answer (about, act);

-- With a referral everything goes that was sealed or opened of it.
create trigger record_takes_letters after update of destroyed on record
when new.destroyed = 1 and old.destroyed = 0 and new.kind = 'referral'
begin
    delete from letter_part where about in (
        select envelope from letter_envelope where referral = new.id);
    delete from letter_answer where about in (
        select envelope from letter_envelope where referral = new.id);
    delete from letter_out where envelope in (
        select envelope from letter_envelope where referral = new.id);
    delete from letter_envelope where referral = new.id;
    delete from letter_draft where referral = new.id;
    delete from referral_secret where referral = new.id;
end;
