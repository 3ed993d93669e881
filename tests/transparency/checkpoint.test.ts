import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from "../../src/transparency/checkpoint.ts";
import { cosign, cosignatureTime } from "../../src/transparency/cosignature.ts";
import { Malformed } from "../../src/transparency/malformed.ts";
import { formatNote, parseNote } from "../../src/transparency/note.ts";
import { openNote, signText } from "../../src/transparency/note-signature.ts";
import { ALGORITHM, parseVerifierKey, verifierKeyOf } from "../../src/transparency/verifier-key.ts";

// Checkpoints that the Go checksum database signed, from the tests of transparency-dev/formats and FiloSottile/torchwood (its key is public).
const GO = parseVerifierKey("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8");
const GO_CHECKPOINTS = [
  [
    6_476_701,
    "mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=",
    "Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=",
  ],
  [
    35_225_469,
    "vt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=",
    "Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=",
  ],
] as const;
const ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
const TEXT = `example.com/behind-the-sofa\n20852163\n${ROOT}\n`;
const checkpoint = { origin: "example.com/behind-the-sofa", size: 20_852_163, root: Buffer.from(ROOT, "base64"), extensions: [] };

describe("a checkpoint", () => {
  test("§4(1)5 is read and written as in C2SP tlog-checkpoint", () => {
    expect(parseCheckpoint(TEXT)).toEqual(checkpoint);
    expect(formatCheckpoint(checkpoint)).toBe(TEXT);
  });

  test.each(GO_CHECKPOINTS)("§4(1)5 of the Go checksum database at %i leaves is believed", (size, root, signature) => {
    const opened = openCheckpoint(`go.sum database tree\n${size}\n${root}\n\n— sum.golang.org ${signature}\n`, [GO]);
    expect(opened.checkpoint).toEqual({ origin: "go.sum database tree", size, root: Buffer.from(root, "base64"), extensions: [] });
    expect(opened.verified.map(({ key }) => key)).toEqual([GO]);
  });

  test("§4(1)5 reads back as it was written", () => {
    const line = fc.string({ minLength: 1, unit: "grapheme" }).map((text) => `x${text.replaceAll("\n", "")}`);
    const root = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.record({ origin: line, size: fc.maxSafeNat(), root, extensions: fc.array(line) }), (checkpoint) => {
        expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual(checkpoint);
      }),
    );
  });

  test.each([
    ["two lines", TEXT.replace(`${ROOT}\n`, "")],
    ["no newline at the end", TEXT.slice(0, -1)],
    ["no origin", TEXT.replace("example.com/behind-the-sofa", "")],
    ["an empty line", `${TEXT}\n`],
    ["a leading zero", TEXT.replace("20852163", "020852163")],
    ["two zeros", TEXT.replace("20852163", "00")],
    ["a sign", TEXT.replace("20852163", "+20852163")],
    ["a hexadecimal size", TEXT.replace("20852163", "0x13e2d43")],
    ["an exponent", TEXT.replace("20852163", "2e7")],
    ["a space after the size", TEXT.replace("20852163", "20852163 ")],
    ["wide digits", TEXT.replace("20852163", "２０")],
    ["a size beyond 2^53", TEXT.replace("20852163", "9007199254740992")],
    ["a root of 31 bytes", TEXT.replace(ROOT, Buffer.alloc(31).toString("base64"))],
    ["a root of 33 bytes", TEXT.replace(ROOT, Buffer.alloc(33).toString("base64"))],
    ["a root without padding", TEXT.replace("=", "")],
    ["a root with bits to spare", TEXT.replace("2I=", "2J=")],
  ])("§4(1)5 is none with %s", (_, text) => {
    expect(() => parseCheckpoint(text)).toThrow(Malformed);
  });

  test("§4(1)5 is written only when it reads back", () => {
    const spoil = [
      { origin: "" },
      { origin: `log\n1\n${ROOT}` },
      { extensions: ["a\nb"] },
      { size: -1 },
      { size: 0.5 },
      { root: Buffer.alloc(31) },
      { extensions: [""] },
    ];
    for (const part of spoil) expect(() => formatCheckpoint({ ...checkpoint, ...part })).toThrow(Malformed);
  });
});

