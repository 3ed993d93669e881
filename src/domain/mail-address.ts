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

/** What may stand between a contact's parts, and in no address of the plain kind; a full stop where it ends a part. */
const SEPARATORS = /[\s,;:()<>[\]、。「」『』【】〈〉《》]+|\.(?=\s|$)/u;

/**
 * The mail addresses among an office's contacts, the first three, each once, as small letters. What holds another character than an address may
 * is none as a whole: without that character it would be somebody else's mailbox.
 * @param contact what the application says: a telephone, an address, or both; full-width characters count as the narrow ones
 */
export function mailAddressesIn(contact: string): string[] {
  const parts = contact.normalize("NFKC").toLowerCase().split(SEPARATORS);
  return [...new Set(parts.filter(isMailAddress))].slice(0, MOST_ADDRESSES);
}
