-- The person behind the first of two signatures, and whom a record is about, cannot change unseen.

-- Member of staff who asked for the move; null before this column and for a raise without one.
alter table alert_move add column asked_staff integer;
-- Member of staff who asked to lift the hold.
alter table legal_hold add column lift_asked_staff integer;

create trigger record_keeps_its_student before update on record
when new.student is not old.student and not (new.destroyed = 1 and new.student is null)
begin select raise(abort, 'history is append-only'); end;
