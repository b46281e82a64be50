-- Clear sheets of schools of which a band was refused because it would have let a small count be
-- worked out beside opened sums: another band of the same sheet is refused without a look, since
-- which one fits would tell.
create table band_refused (
    unit text not null,             -- school that signed the sheet
    table_id text not null,         -- table of the sheet
    period text not null,           -- its period
    refused_at_ms integer not null, -- by this hub's clock, the first time
    primary key (unit, table_id, period)
) strict;
