-- The newest statement that was seen about each department's signing key: an older one about
-- another key is believed no more.

create table sender_statement (
    unit text primary key,                   -- unit id of the department
    name text not null,                      -- its name, as the statement has it
    valid_from_ms integer not null,          -- when the statement begins
    key text not null,                       -- digest of the key that it is about
    seen_at_ms integer not null,             -- when it came, with a list or by itself
    seen_by text not null                    -- account that brought it
) strict;
