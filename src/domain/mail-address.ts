/** One address of the plain kind that offices have: no quotes, no comments, nothing but printable ASCII. */
const ADDRESS =
  /^[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const LONGEST = 254;
/** An office has one or two; more would make us the sender of whatever somebody has in mind. */
const MOST_ADDRESSES = 3;

/** Whether a text is one mail address, fit to stand in a header as it is. */
export function isMailAddress(text: string): boolean {
  return text.length <= LONGEST && ADDRESS.test(text);
}

/** The mail addresses among an office's contacts, the first three, each once, as small letters. @param contact as the application says: a telephone, an address, or both */
export function mailAddressesIn(contact: string): string[] {
  const words = contact.toLowerCase().split(/[^a-z0-9@._+-]+/);
  return [...new Set(words.map((word) => word.replace(/^[.]+|[.]+$/g, "")).filter(isMailAddress))].slice(0, MOST_ADDRESSES);
}
