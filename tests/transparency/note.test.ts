import { createHash, createPrivateKey, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Malformed } from "../../src/transparency/malformed.ts";
import { formatNote, parseNote } from "../../src/transparency/note.ts";
import { openNote, signNote, UnverifiedNote } from "../../src/transparency/note-signature.ts";
import { ALGORITHM, formatVerifierKey, parseVerifierKey, verifierKeyOf } from "../../src/transparency/verifier-key.ts";

// Keys and notes of golang.org/x/mod/sumdb/note's own tests and examples (BSD 3-clause).
const PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_SEED = Buffer.from("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz", "base64").subarray(1);
const ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH_LINE = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

const [peter, enoch] = [parseVerifierKey(PETER), parseVerifierKey(ENOCH)];
const peterSigner = {
  name: "PeterNeumann",
  privateKey: createPrivateKey({
    key: { kty: "OKP", crv: "Ed25519", d: PETER_SEED.toString("base64url"), x: peter.publicKey.toString("base64url") },
    format: "jwk",
  }),
};
const namesOf = (note: string | Uint8Array, keys = [peter]) => openNote(note, keys).verified.map(({ key }) => key.name);

describe("a verifier key", () => {
  test("§4(1)5 is read and written as others do", () => {
    expect(peter).toMatchObject({ name: "PeterNeumann", keyId: "c74f20a3", algorithm: 1 });
    for (const text of [PETER, ENOCH]) expect(formatVerifierKey(parseVerifierKey(text))).toBe(text);
    expect(verifierKeyOf("PeterNeumann", ALGORITHM.ed25519, peterSigner.privateKey)).toEqual(peter);
  });

  test("§4(1)5 says by its ID when a part of it is missing or wrong", () => {
    for (let begin = 0; begin < PETER.length; begin += 1) {
      for (let end = begin + 1; end <= PETER.length; end += 1) {
        if (begin > 0 || end < PETER.length) expect(() => parseVerifierKey(PETER.slice(begin, end))).toThrow(Malformed);
      }
      const next = String.fromCharCode(PETER.charCodeAt(begin) + 1);
      expect(() => parseVerifierKey(PETER.slice(0, begin) + next + PETER.slice(begin + 1))).toThrow(Malformed);
    }
  });

  test("§4(1)5 of Ed25519 has 32 bytes, whatever its ID says", () => {
    for (const algorithm of [ALGORITHM.ed25519, ALGORITHM.cosignature]) {
      const bytes = Buffer.concat([Buffer.of(algorithm), peter.publicKey, Buffer.of(0)]);
      const keyId = createHash("sha256").update("log\n").update(bytes).digest("hex").slice(0, 8);
      expect(() => parseVerifierKey(`log+${keyId}+${bytes.toString("base64")}`)).toThrow("32 bytes");
    }
  });

  test("§4(1)5 of another algorithm is kept, and what it signed is skipped", () => {
    const other = parseVerifierKey("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    expect(other.algorithm).toBe(0x65);
    const itsLine = `— PeterNeumann ${Buffer.concat([Buffer.from("173116ae", "hex"), Buffer.alloc(2420, 7)]).toString("base64")}\n`;
    expect(openNote(`${TEXT}\n${itsLine}${PETER_LINE}`, [other, peter]).verified.map(({ key }) => key)).toEqual([peter]);
    expect(() => openNote(`${TEXT}\n${itsLine}`, [other])).toThrow("None of the keys");
  });

  test("§4(1)5 has a name without spaces or plus, and is Ed25519", () => {
    for (const name of ["", "a b", "a+b", "a\u3000b", "a\nb", "\ud800"]) {
      expect(() => verifierKeyOf(name, ALGORITHM.ed25519, peterSigner.privateKey)).toThrow(RangeError);
    }
    expect(() => verifierKeyOf("log", ALGORITHM.ed25519, generateKeyPairSync("x25519").privateKey)).toThrow(RangeError);
  });
});

describe("a signed note", () => {
  test("§4(1)5 is signed as others sign it", () => {
    expect(signNote(TEXT, [peterSigner])).toBe(`${TEXT}\n${PETER_LINE}`);
  });

  test("§4(1)5 is believed for the known keys that have signed it, each once", () => {
    expect(namesOf(`${TEXT}\n${PETER_LINE}${ENOCH_LINE}`)).toEqual(["PeterNeumann"]);
    expect(namesOf(`${TEXT}\n${PETER_LINE}${ENOCH_LINE}`, [enoch, peter])).toEqual(["PeterNeumann", "EnochRoot"]);
    expect(namesOf(`${TEXT}\n${PETER_LINE}${PETER_LINE}`)).toEqual(["PeterNeumann"]);
    expect(openNote(`${TEXT}\n${PETER_LINE}`, [peter]).text).toBe(TEXT);
  });

  test("§4(1)5 C2SP's own example is believed (signed-note.md)", () => {
    const key = parseVerifierKey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    const line = "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=";
    expect(namesOf(`This is an example message.\n\n${line}\n`, [key])).toEqual(["example.com/foo"]);
  });

  test("§4(1)5 isn't believed for keys that share only a name or only an ID with a known one", () => {
    for (const line of [PETER_LINE.replace("PeterNeumann", "CarmenSandiego"), PETER_LINE.replace("x08g", "xxxx")]) {
      expect(() => openNote(`${TEXT}\n${line}`, [peter])).toThrow(
        new UnverifiedNote("unknown-signers", "None of the keys that signed the note is known."),
      );
    }
    expect(() => openNote(`${TEXT}\n${PETER_LINE}`, [])).toThrow(UnverifiedNote);
  });

  test("§4(1)5 is refused whole when a known key hasn't made the signature in its name", () => {
    const forged = `${PETER_LINE.slice(0, 60)}ABCD${PETER_LINE.slice(60)}`;
    const refused = new UnverifiedNote("bad-signature", "The signature in the name of PeterNeumann+c74f20a3 isn't of that key.");
    expect(() => openNote(`${TEXT}\n${forged}`, [peter])).toThrow(refused);
    expect(() => openNote(`${TEXT}\n${ENOCH_LINE}${forged}`, [peter, enoch])).toThrow(refused);
    expect(() => openNote(`${TEXT.replace("problem", "Problem")}\n${PETER_LINE}`, [peter])).toThrow(refused);
  });

  test.each([
    ["no signature", TEXT],
    ["an empty line and no signature", `${TEXT}\n`],
    ["no newline at the end", `${TEXT}\n${PETER_LINE.slice(0, -1)}`],
    ["a control character", `\u0001${TEXT}\n${PETER_LINE}`],
    ["a carriage return", `${TEXT}\r\n${PETER_LINE}`],
    ["a tabulator", `\t${TEXT}\n${PETER_LINE}`],
    ["half a character", `\ud800${TEXT}\n${PETER_LINE}`],
    ["a space in a name", `${TEXT}\n${PETER_LINE.replace("Peter", "Peter ")}`],
    ["a wide space in a name", `${TEXT}\n${PETER_LINE.replace("Peter", "Peter\u3000")}`],
    ["a plus in a name", `${TEXT}\n${PETER_LINE.replace("Peter", "Peter+")}`],
    ["another line", `${TEXT}\n${PETER_LINE}Unexpected line.\n`],
    ["something for the last newline", `${TEXT}\n${PETER_LINE.slice(0, -1)}x`],
    ["a hyphen for a dash", `${TEXT}\n${PETER_LINE.replace("—", "-")}`],
    ["base64 without padding", `${TEXT}\n${PETER_LINE.replace("=", "")}`],
    ["base64 of the URL kind", `${TEXT}\n${PETER_LINE.replace("/", "_")}`],
    ["a signature of nothing", `${TEXT}\n— PeterNeumann x08gow==\n`],
    ["101 signatures", `${TEXT}\n${PETER_LINE.repeat(101)}`],
    ["more than 256 KiB", `${"x".repeat(256 * 1024)}\n\n${PETER_LINE}`],
  ])("§4(1)5 is none with %s", (_, note) => {
    expect(() => parseNote(note)).toThrow(Malformed);
  });

  test("§4(1)5 is read from bytes too, which have to be UTF-8", () => {
    expect(namesOf(Buffer.from(`${TEXT}\n${PETER_LINE}`))).toEqual(["PeterNeumann"]);
    expect(() => parseNote(Buffer.concat([Buffer.of(0xff), Buffer.from(`${TEXT}\n${PETER_LINE}`)]))).toThrow(Malformed);
    expect(parseNote(Buffer.from(`\ufeff${TEXT}\n${PETER_LINE}`)).text).toBe(`\ufeff${TEXT}`);
  });

  test("§4(1)5 reads back as it was written, whatever the text, empty lines too", () => {
    const lines = fc.array(
      fc.string({ unit: "grapheme" }).map((line) => line.replaceAll(/\p{Cc}/gu, "")),
      { minLength: 1 },
    );
    const signature = fc.record({
      name: fc.stringMatching(/^[^\s+\p{Cc}\p{White_Space}]{1,20}$/u),
      keyId: fc.stringMatching(/^[0-9a-f]{8}$/),
      signature: fc.uint8Array({ minLength: 1, maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(lines, fc.array(signature, { minLength: 1, maxLength: 5 }), (lines, signatures) => {
        const note = { text: `${lines.join("\n")}\n`, signatures };
        expect(parseNote(formatNote(note))).toEqual(note);
      }),
    );
  });

  test("§4(1)5 is written only when it reads back", () => {
    for (const text of ["no newline", "a\tb\n", ""]) expect(() => signNote(text, [peterSigner])).toThrow(Malformed);
    expect(() => signNote(TEXT, [])).toThrow(Malformed);
    const smuggling = { name: "PeterNeumann x08go/Zh\n— Mallory", keyId: "c74f20a3", signature: Buffer.of(1) };
    expect(() => formatNote({ text: TEXT, signatures: [smuggling] })).toThrow(Malformed);
  });
});
