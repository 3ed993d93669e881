/** A form as it was sent, its line ends as ours; a field that was sent more than once has all its values. */
export interface SentForm {
  /** The names of what was sent, files aside. */
  readonly names: readonly string[];
  one(name: string): string;
  all(name: string): string[];
  /** A file that was chosen; undefined when none was. */
  file(name: string): File | undefined;
}

/** A form of these fields. */
export function sentForm(fields: Iterable<readonly [name: string, value: string | File]>): SentForm {
  const [texts, files] = [new Map<string, string[]>(), new Map<string, File>()];
  for (const [name, value] of fields) {
    if (typeof value === "string") texts.set(name, [...(texts.get(name) ?? []), value.replaceAll("\r\n", "\n")]);
    else if (value.size > 0 && !files.has(name)) files.set(name, value);
  }
  const all = (name: string) => [...(texts.get(name) ?? [])];
  return { names: [...texts.keys()], all, one: (name) => all(name)[0] ?? "", file: (name) => files.get(name) };
}
