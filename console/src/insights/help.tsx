import HelpPanel from "@cloudscape-design/components/help-panel";

/** What insights are, beside the pages about them. */
export const HELP = (
  <HelpPanel header={<h2>Insights</h2>}>
    <p>
      Cairn counts every write and every error of each action by the minute. What is beyond everything of the
      last weeks, and beyond what chance makes of the usual rate, is an insight: a <b>surge</b>, or a{" "}
      <b>silence</b> of what is never quiet at that time of day.
    </p>
    <h3>Who is told</h3>
    <p>
      Trails that look for insights get two events of each, one when it begins and one when it is over. How
      much has to happen is the trail's sensitivity; what a trail is not told of are its mute rules. Both
      stand in the trail's tags.
    </p>
    <h3>At the command line</h3>
    <p>
      <code>cairn insights list</code>, <code>explain</code>, <code>mute</code>, <code>sensitivity</code> and{" "}
      <code>backtest</code> tell and do the same.
    </p>
  </HelpPanel>
);
