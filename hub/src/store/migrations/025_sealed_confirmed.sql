-- Reports whose number of persons enrolled is far from what this hub knows of the school, and which
-- a person here confirmed after the school was called: their sums go on.
create table sealed_confirmed (
    report blob primary key,        -- tagged digest of the bytes that the school signed
    school text not null,
    note text not null,             -- what the operator who called wrote down
    made_at_ms integer not null
) strict;
