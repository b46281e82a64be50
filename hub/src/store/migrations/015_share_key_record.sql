-- Keys of sealed sums that were destroyed: what was destroyed when, signed by this hub.
create table share_key_record (
    number integer primary key,     -- 1, 2, 3, ...
    key blob not null unique,       -- tagged digest of the destroyed key
    record blob not null,           -- the signed bytes, the link before it among them
    signature blob not null,        -- tagged signature by this hub's identity key
    link blob not null,             -- tagged digest of the record
    made_at_ms integer not null
) strict;
