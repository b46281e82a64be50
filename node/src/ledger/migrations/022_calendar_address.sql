-- The secret address under which an account's calendar can be read: its digest only. Made and
-- withdrawn by its person; each leaves a line in account_change.
create table calendar_address (
    login text primary key,                  -- whose calendar
    digest blob not null unique,             -- SHA-256 of the secret, tagged
    made_ms integer not null                 -- by this machine's clock
) strict;
