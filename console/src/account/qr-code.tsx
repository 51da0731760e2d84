import { useMemo } from "react";
import { otpauth, qrCode } from "./otpauth";

export interface QrCodeProps {
  seed: string;
  name: string;
  account: string;
}

/** A QR code for an authenticator app; dark on white in every theme, as readers want it. */
export default function QrCode({ seed, name, account }: QrCodeProps) {
  const { size, path } = useMemo(() => qrCode(otpauth({ seed, name, account })), [seed, name, account]);
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      width="200"
      height="200"
      role="img"
      aria-label="QR code for your authenticator app"
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  );
}
