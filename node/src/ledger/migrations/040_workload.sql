-- Whose work it was: training a class psychology representative, and material that is given out;
-- null where nobody said so, as in entries from before.
alter table class_rep add column trained_by integer references staff (id);
alter table parent_material add column leader integer references staff (id);
