-- Students are looked up by the number that the school gives at every call of a form.
create index student_version_by_local on student_version (local_number);
