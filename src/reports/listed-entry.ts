import type { EntryFault, OpenedEntry } from "../domain/query-log-reading.ts";

/** Whose system an entry's query came from. */
export interface Asker {
  readonly applicationNumber: string;
  readonly agencyName: string;
  readonly systemName: string;
}

/** An entry as lists have it: opened, with its asker (undefined when the caller was unknown), or what is wrong with it. */
export type ListedEntry = (OpenedEntry & { readonly asker: Asker | undefined }) | { readonly entryId: string; readonly fault: EntryFault };

/** Agency and system, one a line. */
export function whoAsked({ asker }: { readonly asker: Asker | undefined }): string {
  return asker === undefined ? "不明（未經識別）" : `${asker.agencyName}\n${asker.systemName}`;
}
