-- Letters that were put aside since the certificate of who signed them had ended, of whatever kind
-- and on either side, in one table; who was asked about them, what was signed here, and what others
-- ask about that.

create table set_aside (
    envelope blob primary key not null,      -- envelope, or name of the transfer that it is about
    about blob not null,                     -- envelope that it answers, or its own
    kind text not null,                      -- answer, card_answer, reply, referral, card, report,
                                             -- tip, hand_off, transfer
    digest blob not null,                    -- tagged, of what was signed; its sender is asked
    sender text not null,                    -- unit, district and city whose certificate it was
    act integer not null,                    -- number of the sender's act; 0 for none
    withdrawal blob,                         -- tagged mark of the secret that takes it back
    content blob not null,                   -- what was sealed; empty of what is sealed anew
    signed blob not null,                    -- the envelope with its signature; empty as above
    came_at_ms integer not null              -- by this machine's clock
) strict, without rowid;
create index set_aside_about on set_aside (about);
create index set_aside_sender on set_aside (sender);

-- How often somebody was asked for what was put aside about an envelope, and when last.
create table aside_question (
    about blob primary key not null,         -- as in set_aside
    asked integer not null,                  -- how often since it answered last
    asked_at_ms integer                      -- when last
) strict, without rowid;

-- What was signed here about an envelope that came, by digest, which tells nothing of it.
create table signed_here (
    digest blob primary key not null,        -- tagged, of what was signed
    about blob not null,                     -- envelope that it answers
    at_ms integer not null                   -- by this machine's clock
) strict, without rowid;
create index signed_here_about on signed_here (about);

-- Somebody asks about what it put aside; until that is answered.
create table asked_here (
    about blob primary key not null,         -- envelope, or name of a transfer
    sender text not null,                    -- unit, district and city that asks
    digests blob not null,                   -- tagged digests, one behind the other
    at_ms integer not null                   -- by this machine's clock
) strict, without rowid;

-- Who said by telephone that an answer which had been put aside is its sender's own.
alter table card_answer add column vouched_by text;
alter table neighbour_came add column vouched_by text;

insert into set_aside
    select envelope, about, 'answer', digest, sender, act, null, content, signed, came_at_ms
    from letter_aside;
insert or ignore into set_aside
    select envelope, envelope, 'referral', digest, sender, 0, withdrawal, x'', x'', came_at_ms
    from intake_aside;
insert into aside_question
    select envelope, again, again_at_ms from letter_envelope where again_at_ms is not null;
insert or ignore into aside_question
    select envelope, asked, asked_at_ms from intake_aside where asked_at_ms is not null;
insert into signed_here
    select s.digest, i.envelope, s.at_ms from intake_signed s join intake i on i.id = s.intake;
insert into asked_here
    select i.envelope, i.sender, a.digests, a.at_ms
    from intake_asked a join intake i on i.id = a.intake;
drop table letter_aside;
drop table intake_aside;
drop table intake_signed;
drop table intake_asked;
