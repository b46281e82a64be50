//! The hub's store: all of its SQL, one file for each thing that is stored.
//!
//! Functions take a transaction and say what repeating them does; stages decide, the store only
//! keeps. Nothing here can hold a person: no type of this crate can name one.

pub mod alarm;
pub mod api_key;
pub mod barred_key;
pub mod contact;
pub mod contradiction;
pub mod contribution;
pub mod directive;
pub mod invite;
pub mod issuer;
pub mod lane;
pub mod letters;
pub mod member_key;
pub mod opened;
pub mod opened_lane;
pub mod publication;
pub mod reading;
pub mod relay;
pub mod relay_load;
pub mod sealed;
pub mod sealed_inbox;
pub mod setting;
pub mod share_key_record;
pub mod shown_figure;
pub mod shown_state;
pub mod snapshot;
#[cfg(test)]
pub(crate) mod testing;
pub mod total;
pub mod unit;

use runtime::sql::Migration;

/// Schema of `hub.db`, which also holds the hub's own outbox.
pub const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "hub", sql: include_str!("migrations/001_hub.sql") },
    Migration { number: 2, name: "outbox", sql: runtime::uplink::OUTBOX_SCHEMA },
    Migration { number: 3, name: "web sessions", sql: runtime::web::session_store::SCHEMA },
    Migration { number: 4, name: "api keys", sql: include_str!("migrations/002_api_key.sql") },
    Migration {
        number: 5,
        name: "unsealed totals",
        sql: include_str!("migrations/003_unsealed_total.sql"),
    },
    Migration {
        number: 6,
        name: "answers in order",
        sql: include_str!("migrations/004_answer_in_order.sql"),
    },
    Migration {
        number: 7,
        name: "digests of contributions",
        sql: include_str!("migrations/005_contribution_digest.sql"),
    },
    Migration {
        number: 8,
        name: "shown states",
        sql: include_str!("migrations/006_shown_state.sql"),
    },
    Migration { number: 9, name: "framed once", sql: runtime::uplink::OUTBOX_FRAMED_ONCE },
    Migration {
        number: 10,
        name: "signatures apart",
        sql: include_str!("migrations/007_contribution_signature.sql"),
    },
    Migration {
        number: 11,
        name: "second factors",
        sql: runtime::web::session_store::FACTOR_SCHEMA,
    },
    Migration {
        number: 12,
        name: "shown figures",
        sql: include_str!("migrations/008_shown_figure.sql"),
    },
    Migration {
        number: 13,
        name: "barred keys",
        sql: include_str!("migrations/009_barred_key.sql"),
    },
    Migration {
        number: 14,
        name: "shown by catalogue",
        sql: include_str!("migrations/010_shown_by_catalogue.sql"),
    },
    Migration {
        number: 15,
        name: "what counts",
        sql: include_str!("migrations/011_contribution_current.sql"),
    },
    Migration {
        number: 16,
        name: "answers and what was signed for them",
        sql: include_str!("migrations/012_answer_signed.sql"),
    },
    Migration { number: 17, name: "sealed sums", sql: include_str!("migrations/013_sealed.sql") },
    Migration { number: 18, name: "relay", sql: include_str!("migrations/014_relay.sql") },
    Migration {
        number: 19,
        name: "destroyed share keys",
        sql: include_str!("migrations/015_share_key_record.sql"),
    },
    Migration {
        number: 20,
        name: "schools' report keys",
        sql: include_str!("migrations/016_school_key.sql"),
    },
    Migration {
        number: 21,
        name: "opened sums",
        sql: include_str!("migrations/017_opened_sum.sql"),
    },
    Migration {
        number: 22,
        name: "publications",
        sql: include_str!("migrations/018_publication.sql"),
    },
    Migration {
        number: 23,
        name: "opened sums told down",
        sql: include_str!("migrations/019_opened_told_down.sql"),
    },
    Migration {
        number: 24,
        name: "earlier reports in publications",
        sql: include_str!("migrations/020_publication_carried.sql"),
    },
    Migration {
        number: 25,
        name: "bounds of sealed sums",
        sql: include_str!("migrations/021_sealed_bounds.sql"),
    },
    Migration {
        number: 26,
        name: "keys to be shown",
        sql: include_str!("migrations/022_shown_keys.sql"),
    },
    Migration {
        number: 27,
        name: "sums that were computed and not recorded",
        sql: include_str!("migrations/023_sealed_seen.sql"),
    },
    Migration {
        number: 28,
        name: "who was there, by period",
        sql: include_str!("migrations/024_sealed_attendance.sql"),
    },
    Migration {
        number: 29,
        name: "numbers enrolled that a person confirmed",
        sql: include_str!("migrations/025_sealed_confirmed.sql"),
    },
    Migration {
        number: 30,
        name: "sheets of which a band was refused",
        sql: include_str!("migrations/026_band_refused.sql"),
    },
    Migration {
        number: 31,
        name: "numbers enrolled that a person confirmed, by stage",
        sql: include_str!("migrations/027_number_confirmed.sql"),
    },
    Migration {
        number: 32,
        name: "relations that figures break",
        sql: include_str!("migrations/028_contradiction.sql"),
    },
    Migration {
        number: 33,
        name: "confirmations that were taken back, and notes that a backup lacks",
        sql: include_str!("migrations/029_sealed_notes.sql"),
    },
    Migration {
        number: 34,
        name: "sums that are sealed apart",
        sql: include_str!("migrations/030_total_reopened.sql"),
    },
    Migration { number: 35, name: "letters", sql: include_str!("migrations/031_letters.sql") },
];