describe("a cosignature", () => {
  const [log, witness] = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")];
  const witnessSigner = { name: "witness.example.com/w1", privateKey: witness.privateKey };
  const witnessKey = verifierKeyOf(witnessSigner.name, ALGORITHM.cosignature, witness.publicKey);
  const logSignature = signText(TEXT, { name: checkpoint.origin, privateKey: log.privateKey });

  test("§4(1)5 says when, beside the log's own signature", () => {
    const note = formatNote({ text: TEXT, signatures: [logSignature, cosign(TEXT, witnessSigner, 1_679_315_147)] });
    const [cosigned] = openNote(note, [witnessKey]).verified;
    expect(cosigned?.key).toEqual(witnessKey);
    expect(cosignatureTime(cosigned?.signature.signature as Buffer)).toBe(1_679_315_147);
    const both = openNote(note, [witnessKey, verifierKeyOf(checkpoint.origin, ALGORITHM.ed25519, log.publicKey)]);
    expect(both.verified.map(({ key }) => key.name)).toEqual([checkpoint.origin, witnessSigner.name]);
  });

  test("§4(1)5 of others is believed: of the witness remora.n621.de, on the staging log Arche 2025h1 of transparency.dev", () => {
    const arche = "arche2025h1.staging.ct.transparency.dev";
    const lines = [
      `— ${arche} ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=`,
      "— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==",
      "— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==",
    ];
    const keys = [
      `${arche}+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f`,
      "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    ].map(parseVerifierKey);
    const note = `${arche}\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n\n${lines.join("\n")}\n`;
    expect(openCheckpoint(note, keys).verified.map(({ key }) => key)).toEqual(keys);
    expect(() => openCheckpoint(note.replace("\n1432088532", "\n42"), keys.slice(1))).toThrow("isn't of that key");
  });

  test("§4(1)5 has the form of C2SP's example: an ID, a time, 64 bytes", () => {
    const line =
      "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==";
    const [example] = parseNote(`${TEXT}\n${line}\n`).signatures;
    expect(cosignatureTime(example?.signature as Buffer)).toBe(1_679_315_147);
    expect(cosign(TEXT, witnessSigner, 1).signature).toHaveLength(example?.signature.length as number);
  });

  test("§4(1)5 holds for this text, this time and this key alone", () => {
    const signature = cosign(TEXT, witnessSigner, 1_679_315_147);
    const refused = (text: string, spoilt = signature) =>
      expect(() => openNote(formatNote({ text, signatures: [spoilt] }), [witnessKey])).toThrow("isn't of that key");
    refused(`${TEXT}extension\n`);
    for (const place of [7, 8, 71]) {
      const bytes = Buffer.from(signature.signature);
      bytes[place] = (bytes[place] as number) ^ 1;
      refused(TEXT, { ...signature, signature: bytes });
    }
    refused(TEXT, { ...signature, signature: signature.signature.subarray(0, 71) });
    refused(TEXT, { ...signature, signature: Buffer.alloc(72, 0xff) });
    refused(TEXT, { ...signature, signature: Buffer.concat([Buffer.alloc(8), signText(TEXT, witnessSigner).signature]) });
    expect(signText(TEXT, witnessSigner).keyId).not.toBe(signature.keyId);
  });

  test("§4(1)5 has a time", () => {
    for (const time of [0, -1, 1.5, Number.NaN]) expect(() => cosign(TEXT, witnessSigner, time)).toThrow(RangeError);
    expect(() => cosignatureTime(Buffer.alloc(72, 0xff))).toThrow(Malformed);
    expect(() => cosignatureTime(Buffer.alloc(71))).toThrow(Malformed);
  });
});
