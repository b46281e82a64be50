-- Referrals, kept at the school and handed over by hand before any network carries them: what is
-- asked for, each act of its course, each telephone call about it.

-- A referral. Where it stands is what its acts say.
create table referral (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- who is referred
    of_case integer references record (id),  -- case of the early-warning ledger
    urgency text not null,                   -- routine, urgent, emergency
    concerns text not null,                  -- coded reasons
    recipient text not null,                 -- id of the unit that it goes to
    recipient_name text not null,            -- as told to the family
    phone text not null,                     -- telephone of the recipient
    risk text not null,                      -- whether there is a risk now
    means text not null,                     -- means at hand, may be empty
    protection text not null,                -- who protects the child, may be empty
    medication text not null,                -- medication that is known, may be empty
    replaces integer references record (id), -- the referral that it follows after a relapse
    made_at integer not null,                -- instant of opening
    asked_staff integer references staff (id), -- who opened it, or named its recipient
    approved_by integer references staff (id), -- who approved that it goes to this recipient
    approved_at integer,                     -- when
    primary key (record, version)
) strict, without rowid;
create trigger referral_stays before update on referral
begin select raise(abort, 'history is append-only'); end;
create trigger referral_is_kept before delete on referral
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- One act of a referral's course. Versions after the first sign, review or answer it.
create table referral_act (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- who is referred
    referral integer not null references record (id), -- the referral
    event text not null,                     -- what happened
    actor text not null,                     -- who did it
    envelope integer not null,               -- which hand-over it is about, from 1; 0 before
    made_at integer not null,                -- instant at which it was entered
    who text not null,                       -- who said or took it, may be empty
    way text,                                -- how it was told
    code text not null,                      -- coded reason, may be empty
    detail text not null,                    -- facts, plan, another recipient; may be empty
    agreed text,                             -- day that was agreed
    place text not null,                     -- place, may be empty
    recipient text not null,                 -- id of the unit it was handed to, may be empty
    consent integer references record (id),  -- the consent that it stands on
    consent_digest text not null,            -- digest of that version of it, may be empty
    asked_staff integer references staff (id), -- who made an emergency of it
    signed_by text,                          -- account of the second person
    signed_at integer,                       -- when that one signed
    reviewed text,                           -- day on which the head reviewed it
    findings text not null,                  -- what the review found, may be empty
    noticed text,                            -- day of the written notice to the guardian
    acknowledged text,                       -- day on which the recipient answered that it deleted
    reply text not null,                     -- what it keeps and why, may be empty
    primary key (record, version)
) strict, without rowid;
create index referral_act_by_referral on referral_act (referral);
create trigger referral_act_stays before update on referral_act
begin select raise(abort, 'history is append-only'); end;
create trigger referral_act_is_kept before delete on referral_act
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;

-- A telephone call about a referral, tried or made.
create table referral_call (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day of the event or first day of this version
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- who is referred
    referral integer not null references record (id), -- the referral
    party text not null,                     -- whose telephone
    contacted_at integer not null,           -- when
    contacted_by integer not null references staff (id), -- who called
    who text not null,                       -- who was called, by name
    reached integer not null,                -- 1 where somebody answered
    detail text not null,                    -- what was said, may be empty
    primary key (record, version)
) strict, without rowid;
create index referral_call_by_referral on referral_call (referral);
create trigger referral_call_stays before update on referral_call
begin select raise(abort, 'history is append-only'); end;
create trigger referral_call_is_kept before delete on referral_call
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;
