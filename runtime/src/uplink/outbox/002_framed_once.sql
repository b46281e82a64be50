-- A frame may have left even where its answer was lost and a new epoch took its sequence away, so
-- that it was built once is kept for good.
alter table outbox_item
    add column framed integer not null default 0; -- 1 from its first frame on, whatever follows

-- What an earlier epoch may have framed counts as framed: nobody can tell any more.
update outbox_item set framed = 1
where epoch is not null or outcome is not null or exists (
    select 1 from outbox_epoch
    where outbox_epoch.lane = outbox_item.lane
        and length(outbox_epoch.previous_epoch) > 0
        and outbox_item.queued_at_ms <= outbox_epoch.started_at_ms
);
