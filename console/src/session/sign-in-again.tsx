import Box from "@cloudscape-design/components/box";
import Modal from "@cloudscape-design/components/modal";
import type { Session } from "../api/session";

export default function SignInAgain({
  session,
}: {
  session: Session;
  onSignedIn: (session: Session) => void;
}) {
  return (
    <Modal visible header="Sign in again">
      <Box>{session.Principal.Name}</Box>
    </Modal>
  );
}
