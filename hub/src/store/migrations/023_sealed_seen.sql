-- Cells of a sum that this hub computed and that no record of both hubs stands for: nobody is shown
-- them, and the hub's own attacker starts from them.
create table sealed_seen_cell (
    opening integer not null references sealed_opening (id),
    place integer not null,         -- place in the table, or among the first axis's categories
    value integer not null,         -- exact; a cell that was not computed has no row
    primary key (opening, place)
) strict;
