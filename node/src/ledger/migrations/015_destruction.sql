-- Destruction carried out: which students are gone, and the certificate of each carrying out. They
-- hold numbers and counts, and name nobody.

create table destroyed_student (
    student integer primary key,             -- internal id; names nobody once the student is gone
    ordered integer not null references record (id), -- the order that two persons signed
    first_day text not null,                 -- first day on the roll
    left_day text not null                   -- first day off the roll
) strict;
create trigger destroyed_student_stays before update on destroyed_student
begin select raise(abort, 'history is append-only'); end;
create trigger destroyed_student_is_kept before delete on destroyed_student
begin select raise(abort, 'history is append-only'); end;

create table destruction_certificate (
    id integer primary key,                  -- number of the certificate
    carried_out_at_ms integer not null,      -- by this machine's clock
    asked_by text not null,                  -- accounts that asked, commas between
    signed_by text not null,                 -- account of the second person
    students integer not null,               -- students of whom nothing is left
    copies_until text not null               -- last day on which a copy of the folder may hold it
) strict;
create trigger destruction_certificate_stays before update on destruction_certificate
begin select raise(abort, 'history is append-only'); end;
create trigger destruction_certificate_is_kept before delete on destruction_certificate
begin select raise(abort, 'history is append-only'); end;

create table destruction_count (
    certificate integer not null references destruction_certificate (id), -- which certificate
    what text not null,                      -- kind of entry, or one of the other tables
    rows integer not null,                   -- rows that are gone
    primary key (certificate, what)
) strict, without rowid;
create trigger destruction_count_stays before update on destruction_count
begin select raise(abort, 'history is append-only'); end;
create trigger destruction_count_is_kept before delete on destruction_count
begin select raise(abort, 'history is append-only'); end;

create table destruction_order (
    ordered integer primary key references record (id), -- the order
    certificate integer not null references destruction_certificate (id) -- carried out with it
) strict;
create trigger destruction_order_stays before update on destruction_order
begin select raise(abort, 'history is append-only'); end;
create trigger destruction_order_is_kept before delete on destruction_order
begin select raise(abort, 'history is append-only'); end;

-- The log of reads outlives a student, by an internal number that names nobody. What the readers
-- wrote in their own words may name the student, so these words go with the record. The chain of
-- the log binds a digest of them with a random nonce: once both are gone it tells nothing, and the
-- chain is whole.
-- tagged digest of nonce and reason; null for lines from before this column
alter table access_log add column words blob;
-- random; null before this column and once the words are gone
alter table access_log add column nonce blob;
drop trigger access_log_stays;
create trigger access_log_stays before update on access_log
when new.id <> old.id or new.at_ms <> old.at_ms or new.account <> old.account
    or new.role <> old.role or new.student <> old.student or new.record is not old.record
    or new.purpose <> old.purpose or new.hash is not old.hash or new.words is not old.words
    or new.words is null or new.reason <> '' or new.nonce is not null
    or not exists (select 1 from destroyed_student where student = old.student)
begin select raise(abort, 'history is append-only'); end;

-- What happened to a student in a screening goes with the student.
drop trigger participant_event_is_kept;
create trigger participant_event_is_kept before delete on participant_event
when not exists (select 1 from participant p join destroyed_student d on d.student = p.student
    where p.id = old.participant)
begin select raise(abort, 'history is append-only'); end;

-- A request to be let onto a record names a student by number and in words. Once no student has
-- that number, both may go, and the words of the decision with them.
drop trigger access_request_stays;
create trigger access_request_stays before update on access_request
when new.id <> old.id or new.staff <> old.staff or new.account <> old.account
    or new.role <> old.role or new.until <> old.until or new.asked_ms <> old.asked_ms
    or new.student_number <> '' or new.reason <> ''
    or exists (select 1 from student where student_number = upper(trim(old.student_number)))
begin select raise(abort, 'history is append-only'); end;
drop trigger access_decision_stays;
create trigger access_decision_stays before update on access_decision
when new.request <> old.request or new.granted <> old.granted or new.account <> old.account
    or new.decided_ms <> old.decided_ms or new.record is not old.record or new.reason <> ''
    or not exists (select 1 from access_request where id = old.request and student_number = '')
begin select raise(abort, 'history is append-only'); end;
