/** Prints figures, nested ones under their names, numbers aligned. */
export function printTable(figures: object, print: (line: string) => void, indent = ""): void {
  for (const [name, value] of Object.entries(figures)) {
    if (typeof value === "object" && value !== null) {
      print(`${indent}${name}`);
      printTable(value, print, `${indent}  `);
    } else {
      print(`${indent}${name}`.padEnd(36) + format(value).padStart(14));
    }
  }
}

function format(value: unknown): string {
  if (typeof value !== "number") return String(value ?? "not measured");
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
}
