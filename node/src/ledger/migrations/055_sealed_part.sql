-- What is sealed anew where no relay said a word: parts of an envelope fit no part of another
-- sealing, so that an envelope of several letters is put into new letters with the parts it had.

-- Parts of envelopes of several letters that no relay has acknowledged, each sealed to its
-- recipient: this school cannot open them.
create table letter_sealed_part (
    envelope blob not null,                  -- id of the envelope
    number integer not null,                 -- which part, from 1
    parts integer not null,                  -- of how many
    key text not null,                       -- digest of the recipient's key that opens them
    part blob not null,                      -- sealed to the recipient
    made_at_ms integer not null,             -- by this machine's clock
    acked_at_ms integer,                     -- when a relay said to a receiver that it has it
    primary key (envelope, number)
) strict, without rowid;

-- They go with the letters that carried them.
create trigger letter_out_takes_sealed_parts after delete on letter_out
begin
    delete from letter_sealed_part where envelope = old.envelope;
end;
create trigger neighbour_out_takes_sealed_parts after update of content on neighbour_out
when new.content is null and new.envelope is not null
begin
    delete from letter_sealed_part where envelope = new.envelope;
end;

-- When the letters of a notice were sealed last, at a receiver, where no row says so of a letter.
alter table neighbour_out add column renewed_at_ms integer;
