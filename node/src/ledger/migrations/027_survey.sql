-- One-off surveys without names. Answers are kept as tallies by grade and as nothing else: no row
-- here says what one person answered, and no code is tied to a student.
create table survey (
    id integer primary key,                  -- its number
    title text not null,                     -- what students see above the questions
    questions text not null,                 -- as they were typed, in the form of domain::survey
    least integer not null,                  -- people of a group before it is shown
    until text not null,                     -- last day on which it can be answered
    made_by text not null,                   -- account
    made_ms integer not null,                -- by this machine's clock
    closed_by text,                          -- account; null while it is open
    closed_ms integer                        -- by this machine's clock
) strict;
create table survey_grade (
    survey integer not null references survey (id), -- which
    grade text not null,                     -- value of the catalogue
    drawn integer not null,                  -- slips
    answered integer not null,               -- people who handed in
    primary key (survey, grade)
) strict, without rowid;
-- A slip: used once, by whoever drew it from the pile. Without a time on purpose.
create table survey_code (
    digest blob primary key,                 -- SHA-256 of the code, tagged
    survey integer not null references survey (id), -- which
    grade text not null,                     -- value of the catalogue
    used integer not null default 0          -- 1 once it was handed in
) strict, without rowid;
create table survey_tally (
    survey integer not null references survey (id), -- which
    grade text not null,                     -- value of the catalogue
    question integer not null,               -- from 0
    choice integer not null,                 -- from 0; one beyond the last is no answer
    people integer not null,                 -- how many
    primary key (survey, grade, question, choice)
) strict, without rowid;
