import TopNavigation from "@cloudscape-design/components/top-navigation";
import { useAccountMenu } from "./account-menu";
import { useDisplayMenu } from "./display-menu";
import { href } from "./href";
import { useRegionMenu } from "./region-menu";

const IDENTITY = {
  href: href("/"),
  title: "Cairn",
  logo: { src: `${import.meta.env.BASE_URL}cairn.svg`, alt: "A stack of stones" },
};

/** The bar above everything: the Region, how things are shown, and who is signed in. */
export function TopBar() {
  return (
    <TopNavigation identity={IDENTITY} utilities={[useRegionMenu(), useDisplayMenu(), useAccountMenu()]} />
  );
}
