//! Pure rules of Xinqiao 心桥, the same at every level of the tree and in every test.
//!
//! Nothing here reads a file, a clock, a random source or a socket, and no type here names a
//! person. Time and randomness are arguments, so every rule can be tested exhaustively.
//!
//! # Glossary
//!
//! | word | meaning |
//! |---|---|
//! | *unit* | a member of the tree: school, street, district, city, centre, clinic |
//! | *node* | the process of a school (or of a receiver); the only one that reads persons |
//! | *hub* | the process of a street, district or city; relays, sums and publishes |
//! | *member* | a child of a hub |
//! | *ledger* | one of the school's fourteen registers of dated, append-only records |
//! | *indicator* | a count or ratio defined by the catalogue |
//! | *table* | a dense vector of cells in the order that a catalogue pack fixes |
//! | *clear sheet* | operational counts and bands that may leave a school as they are |
//! | *rounded table* | counts about persons, rounded by a keyed function where there is one hub |
//! | *sealed table* | what two departments sum without learning one school's cell |
//! | *task* | what reports share to be summed: period, table, packs, plan, roster, hubs |
//! | *sealed report* | a school's figures for a task in two halves, each without meaning alone |
//! | *leader* / *helper* | education's and health's hub, which hold one half each |
//! | *group* | a fixed set of schools of the open plan, in one stage: the least that is opened |
//! | *opening* | adding both hubs' sums of whole groups, which gives the exact figure |
//! | *control sum* | the sum of a stage's cells, which must be its enrolment |
//! | *suppression* | not showing a figure because it is small; never the same as zero |
//! | *release* | one table of one unit and period in one revision, signed |
//! | *frame* | what gives a signed item its place in a lane |
//! | *lane* | one of the two durable queues upward: statistics, referral |
//! | *epoch* | a run of contiguous sequence numbers of one lane; a restored node starts another |
//! | *receipt* / *refusal* | a hub's signed final answer to one frame |
//! | *run* | one screening of the whole roll: instruments, windows, codes, make-up, interviews |
//! | *intake* | the hub's stage that identifies, verifies and answers frames |
//! | *receiver* | a clinic's, a centre's or a department desk's node, which takes referrals in |
//! | *contribution* | a verified release of a member, as the roll-up counts it |
//! | *roll-up* | the sum of contributions, with the number of contributors per cell |
//! | *coverage* | units that reported of units that were due, and the persons they cover |
//! | *snapshot* | a numbered, sealed roll-up: cut-off, contributions, root digest, coverage |
//! | *directive* | what travels down: catalogue, scales, calendar, divisions, notices |
//! | *pack* | the signed content of a directive |
//! | *directory* | to whom the schools of an area may turn, as both commissions signed it |
//! | *referral* | a child's way from the school to a named recipient and back |
//! | *hand-over* | giving a referral to its recipient: on a printed sheet, later as an envelope |
//! | *card* | what an expert from outside sees of a case: a text that tells no student |
//! | *envelope* | a referral or an answer, sealed to its recipient and signed by its sender |
//! | *notice* | a school's duty report to an office, or an office's tip to a school, by letter |
//! | *letter* | one hop's wrapping: routing and one part of an envelope, always of one length |
//! | *routing* | what the hub that opens a letter reads: where to, by when; nothing of a child |
//! | *relay* | the hub that opens a letter and seals what is in it anew to whoever is next |
//! | *slot* | a member's minute of every hour: a letter leaves then, a dummy where none waits |
//! | *transfer* | a student's way from one school to another: one owner on every day |
//! | *survey* | questions that a school asks once and without names; shown by groups only |
//! | *special period* | more counts for some schools and some days, sent from above |
//! | *area* | the schools that a special period is for, named one by one |
//! | *invite* / *enrolment* | the one line that lets a unit join, and the act of joining |
//! | *revocation* | taking a certificate's trust away for good |
//! | *census day* | Friday of teaching week 10, on which stocks are read |

pub mod catalogue;
pub mod cell;
pub mod change;
pub mod consult;
pub mod digest;
pub mod directory;
pub mod disclosure;
pub mod ledger;
pub mod neighbour;
pub mod period;
pub mod receiver;
pub mod referral;
pub mod release;
pub mod rollup;
pub mod scale;
pub mod screening;
pub mod span;
pub mod special;
pub mod survey;
pub mod transfer;
pub mod unit;
