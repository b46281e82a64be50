-- Addressed items on their way down: a list a member, in the order in which it pulls them.
create table relay_down (
    cursor integer primary key,     -- grows; a member asks for what is after its own
    member text,                    -- whose list it is in; null while no way to its unit is known
    to_unit text not null,          -- unit that it is for
    digest blob not null,           -- tagged digest of the item's bytes
    item blob not null,             -- encoded signed item, as it arrived
    arrived_at_ms integer not null, -- by this hub's clock
    unique (to_unit, digest)
) strict;
create index relay_down_by_member on relay_down (member, cursor);

create table relay_route (
    unit text primary key,          -- a unit here or further down
    member text not null,           -- member through which its items came up last
    learned_at_ms integer not null
) strict;

-- Sealed reports that are addressed to this hub.
create table sealed_inbox (
    id integer primary key,         -- order of arrival
    digest blob not null unique,    -- tagged digest of the signed bytes
    item blob not null,             -- encoded signed item with the signer's certificates
    unit text not null,             -- school that signed it
    table_id text not null,
    period text not null,
    number integer not null,        -- the school's own number of its reports of the table
    task blob not null,             -- id of the task, 32 bytes
    arrived_at_ms integer not null, -- by this hub's clock
    settled_at_ms integer           -- when nothing was left to do for it; null until then
) strict;
create index sealed_inbox_open on sealed_inbox (id) where settled_at_ms is null;
create index sealed_inbox_by_unit on sealed_inbox (unit, table_id, period, number);

-- Certificates of the authorities that certified this hub's members: with a member's own they are
-- the chain that travels beside what it signed.
create table issuer (
    id integer primary key,         -- order of arrival
    digest blob not null unique,    -- tagged digest of the certificate
    certificate blob not null       -- DER
) strict;

create index barred_key_by_key on barred_key (key_id);
