-- A digest is made from the signed bytes whenever it is asked for; kept beside them it took 34
-- bytes of every push.
alter table contribution drop column digest;
