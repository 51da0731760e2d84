import { Fragment } from "react";
import { piecesOf } from "./pieces";
import { visible } from "./visible";

/** A long name that takes another line where it has a seam: `Concurrent` `Modification` `Exception`. */
export function Breakable({ children }: { children: string }) {
  return piecesOf(visible(children)).map((piece, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other name, and no state
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {piece}
    </Fragment>
  ));
}
