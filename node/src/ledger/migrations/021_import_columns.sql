-- Which column of an office's file is which field, as somebody said on the page of imports: the
-- next file of that kind is read in the same way. Names columns, never a person.
create table import_columns (
    id integer primary key,                  -- order; the last of a kind and scale counts
    kind text not null,                      -- roster, staff, answers
    scale text not null,                     -- id of the scale of answers; blank for others
    columns text not null,                   -- field = "column", as TOML
    account text not null,                   -- who said so
    at_ms integer not null                   -- by this machine's clock
) strict;
create index import_columns_of_kind on import_columns (kind, scale, id);
create trigger import_columns_stay before update on import_columns
begin select raise(abort, 'history is append-only'); end;
create trigger import_columns_are_kept before delete on import_columns
begin select raise(abort, 'history is append-only'); end;
