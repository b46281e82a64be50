-- Answers in the order of signing: a batch is a range of ids, so that no index is kept for it and
-- what all answers of a batch share is kept once. A push costs one index less and 25 bytes less.
create table answer_in_order (
    id integer primary key,         -- 1, 2, 3, ... in the order of signing, without gaps
    lane_epoch integer not null references lane_epoch (id),
    sequence integer not null,
    frame blob not null,            -- digest of the frame
    outcome integer not null,       -- 1 accepted, 2 refused
    code text not null,             -- empty for a receipt
    reason text not null,
    unique (lane_epoch, sequence)
) strict;
insert into answer_in_order (id, lane_epoch, sequence, frame, outcome, code, reason)
    select row_number() over (order by batch, position), lane_epoch, sequence, frame, outcome,
           code, reason
    from answer;

create table batch_in_order (
    first_answer integer primary key, -- id of its first answer; the next batch's ends it
    root blob not null,             -- tagged Merkle root over the answers' bodies
    signature blob not null,        -- tagged signature over the root
    answered_at_ms integer not null -- by this hub's clock
) strict;
insert into batch_in_order (first_answer, root, signature, answered_at_ms)
    select min(o.id), b.root, b.signature, min(a.answered_at_ms)
    from answer_batch b
    join answer a on a.batch = b.id
    join answer_in_order o on o.lane_epoch = a.lane_epoch and o.sequence = a.sequence
    group by b.id, b.root, b.signature;

drop table answer;
drop table answer_batch;
alter table answer_in_order rename to answer;
alter table batch_in_order rename to answer_batch;
