-- Signed bytes and their signature together fill a page with five rows and leave a tenth of it
-- empty. Apart, six rows fill it, and the signatures, which are read seldom, lie close together.
create table contribution_signature (
    contribution integer primary key references contribution (id),
    signature blob not null         -- tagged signature over the contribution's body
) strict;
insert into contribution_signature (contribution, signature)
    select id, signature from contribution order by id;
alter table contribution drop column signature;
