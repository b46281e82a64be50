-- Remote consultation: pseudonymous cards that a school sealed for an expert's unit, with what came
-- back; and at the expert's unit the cards that came, what was answered, and who read them. A card
-- stands in `content`, an opinion in `content` and `said`; a school has the tables of an expert's
-- unit too, empty, and the other way round.

-- What will be sealed, as its preview shows it; gone once it was sealed.
create table card_draft (
    record integer primary key references record (id), -- case of a consultation
    content blob not null,                   -- the bytes that will be sealed
    made_at_ms integer not null              -- by this machine's clock
) strict;

-- A card that was sealed for an expert's unit.
create table card_envelope (
    envelope blob primary key not null,      -- id of the envelope
    record integer not null references record (id), -- case of a consultation
    name blob not null unique,               -- random id of the card in all that is sealed about it
    secret blob not null,                    -- revealed, it takes this envelope back
    recipient text not null,                 -- unit id of the expert
    called text not null,                    -- the expert, as the directory named it
    phone text not null,                     -- telephone of the expert, as the directory had it
    relay text not null,                     -- hub that serves the expert's unit
    valid_to text,                           -- last day of the consent; null in an emergency
    due_ms integer not null,                 -- by when the expert answers
    content blob not null,                   -- the bytes that were sealed
    signed blob not null,                    -- digest of what this school signed
    made_at_ms integer not null,             -- by this machine's clock
    acked_at_ms integer,                     -- when a relay had all parts
    recalled_at_ms integer,                  -- when somebody at the school took it back
    revoked_at_ms integer,                   -- when its withdrawal was written
    done_at_ms integer,                      -- when the expert's unit had erased it
    kept text,                               -- what the expert's unit answered to the withdrawal
    ended_at_ms integer                      -- when its time was over: the other side erases it
) strict, without rowid;
create index card_envelope_by_record on card_envelope (record);
create index card_envelope_open on card_envelope (made_at_ms)
    where revoked_at_ms is null and ended_at_ms is null;

-- What the expert's unit answered; each number of its acts once.
create table card_answer (
    envelope blob primary key not null,      -- envelope of the answer
    about blob not null,                     -- envelope of the card
    act integer not null,                    -- number of the act there; 0 answers a withdrawal
    content blob not null,                   -- what was sealed
    signed blob not null,                    -- the envelope with its sender's signature
    came_at_ms integer not null,             -- by this machine's clock
    unique (about, act)
) strict, without rowid;

-- With the case of a consultation everything goes that was sealed or opened of its card.
create trigger record_takes_cards after update of destroyed on record
when new.destroyed = 1 and old.destroyed = 0 and new.kind = 'conference_case'
begin
    delete from letter_part where about in (
        select envelope from card_envelope where record = new.id);
    delete from card_answer where about in (
        select envelope from card_envelope where record = new.id);
    delete from letter_out where envelope in (
        select envelope from card_envelope where record = new.id);
    delete from card_envelope where record = new.id;
    delete from card_draft where record = new.id;
end;

create table card_in (
    id integer primary key,                  -- order of arrival
    envelope blob not null unique,           -- id of the envelope: none is taken twice
    digest blob not null,                    -- tagged, of what the sender signed
    sender text not null,                    -- unit, district and city that sealed and signed it
    name blob not null,                      -- random id of the card
    urgency text not null,                   -- routine, urgent, emergency
    consent blob,                            -- tagged digest of the consent; null in an emergency
    valid_to text,                           -- last day of the consent; null in an emergency
    due_ms integer not null,                 -- by when it is to be answered
    withdrawal blob not null,                -- tagged mark of the secret that takes it back
    received_at_ms integer not null,         -- by this machine's clock
    content blob,                            -- the card; null once it is erased
    revoked_at_ms integer,                   -- when a valid secret took it back
    erased_at_ms integer,                    -- when the card was erased
    erased_why text,                         -- declined, expired, revoked, ended
    check ((content is null) = (erased_at_ms is not null)),
    check ((erased_at_ms is null) = (erased_why is null)),
    check ((consent is null) = (valid_to is null))
) strict;
create trigger card_in_is_kept before delete on card_in
begin select raise(abort, 'history is append-only'); end;
create trigger card_in_is_erased_once before update of content, erased_at_ms on card_in
when old.content is null
begin select raise(abort, 'what was erased does not come back'); end;

create table card_act (
    id integer primary key,                  -- order of the acts
    card integer not null references card_in (id), -- about which card
    number integer not null,                 -- of its acts, from 1; 0 answers a withdrawal
    what text not null,                      -- received, opinion, declined, timed_out, erased
    account text not null,                   -- who; empty where the programme did it
    at_ms integer not null,                  -- by this machine's clock
    said blob,                               -- the answer; null once it is erased
    sealed_at_ms integer,                    -- when it was sealed for the school; null until then
    unique (card, number)
) strict;
create index card_act_waits on card_act (id) where sealed_at_ms is null;
create trigger card_act_is_kept before delete on card_act
begin select raise(abort, 'history is append-only'); end;
create trigger card_act_stays before update of card, number, what, account, at_ms on card_act
begin select raise(abort, 'history is append-only'); end;

create table card_read (
    id integer primary key,                  -- order of the reads
    card integer not null references card_in (id), -- what was read
    account text not null,                   -- who
    role text not null,                      -- in which role
    at_ms integer not null                   -- by this machine's clock
) strict;
create index card_read_of on card_read (card, id);
create trigger card_read_stays before update on card_read
begin select raise(abort, 'history is append-only'); end;
create trigger card_read_is_kept before delete on card_read
begin select raise(abort, 'history is append-only'); end;
