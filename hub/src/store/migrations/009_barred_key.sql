-- Keys of units below a member hub that may not speak any more, as that hub told them.
create table barred_key (
    told_by text not null,          -- member hub that tells it
    key_id blob not null,           -- SHA-256 of the public key
    name text not null,             -- identity name of its unit
    bar text not null,              -- revoked, for good; or suspended, until it is told no longer
    told_at_ms integer not null,    -- when it was told first, by this hub's clock
    primary key (told_by, key_id)
) strict;
