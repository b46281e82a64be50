-- How to reach whoever receives, as told to the family that signed; null where nobody wrote it
-- down.
alter table consent add column recipient_contact text;
