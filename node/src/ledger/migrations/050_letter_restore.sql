-- A ledger that was put back from a backup: which of its letters may have left since, what came
-- about a referral that it does not know, and what a receiver holds of which it cannot prove that
-- its time is not over.

-- When this program saw that the folder was put back; a school's and a receiver's alike.
create table restored (
    id integer primary key,                  -- order
    at_ms integer not null,                  -- by this machine's clock
    seen_by text not null                    -- copy: it says so itself; lane: that began anew
) strict;

-- The epoch of the lane of letters that this ledger knows: another one shows that it was put back.
create table letter_epoch (
    one integer primary key check (one = 1), -- there is one
    epoch blob not null,                     -- of the outbox
    contact_ms integer not null              -- when the hub above was reached last under it
) strict;

-- Sealed before the ledger was put back: it may have left, whatever transfer.db says.
alter table letter_out add column may_have_left integer not null default 0;

-- Nothing of the envelope had left when it was taken back, as far as this ledger knew then.
alter table letter_envelope add column stayed integer not null default 0;
update letter_envelope set stayed = 1
where kept = '内容尚未离校，已收回' or kept like '%内容没有离校';

-- Its recipient is to be told once more that it stands, or that it was taken back.
alter table letter_envelope add column ask integer not null default 0;
-- When that was done last.
alter table letter_envelope add column asked_at_ms integer;

-- Answers about an envelope that a restored ledger does not know: kept until somebody enters the
-- referral again, takes it back, or nobody has for too long.
create table letter_stray (
    envelope blob primary key not null,      -- envelope of the answer
    about blob not null,                     -- envelope of the referral that it answers
    sender text not null,                    -- unit, district and city that sealed and signed it
    content blob not null,                   -- what was sealed
    signed blob not null,                    -- the envelope with its sender's signature
    came_at_ms integer not null              -- by this machine's clock
) strict, without rowid;
create index letter_stray_about on letter_stray (about);

-- What a receiver held when it was put back is locked until its school has said that it stands.
alter table intake add column locked_at_ms integer;
-- Who at the school said by telephone that it stands; null where its letter did, or nobody yet.
alter table intake add column unlocked_by text;
