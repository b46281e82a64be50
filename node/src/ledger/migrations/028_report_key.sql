-- The key with which this school signs its sealed reports, beside its certificate. Health states
-- which key it is, so it stays with the ledger and its backups for as long as the ledger lives.

create table report_key (
    one integer primary key check (one = 1),
    pem text not null,                  -- private key, PKCS #8
    made_at_ms integer not null
) strict;
