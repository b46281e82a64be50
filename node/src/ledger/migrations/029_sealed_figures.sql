-- What each sealed report holds, for the school's own eyes: a principal who wants to know what
-- schools that collude could work out puts these beside what a department has seen.
create table sealed_figures (
    name text primary key,              -- name of the report
    cells blob not null                 -- its exact cells, packed
) strict;
