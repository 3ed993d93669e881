import { describe, expect, test } from "vitest";
import { type DatasetKeyRequest, requireKeyRequest } from "../../src/domain/dataset-keys.ts";
import { ruleBroken } from "../support/integration.ts";

const broken = (request: DatasetKeyRequest) => ruleBroken(() => requireKeyRequest(request));
const issue = { action: "issue", dataset: "household", version: 6, days: 30, actor: "wu.officer", reason: "九月交付" } as const;

describe("a request about the keys of deliveries", () => {
  test("§4(1)1 that only looks needs no reason", () => {
    expect(broken({ action: "list" })).toBeUndefined();
    expect(broken({ action: "platform-keys" })).toBeUndefined();
  });

  test("§3(1) that changes something says who asks", () => {
    expect(broken({ ...issue, actor: " " })).toBe("actor-missing");
    expect(broken({ action: "trust", dataset: "household", publicKey: "…", actor: "", reason: "新任" })).toBe("actor-missing");
  });

  test("§4(1)1 that changes something says why", () => {
    expect(broken({ ...issue, reason: " " })).toBe("reason-missing");
    expect(broken({ action: "trust", dataset: "household", publicKey: "…", actor: "wu.officer", reason: "" })).toBe("reason-missing");
    expect(broken({ action: "revoke", fingerprint: "AB", actor: "wu.officer", reason: "" })).toBe("reason-missing");
    expect(broken({ action: "distrust", dataset: "household", fingerprint: "AB", actor: "wu.officer", reason: " " })).toBe(
      "reason-missing",
    );
    expect(broken({ action: "revoke", fingerprint: "AB", actor: "wu.officer", reason: "金鑰遺失" })).toBeUndefined();
    expect(broken({ ...issue, reason: "九月交付\0" })).toBe("text-not-printable");
    expect(broken({ ...issue, reason: "九".repeat(501) })).toBe("reason-missing");
  });

  test("§4(1)1 that shows a key goes nowhere with a private one, or with what is longer than any key", () => {
    const show = (publicKey: string) => broken({ action: "describe", publicKey });
    expect(show("-----BEGIN PGP PUBLIC KEY BLOCK-----")).toBeUndefined();
    expect(show("-----BEGIN PGP PRIVATE KEY BLOCK-----")).toBe("private-key-shown");
    expect([show("x".repeat(32_768)), show("x".repeat(32_769))]).toEqual([undefined, "key-too-long"]);
    const trust = { action: "trust", dataset: "household", actor: "wu.officer", reason: "已核對" } as const;
    expect(broken({ ...trust, publicKey: "-----BEGIN PGP PRIVATE KEY BLOCK-----" })).toBe("private-key-shown");
  });

  test("§3(10) names nobody's ID number", () => {
    expect(broken({ ...issue, actor: "A123456789" })).toBe("national-id-in-text");
    expect(broken({ action: "revoke", fingerprint: "AB", actor: "wu.officer", reason: "為a123456789而撤" })).toBe("national-id-in-text");
  });

  test("§4(1)1 for a new key has it live 1 to 90 whole days", () => {
    expect([0, 1, 90, 91, 1.5, Number.NaN].map((days) => broken({ ...issue, days }))).toEqual([
      "invalid-validity",
      undefined,
      undefined,
      "invalid-validity",
      "invalid-validity",
      "invalid-validity",
    ]);
  });
});
