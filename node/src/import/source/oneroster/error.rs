//! Why a OneRoster bundle is not taken as a roster, each with its own sentence.

use crate::import::said::Said;

/// What a bundle lacks or says otherwise than its form has it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// A file that a roster needs, or that the manifest names.
    #[error("the bundle has no {0}")]
    Lacks(&'static str),
    /// Two files of one name, of which nobody can tell which counts.
    #[error("the bundle has {0} twice")]
    Twice(&'static str),
    /// A column without which nothing can be put together.
    #[error("{file} has no column {column}")]
    Column {
        /// Which file.
        file: &'static str,
        /// Which column.
        column: &'static str,
    },
    /// A version that is not read here.
    #[error("the bundle is of version {0:?}")]
    Version(String),
    /// A value of the manifest that is none.
    #[error("the manifest says {value:?} of {file}")]
    Mode {
        /// Which file.
        file: &'static str,
        /// What it says.
        value: String,
    },
}

impl BundleError {
    /// The stable code for `--json`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Lacks(_) => "oneroster_file_missing",
            Self::Twice(_) => "oneroster_file_twice",
            Self::Column { .. } => "oneroster_column_missing",
            Self::Version(_) => "oneroster_version",
            Self::Mode { .. } => "oneroster_manifest",
        }
    }

    pub(in crate::import::source) fn reason(&self) -> Said {
        match self {
            Self::Lacks(file) => Said::made(
                format!("OneRoster 压缩包里缺少 {file}"),
                format!("the OneRoster bundle has no {file}"),
            ),
            Self::Twice(file) => Said::made(
                format!("OneRoster 压缩包里有两个 {file}"),
                format!("the OneRoster bundle has {file} twice"),
            ),
            Self::Column { file, column } => Said::made(
                format!("OneRoster 压缩包的 {file} 缺少 {column} 列"),
                format!("{file} of the OneRoster bundle has no column {column}"),
            ),
            Self::Version(found) => Said::made(
                format!("OneRoster 版本“{found}”无法读取，只读 1.1 和 1.2"),
                format!("OneRoster version \"{found}\" is not read; 1.1 and 1.2 are"),
            ),
            Self::Mode { file, value } => Said::made(
                format!("manifest.csv 中 {file} 写的是“{value}”，应为 bulk、delta 或 absent"),
                format!("manifest.csv says \"{value}\" of {file}; it is bulk, delta or absent"),
            ),
        }
    }

    pub(in crate::import::source) const fn hint(&self) -> Said {
        match self {
            Self::Lacks(_) | Self::Column { .. } => Said::fixed(
                "请在导出时选上机构、用户、班级、选课（注册）、学期和人口信息，再导出一次",
                "export it again with orgs, users, classes, enrollments, academic sessions and \
                 demographics",
            ),
            Self::Twice(_) | Self::Version(_) | Self::Mode { .. } => Said::fixed(
                "请重新导出 OneRoster 1.1 或 1.2 的 CSV 压缩包，不要改动其中的文件",
                "export the CSV bundle of OneRoster 1.1 or 1.2 again and change none of its files",
            ),
        }
    }
}
