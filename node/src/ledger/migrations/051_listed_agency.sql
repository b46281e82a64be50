-- Agencies that the directories in force list for this school: copied from them whenever they are
-- looked at, so that an order is asked for its agency in the transaction that writes it.
create table listed_agency (
    unit text primary key not null,          -- id of the agency
    valid_from text not null,                -- first day
    valid_to text not null,                  -- last day
    papers_to text not null,                 -- last day of what ends first, licence or contract
    withdrawn text                           -- day from which on it is withdrawn, if it is
) strict, without rowid;
