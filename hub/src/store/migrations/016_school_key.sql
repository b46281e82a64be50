-- Report keys that schools signed with, as this hub saw them: what health compares with each school
-- before it states a key. Nothing is believed because it stands here.
create table school_key (
    unit text not null,             -- school that signed, by its certificate
    key blob not null,              -- tagged digest of the public key
    seen_at_ms integer not null,    -- when it was first seen, by this hub's clock
    primary key (unit, key)
) strict;
