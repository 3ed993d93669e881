import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";

const NAME = "console";

/** The cookie's token: it names a session once somebody has logged in, and ties forms to their browser before. */
export function readToken(c: Context, origin: string | undefined): string | undefined {
  const token = isTls(origin) ? getCookie(c, NAME, "host") : getCookie(c, NAME);
  return token !== undefined && /^[\w-]{43}$/.test(token) ? token : undefined;
}

/**
 * Under TLS the name begins with `__Host-`: no other host, and no plain page, can set it. It ends with the browser;
 * other sites' links bring it along, their forms don't.
 */
export function writeToken(c: Context, origin: string | undefined, token: string): void {
  const tls = isTls(origin);
  setCookie(c, NAME, token, { path: "/", httpOnly: true, sameSite: "Lax", secure: tls, ...(tls && { prefix: "host" as const }) });
}

export function isTls(origin: string | undefined): boolean {
  return origin?.startsWith("https:") === true;
}
