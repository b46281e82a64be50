-- The contact protocol of a case: who outside the counsellor's room is told or asked, by when, and
-- what came of it. A telephone call about a referral stands in referral_call, not here.
create table case_contact (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- day by which the contact is made
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- whose case
    of_case integer not null references record (id), -- case of the early-warning ledger
    party text not null,                     -- guardian, police, hospital, community
    who text not null,                       -- name or post of whom it is with
    phone text not null,                     -- telephone, may be empty
    staff integer not null references staff (id), -- who makes it
    done text,                               -- day on which it was made
    way text,                                -- how
    detail text not null,                    -- what was told and agreed, may be empty
    cancelled integer not null,              -- 1: no longer due
    primary key (record, version)
) strict, without rowid;
create index case_contact_by_case on case_contact (of_case);
create trigger case_contact_stays before update on case_contact
begin select raise(abort, 'history is append-only'); end;
create trigger case_contact_is_kept before delete on case_contact
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;
