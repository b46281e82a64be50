create table api_key (
    id text primary key,            -- public part of the key, names it in lists
    label text not null,            -- what uses it, as the operator called it
    digest blob not null,           -- tagged SHA-256 of the secret part, which is never stored
    created_at_ms integer not null,
    revoked_at_ms integer           -- null while it may be used
) strict;
