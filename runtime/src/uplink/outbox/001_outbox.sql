create table outbox_epoch (
    lane integer primary key,           -- 1 statistics, 2 referral
    epoch blob not null,                -- 16 random bytes
    head integer not null,              -- highest sequence that has a frame
    last_frame blob not null,           -- tagged digest of that frame, empty at the start
    previous_epoch blob not null,       -- epoch that this one follows, empty if none
    previous_answered integer not null, -- last sequence of that epoch with an answer
    started_at_ms integer not null
) strict;

create table outbox_item (
    id integer primary key,
    lane integer not null,
    name text not null unique,          -- what identifies the item, such as a release's id
    item blob not null,                 -- signed item, as it is put into a frame
    queued_at_ms integer not null,
    epoch blob,                         -- epoch of its frame; null until it is first sent
    sequence integer,                   -- sequence of its frame
    previous blob,                      -- digest of the frame before it
    frame blob,                         -- tagged digest of its frame
    outcome integer,                    -- 1 accepted, 2 refused; null until answered
    code text,                          -- code of a refusal
    reason text,                        -- sentence of a refusal
    answered_at_ms integer,             -- by the hub's clock
    answer blob,                        -- the answer's bytes
    path blob,                          -- its Merkle path
    root blob,                          -- tagged root of its batch
    signature blob                      -- tagged signature of the hub over the root
) strict;
create index outbox_by_sequence on outbox_item (lane, epoch, sequence);
create index outbox_unanswered on outbox_item (lane, outcome, id);

create table parent_key (
    key_id blob primary key,            -- key that signed answers
    certificate blob not null,          -- the parent's leaf certificate, DER
    seen_at_ms integer not null
) strict;

create table uplink_note (
    name text primary key,              -- what is noted, such as the pull cursor
    value text not null
) strict;
