-- Holds of releases by the principal, and their lifting. Append-only: the latest line of a period
-- counts, and every line keeps who, when and why.

create table release_hold (
    id integer primary key,                  -- order of the acts
    period text not null,                    -- period whose releases are meant, such as 2025S1
    act text not null,                       -- hold, lift
    reason text not null,                    -- why it was held; empty for a lift without one
    author text not null,                    -- who did it, as the system knows the person
    at_ms integer not null                   -- by this machine's clock
) strict;
create index release_hold_of_period on release_hold (period, id);
