import { useCallback, useEffect, useRef, useState } from "react";
import { createDevice, deleteDevice, type NewDevice } from "./iam";

/** A device that is made to be assigned. Left before that, it is deleted: nobody's device is of use to nobody. */
export function useNewDevice() {
  const [device, setDevice] = useState<NewDevice>();
  const unassigned = useRef<string>(undefined);
  const isLeft = useRef(false);
  useEffect(() => {
    isLeft.current = false;
    return () => {
      isLeft.current = true;
      if (unassigned.current) discard(unassigned.current);
    };
  }, []);
  const make = useCallback(async (name: string) => {
    const made = await createDevice(name);
    // It was left while it was made.
    if (isLeft.current) return discard(made.serial);
    unassigned.current = made.serial;
    setDevice(made);
  }, []);
  const keep = useCallback(() => {
    unassigned.current = undefined;
  }, []);
  return { device, make, keep };
}

function discard(serial: string): void {
  deleteDevice(serial).catch(() => undefined);
}
