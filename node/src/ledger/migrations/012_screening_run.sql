-- Screening runs: who answers what and when, what was answered so far, and how each stands.
-- A run's working papers (codes, drafts, first and second pass of paper) go when it is closed;
-- what was handed in stands in sheet, what happened to a student in participant_event.

create table screening_run (
    id integer primary key,                  -- number of the run
    term text not null,                      -- such as 2025S1
    name text not null,                      -- as the school calls it
    contact text not null,                   -- whom a student may turn to, shown to students
    first_day text not null,                 -- first day of the run: ages are those of this day
    lowest_tier text not null,               -- interviewed or left: what the school does with t1
    unasked text not null,                   -- wait or answer: families whose answer is not known
    per_day integer not null,                -- interviews a school day
    batch integer not null references import_batch (id), -- where its sheets come from
    opened_by text not null,                 -- account
    opened_at_ms integer not null,           -- by this machine's clock, since 1970 UTC
    closed_by text,                          -- account; null while it is open
    closed_at_ms integer                     -- null while it is open
) strict;

create table run_instrument (
    id integer primary key,                  -- internal id
    run integer not null references screening_run (id), -- which run
    scale text not null,                     -- id of the scale
    campaign integer not null references campaign (id), -- where its sheets go
    pack integer not null references scale_pack (id), -- pack that asks and scores
    grades text not null,                    -- grades that answer it, commas between
    unique (run, scale)
) strict;

create table run_class (
    id integer primary key,                  -- internal id
    run integer not null references screening_run (id), -- which run
    grade text not null,                     -- k1 to g12
    class text not null,                     -- such as 3班
    opens_at_ms integer not null,            -- from then on codes of the class open questions
    closes_at_ms integer not null,           -- until then
    unique (run, grade, class)
) strict;

create table participant (
    id integer primary key,                  -- internal id
    run integer not null references screening_run (id), -- which run
    student integer not null references student (id), -- who
    instruments text not null,               -- ids of run_instrument in order, commas between
    state text not null,                     -- waiting, started, submitted, ...
    was_absent integer not null,             -- an absence is on record
    late_until_ms integer,                   -- let in to make up until then
    code blob unique,                        -- digest of the code that opens the questions
    code_at_ms integer,                      -- when it was made
    unique (run, student)
) strict;
create index participant_by_student on participant (student);

create table participant_event (
    id integer primary key,                  -- order of the events
    participant integer not null references participant (id), -- whose
    at_ms integer not null,                  -- by this machine's clock, since 1970 UTC
    author text not null,                    -- account; student where it was answered on a screen
    what text not null,                      -- code, started, submitted, refused, absent, ...
    reason text not null                     -- may be empty
) strict;
create index participant_event_by_participant on participant_event (participant, id);
create trigger participant_event_stays before update on participant_event
begin select raise(abort, 'history is append-only'); end;
create trigger participant_event_is_kept before delete on participant_event
begin select raise(abort, 'history is append-only'); end;

create table draft (
    participant integer not null references participant (id), -- whose
    instrument integer not null references run_instrument (id), -- of which instrument
    answers blob not null,                   -- packed answers so far
    saved_at_ms integer not null,            -- when the last one was given
    primary key (participant, instrument)
) strict, without rowid;

create table paper_entry (
    participant integer not null references participant (id), -- whose sheet of paper
    instrument integer not null references run_instrument (id), -- of which instrument
    pass integer not null,                   -- 1, 2: typed twice; 3: looked up where they differ
    answers blob not null,                   -- packed answers
    author text not null,                    -- account that typed it
    at_ms integer not null,                  -- by this machine's clock, since 1970 UTC
    primary key (participant, instrument, pass)
) strict, without rowid;

create table answer_session (
    token blob primary key,                  -- digest of what the browser keeps
    participant integer not null unique references participant (id), -- whose; the last one counts
    used_at_ms integer not null              -- when it was last used, to the minute
) strict, without rowid;
