create table setting (
    name text primary key,          -- what is set
    value text not null             -- its value
) strict;

create table unit (
    id text primary key,            -- stable id, upper case
    kind text not null,             -- city, district, street, school, centre, clinic
    name_zh text not null,          -- name as it is shown
    name_en text not null,          -- English name, may be empty
    division text not null,         -- division code it lies in, may be empty
    status text not null,           -- invited, active, suspended, closed
    schools_below integer not null, -- active schools below a member hub, as it last said
    created_at_ms integer not null
) strict;

create table placement (
    unit text not null references unit (id),
    parent text not null,           -- unit id of the hub it sits under
    valid_from text not null,       -- first day
    valid_to text,                  -- first day on which it sits there no longer; else null
    known_at_ms integer not null,   -- when this was entered
    primary key (unit, valid_from)
) strict;

create table member_key (
    key_id blob primary key,        -- SHA-256 of the public key
    unit text not null,
    spki blob not null,             -- the public key
    certificate blob not null,      -- leaf certificate, DER
    serial blob not null,           -- its serial number without leading zeros
    issued_at_ms integer not null,
    not_after_ms integer not null,
    state text not null,            -- current, superseded, revoked
    expired_renewal integer not null default 0 -- 1: an operator allowed one renewal after expiry
) strict;
create index member_key_unit on member_key (unit);

create table invite (
    id blob primary key,            -- 10 random bytes
    unit text not null references unit (id),
    public_key blob not null,       -- Ed25519 key of the invite; the seed is never stored
    created_at_ms integer not null,
    expires_at_ms integer not null,
    used_key blob,                  -- key id that redeemed it; null while unused
    csr blob,                       -- request that redeemed it
    chain blob,                     -- certificates issued for it, length-prefixed DER
    state text not null             -- open, pending, issued, revoked
) strict;

create table lane_epoch (
    id integer primary key,
    member text not null,
    lane integer not null,          -- 1 statistics, 2 referral
    epoch blob not null,            -- 16 bytes
    next_sequence integer not null, -- first sequence without an answer
    last_frame blob not null,       -- digest of the last answered frame, empty at the start
    ended integer not null,         -- 1 once a later epoch began
    started_at_ms integer not null,
    unique (member, lane, epoch)
) strict;

create table answer_batch (
    id integer primary key,
    root blob not null,             -- tagged Merkle root over the answers' bodies
    signature blob not null         -- tagged signature over the root
) strict;

create table answer (
    lane_epoch integer not null references lane_epoch (id),
    sequence integer not null,
    frame blob not null,            -- digest of the frame
    outcome integer not null,       -- 1 accepted, 2 refused
    code text not null,             -- empty for a receipt
    reason text not null,
    answered_at_ms integer not null,
    batch integer not null references answer_batch (id),
    position integer not null,      -- index in the batch
    primary key (lane_epoch, sequence)
) strict;
create index answer_by_batch on answer (batch, position);

create table contribution (
    id integer primary key,
    unit text not null,
    table_id text not null,
    period text not null,
    revision integer not null,
    current integer not null,       -- 1 for the highest revision
    digest blob not null,           -- tagged digest of the signed bytes
    body blob not null,             -- the signed bytes
    signature blob not null,        -- tagged signature
    arrived_at_ms integer not null, -- by this hub's clock
    -- One index for every question, in the order in which contributions come: what arrives
    -- together is stored together, so a commit writes few pages.
    unique (table_id, period, unit, revision)
) strict;

create table total (
    table_id text not null,
    period text not null,
    catalogue blob not null,
    rule integer not null,          -- rule of the sums
    cell_values blob not null,      -- packed sums
    contributors blob not null,     -- packed contributors per cell
    schools_reported integer not null,
    persons integer not null,
    members integer not null,       -- members in the sums
    version integer not null,       -- grows with every change
    sealed_version integer not null,-- version of the last snapshot
    primary key (table_id, period, catalogue)
) strict;

create table snapshot (
    number integer primary key,
    table_id text not null,
    period text not null,
    catalogue blob not null,
    rule integer not null,
    cell_values blob not null,
    contributors blob not null,
    schools_due integer not null,
    schools_reported integer not null,
    persons integer not null,
    root blob not null,             -- root digest over the contributions
    contributions blob not null,    -- unit, revision and digest of each, as the root covers them
    sealed_at_ms integer not null
) strict;
create index snapshot_by_table on snapshot (table_id, period, number);

create table directive (
    cursor integer primary key,     -- grows; members ask for what is after theirs
    kind text not null,
    name text not null,
    serial integer not null,        -- grows per kind and name
    version text not null,
    effective_from text not null,
    content_digest blob not null,
    directive blob not null,        -- the bytes as they were received
    received_at_ms integer not null,
    unique (kind, name, serial)
) strict;

create table applied (
    unit text not null,             -- unit that reports; also units below a member hub
    kind text not null,
    name text not null,
    content blob not null,
    in_force integer not null,
    reason text not null,
    reported_at_ms integer not null,
    primary key (unit, kind, name)
) strict;

create table contact (
    unit text primary key,          -- member
    version text not null,          -- its software
    skew_ms integer not null,       -- its clock minus ours at the last hello
    seen_at_ms integer not null
) strict;

create table quarantine (
    id integer primary key,
    member text not null,
    lane integer not null,
    epoch blob not null,
    sequence integer not null,
    frame blob not null,            -- the bytes that contradict an answered frame
    arrived_at_ms integer not null,
    unique (member, lane, epoch, sequence)
) strict;

create table alarm (
    id integer primary key,
    kind text not null,             -- stable code
    unit text not null,
    detail text not null,           -- a sentence without names of persons
    raised_at_ms integer not null,
    unique (kind, unit, detail)
) strict;
