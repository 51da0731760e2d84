/** The names that AWS gives its Regions, by where they are. */
const PLACES: Record<string, Record<string, string>> = {
  "United States": {
    "us-east-1": "N. Virginia",
    "us-east-2": "Ohio",
    "us-west-1": "N. California",
    "us-west-2": "Oregon",
  },
  "Asia Pacific": {
    "ap-south-1": "Mumbai",
    "ap-south-2": "Hyderabad",
    "ap-east-1": "Hong Kong",
    "ap-east-2": "Taipei",
    "ap-southeast-1": "Singapore",
    "ap-southeast-2": "Sydney",
    "ap-southeast-3": "Jakarta",
    "ap-southeast-4": "Melbourne",
    "ap-southeast-5": "Malaysia",
    "ap-southeast-6": "New Zealand",
    "ap-southeast-7": "Thailand",
    "ap-northeast-1": "Tokyo",
    "ap-northeast-2": "Seoul",
    "ap-northeast-3": "Osaka",
  },
  Canada: { "ca-central-1": "Central", "ca-west-1": "Calgary" },
  Mexico: { "mx-central-1": "Central" },
  Europe: {
    "eu-central-1": "Frankfurt",
    "eu-central-2": "Zurich",
    "eu-west-1": "Ireland",
    "eu-west-2": "London",
    "eu-west-3": "Paris",
    "eu-north-1": "Stockholm",
    "eu-south-1": "Milan",
    "eu-south-2": "Spain",
  },
  "South America": { "sa-east-1": "São Paulo" },
  Africa: { "af-south-1": "Cape Town" },
  Israel: { "il-central-1": "Tel Aviv" },
  "Middle East": { "me-central-1": "UAE", "me-south-1": "Bahrain" },
  China: { "cn-north-1": "Beijing", "cn-northwest-1": "Ningxia" },
  "AWS GovCloud": { "us-gov-east-1": "US-East", "us-gov-west-1": "US-West" },
};

/** `Frankfurt`; the Region itself where it has no name. */
export function regionName(region: string): string {
  for (const regions of Object.values(PLACES)) {
    const name = regions[region];
    if (name) return name;
  }
  return region;
}

/** `Europe (Frankfurt)`, `US East (Ohio)`; the Region itself where it has no name. */
export function regionTitle(region: string): string {
  const place = Object.entries(PLACES).find(([, regions]) => regions[region]);
  if (!place) return region;
  const side = region.startsWith("us-east") ? "US East" : region.startsWith("us-west") ? "US West" : place[0];
  return `${side} (${place[1][region]})`;
}

export interface RegionGroup {
  place: string;
  regions: string[];
}

/** The Regions by where they are, in AWS's order; those without a name come last. */
export function groupRegions(regions: readonly string[]): RegionGroup[] {
  const asked = new Set(regions);
  const groups = Object.entries(PLACES).map(([place, names]) => ({
    place,
    regions: Object.keys(names).filter((region) => asked.delete(region)),
  }));
  return [...groups, { place: "Other", regions: [...asked].sort() }].filter(
    (group) => group.regions.length > 0,
  );
}
