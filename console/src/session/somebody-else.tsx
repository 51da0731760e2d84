import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import type { Session } from "../api/session";
import { principalLabel } from "./principal";

/** Tells that another principal is signed in by now: the page must be loaded anew, as theirs. */
export default function SomebodyElse({ session }: { session: Session }) {
  const reload = () => window.location.reload();
  return (
    <Modal
      visible
      size="small"
      header="You are somebody else now"
      onDismiss={reload}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={reload}>
            Load this page anew
          </Button>
        </Box>
      }
    >
      <Box variant="p">
        This browser works as <strong>{principalLabel(session)}</strong> now: another tab signed in or
        switched roles, or a role is gone or its time over. What this page shows belongs to who you were.
      </Box>
    </Modal>
  );
}
