-- Open publication with noise: the secret that it is drawn with, what was paid, and what was drawn.
create table publication_key (
    one integer primary key check (one = 1),
    key blob not null,              -- 32 bytes; who has it can take the noise away
    made_at_ms integer not null     -- by this hub's clock
) strict;

-- The ledger: every line signed and linked to the one before it, none is ever changed.
create table publication_line (
    number integer primary key,     -- place in the chain, from 1
    act text not null,              -- paid, drawn or lowered
    body blob not null,             -- the bytes that are signed; the link before it is in them
    signature blob not null,        -- tagged signature of this hub
    link blob not null              -- tagged digest of the body
) strict;

-- What a school year may still cost, where an operator lowered it.
create table publication_cap (
    school_year integer primary key, -- by the year in which it begins
    epsilon integer not null         -- thousandths
) strict;

create table publication (
    id text primary key,            -- term and subject, such as 2026S1-alerts
    school_year integer not null,
    epsilon integer not null,       -- thousandths
    identity blob not null,         -- tagged keyed digest of all that the numbers follow from
    catalogue blob not null,        -- tagged digest of the catalogue of the sums
    schools_reported integer not null,
    schools_due integer not null,
    persons integer not null,       -- enrolled at the schools that are in
    sums integer not null,          -- opened sums that it is made of
    opened_at_ms integer not null,  -- when the last of them was opened
    login text not null,            -- account that drew it
    name text not null,             -- the name of its person then
    paid_at_ms integer not null,
    number integer not null,        -- line with which it was paid
    drawn_at_ms integer             -- nothing until its numbers are kept
) strict;

-- The areas of a release, and by which documents they are summed.
create table publication_area (
    publication text not null references publication (id),
    area text not null,
    plan blob not null,             -- tagged digest
    roster blob not null,           -- tagged digest
    schools_reported integer not null,
    schools_due integer not null,
    primary key (publication, area)
) strict;

create table publication_cell (
    publication text not null references publication (id),
    query text not null,
    place integer not null,         -- order within the query
    key text not null,              -- one category for each dimension, with / between
    value integer,                  -- with noise, as drawn; nothing for a closed cell
    left_out integer not null,      -- 1 where persons of it are in cells that stay closed
    primary key (publication, query, place)
) strict;
