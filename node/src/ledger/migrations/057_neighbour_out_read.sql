-- Who read at an office what it wrote itself: a tip and a hand-off name a child as what came does.

create table neighbour_out_read (
    id integer primary key,                  -- order of the reads
    notice integer not null references neighbour_out (id), -- what was read
    account text not null,                   -- who
    role text not null,                      -- in which role
    at_ms integer not null                   -- by this machine's clock
) strict;
create index neighbour_out_read_of on neighbour_out_read (notice, id);
create trigger neighbour_out_read_stays before update on neighbour_out_read
begin select raise(abort, 'history is append-only'); end;
create trigger neighbour_out_read_is_kept before delete on neighbour_out_read
begin select raise(abort, 'history is append-only'); end;
