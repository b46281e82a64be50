-- Sealing looks for what changed after every burst: it must not read ten years of totals for it.
create index total_unsealed on total (table_id, period, catalogue)
    where version > sealed_version;
