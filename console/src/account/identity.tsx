import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import { switcherLabel } from "../session/principal";
import { useSession } from "../session/session-gate";
import { useTime } from "../shell/time";
import { getOwnUser } from "./iam";

/** Whoever is signed in. */
export function Identity() {
  const session = useSession();
  const { Account, Principal, Mfa, Expires, Version } = session;
  const time = useTime();
  const isUser = Principal.Type === "IAMUser";
  const user = useQuery({
    queryKey: ["own-user", Principal.Arn],
    queryFn: getOwnUser,
    enabled: isUser,
    retry: false,
  });
  const switcher = switcherLabel(session);
  return (
    <Container header={<Header variant="h2">Identity</Header>}>
      <KeyValuePairs
        columns={2}
        items={[
          { label: "Signed in as", value: Principal.Type === "Root" ? "Root user" : Principal.Name },
          { label: "Account ID", value: <Copied text={Account.Id} what="account ID" /> },
          { label: "Account alias", value: Account.Alias ?? "–" },
          { label: "ARN", value: <Copied text={Principal.Arn} what="ARN" /> },
          ...(switcher ? [{ label: "Switched from", value: switcher }] : []),
          {
            label: "This session",
            value: Mfa ? (
              <StatusIndicator type="success">Signed in with MFA</StatusIndicator>
            ) : (
              <StatusIndicator type="warning">Signed in without MFA</StatusIndicator>
            ),
          },
          { label: "Ends at the latest", value: time.full(Expires) },
          ...(isUser && user.data
            ? [
                { label: "User since", value: time.full(user.data.created) },
                {
                  label: "Password used last",
                  value: user.data.passwordUsed ? time.full(user.data.passwordUsed) : "Never",
                },
              ]
            : []),
          { label: "Cairn", value: `Version ${Version}` },
        ]}
      />
    </Container>
  );
}

function Copied({ text, what }: { text: string; what: string }) {
  if (!text) return "–";
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText="Copied"
      copyErrorText="Could not be copied"
    />
  );
}
