-- Accounts of a console and the sessions that are open. No column holds a password or a token.

create table account (
    login text primary key,            -- name to sign in with, lower case
    password_hash text not null,       -- argon2id in PHC form, with salt and parameters
    role text not null,                -- one word of the closed list of roles
    name text not null,                -- name on the screen
    created_ms integer not null,       -- when the account was made, milliseconds since 1970 UTC
    locked_until_ms integer not null,  -- signing in is paused until then; 0 for not paused
    failures integer not null          -- failed attempts since the last success
) strict;

create table session (
    token_digest blob primary key,     -- digest of the token that the browser keeps, tagged
    login text not null references account (login) on delete cascade,  -- who signed in
    csrf text not null,                -- token that every form of the session carries
    created_ms integer not null,       -- when it was opened, milliseconds since 1970 UTC
    seen_ms integer not null,          -- last use, kept to the minute
    expires_ms integer not null        -- end whatever happens
) strict;

create index session_login on session (login, seen_ms);
