-- An order to a third party under a contract on processing: which data it is given, on what day,
-- and by when it gives them back or deletes them.
create table agency_order (
    record integer not null references record (id), -- which record
    version integer not null,                -- 1, 2, 3, ...
    day text not null,                       -- first day of the service
    parallel integer not null,               -- 1: written beside another; does not count
    nonce blob not null,                     -- random, so that a digest tells nothing
    reason text not null,                    -- why this version was written
    student integer not null,                -- for whom
    recipient text not null,                 -- id of the agency
    recipient_name text not null,            -- its name, as told to the family
    contract text not null,                  -- number of the contract on processing
    contract_to text not null,               -- last day of the contract
    service text not null,                   -- what is ordered
    classes text not null,                   -- kinds of data that it is given
    staff integer not null references staff (id), -- who answers for the order
    handed text,                             -- day on which the data were handed over
    return_by text not null,                 -- day by which they are returned or deleted
    returned text,                           -- day on which they were
    how text,                                -- returned or deleted
    reply text not null,                     -- what the agency answered, may be empty
    cancelled integer not null,              -- 1: nothing was handed over and nothing will be
    primary key (record, version)
) strict, without rowid;
create trigger agency_order_stays before update on agency_order
begin select raise(abort, 'history is append-only'); end;
create trigger agency_order_is_kept before delete on agency_order
when not exists (select 1 from destroyed where record = old.record)
begin select raise(abort, 'history is append-only'); end;
