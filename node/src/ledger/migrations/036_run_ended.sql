-- A run that was opened by mistake is voided while nobody has answered in it, and one that ends
-- before its last day says why.

-- 1 where the run was voided: nothing was handed in for it, and it counts nowhere
alter table screening_run add column voided integer not null default 0;
-- why it was voided or ended early; empty where it ran its days, and in runs from before
alter table screening_run add column ended_why text not null default '';
