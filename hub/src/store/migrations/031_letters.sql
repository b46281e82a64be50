-- Letters in lists downward: they are forgotten once their member has them, and one of a referral
-- that was withdrawn is replaced by an empty one.
alter table relay_down
    add column letter integer not null default 0; -- 1 for a letter
alter table relay_down
    add column former blob;                       -- tagged digest of what was at this place before

-- Letters for this hub's relay, as they came, until the commit that queues what follows them.
create table letter_in (
    id integer primary key,         -- order of arrival
    digest blob not null unique,    -- tagged digest of the letter
    letter blob not null,           -- the letter, sealed to this hub
    sender text,                    -- unit that handed it in; null once opened, and where it came
                                    -- from above
    opened integer not null,        -- 1 once it was opened and waits for its slot
    arrived_at_ms integer not null  -- by this hub's clock
) strict;
create index letter_in_unopened on letter_in (id) where opened = 0;

-- Acknowledgements that wait for their slot: to whom and about what is sealed to this hub itself.
create table letter_ack (
    id integer primary key,         -- order in which they were made
    note blob not null              -- sealed, always of one length
) strict;

-- Letters that were opened, so that one that is sent again is known.
create table letter_seen (
    digest blob primary key,        -- tagged digest of the letter
    key blob not null               -- tagged digest of the key that opened it
) strict, without rowid;

create table letter_slot (
    unit text primary key,          -- unit whose list is filled
    hour integer not null           -- the slot that was filled last, in hours since 1970
) strict;

-- Key statements by which letters are sealed to relays and recipients.
create table letter_statement (
    digest blob primary key,        -- tagged digest of what was signed
    unit text not null,             -- whose key it is
    purpose text not null,          -- relay or referral
    statement text not null,        -- with its signatures, as the text of its file
    added_at_ms integer not null    -- by this hub's clock
) strict;

create table letter_tally (
    name text primary key,          -- what is counted
    value integer not null          -- how often it came about, or how many there are
) strict;

-- What is late: a class of deadlines and an hour, and nothing about whom.
create table letter_late (
    id integer primary key,         -- order, of no meaning
    class text not null,            -- which deadline
    hour integer not null           -- hour in which it passed, in hours since 1970
) strict;
