-- Directives as they came down. Nothing in transfer.db names a person.

create table directive (
    id integer primary key,         -- order of arrival
    kind text not null,             -- catalogue, scale, calendar, divisions, or a later kind
    name text not null,             -- name within the kind
    serial integer not null,        -- grows with every version of the same kind and name
    version text not null,          -- version for people
    effective_from text not null,   -- first day in force, YYYY-MM-DD
    content_digest blob not null,   -- tagged digest of the content
    directive blob not null,        -- the bytes as they were received, signatures and all
    received_at_ms integer not null, -- by this machine's clock
    usable integer not null,        -- 1 if this software can use its content
    reason text not null,           -- why it cannot; empty if it can
    unique (kind, name, serial)
) strict;
