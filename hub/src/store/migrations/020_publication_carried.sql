-- Reports of an earlier term in the sums of a release: its noise reaches twice as far then.
alter table publication add column carried integer not null default 0;
