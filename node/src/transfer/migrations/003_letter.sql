-- Letters that wait for their moment: sealed, of one length, and naming nobody but a relay. A row
-- stays without its letter, so that none is queued twice.
create table letter_queue (
    id integer primary key,         -- order of queuing
    name text not null unique,      -- digest of the letter
    rank integer not null,          -- 0 withdrawal, 1 emergency, 2 urgent, 3 routine
    letter blob not null,           -- the letter; empty once it left
    queued_at_ms integer not null,  -- by this machine's clock
    left_at_ms integer              -- when it left; null until then
) strict;
create index letter_queue_waiting on letter_queue (rank, id) where left_at_ms is null;
