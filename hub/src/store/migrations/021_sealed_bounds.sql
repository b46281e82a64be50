-- The chain of a hub's records holds more than openings: a school year that was closed stands in it
-- too. Which number the leader gave a record is in the signed bytes since then.
create table sealed_record_chain (
    number integer primary key,     -- place in this hub's chain; the leader's own is signed
    opening integer unique references sealed_opening (id), -- null for a closed year
    record blob not null,           -- the signed bytes
    signed_number integer not null, -- number of the record in its leader's chain, by these bytes
    leader_signature blob not null, -- empty where only the helper signs: its own closed year
    helper_signature blob,          -- leader: null until the helper signed
    previous blob not null,         -- link of the record before it; empty for the first
    link blob not null              -- tagged digest over previous and record
) strict;
insert into sealed_record_chain (number, opening, record, signed_number, leader_signature,
                                 helper_signature, previous, link)
    select number, opening, record, number, leader_signature, helper_signature, previous, link
    from sealed_record;
drop table sealed_record;
alter table sealed_record_chain rename to sealed_record;

-- School years that were closed: at this hub, and what the other one told of it.
create table sealed_year (
    area text not null,             -- area of the plan
    school_year integer not null,   -- by the year it begins in
    closed_at_ms integer,           -- null while this hub has not closed it
    record blob,                    -- what this hub signed of it
    signature blob,                 -- tagged
    told_record blob,               -- what the other hub signed of it; null until it told
    told_signature blob,            -- tagged
    primary key (area, school_year)
) strict;

-- Which key a report that waits names; null for reports of before.
alter table sealed_inbox add column key blob;

-- When a key was last seen, so that the latest stay where there are too many.
alter table school_key add column last_seen_at_ms integer not null default 0;
update school_key set last_seen_at_ms = seen_at_ms;

-- What a unit had carried or kept here by addressed items, by day: what one may ask of a hub is
-- bounded.
create table relay_load (
    sender text not null,           -- member that brought it
    unit text not null,             -- unit that signed it
    class text not null,            -- stated, other or carried
    day text not null,              -- by this hub's calendar
    items integer not null,
    bytes integer not null,
    primary key (sender, unit, class, day)
) strict;

-- What waits of one sender is bounded, of one period and in all; empty for sums of before.
alter table opened_waiting add column period text not null default '';
create index opened_waiting_by_sender on opened_waiting (sender, period);
