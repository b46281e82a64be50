-- What waits for somebody, and what a page looks for, is found without reading years of history.
-- The mark says nothing that the version which counts does not say.

-- 1 while the version that counts waits for somebody, or the case is open
alter table record add column waiting integer not null default 0;

update record set waiting = 1 where kind = 'critical_item' and exists (select 1 from critical_item t
    where t.record = id and t.version = record.version and t.contacted_at is null);
update record set waiting = 1 where kind = 'first_contact' and exists (select 1 from first_contact t
    where t.record = id and t.version = record.version and t.done_at is null);
update record set waiting = 1 where kind = 'alert_review' and exists (select 1 from alert_review t
    where t.record = id and t.version = record.version and t.done is null and t.cancelled = 0);
update record set waiting = 1 where kind = 'followup' and exists (select 1 from followup t
    where t.record = id and t.version = record.version and t.done is null and t.cancelled = 0);
update record set waiting = 1 where kind = 'alert_move' and exists (select 1 from alert_move t
    where t.record = id and t.version = record.version and (t.standing = 'waiting'
    or (t.standing = 'in_force' and t.signed_by is null and t.to_tier is not null
        and (t.from_tier is null or t.to_tier >= t.from_tier))));
update record set waiting = 1 where kind = 'alert_case' and
    (select t.to_tier from record m join alert_move t on t.record = m.id and t.version = m.version
     where m.student = record.student and m.kind = 'alert_move' and t.of_case = record.id
     and t.standing = 'in_force'
     order by t.day desc, case when t.signed_at is not null
         and (t.to_tier is null or t.to_tier < t.from_tier) then t.signed_at
         else t.made_at end desc, t.record desc limit 1) is not null;
update record set waiting = 1 where kind = 'legal_hold' and exists (select 1 from legal_hold t
    where t.record = id and t.version = record.version and t.lift_asked_by is not null
    and t.valid_until is null);
update record set waiting = 1 where kind = 'destruction' and exists (select 1 from destruction t
    where t.record = id and t.version = record.version and t.standing = 'waiting');
update record set waiting = 1 where kind = 'plan' and exists (select 1 from plan t
    where t.record = id and t.version = record.version and t.valid_until is null);
update record set waiting = 1 where kind = 'consent' and exists (select 1 from consent t
    where t.record = id and t.version = record.version and t.answer = 'asked');
update record set waiting = 1 where kind = 'conference_case' and exists (select 1
    from conference_case t
    where t.record = id and t.version = record.version and t.review is not null);
update record set waiting = 1 where kind = 'facility' and exists (select 1 from facility t
    where t.record = id and t.version = record.version and t.fixed is null);
update record set waiting = 1 where kind = 'certificate' and exists (select 1 from certificate t
    where t.record = id and t.version = record.version and t.revoked is null);
update record set waiting = 1 where kind = 'school_plan' and exists (select 1 from school_plan t
    where t.record = id and t.version = record.version and t.valid_until is null);

create index record_waiting on record (kind, day) where waiting = 1;
create index record_disputed on record (kind) where parallels > 0;
create index mentor_by_staff on mentor (staff);
create index alert_move_by_owner on alert_move (owner);
create index student_version_by_class on student_version (grade, class);
create index student_version_by_name on student_version (name);
create index access_log_by_reader on access_log (account, student, at_ms);
