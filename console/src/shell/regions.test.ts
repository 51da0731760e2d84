import { expect, test } from "vitest";
import { groupRegions, regionName, regionTitle } from "./regions";

test.each([
  ["us-east-1", "N. Virginia", "US East (N. Virginia)"],
  ["us-west-2", "Oregon", "US West (Oregon)"],
  ["eu-central-1", "Frankfurt", "Europe (Frankfurt)"],
  ["ca-central-1", "Central", "Canada (Central)"],
  ["us-gov-west-1", "US-West", "AWS GovCloud (US-West)"],
  ["home-1", "home-1", "home-1"],
])("%s is called %s", (region, name, title) => {
  expect([regionName(region), regionTitle(region)]).toEqual([name, title]);
});

test("Regions stand by where they are, unknown ones last, none twice", () => {
  expect(groupRegions(["eu-west-1", "home-1", "us-east-1", "eu-central-1", "home-1"])).toEqual([
    { place: "United States", regions: ["us-east-1"] },
    { place: "Europe", regions: ["eu-central-1", "eu-west-1"] },
    { place: "Other", regions: ["home-1"] },
  ]);
});
