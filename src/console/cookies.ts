import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

const NAME = "console";

/** Of the private link that an agency came by: the link itself stands in no page's address (docs/adr/0018). */
export const APPLICATION_COOKIE = "application";

/** The cookie's token: it names a session once somebody has logged in, and ties forms to their browser before. */
export function readToken(c: Context, origin: string | undefined, name = NAME): string | undefined {
  const token = isTls(origin) ? getCookie(c, name, "host") : getCookie(c, name);
  return token !== undefined && /^[\w-]{43}$/.test(token) ? token : undefined;
}

/**
 * Under TLS the name begins with `__Host-`: no other host, and no plain page, can set it. It ends with the browser;
 * other sites' links bring it along, their forms don't.
 */
export function writeToken(c: Context, origin: string | undefined, token: string, name = NAME): void {
  const tls = isTls(origin);
  setCookie(c, name, token, { path: "/", httpOnly: true, sameSite: "Lax", secure: tls, ...(tls && { prefix: "host" as const }) });
}

/** Has the browser forget a token. */
export function forgetToken(c: Context, origin: string | undefined, name: string): void {
  const tls = isTls(origin);
  deleteCookie(c, name, { path: "/", secure: tls, ...(tls && { prefix: "host" as const }) });
}

export function isTls(origin: string | undefined): boolean {
  return origin?.startsWith("https:") === true;
}
