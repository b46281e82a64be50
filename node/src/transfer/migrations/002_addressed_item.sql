-- What came down for this school alone, kept as it came. Nothing in it names a person.
create table addressed_item (
    id integer primary key,         -- order of arrival
    digest blob not null unique,    -- tagged digest of the item's bytes
    kind integer not null,          -- number of the item's kind, also of one that a later version
                                    -- of this software knows
    item blob not null,             -- encoded signed item
    arrived_at_ms integer not null, -- by this machine's clock
    taken_at_ms integer             -- when it was dealt with; null until then
) strict;
create index addressed_item_waiting on addressed_item (kind, id) where taken_at_ms is null;
