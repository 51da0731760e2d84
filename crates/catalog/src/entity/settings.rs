//! Settings of the whole installation.

use cairn_event::Region;
use serde::{Deserialize, Serialize};

/// What holds for all accounts. The settings of revision 0 are [`Settings::default`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The Regions in which multi-Region trails show themselves; no duplicates.
    pub enabled_regions: Vec<Region>,
}

impl Default for Settings {
    /// Enables the 17 Regions that are on in every new AWS account of the `aws` partition.
    fn default() -> Self {
        let enabled_regions = DEFAULT_REGIONS.iter().filter_map(|name| name.parse().ok()).collect();
        Self { enabled_regions }
    }
}

const DEFAULT_REGIONS: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];
