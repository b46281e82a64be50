-- The sheets of a week are found by their day: years of screenings are not read for one week.
create index sheet_by_day on sheet (test_date);
