-- Weeks and terms of which some sealed table could not be sealed at the last daily look, and why.
create table sealed_absent (
    period text not null,               -- week or term in its written form
    code text not null,                 -- stable word for the reason
    tables integer not null,            -- how many tables; 0 means every table of the period
    zh text not null,                   -- why, in Chinese; names nobody
    en text not null,                   -- why, in English; names nobody
    noted_at_ms integer not null,       -- by this machine's clock
    primary key (period, code)
) strict, without rowid;
