-- The sheet that a supervisor signed stands behind the day of signing, where the counsellor enters
-- it; hexadecimal SHA-256, null without one.
alter table supervision add column sheet_digest text;
