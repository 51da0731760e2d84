import type { Filter, Summary } from "../api/history";

/** Whether an error code says that somebody was denied something, as the server counts it. */
export const isDenial = (code: string): boolean =>
  ["AccessDenied", "UnauthorizedOperation", "NotAuthorized", "UnauthorizedAccess"].some((part) =>
    code.includes(part),
  );

/** The filter for denied calls: by the codes that there were. */
export function deniedFilter(top: Summary["Top"]): Filter {
  const codes = top.ErrorCode.map(({ Value }) => Value).filter(isDenial);
  return codes.length > 0
    ? { Field: "ErrorCode", Operator: "Equals", Values: codes }
    : { Field: "ErrorCode", Operator: "Exists" };
}
