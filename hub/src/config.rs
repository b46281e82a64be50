//! A hub's configuration file and the layout of its data folder.
//!
//! The order is flag, environment, file, default; the file is written by `init` and read by every
//! other command. A key that is not known is an error with the nearest known one.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use domain::unit::{IdentityName, UnitId, UnitKind, Zone};
use serde::{Deserialize, Serialize};

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// No hub was set up in the folder.
    #[error("no hub is set up in this folder: hub.toml is missing")]
    Missing,
    /// The file could not be read or written.
    #[error("hub.toml could not be read or written")]
    File(#[from] std::io::Error),
    /// A key is unknown, missing or of another type.
    #[error("hub.toml: {0}")]
    Content(String),
    /// A value is not what its key asks for.
    #[error("hub.toml: {key} is not usable: {reason}")]
    Value {
        /// Which key.
        key: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// The file as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Unit id of the hub.
    pub unit: String,
    /// `city`, `district`, `street` or `helper`.
    pub kind: String,
    /// District that the hub belongs to; empty for the city hub.
    #[serde(default)]
    pub district: String,
    /// The city's zone.
    pub zone: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    #[serde(default)]
    pub name_en: String,
    /// Address for members.
    pub listen: String,
    /// Address that invites carry.
    pub advertise: String,
    /// Address of the console; on the loopback unless an operator says otherwise.
    pub console: String,
    /// Parent's address; empty for the city hub.
    #[serde(default)]
    pub parent_address: String,
    /// Parent's identity name; empty for the city hub.
    #[serde(default)]
    pub parent_name: String,
    /// Address of the hub that helps in sealed sums; empty where this hub leads none.
    #[serde(default)]
    pub helper_address: String,
}

/// Where the parent is and who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParentConfig {
    /// Address that is dialled.
    pub address: String,
    /// Name that it must show.
    pub name: IdentityName,
}

/// A checked configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Data folder.
    pub data: PathBuf,
    /// Unit id.
    pub unit: UnitId,
    /// City, district, street or helper.
    pub kind: UnitKind,
    /// Identity name.
    pub name: IdentityName,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Address for members.
    pub listen: SocketAddr,
    /// Address that invites carry.
    pub advertise: String,
    /// Address of the console.
    pub console: SocketAddr,
    /// Parent, unless this is the city hub.
    pub parent: Option<ParentConfig>,
    /// Address of the hub that helps in sealed sums, where this hub leads some; who it must be is
    /// said by the plan.
    pub helper_address: Option<String>,
}

impl Config {
    /// Reads the configuration of a data folder.
    ///
    /// # Errors
    /// No hub is set up there, or the file is wrong.
    pub fn load(data: &Path) -> Result<Self, ConfigError> {
        let text = match std::fs::read_to_string(data.join("hub.toml")) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(ConfigError::Missing);
            }
            Err(error) => return Err(error.into()),
        };
        let file: File = toml::from_str(&text)
            .map_err(|error| ConfigError::Content(error.message().to_owned()))?;
        Self::check(data, &file)
    }

    /// Checks what a file says.
    ///
    /// # Errors
    /// The first key whose value cannot be used.
    pub fn check(data: &Path, file: &File) -> Result<Self, ConfigError> {
        let unit: UnitId = parse("unit", &file.unit)?;
        let kind: UnitKind = parse("kind", &file.kind)?;
        if !kind.is_hub() {
            let reason = "a hub is a city, district, street or helper".to_owned();
            return Err(ConfigError::Value { key: "kind", reason });
        }
        let zone: Zone = parse("zone", &file.zone)?;
        let name = match kind {
            UnitKind::City => IdentityName::in_city(unit.clone(), zone.clone()),
            UnitKind::Helper => IdentityName::in_district(unit.clone(), &unit, zone.clone()),
            _ => IdentityName::in_district(
                unit.clone(),
                &parse("district", &file.district)?,
                zone.clone(),
            ),
        };
        let parent = match (file.parent_address.as_str(), file.parent_name.as_str()) {
            ("", "") => None,
            (address, name) => {
                let name = IdentityName::parse(name, &zone)
                    .map_err(|error| value("parent_name", &error))?;
                Some(ParentConfig { address: address.to_owned(), name })
            }
        };
        Ok(Self {
            data: data.to_owned(),
            unit,
            kind,
            name,
            name_zh: file.name_zh.clone(),
            name_en: file.name_en.clone(),
            listen: parse("listen", &file.listen)?,
            advertise: file.advertise.clone(),
            console: parse("console", &file.console)?,
            parent,
            helper_address: Some(file.helper_address.clone()).filter(|text| !text.is_empty()),
        })
    }

    /// The file that says what this configuration says.
    #[must_use]
    pub fn to_file(&self) -> File {
        let district = match self.kind {
            UnitKind::City => String::new(),
            _ => self.name.district_label().to_owned(),
        };
        let parent = self.parent.as_ref();
        File {
            unit: self.unit.to_string(),
            kind: self.kind.to_string(),
            district,
            zone: self.name.zone().to_string(),
            name_zh: self.name_zh.clone(),
            name_en: self.name_en.clone(),
            listen: self.listen.to_string(),
            advertise: self.advertise.clone(),
            console: self.console.to_string(),
            parent_address: parent.map_or_else(String::new, |parent| parent.address.clone()),
            parent_name: parent.map_or_else(String::new, |parent| parent.name.to_string()),
            helper_address: self.helper_address.clone().unwrap_or_default(),
        }
    }

    /// Writes the configuration into its data folder.
    ///
    /// # Errors
    /// The file could not be written.
    pub fn save(&self) -> Result<(), ConfigError> {
        let text = toml::to_string(&self.to_file())
            .map_err(|error| ConfigError::Content(error.to_string()))?;
        std::fs::create_dir_all(&self.data)?;
        Ok(std::fs::write(self.data.join("hub.toml"), text)?)
    }

    /// The city's zone.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        self.name.zone()
    }

    /// A file of the data folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.data.join(name)
    }
}

fn parse<T>(key: &'static str, text: &str) -> Result<T, ConfigError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error| value(key, &error))
}

fn value(key: &'static str, error: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::Value { key, reason: error.to_string() }
}

/// Whether an address is host and port.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let parts = text.rsplit_once(':');
    parts.is_some_and(|(host, port)| {
        !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0)
    })
}

/// Whether an address says "any of mine": one may listen there, and nobody dials it.
#[must_use]
pub fn is_open(text: &str) -> bool {
    let address: Option<SocketAddr> = text.parse().ok();
    address.is_some_and(|address| address.ip().is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An address that is dialled has a host and a port, and is of some machine.
    #[test]
    fn an_address_has_a_host_and_a_port() {
        for (text, whole, open) in [
            ("10.0.0.5:7443", true, false),
            ("hub.qd.example:7443", true, false),
            ("0.0.0.0:7443", true, true),
            ("[::]:7443", true, true),
            ("127.0.0.1", false, false),
            (":7443", false, false),
            ("hub:0", false, false),
        ] {
            assert_eq!((is_address(text), is_open(text)), (whole, open), "{text}");
        }
    }
}
