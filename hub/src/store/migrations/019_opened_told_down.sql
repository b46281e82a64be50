-- Records of this hub's own chain that are a town's figure and were sent down to it.
create table opened_told_down (
    number integer primary key      -- number of the record
) strict;
