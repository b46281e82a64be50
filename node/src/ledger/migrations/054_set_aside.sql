-- Letters that are sound in all but one thing: the certificate of who signed them had ended when
-- they were opened. They are neither believed nor forgotten: whoever is named as their sender is
-- asked whether it signed them, by a letter whose certificate holds.

-- A school: answers that were put aside. What they say is shown to nobody.
create table letter_aside (
    envelope blob primary key not null,      -- envelope of the answer
    about blob not null,                     -- envelope of the referral that it answers
    digest blob not null,                    -- tagged, of what was signed; its sender is asked
    sender text not null,                    -- unit, district and city whose certificate it was
    act integer not null,                    -- number of the act; 0 for none
    content blob not null,                   -- what was sealed
    signed blob not null,                    -- the envelope with its signature
    came_at_ms integer not null              -- by this machine's clock
) strict, without rowid;
create index letter_aside_about on letter_aside (about);

-- How often the recipient of an envelope was asked for what was put aside, and when last.
alter table letter_envelope add column again integer not null default 0;
alter table letter_envelope add column again_at_ms integer;

-- Who said by telephone that an answer which had been put aside is the recipient's own; null where
-- a letter said so, and of all others.
alter table letter_answer add column vouched_by text;

-- A receiver: referrals that were put aside. What they say is not kept: their school seals it anew.
create table intake_aside (
    envelope blob primary key not null,      -- id of the envelope
    digest blob not null,                    -- tagged, of what was signed
    sender text not null,                    -- unit, district and city whose certificate it was
    withdrawal blob not null,                -- tagged mark of the secret that takes it back
    came_at_ms integer not null,             -- by this machine's clock
    asked integer not null default 0,        -- how often its sender was asked
    asked_at_ms integer                      -- when last
) strict, without rowid;

-- What a receiver signed for a school, by digest, which says nothing of what was in it.
create table intake_signed (
    digest blob primary key not null,        -- tagged, of what was signed
    intake integer not null references intake (id), -- about which referral
    at_ms integer not null                   -- by this machine's clock
) strict, without rowid;

-- A school asks whether what it put aside was signed here; until that is answered.
create table intake_asked (
    intake integer primary key references intake (id), -- about which referral
    digests blob not null,                   -- tagged digests, one behind the other
    at_ms integer not null                   -- by this machine's clock
) strict;
