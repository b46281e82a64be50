-- Second factors, the codes of printed sheets, and what a session has proved.

create table account_factor (
    login text primary key references account (login) on delete cascade, -- whose factor
    kind text not null,            -- app (authenticator app) or sheet (printed codes alone)
    secret blob not null,          -- what the app shares with us; empty for a sheet
    confirmed_ms integer not null, -- when a first code proved it; 0 as long as none did
    last_step integer not null     -- time step of the last code of the app: none counts twice
) strict;

create table account_code (
    login text not null references account (login) on delete cascade, -- whose sheet
    number integer not null,       -- place on the sheet, from 1
    salt blob not null,            -- salt of the sheet, the same for all of its codes
    digest blob not null,          -- argon2id of the code under the salt
    used_ms integer not null,      -- when it was used; 0 as long as it was not
    primary key (login, number)
) strict;

-- Whether the password was chosen by somebody else and has to be replaced: 1 for yes.
alter table account add column must_change integer not null default 0;
-- Whether the second factor was proved in this session: 1 for yes.
alter table session add column proved integer not null default 0;
-- What the browser calls itself, cut short, so that its owner recognises the session.
alter table session add column browser text not null default '';
