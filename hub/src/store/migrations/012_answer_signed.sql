-- A push wrote three trees for its answer: the answer, its lane and sequence in an index, and the
-- batch. Now the first answer of a batch carries what was signed for all of it, and where the
-- answers of a lane lie is written down for sixteen of them at a time.
create table answer_signed (
    id integer primary key,         -- 1, 2, 3, ... in the order of signing, without gaps
    lane_epoch integer not null references lane_epoch (id),
    sequence integer not null,
    frame blob not null,            -- digest of the frame
    outcome integer not null,       -- 1 accepted, 2 refused
    code text not null,             -- empty for a receipt
    reason text not null,
    root blob,                      -- in the first answer of a batch: tagged Merkle root over the
                                    -- bodies of its answers; null in the others
    signature blob,                 -- as the root: tagged signature over it
    answered_at_ms integer          -- as the root: by this hub's clock
) strict;
insert into answer_signed (id, lane_epoch, sequence, frame, outcome, code, reason, root, signature,
                           answered_at_ms)
    select a.id, a.lane_epoch, a.sequence, a.frame, a.outcome, a.code, a.reason, b.root,
           b.signature, b.answered_at_ms
    from answer a left join answer_batch b on b.first_answer = a.id order by a.id;

create table answer_place (
    lane_epoch integer not null references lane_epoch (id),
    first_sequence integer not null, -- 1, 17, 33, ...
    ids text not null,              -- ids of the answers to it and the fifteen after it, in order
    primary key (lane_epoch, first_sequence)
) strict, without rowid;
insert into answer_place (lane_epoch, first_sequence, ids)
    select lane_epoch, (sequence - 1) / 16 * 16 + 1, group_concat(id, ' ' order by sequence)
    from answer group by lane_epoch, (sequence - 1) / 16 having count(*) = 16;

-- Ids of the answers after those in answer_place, in order.
alter table lane_epoch add column recent_answers text not null default '';
update lane_epoch set recent_answers = coalesce(
    (select group_concat(a.id, ' ' order by a.sequence) from answer a
     where a.lane_epoch = lane_epoch.id
         and a.sequence > (lane_epoch.next_sequence - 1) / 16 * 16), '');

drop table answer_batch;
drop table answer;
alter table answer_signed rename to answer;
