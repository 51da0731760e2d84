import HelpPanel from "@cloudscape-design/components/help-panel";

/** What the help beside Event history tells. */
export const HISTORY_HELP = (
  <HelpPanel header={<h2>Event history</h2>}>
    <p>
      Every call that manages something becomes an event here, whether a trail is there or not, and is kept
      for 90 days. Data events, such as reads of objects, are in the log files of trails alone.
    </p>
    <h3>Filter</h3>
    <p>
      Choose an attribute and a value, as often as you like: an event must match all attributes, and any of
      the values that you give for one. Words without an attribute are looked for in the whole event. At first
      you see what changed something; remove <em>Read-only = false</em> to see what was read as well.
    </p>
    <p>The address holds all of it: a link to this page shows others the same.</p>
    <h3>Live</h3>
    <p>New events appear as they are recorded. Pause to look at them in peace; they are counted meanwhile.</p>
    <h3>Compare</h3>
    <p>Select two to five events to see what differs.</p>
    <h3>Regions</h3>
    <p>
      Each Region has a history of its own. What IAM is asked is recorded in us-east-1, sign-ins of users in
      the server's own Region.
    </p>
  </HelpPanel>
);
