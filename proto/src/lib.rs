//! The wire contract: messages, their limits, packs, and their conversions to domain types.
//!
//! Generated types stay in [`wire`]; only service handlers and the uplink client use them. What is
//! signed is encoded here once and then stored and sent as bytes, never encoded again.

pub mod bundle;
pub mod codec;
pub mod frame;
pub mod limits;
pub mod opened;
pub mod opening;
pub mod pack;
pub mod recalled;
pub mod release;
pub mod sealed;

/// Generated messages and services, by package.
#[allow(
    missing_docs,
    clippy::all,
    clippy::too_many_lines,
    clippy::indexing_slicing,
    clippy::allow_attributes_without_reason,
    clippy::needless_pass_by_value,
    clippy::large_futures,
    clippy::semicolon_if_nothing_returned,
    reason = "generated code follows its generator's habits"
)]
pub mod wire {
    /// What is signed.
    pub mod release {
        tonic::include_proto!("xinqiao.release.v1");
    }
    /// Lanes, answers and directives' transport.
    pub mod sync {
        tonic::include_proto!("xinqiao.sync.v1");
    }
    /// Signed packs.
    pub mod directive {
        tonic::include_proto!("xinqiao.directive.v1");
    }
    /// Joining and renewing.
    pub mod enrol {
        tonic::include_proto!("xinqiao.enrol.v1");
    }
    /// Sealed sums: reports, verdicts, and what the two hubs tell each other.
    pub mod sealed {
        tonic::include_proto!("xinqiao.sealed.v1");
    }
    /// Reading figures.
    pub mod stats {
        tonic::include_proto!("xinqiao.stats.v1");
    }
}

/// The contract in one line per field, value and call, for the snapshot test.
pub const CONTRACT: &str = include_str!(concat!(env!("OUT_DIR"), "/contract.txt"));

#[cfg(test)]
mod tests {
    /// What was released stays as it was: lines may be added, none may change or go.
    ///
    /// To release new fields, copy the test's printed lines into `contract.lock`.
    #[test]
    fn the_contract_only_grows() {
        let released = include_str!("../contract.lock");
        let now: Vec<&str> = super::CONTRACT.lines().collect();
        let gone: Vec<&str> = released.lines().filter(|line| !now.contains(line)).collect();
        assert!(gone.is_empty(), "changed or removed: {gone:#?}");
        let new: Vec<&str> = now.into_iter().filter(|line| !released.contains(line)).collect();
        assert!(new.is_empty(), "add to contract.lock: {}", new.join("\n"));
    }
}
