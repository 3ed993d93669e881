import { describe, expect, test } from "vitest";
import { readEnvironment } from "../../src/config.ts";
import { ConfigError } from "../../src/setting.ts";

const KEY = "ethics.example/w1+e238d50e+BOGgKCHi0tiZGyMkbkCcK+ODl5b6it1364KDIAg4Mn6l";
const OTHER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const URL = "https://witness.ethics.example/a/";

describe("WITNESSES", () => {
  test("§4(1)5 names witnesses by key and address", () => {
    expect(readEnvironment({}).witnesses).toEqual([]);
    expect(readEnvironment({ WITNESSES: ` ${KEY}   ${URL} ,` }).witnesses).toMatchObject([
      { key: { name: "ethics.example/w1", keyId: "e238d50e" }, url: URL },
    ]);
  });

  test.each([
    ["no key", URL],
    ["a key that was copied wrongly", `${KEY.replace("w1", "w2")} ${URL}`],
    ["a log's key", `${OTHER} ${URL}`],
    ["no address", KEY],
    ["an address that is none", `${KEY} witness.ethics.example`],
    ["an address of another kind", `${KEY} file:///tmp`],
    ["more than an address", `${KEY} ${URL} ${URL}`],
    ["the same witness twice", `${KEY} ${URL}, ${KEY} ${URL}`],
  ])("§4(1)5 refuses %s in one sentence that repeats nothing", (_, setting) => {
    expect(() => readEnvironment({ WITNESSES: setting })).toThrow(ConfigError);
    expect(() => readEnvironment({ WITNESSES: setting })).toThrow(/^WITNESSES must be [^\n]* commas between\.$/);
  });
});
