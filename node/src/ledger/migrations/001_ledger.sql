-- ledger.db: everything that names a person. Encrypted at rest; never handed to code that talks
-- to the network. History is append-only: a change adds a version, nothing is overwritten.

create table school_profile (
    one integer primary key check (one = 1), -- there is one school
    unit text not null,                      -- unit id, upper case
    name_zh text not null,                   -- name as it is shown
    name_en text not null,                   -- English name, may be empty
    school_type text not null,               -- word of the catalogue's dimension school_type
    grade_from text not null,                -- lowest grade, k1 to g12
    grade_to text not null                   -- highest grade
) strict;

create table rounding_key (
    one integer primary key check (one = 1), -- one key for life: two would undo the rounding
    key blob not null,                       -- 32 random bytes
    made_at_ms integer not null              -- milliseconds since 1970 UTC
) strict;

create table import_batch (
    id integer primary key,                  -- number of the import
    kind text not null,                      -- roster, answers, staff
    file_name text not null,                 -- as the office called it
    digest blob not null,                    -- tagged digest of the file
    author text not null,                    -- who imported it
    as_of text not null,                     -- day on which the file was right
    imported_at_ms integer not null,         -- by this machine's clock
    row_count integer not null,              -- rows below the header
    new_count integer not null,              -- records that were not in the ledger
    changed_count integer not null,          -- records that were otherwise
    left_count integer not null              -- persons on the roll that the file no longer has
) strict;

create table student (
    id integer primary key,                  -- internal id, never reused and never shown
    student_number text not null unique,     -- national student number 学籍号
    version integer not null                 -- the version that counts now
) strict;

create table student_version (
    student integer not null references student (id), -- whose version it is
    version integer not null,                -- 1, 2, 3, ...
    valid_from text not null,                -- first day on which it holds
    batch integer not null references import_batch (id), -- author and time of the change
    reason text not null,                    -- import; absent: a whole roster lacks the student
    local_number text,                       -- number that the school gives
    name text not null,                      -- name
    sex text not null,                       -- m, f, u
    birth_date text,                         -- YYYY-MM-DD
    grade text not null,                     -- k1 to g12
    class text not null,                     -- such as 3班
    status text not null,                    -- enrolled, suspended, transferred_out, ...
    consent text not null,                   -- given, refused, unknown
    consent_date text,                       -- day of the consent or of its refusal
    primary key (student, version)
) strict, without rowid;

create table staff (
    id integer primary key,                  -- internal id
    staff_number text not null unique,       -- number that the school gives 工号
    version integer not null                 -- the version that counts now
) strict;

create table staff_version (
    staff integer not null references staff (id), -- whose version it is
    version integer not null,                -- 1, 2, 3, ...
    valid_from text not null,                -- first day on which it holds
    batch integer not null references import_batch (id), -- author and time of the change
    name text not null,                      -- name
    roles text not null,                     -- words of the dimension staff_role, commas between
    employed integer not null,               -- 0 once a whole staff roll lacks the person
    primary key (staff, version)
) strict, without rowid;

create table scale_pack (
    id integer primary key,                  -- internal id
    scale text not null,                     -- id of the scale
    digest blob not null unique              -- tagged digest of the pack that scored with it
) strict;

create table campaign (
    id integer primary key,                  -- internal id
    term text not null,                      -- such as 2025S1
    scale text not null,                     -- id of the scale
    pack integer not null references scale_pack (id), -- pack with which it began
    opened_at_ms integer not null,           -- first import
    unique (term, scale)
) strict;

create table sheet (
    campaign integer not null references campaign (id), -- which screening
    student integer not null references student (id), -- whose sheet
    test_date text not null,                 -- YYYY-MM-DD
    revision integer not null,               -- 1, 2, 3, ...
    current integer not null,                -- 1 for the revision that counts
    batch integer not null references import_batch (id), -- import that brought it
    pack integer not null references scale_pack (id), -- pack that scored it
    handed_in text not null,                 -- answered, refused, absent
    answers blob not null,                   -- packed answers, empty unless answered
    total integer,                           -- total in hundredths; null where unscored
    band text,                               -- code of the total's band
    tier text,                               -- worst tier that any band suggests
    flags text not null,                     -- critical flags in rule order, comma between them
    is_valid integer not null,               -- 0 where validity items void it
    is_complete integer not null,            -- 1 where everything could be scored
    outcome text not null,                   -- by this sheet alone: refused ... critical
    primary key (campaign, student, test_date, revision)
) strict, without rowid;

create table release (
    unit text not null,                      -- this school
    table_id text not null,                  -- such as clear.term
    period text not null,                    -- such as 2025S1
    revision integer not null,               -- 1, 2, 3, ...
    figures blob not null,                   -- tagged digest of what it says, whatever its revision
    body blob not null,                      -- tagged digest of the signed bytes
    made_at_ms integer not null,             -- by this machine's clock
    primary key (unit, table_id, period, revision)
) strict, without rowid;

create table handover (
    id integer primary key,                  -- order of signing
    name text not null unique,               -- id of the release
    item blob not null,                      -- signed item, never made twice
    made_at_ms integer not null,             -- by this machine's clock
    copied_at_ms integer                     -- when transfer.db had it; null until then
) strict;
create index handover_waiting on handover (id) where copied_at_ms is null;
